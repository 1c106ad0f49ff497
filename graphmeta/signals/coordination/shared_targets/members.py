"""Does an account reach more of a group's targets than chance explains, and in time with it?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from graphmeta.nulls import counts
from graphmeta.nulls.configuration import find
from graphmeta.nulls.target_classes import CLASSES, class_of
from graphmeta.signals.base import MEMBERS, FloatArray, IntArray, Observations, Part, shaped
from graphmeta.signals.coordination.incidence import spans
from graphmeta.signals.coordination.shared_targets.groups import (
    SETTINGS,
    ask,
    chosen,
    leanings,
    tally,
)
from graphmeta.signals.coordination.shared_targets.nearness import (
    ANY_TIME,
    Usual,
    nearness,
    usual,
)
from graphmeta.signals.coordination.shared_targets.reach import (
    Reach,
    Together,
    reach,
    reached_by,
    together,
)

#: The plain way to look at a group: at what anybody else of it reached, at any time.
_PLAIN = (2, ANY_TIME)
#: Targets of a group that an account outside it must have reached to be tested. Most reach one; of
#: the many who do, some reach one that is unlikely, and would join.
LEAST_SHARED = 2


def tested(seen: Observations, groups: pl.DataFrame, part: Part, *, others: bool) -> pl.DataFrame:
    """Test accounts by the targets that they share with (the rest of) a group: ``MEMBERS``.

    Of accounts outside a group only those are tested, where ``others`` are asked for, that could be
    tied to it by a pair (``incidence.busy``): most reach one or two strangers, any of which is
    unlikely, and would join many groups by it. Those that share a single target, in either way
    to look, count as tests, and as explained by chance.

    Every account is looked at in two ways, the better of which counts: by all targets that it
    shares, and in the way in which its group surprises most: by those within a width, or by those
    that so many of the group reached. Not everybody of a ring is punctual; and what its accounts do
    beside their list, each for itself, would hide the list.
    """
    known, asked = reach(seen, part), ask(seen, groups, part, part)
    near = usual(nearness(seen, part), asked.met)
    choice = chosen(tally(asked, near, leanings(asked), SETTINGS))
    best = _at(known, asked.met, near, _PLAIN, others=others)
    for level, width in SETTINGS:
        chosen_so = choice.filter(threshold=level, width=width)
        surprising = groups.join(chosen_so, on="group", how="semi")
        if (level, width) != _PLAIN and not surprising.is_empty():
            met = reached_by(together(known, surprising), level - 1)
            other = _at(known, met, near, (level, width), others=others)
            best = _better(best, other)
    return shaped(
        pl.DataFrame(
            {
                "group": best.key // known.accounts,
                "account": best.key % known.accounts,
                "observed": best.observed,
                "expected": best.expected,
                "p_value": best.p_value,
            }
        ),
        MEMBERS,
    )


@dataclass(frozen=True)
class _Tests:
    """Tests of accounts against groups, in order of both.

    Args:
        key: Number of the group times the number of accounts, plus the account, shape (n,).
        observed: Targets shared, shape (n,).
        expected: As many by chance, shape (n,).
        p_value: How often chance explains as many, shape (n,).
    """

    key: IntArray
    observed: FloatArray
    expected: FloatArray
    p_value: FloatArray


def _better(plain: _Tests, other: _Tests) -> _Tests:
    """Take the better of two ways to look at an account, at the price of two (Bonferroni).

    Whoever met a group in time, or where many of it were, met it, so the second way's tests are
    among the first's.
    """
    at = np.searchsorted(plain.key, other.key)
    p_value = plain.p_value.copy()
    observed, expected = plain.observed.copy(), plain.expected.copy()
    wins = other.p_value < p_value[at]
    observed[at[wins]], expected[at[wins]] = other.observed[wins], other.expected[wins]
    p_value[at] = np.minimum(2.0 * np.minimum(p_value[at], other.p_value), 1.0)
    return _Tests(plain.key, observed, expected, p_value)


def _at(known: Reach, met: Together, near: Usual, way: tuple[int, int], *, others: bool) -> _Tests:
    """Test accounts against groups that are looked at in one way: how many, within what time."""
    level, width = way
    place, observed = _accompanied(known, met, level, width)
    member = np.ones(place.size, dtype=bool)
    if others:
        outside, shared = _shared(known, met, width)
        place, observed = np.concatenate([place, outside]), np.concatenate([observed, shared])
        order = np.argsort(place, kind="stable")
        place, observed, member = place[order], observed[order], order < member.size
    row, account = place // known.accounts, place % known.accounts
    asked = member | (observed >= LEAST_SHARED)
    chance = _Chance(known, met, row[asked], account[asked], member[asked])
    expected, p_value = observed.copy(), np.ones(observed.size)
    expected[asked] = chance.expected(near, level, width)
    p_value[asked] = counts.upper_tail(observed[asked], expected[asked])
    return _Tests(met.numbers[row] * known.accounts + account, observed, expected, p_value)


def _accompanied(
    known: Reach, met: Together, level: int, width: int
) -> tuple[IntArray, FloatArray]:
    """Count the targets at which members met the rest of their group.

    Returns:
        Places of groups times the number of accounts, plus the member, ascending, and how many;
        members that met nobody are left out.
    """
    # Members are tested against the rest: their own contacts are no company.
    met_there = met.apart <= width if width != ANY_TIME else met.by[met.hit] >= level
    mine = (met.row[met.hit] * known.accounts + met.account)[met_there]
    place, observed = np.unique(mine, return_counts=True)
    return place, observed.astype(np.float64)


def _shared(known: Reach, met: Together, width: int) -> tuple[IntArray, FloatArray]:
    """Count the groups' targets that other accounts reached (in time): as ``_accompanied``."""
    many = known.busy_starts_at[met.target + 1] - known.busy_starts_at[met.target]
    at = spans(known.busy_starts_at[met.target], many)
    hit = np.repeat(np.arange(many.size), many)
    sender, time = known.busy_sender_at[at], known.busy_time_at[at]
    if width != ANY_TIME:
        in_time = _in_time(met, hit, time, width)
        sender, hit = sender[in_time], hit[in_time]
    place, observed = np.unique(met.row[hit] * known.accounts + sender, return_counts=True)
    inside = met.inside.tocoo()
    members = inside.row.astype(np.int64) * known.accounts + inside.col
    outside = find(members, place) < 0
    return place[outside], observed[outside].astype(np.float64)


def _in_time(met: Together, hit: IntArray, time: IntArray, width: int) -> NDArray[np.bool_]:
    """Return which contacts to groups' targets lie near in time to one of the group's own.

    The nearest of its contacts are the last one before and the first one after. One number stands
    for hit and time, so that all are looked up at once; hits lie further apart than the width.
    """
    if time.size == 0:
        return np.zeros(0, dtype=bool)
    first = time.min()
    step = int(time.max() - first) + width + 1
    own, asked = met.hit * step + (met.time - first), hit * step + (time - first)
    after = np.searchsorted(own, asked)
    return np.asarray(
        (np.take(own, after, mode="clip") - asked <= width)
        & (np.take(own, after, mode="clip") >= asked)
        | (np.take(own, after - 1, mode="clip") <= asked)
        & (asked - np.take(own, after - 1, mode="clip") <= width)
    )


class _Chance:
    """How many of a group's targets accounts would reach by chance.

    Args:
        known: Who reached whom.
        met: What the groups reached.
        row: The groups that accounts are tested against, shape (n,).
        account: The accounts, in order of group and account, shape (n,).
        member: Whether they are in the group, shape (n,).
    """

    def __init__(
        self,
        known: Reach,
        met: Together,
        row: IntArray,
        account: IntArray,
        member: NDArray[np.bool_],
    ) -> None:
        null = known.null
        self._met, self._null = met, null
        self._row, self._account, self._member = row, account, member
        # Circles in which a group reached somebody, and how others reach those.
        key = met.row * null.circles + null.circle_of[met.target]
        self._at, self._place = np.unique(key, return_inverse=True)
        circle = self._at % null.circles
        own = np.bincount(self._place, weights=met.by, minlength=circle.size)
        self._others = np.maximum(null.circle_popularity[circle] - own, 0.5)
        self._rate = null.prior_rate(self._others, circle)
        own = find(row * known.accounts + account, met.row[met.hit] * known.accounts + met.account)
        self._tested, self._own_hit = own[own >= 0], met.hit[own >= 0]

    def expected(self, near: Usual, level: int, width: int) -> FloatArray:
        """Return the expectation of each test, shape (n,)."""
        met, activity = self._met, self._null.activity[self._account]
        hits = np.ones(met.target.size)
        # Without a member's own contact, too few of the others may have reached a target.
        ever = activity * self._share(hits, np.where(met.by < level, hits, 0.0))
        if width == ANY_TIME:
            return np.asarray(ever)
        kind = class_of(self._null.popularity)[met.target]
        factor = near.of(width, met.numbers)[met.row, kind]
        close = self._share(met.by * factor, factor) * near.near[width].moments.of_members(
            met.inside, self._row, self._account, self._member
        )
        return np.asarray(np.minimum(ever, activity * close))

    def _share(self, counts_as: FloatArray, own_counts_as: FloatArray) -> FloatArray:
        """Return the chance that a contact of an account hits the group's targets, shape (n,).

        Args:
            counts_as: What each hit counts, shape (hits,).
            own_counts_as: What is taken off for a member's own contact there, shape (hits,).
        """
        met, null = self._met, self._null
        circle, others = null.circle_of[met.target], null.popularity[met.target] - met.by
        mean = (others + null.shape) / (self._rate[self._place] + 1.0)
        each = np.minimum(mean / self._others[self._place], 1.0)
        kind = class_of(others)
        summed = np.bincount(
            self._place * CLASSES + kind,
            weights=each * counts_as,
            minlength=self._at.size * CLASSES,
        )
        table = summed.reshape(-1, CLASSES).astype(np.float64)
        share = null.covered(self._account, self._row, self._at, table)
        hit, who = self._own_hit, self._account[self._tested]
        itself = null.lands_in(who, circle[hit], kind[hit]) * (each * own_counts_as)[hit]
        share -= np.bincount(self._tested, weights=itself, minlength=share.size)
        return np.asarray(np.maximum(share, 0.0))
