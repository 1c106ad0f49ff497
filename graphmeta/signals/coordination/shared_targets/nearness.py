"""At which widths meetings in a target are looked at, and how likely they are by chance."""

from __future__ import annotations

from dataclasses import dataclass
from weakref import WeakKeyDictionary

import numpy as np
import polars as pl

from graphmeta.nulls import gaps
from graphmeta.nulls.configuration import CLASSES, class_of
from graphmeta.nulls.gaps import Moments
from graphmeta.signals.base import FloatArray, IntArray, Observations, Part
from graphmeta.signals.coordination import incidence

HOUR_S = 3_600
#: Widths of the windows, seconds.
WIDTHS_S = (HOUR_S, 6 * HOUR_S, 24 * HOUR_S, 72 * HOUR_S)
#: Stands among the widths for no window: two accounts met whenever they did.
ANY_TIME = 0
#: How many ways there are to look at a meeting.
WAYS = len(WIDTHS_S) + 1
#: Contacts by which one account may shape what is usual.
_FAIR = 10.0


@dataclass(frozen=True)
class Nearness:
    """What is known of one width.

    Args:
        moments: When accounts contacted anybody.
        factor: How much likelier than by moments alone meetings are within the window, by class
            of the target, shape (classes,).
    """

    moments: Moments
    factor: FloatArray


def meetings(seen: Observations, part: Part) -> pl.DataFrame:
    """Return every meeting of two accounts in a target: a, b, target, gap (seconds), kind."""
    contacts = reached_in(seen, part)
    rows = incidence.meetings(incidence.busy(contacts), seen.circle_of.size)
    kinds = _kinds(contacts, seen.circle_of.size)
    return rows.with_columns(kind=pl.Series(kinds[rows["target"].to_numpy().astype(np.int64)]))


def nearness(seen: Observations, part: Part) -> dict[int, Nearness]:
    """Learn from a part how near in time accounts meet in targets, by width."""
    known = _LEARNT.setdefault(seen, {})
    if part not in known:
        known[part] = _learn(seen, part)
    return known[part]


#: What was learnt, for as long as what it was learnt from is around: every test asks for it.
_LEARNT: WeakKeyDictionary[Observations, dict[Part, dict[int, Nearness]]] = WeakKeyDictionary()


def _learn(seen: Observations, part: Part) -> dict[int, Nearness]:
    contacts = reached_in(seen, part)
    accounts = seen.circle_of.size
    rows = meetings(seen, part)
    kind = rows["kind"].to_numpy()
    a, b = (rows[side].to_numpy().astype(np.int64) for side in "ab")
    sent = np.bincount(contacts["sender"].to_numpy(), minlength=accounts)
    fair = np.minimum(1.0, _FAIR / np.maximum(sent, 1.0))
    learnt = {}
    for width in WIDTHS_S:
        moments = gaps.moments(contacts, accounts, width)
        within = rows["gap"].to_numpy() <= width
        share = moments.of_pairs(a, b)
        factor = gaps.usual_factor(within, share, fair[a] * fair[b], kind, CLASSES)
        learnt[width] = Nearness(moments, factor)
    return learnt


def reached_in(seen: Observations, part: Part) -> pl.DataFrame:
    """Return the stranger contacts of a part: sender, recipient, time."""
    return seen.strangers.filter(part.keeps("recipient_fold")).select("sender", "recipient", "time")


def _kinds(contacts: pl.DataFrame, accounts: int) -> IntArray:
    popularity = np.bincount(contacts["recipient"].to_numpy(), minlength=accounts)
    return class_of(popularity - 1.0)
