"""What is measured: every measure by name, in order, and how far two logs are apart in it.

*Distributions* are compared by the two-sample Kolmogorov-Smirnov statistic: the largest difference
of their cumulative distributions, 0 (alike) to 1 (apart); it does not depend on the axis. *Shares*
by their absolute difference. *Profiles* of the clock or the week by their total variation distance
at the best rotation, because time zones and the first day are arbitrary. *Curves* by the mean
absolute difference where both are known.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from graphmeta.bench.realism import conversations, meeting, rhythm, ties
from graphmeta.bench.realism.log import Floats, Log

#: A number for a share, an array for all else; none where a set does not tell.
Value = float | Floats | None
Kind = Literal["distribution", "share", "profile", "curve"]


@dataclass(frozen=True)
class Measure:
    """One respect in which logs are compared.

    Args:
        name: In tables and JSON.
        title: For people.
        kind: How it is compared.
        of: Measures a log.
        axis: What the values are, with their unit.
        log_axis: Whether values are drawn on a logarithmic axis.
    """

    name: str
    title: str
    kind: Kind
    of: Callable[[Log], Value]
    axis: str = ""
    log_axis: bool = True


MEASURES: tuple[Measure, ...] = (
    Measure("out_degree", "Accounts written to", "distribution", ties.out_degree, "accounts"),
    Measure("in_degree", "Accounts heard from", "distribution", ties.in_degree, "accounts"),
    Measure("mutual_degree", "Acquaintances", "distribution", ties.mutual_degree, "accounts"),
    Measure("held_by_few", "Ties held by the busiest tenth", "share", ties.held_by_few),
    Measure("reciprocity", "Contacts that are returned", "share", ties.reciprocity),
    Measure("weighted_reciprocity", "Events that are matched", "share", ties.weighted_reciprocity),
    Measure("clustering", "Local clustering", "distribution", ties.clustering, "clustering", False),
    Measure(
        "clustering_by_degree", "Clustering by degree", "curve", ties.clustering_by_degree, "degree"
    ),
    Measure("strength", "Events per pair", "distribution", ties.strength, "events"),
    Measure(
        "pair_burstiness",
        "Burstiness of pairs",
        "distribution",
        rhythm.pair_burstiness,
        "burstiness",
        False,
    ),
    Measure(
        "account_burstiness",
        "Burstiness of accounts",
        "distribution",
        rhythm.account_burstiness,
        "burstiness",
        False,
    ),
    Measure("pair_gaps", "Gaps within pairs", "distribution", rhythm.pair_gaps, "seconds"),
    Measure("account_gaps", "Gaps within accounts", "distribution", rhythm.account_gaps, "seconds"),
    Measure("strangers", "Stranger contacts", "share", meeting.strangers),
    Measure(
        "first_contacts",
        "First contacts begun per week",
        "distribution",
        meeting.first_contacts,
        "first contacts",
    ),
    Measure("unanswered", "First contacts never answered", "share", meeting.unanswered),
    Measure("length", "Length of conversations", "distribution", conversations.length, "events"),
    Measure("turn_taking", "Turn-taking in conversations", "share", conversations.turn_taking),
    Measure("two_sided", "Two-sided conversations", "share", conversations.two_sided),
    Measure("hours", "Hours of the day", "profile", rhythm.hours, "hour"),
    Measure("weekdays", "Days of the week", "profile", rhythm.weekdays, "day"),
    Measure(
        "busiest_hours",
        "Held by an account's busiest eight hours",
        "distribution",
        rhythm.busiest_hours,
        "share of its events",
        False,
    ),
    Measure("calls", "Calls", "share", conversations.calls),
    Measure("calls_not_taken", "Calls not taken", "share", conversations.calls_not_taken),
    Measure(
        "call_seconds", "Length of calls", "distribution", conversations.call_seconds, "seconds"
    ),
)


@dataclass(frozen=True)
class Portrait:
    """What was measured of one log, by the names of ``MEASURES``."""

    name: str
    days: int
    accounts: int
    events: int
    values: Mapping[str, Value]


def portrait(log: Log) -> Portrait:
    """Measure a log in every respect; what it is too small to show is none."""
    values: dict[str, Value] = {}
    for measure in MEASURES:
        value = measure.of(log)
        nothing = isinstance(value, np.ndarray) and not np.isfinite(value).any()
        values[measure.name] = None if nothing else value
    return Portrait(log.name, log.days, log.accounts, len(log), values)


def distance(measure: Measure, one: Portrait, other: Portrait) -> float | None:
    """Return how far two logs are apart in one respect, 0 to 1; none where one does not tell."""
    a, b = one.values[measure.name], other.values[measure.name]
    if a is None or b is None:
        return None
    if not isinstance(a, np.ndarray) or not isinstance(b, np.ndarray):
        return float(np.abs(np.subtract(a, b)))
    if measure.kind == "distribution":
        return kolmogorov_smirnov(a, b)
    if measure.kind == "profile":
        return min(float(np.abs(a - np.roll(b, by)).sum() / 2) for by in range(len(a)))
    both = np.isfinite(a) & np.isfinite(b)
    return float(np.abs(a - b)[both].mean()) if both.any() else None


def kolmogorov_smirnov(one: Floats, other: Floats) -> float:
    """Return the largest difference of two samples' cumulative distributions."""
    a, b = np.sort(one), np.sort(other)
    at = np.concatenate([a, b])
    below_a = np.searchsorted(a, at, side="right") / len(a)
    below_b = np.searchsorted(b, at, side="right") / len(b)
    return float(np.abs(below_a - below_b).max())
