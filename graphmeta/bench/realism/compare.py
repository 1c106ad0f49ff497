"""Synthetic and real side by side: matched in accounts and days, with rulers beside.

A distance of 0.2 says nothing by itself. Two rulers stand beside it: how far worlds of different
seeds are from one another (no world can be nearer to anything than that), and how far the real
sets are from one another (real messaging differs as well). A world that is nearer to a real set
than another real set stays, in that respect, within what real messaging differs by.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any, Literal

import numpy as np
import polars as pl

from graphmeta.bench.realism.log import DAY, Log, busiest, log, world_events
from graphmeta.bench.realism.measures import MEASURES, Measure, Portrait, distance, portrait
from graphmeta.engines.base import Progress, silent
from graphmeta.synthetic import make_world

#: A world is never made smaller, or shorter, than this.
_LEAST_ACCOUNTS = 200
_LEAST_DAYS = 10
#: A distance of so much or less counts as near, however near real sets are to one another.
_NEGLIGIBLE = 0.05

Verdict = Literal["near", "within", "far", "alone", "unknown"]


@dataclass(frozen=True)
class Matched:
    """A real set's portrait, and those of worlds of its size."""

    real: Portrait
    worlds: Sequence[Portrait]


@dataclass(frozen=True)
class Apart:
    """How far a real set and its worlds are apart in one respect, and the rulers.

    Args:
        median: Of the distances between the real set and each world.
        least: The smallest of them.
        most: The largest of them.
        seeds: Median distance among the worlds; none with a single one.
        reals: Distance from this real set to every other that tells, by name.
    """

    median: float | None
    least: float | None
    most: float | None
    seeds: float | None
    reals: Mapping[str, float]

    @property
    def verdict(self) -> Verdict:
        """Say how far that is: nearer than real sets are to one another, within, or farther.

        A twentieth always counts as near; beyond it, a set that no other can be held against
        stands alone.
        """
        if self.median is None:
            return "unknown"
        if self.median <= max(_NEGLIGIBLE, min(self.reals.values(), default=0.0)):
            return "near"
        if not self.reals:
            return "alone"
        return "within" if self.median <= max(self.reals.values()) else "far"


def ordinary_world(accounts: int, days: int, seed: int) -> Log:
    """Make a world of ordinary life alone, and return its contacts."""
    quiet = min(7, days - 3)
    world = make_world(accounts, days, (), (), seed=seed, quiet_days=quiet)
    begin = world.events.select(pl.col("timestamp").dt.epoch("s").min()).item() // DAY * DAY
    return log(f"seed {seed}", world_events(world), begin, days)


def compare(
    reals: Mapping[str, pl.DataFrame],
    *,
    accounts: int | None = None,
    days: int = 28,
    seeds: int = 5,
    progress: Progress = silent,
) -> list[Matched]:
    """Measure real sets, and worlds made to match each.

    Args:
        reals: Events of real sets by name, as ``log.real_events`` returns them.
        accounts: Ordinary people of every world; as many as the real set has where absent.
        days: Each real set is cut to its busiest stretch of so many days; a shorter one is taken
            whole, and its worlds are as long.
        seeds: How many worlds per real set.
        progress: Told of every world.
    """
    made: list[Matched] = []
    for name, events in reals.items():
        progress(f"measuring {name}")
        real = portrait(busiest(name, events, days))
        size = max(_LEAST_ACCOUNTS, real.accounts if accounts is None else accounts)
        worlds = []
        for seed in range(seeds):
            progress(f"making worlds like {name}", seed / seeds)
            worlds.append(portrait(ordinary_world(size, max(_LEAST_DAYS, real.days), seed)))
        made.append(Matched(real, worlds))
    return made


def apart(measure: Measure, one: Matched, others: Sequence[Matched]) -> Apart:
    """Return how far a real set and its worlds are apart in one respect."""
    found = [distance(measure, one.real, world) for world in one.worlds]
    told = [each for each in found if each is not None]
    among = [distance(measure, a, b) for a, b in combinations(one.worlds, 2)]
    seeds = [each for each in among if each is not None]
    reals = {
        other.real.name: between
        for other in others
        if other is not one and (between := distance(measure, one.real, other.real)) is not None
    }
    return Apart(
        median=float(np.median(told)) if told else None,
        least=min(told, default=None),
        most=max(told, default=None),
        seeds=float(np.median(seeds)) if seeds else None,
        reals=reals,
    )


def as_json(made: Sequence[Matched]) -> dict[str, Any]:
    """Return all figures of a comparison: sets, summaries, distances and rulers."""
    return {
        "sets": [
            {"real": _size(each.real), "worlds": [_size(world) for world in each.worlds]}
            for each in made
        ],
        "measures": [
            {
                "name": measure.name,
                "title": measure.title,
                "kind": measure.kind,
                "sets": {each.real.name: _figures(measure, each, made) for each in made},
            }
            for measure in MEASURES
        ],
    }


def _size(one: Portrait) -> dict[str, Any]:
    return {"name": one.name, "days": one.days, "accounts": one.accounts, "events": one.events}


def _figures(measure: Measure, one: Matched, made: Sequence[Matched]) -> dict[str, Any]:
    found = apart(measure, one, made)
    return {
        "real": summary(measure, one.real),
        "synthetic": [summary(measure, world) for world in one.worlds],
        "distance": {"median": found.median, "least": found.least, "most": found.most},
        "among_seeds": found.seeds,
        "among_reals": dict(found.reals),
        "verdict": found.verdict,
    }


def summary(measure: Measure, one: Portrait) -> Any:
    """Return a value small enough to print: a share, a list, or a distribution's quantiles."""
    value = one.values[measure.name]
    if value is None or not isinstance(value, np.ndarray):
        return value
    if measure.kind != "distribution":
        return [None if np.isnan(each) else float(each) for each in value]
    cuts = {"p10": 0.1, "median": 0.5, "p90": 0.9, "p99": 0.99}
    known = dict(zip(cuts, map(float, np.quantile(value, list(cuts.values()))), strict=True))
    return {"n": len(value), "mean": float(value.mean()), **known}
