"""How likely do enough of a group reach a target, at any time or within a window?

Targets that the null cannot tell apart are counted together, in cells: those of one circle that
others reached equally often. A group turns to few circles; in those every cell is reckoned by the
negative binomial law. To all other circles its accounts turn as everybody does, so those are
summed once for all groups, by moments: the chance that at least L contacts fall on a target is at
most the expected number of ways to choose L of them. Work and memory thus grow with what groups
did, and not with groups times circles.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import factorial
from typing import TypeAlias

import numpy as np

from graphmeta.nulls import negative_binomial
from graphmeta.nulls.configuration import Choice
from graphmeta.nulls.target_classes import CLASSES, class_of
from graphmeta.signals.base import FloatArray, IntArray
from graphmeta.signals.coordination.incidence import distinct, spans
from graphmeta.signals.coordination.shared_targets.reach import Together

#: How likely two of a group meet within a width, by class of the target, shape (groups, classes);
#: none at any time.
Close: TypeAlias = FloatArray | None


@dataclass(frozen=True)
class Turned:
    """Which circles groups turned to, and how much.

    Args:
        row: Places of the groups, in order of group and circle, shape (pairs,).
        circle: Circles that they turned to, shape (pairs,).
        sent: Contacts of the group to the circle, by propensities learnt before, per contact of
            everybody else, shape (pairs,).
        rate: Rate of the prior of popularity among everybody else, shape (pairs,).
        others: How often everybody else reached the circle, shape (pairs,).
        drawn: Contacts of the group that go where everybody's go, shape (groups,).
        base: What one such contact sends to each circle, per contact of everybody, (circles,).
        usual_rate: Rate of the prior among everybody, shape (circles,).
    """

    row: IntArray
    circle: IntArray
    sent: FloatArray
    rate: FloatArray
    others: FloatArray
    drawn: FloatArray
    base: FloatArray
    usual_rate: FloatArray

    def at(self, row: IntArray, circle: IntArray) -> IntArray:
        """Return the places of groups and circles, all of which are there, shape (n,)."""
        key = self.row * self.base.size + self.circle
        return np.searchsorted(key, row * self.base.size + circle)


def turned(here: Choice, learnt: Choice, met: Together) -> Turned:
    """Tell where groups turned to: what is learnt on one part, for another part.

    Args:
        here: The null of the part that is asked about.
        learnt: The null of the part on which propensities are learnt.
        met: What the groups reached in the part that is asked about.
    """
    member = np.flatnonzero(np.asarray(met.inside.sum(axis=0)))
    towards, total = learnt.turning(member)
    share = met.inside[:, member].multiply((here.activity[member] / total)[None, :]).tocsr()
    reached = met.row * here.circles + here.circle_of[met.target]
    there = distinct(reached)
    to = (share @ towards).tocsr().tocoo()
    learnt_key = to.row.astype(np.int64) * here.circles + to.col
    key = distinct(np.concatenate([there, learnt_key]))
    row, circle = key // here.circles, key % here.circles
    sent, mine = np.zeros(key.size), np.zeros(key.size)
    sent[np.searchsorted(key, learnt_key)] = to.data
    mine[np.searchsorted(key, there)] = np.bincount(
        np.searchsorted(there, reached), weights=met.by, minlength=there.size
    )
    drawn: FloatArray = np.asarray(share.sum(axis=1), dtype=np.float64).ravel()
    others = np.maximum(here.circle_popularity[circle] - mine, 0.5)
    everybody = np.maximum(here.circle_popularity, 0.5)
    return Turned(
        row=row,
        circle=circle,
        sent=(sent + drawn[row] * learnt.pull[circle]) / others,
        rate=here.prior_rate(others, circle),
        others=others,
        drawn=drawn,
        base=learnt.pull / everybody,
        usual_rate=here.prior_rate(everybody, np.arange(here.circles)),
    )


@dataclass(frozen=True)
class Law:
    """How many contacts of a group a target gets by chance: a negative binomial law.

    Args:
        row: Places of the groups.
        kind: Classes of the targets.
        mean: How many contacts are expected.
        size: Size of the law, the smaller the more spread. All four have one shape, (n,).
    """

    row: IntArray
    kind: IntArray
    mean: FloatArray
    size: FloatArray

    def only(self, chosen: IntArray) -> Law:
        """Return some of it."""
        return Law(self.row[chosen], self.kind[chosen], self.mean[chosen], self.size[chosen])

    def at_least(self, level: int, closes: Sequence[Close]) -> list[FloatArray]:
        """Return the chance that at least ``level`` of the group do, for each of some widths.

        Two within a width are at most as likely as the pairs expected at the target, times the
        chance that a pair is close.
        """
        ever = negative_binomial.at_least(level, self.mean, self.size)
        if all(close is None for close in closes):
            return [ever] * len(closes)
        pairs = self.mean**2 * (1.0 + 1.0 / self.size) / 2.0
        return [
            ever if close is None else np.minimum(ever, pairs * close[self.row, self.kind])
            for close in closes
        ]


class Laws:
    """The laws of the circles that groups turned to.

    Args:
        shape: Shape of the Gamma law of popularity.
        where: Which circles groups turned to.
        lean: Factors by class of target, shape (groups, classes).
    """

    def __init__(self, shape: float, where: Turned, lean: FloatArray) -> None:
        self._shape, self._where, self._lean = shape, where, lean

    def of(self, place: IntArray, others: FloatArray) -> Law:
        """Return the laws of targets that others reached so often.

        Args:
            place: Which group and circle, places in ``where``, shape (n,).
            others: How often others reached the target, shape (n,).
        """
        kind, row = class_of(others), self._where.row[place]
        factor = self._lean[row, kind]
        known = others + self._shape
        sent, rate = self._where.sent[place], self._where.rate[place]
        # Whoever leans to rare targets picks them from a directory, where all are alike: what is
        # added to what popularity explains adds nothing to its spread.
        size = known * np.maximum(factor, 1.0) ** 2
        return Law(row, kind, sent * known / (rate + 1.0) * factor, size)


@dataclass(frozen=True)
class Cells:
    """The cells of a null, and those of the circles that groups turned to.

    Args:
        popularity: How often targets of each cell were reached, shape (cells,).
        many: How many targets each cell has, shape (cells,).
        kind: Classes of the cells, shape (cells,).
        circle: Circles of the cells, ascending, shape (cells,).
        place: Places in ``Turned`` of every pair of group and cell, ascending, shape (n,).
        cell: Cells of these pairs, shape (n,).
    """

    popularity: FloatArray
    many: IntArray
    kind: IntArray
    circle: IntArray
    place: IntArray
    cell: IntArray


def cells(here: Choice, where: Turned) -> Cells:
    """Return the cells of a null, and those of the circles that groups turned to."""
    circle, popularity, many = here.alike
    first = np.searchsorted(circle, np.arange(here.circles + 1))
    each = first[where.circle + 1] - first[where.circle]
    return Cells(
        popularity=popularity,
        many=many,
        kind=class_of(popularity),
        circle=circle,
        place=np.repeat(np.arange(where.circle.size), each),
        cell=spans(first[where.circle], each),
    )


def elsewhere(here: Choice, where: Turned, known: Cells, amount: FloatArray) -> FloatArray:
    """Sum an amount of cells over the circles that groups did not turn to, by class.

    Args:
        here: The null.
        where: Which circles groups turned to.
        known: The cells.
        amount: Of every cell, shape (cells,).

    Returns:
        Shape (groups, classes), not negative.
    """
    shape = (here.circles, CLASSES)
    at = known.circle * CLASSES + known.kind
    of_circle = np.bincount(at, weights=amount, minlength=shape[0] * shape[1]).reshape(shape)
    taken = np.zeros((where.drawn.size, CLASSES))
    # Pairs stand in order of groups; a group that turned nowhere has none.
    first = np.flatnonzero(np.diff(where.row, prepend=-1))
    if first.size:
        taken[where.row[first]] = np.add.reduceat(of_circle[where.circle], first, axis=0)
    return np.asarray(np.maximum(of_circle.sum(axis=0) - taken, 0.0))


def ways(here: Choice, where: Turned, known: Cells, level: int) -> FloatArray:
    """Return how many ways there are to choose ``level`` contacts on a target, for one contact.

    Args:
        here: The null.
        where: Which circles groups turned to.
        known: The cells.
        level: How many contacts.

    Returns:
        Of every cell, times its targets, for groups that send there what everybody sends, shape
        (cells,). It grows with the power ``level`` of how much they send.
    """
    reached = known.popularity + here.shape
    mean = where.base[known.circle] * reached / (where.usual_rate[known.circle] + 1.0)
    spread = np.ones(reached.size)
    for more in range(1, level):
        spread *= 1.0 + more / reached
    return np.asarray(known.many * mean**level * spread / factorial(level))


class Chances:
    """How likely enough of each group reach each target, at any time or within a width.

    Args:
        here: The null.
        met: What the groups reached.
        where: Which circles they turned to.
        known: The cells.
        lean: Factors by class of target, shape (groups, classes).
    """

    def __init__(
        self, here: Choice, met: Together, where: Turned, known: Cells, lean: FloatArray
    ) -> None:
        self._here, self._met, self._where, self._lean = here, met, where, lean
        self._cells = known
        laws = Laws(here.shape, where, lean)
        self._of_cells = laws.of(self._cells.place, self._cells.popularity[self._cells.cell])
        place, reached = where.at(met.row, here.circle_of[met.target]), here.popularity[met.target]
        self._with_own = laws.of(place, reached)
        self._without_own = laws.of(place, reached - met.by)

    def expected(self, level: int, rows: IntArray, closes: Sequence[Close]) -> list[FloatArray]:
        """Return how many targets each group would share by chance, shape (rows,) for each width.

        Args:
            level: How many of a group have to reach a target.
            rows: The groups that are asked for.
            closes: For each width, how likely two of a group meet within it.
        """
        wanted = np.zeros(self._met.numbers.size, dtype=bool)
        wanted[rows] = True
        hits = np.flatnonzero(wanted[self._met.row])
        near = np.flatnonzero(wanted[self._of_cells.row])
        many = self._cells.many[self._cells.cell[near]]
        parts = zip(
            closes,
            self._of_cells.only(near).at_least(level, closes),
            self._with_own.only(hits).at_least(level, closes),
            self._without_own.only(hits).at_least(level, closes),
            strict=True,
        )
        out = []
        for close, nearby, with_, without in parts:
            inside = self._summed(self._of_cells.row[near], nearby * many)
            swap = self._summed(self._met.row[hits], without - with_)
            far = self._elsewhere(level, close)
            out.append(np.maximum((inside + swap + far)[rows], 0.0))
        return out

    def _elsewhere(self, level: int, close: Close) -> FloatArray:
        """Return the same for targets of the circles that groups did not turn to, (groups,)."""
        counted = ways(self._here, self._where, self._cells, level)
        targets = elsewhere(self._here, self._where, self._cells, counted)
        sent = (self._where.drawn[:, None] * self._lean) ** level
        near = 1.0 if close is None else close
        return np.asarray((sent * targets * near).sum(axis=1))

    def _summed(self, row: IntArray, amount: FloatArray) -> FloatArray:
        return np.bincount(row, weights=amount, minlength=self._met.numbers.size).astype(np.float64)
