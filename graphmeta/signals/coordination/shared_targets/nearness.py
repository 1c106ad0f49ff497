"""At which widths meetings in a target are looked at, and how likely they are by chance."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from graphmeta.nulls import gaps
from graphmeta.nulls.gaps import Moments
from graphmeta.nulls.target_classes import CLASSES, class_of
from graphmeta.signals.base import FloatArray, IntArray, Observations, Part
from graphmeta.signals.coordination import incidence
from graphmeta.signals.coordination.shared_targets.reach import Together, reached_in
from graphmeta.signals.memo import once

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
        width_s: The width, seconds.
        moments: When accounts contacted anybody.
        fair: How much each account shapes what is usual; a meeting counts by both its accounts,
            shape (accounts,).
        kind: Classes of targets, -1 where meetings in them were left out, shape (accounts,).
        within: Meetings within the width, by class of the target, shape (classes,).
        explained: As many by moments alone, shape (classes,).
        close: How likely moments of the two lie within the width, for each pair that met, by its
            number in ``meetings``, shape (pairs,).
    """

    width_s: int
    moments: Moments
    fair: FloatArray
    kind: IntArray
    within: FloatArray
    explained: FloatArray
    close: FloatArray

    @property
    def factor(self) -> FloatArray:
        """How much likelier than by moments alone meetings are within, shape (classes,)."""
        return gaps.usual_factor(self.within, self.explained)

    def factor_of_others(self, met: Together) -> FloatArray:
        """Return the same without the meetings within each group, shape (groups, classes).

        A group's own meetings do not excuse themselves, as its own contacts do not make its
        targets popular.
        """
        kind = self.kind[met.target[met.hit]]
        weight = np.where(kind >= 0, self.fair[met.account], 0.0)
        row = met.row[met.hit]

        def by_class(company: FloatArray) -> FloatArray:
            shape = (met.numbers.size, CLASSES)
            at = row * CLASSES + np.maximum(kind, 0)
            summed = np.bincount(at, weights=weight * company, minlength=shape[0] * shape[1])
            return summed.reshape(shape).astype(np.float64)

        ever, near = (by_class(_company(met, weight, width)) for width in (None, self.width_s))
        explained = ever * self.moments.of_groups(met.inside)[:, None]
        return gaps.usual_factor(
            np.maximum(self.within - near, 0.0), np.maximum(self.explained - explained, 0.0)
        )


@dataclass(frozen=True)
class Usual:
    """What is usual for others than some groups: numbers of groups, and factors by width."""

    numbers: IntArray
    factor: dict[int, FloatArray]
    near: dict[int, Nearness]

    def of(self, width: int, numbers: IntArray) -> FloatArray:
        """Return the factors of some groups, everybody's where nothing is known of a group."""
        out = np.tile(self.near[width].factor, (numbers.size, 1))
        known = np.isin(numbers, self.numbers)
        out[known] = self.factor[width][np.searchsorted(self.numbers, numbers[known])]
        return out


def usual(near: dict[int, Nearness], met: Together) -> Usual:
    """Learn what is usual for others than each group, by what it reached in the same part."""
    factor = {width: known.factor_of_others(met) for width, known in near.items()}
    return Usual(met.numbers, factor, near)


@once
def meetings(seen: Observations, part: Part) -> pl.DataFrame:
    """Return every meeting of two accounts in a target: a, b, target, gap (seconds), kind, pair.

    Pairs are numbered from 0 in order of (a, b).
    """
    contacts = reached_in(seen, part)
    rows = incidence.meetings(incidence.busy(contacts), seen.circle_of.size)
    kinds = _kinds(contacts, seen.circle_of.size)
    other = (pl.col("a") != pl.col("a").shift()) | (pl.col("b") != pl.col("b").shift())
    return rows.with_columns(
        kind=pl.Series(kinds[rows["target"].to_numpy().astype(np.int64)]),
        pair=other.fill_null(value=False).cum_sum().cast(pl.Int64),
    )


def pairs_of(met: pl.DataFrame) -> pl.DataFrame:
    """Return the pairs that met: columns a, b, in order of their numbers.

    Args:
        met: As ``meetings`` returns them.
    """
    return met.filter(pl.col("pair") != pl.col("pair").shift(fill_value=-1)).select("a", "b")


@once
def nearness(seen: Observations, part: Part) -> dict[int, Nearness]:
    """Learn from a part how near in time accounts meet in targets, by width."""
    contacts = reached_in(seen, part)
    accounts = seen.circle_of.size
    rows = meetings(seen, part)
    kind = rows["kind"].to_numpy()
    pair = rows["pair"].to_numpy()
    a, b = (ends.to_numpy().astype(np.int64) for ends in pairs_of(rows))
    sent = np.bincount(contacts["sender"].to_numpy(), minlength=accounts)
    fair = np.where(
        sent < incidence.LEAST_CONTACTS, 0.0, np.minimum(1.0, _FAIR / np.maximum(sent, 1.0))
    )
    listed = np.full(accounts, -1)
    listed[rows["target"].to_numpy()] = kind
    each = (fair[a] * fair[b])[pair]
    learnt = {}
    for width in WIDTHS_S:
        moments = gaps.moments(contacts, accounts, width)
        close = moments.of_pairs(a, b)
        within, explained = (
            np.bincount(kind, weights=each * counted, minlength=CLASSES).astype(np.float64)
            for counted in (rows["gap"].to_numpy() <= width, close[pair])
        )
        learnt[width] = Nearness(width, moments, fair, listed, within, explained, close)
    return learnt


def _company(met: Together, weight: FloatArray, width: int | None) -> FloatArray:
    """Return how much the group's earlier contacts to the same target weigh, shape (contacts,).

    Args:
        met: What groups reached.
        weight: Of each contact, shape (contacts,).
        width: Contacts longer ago do not count; none where all count.
    """
    if met.time.size == 0:
        return np.zeros(0)
    before = np.concatenate([[0.0], np.cumsum(weight)])
    first = met.time.min()
    # One number stands for hit and time; hits lie further apart than the width.
    step = int(met.time.max() - first) + (width or 0) + 1
    at = met.hit * step + (met.time - first)
    since = met.hit * step if width is None else at - width
    return np.asarray(before[:-1] - before[np.searchsorted(at, since)])


def _kinds(contacts: pl.DataFrame, accounts: int) -> IntArray:
    popularity = np.bincount(contacts["recipient"].to_numpy(), minlength=accounts)
    return class_of(popularity - 1.0)
