"""Do groups of accounts reach more distinct targets together than chance explains?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from graphmeta.nulls.configuration import CLASSES, Choice, class_of, leaning
from graphmeta.signals.base import FloatArray, IntArray, Observations, Part
from graphmeta.signals.coordination import thresholds
from graphmeta.signals.coordination.shared_targets.chances import (
    Close,
    Laws,
    Turned,
    cells,
    elsewhere,
    turned,
    ways,
)
from graphmeta.signals.coordination.shared_targets.nearness import (
    ANY_TIME,
    WIDTHS_S,
    Usual,
    nearness,
    usual,
)
from graphmeta.signals.coordination.shared_targets.reach import Together, reach, together
from graphmeta.signals.coordination.thresholds import THRESHOLDS, most_surprising

#: How groups may be looked at: how many have to reach a target, and within what time. More than
#: two within a window are not asked for: a ring of whom many reach each target shows at any time.
SETTINGS = (*((level, ANY_TIME) for level in THRESHOLDS), *((2, width) for width in WIDTHS_S))


def tested(seen: Observations, groups: pl.DataFrame, found: Part, tested_on: Part) -> pl.DataFrame:
    """Test groups on a part, as chosen on the part that found them: columns ``GROUPS``."""
    learnt = ask(seen, groups, found, found)
    near, lean = usual(nearness(seen, found), learnt.met), leanings(learnt)
    before = tally(learnt, near, lean, SETTINGS)
    choice = chosen(before)
    if found == tested_on:
        return thresholds.tested(before.join(choice, on=["group", "threshold", "width"]))
    after = []
    for setting, mine in choice.partition_by("threshold", "width", as_dict=True).items():
        some = groups.join(mine, on="group", how="semi")
        after.append(tally(ask(seen, some, found, tested_on), near, lean, (setting,)))
    return thresholds.tested(pl.concat([before.clear(), *after]))


def chosen(tallies: pl.DataFrame) -> pl.DataFrame:
    """Return the setting at which each group surprises most: group, threshold, width."""
    return most_surprising(tallies, ["threshold", "width"])


@dataclass(frozen=True)
class Asked:
    """Groups, what they reached in a part, and what chance has to go by.

    Args:
        here: The null of the part.
        met: What the groups reached in it.
        where: Which circles they turn to.
    """

    here: Choice
    met: Together
    where: Turned

    @property
    def place(self) -> IntArray:
        """Places in ``where`` of every group and target that it reached, shape (hits,)."""
        return self.where.at(self.met.row, self.here.circle_of[self.met.target])


def ask(seen: Observations, groups: pl.DataFrame, found: Part, part: Part) -> Asked:
    """Look up what groups reached in a part; where they turn to is learnt on ``found``."""
    known, learnt = reach(seen, part), reach(seen, found).null
    here, met = known.null, together(known, groups)
    return Asked(here, met, turned(here, learnt, met))


@dataclass(frozen=True)
class Leanings:
    """Which classes of targets groups lean to: numbers of groups, and factors (groups, classes)."""

    numbers: IntArray
    factor: FloatArray

    def of(self, numbers: IntArray) -> FloatArray:
        """Return the factors of some groups, 1 where nothing is known, (numbers, classes)."""
        out = np.ones((numbers.size, CLASSES))
        known = np.isin(numbers, self.numbers)
        out[known] = self.factor[np.searchsorted(self.numbers, numbers[known])]
        return out


def leanings(asked: Asked) -> Leanings:
    """Learn which classes of targets groups lean to.

    Both what a group did and what popularity explains is classed by how often *others* reached a
    target. In a small town a ring's own list would otherwise count as popular, the ring would
    seem to turn away from popular targets, and that would explain the ring.
    """
    here, met, where = asked.here, asked.met, asked.where
    known = cells(here, where)
    mean = (known.popularity + here.shape) * known.many
    usual_sent = where.base[known.circle] / (where.usual_rate[known.circle] + 1.0)
    each = where.drawn[:, None] * elsewhere(here, where, known, usual_sent * mean)
    own_sent = (where.sent / (where.rate + 1.0))[known.place]
    at_own = where.row[known.place] * CLASSES + known.kind[known.cell]
    each += np.bincount(at_own, weights=own_sent * mean[known.cell], minlength=each.size).reshape(
        each.shape
    )
    size = met.numbers.size * CLASSES

    def by_class(reached: FloatArray, weights: FloatArray) -> FloatArray:
        at = met.row * CLASSES + class_of(reached)
        counted = np.bincount(at, weights=weights, minlength=size)
        return counted.reshape(-1, CLASSES).astype(np.float64)

    scale = (where.sent / (where.rate + 1.0))[asked.place]
    everybody = here.popularity[met.target]
    others = everybody - met.by
    swap = by_class(others, scale * (others + here.shape))
    swap -= by_class(everybody, scale * (everybody + here.shape))
    towards = by_class(others, met.by)
    return Leanings(met.numbers, leaning(towards, np.maximum(each + swap, 0.0)))


def tally(
    asked: Asked,
    near: Usual,
    lean: Leanings,
    settings: Sequence[tuple[int, int]],
) -> pl.DataFrame:
    """Count the targets that at least so many of each group reached, and expect them.

    Popularity is that among everybody else: a group's own contacts do not excuse themselves.
    Settings at which nothing was observed are left out, except where only one is asked for.

    Returns:
        Columns group, threshold, width, observed, expected.
    """
    met = asked.met
    chances = _Chances(asked, lean.of(met.numbers))
    frames = []
    for level in sorted({level for level, _ in settings}):
        reaching = met.by >= level
        some = np.bincount(met.row, weights=reaching, minlength=met.numbers.size) > 0
        rows = np.flatnonzero(some | (len(settings) == 1))
        widths = [width for wanted, width in settings if wanted == level]
        closes = [_close(near, met, width) for width in widths]
        for width, expected in zip(widths, chances.expected(level, rows, closes), strict=True):
            within = reaching & (met.gap <= width) if width != ANY_TIME else reaching
            observed = np.bincount(met.row, weights=within, minlength=met.numbers.size)
            columns = {
                "group": met.numbers[rows],
                "threshold": np.full(rows.size, level),
                "width": np.full(rows.size, width),
                "observed": observed[rows].astype(np.float64),
                "expected": expected,
            }
            shown = (columns["observed"] > 0) | (len(settings) == 1)
            frames.append({name: column[shown] for name, column in columns.items()})
    return pl.DataFrame(
        {name: np.concatenate([frame[name] for frame in frames]) for name in frames[0]}
    ).cast({"group": pl.UInt32})


def _close(near: Usual, met: Together, width: int) -> Close:
    """Return how likely two of a group meet within the width, by class: (groups, classes)."""
    if width == ANY_TIME:
        return None
    share = near.near[width].moments.of_groups(met.inside)
    return np.asarray(np.minimum(share[:, None] * near.of(width, met.numbers), 1.0))


class _Chances:
    """How likely enough of each group reach each target, at any time or within a width.

    Args:
        asked: What is asked.
        lean: Factors by class of target, shape (groups, classes).
    """

    def __init__(self, asked: Asked, lean: FloatArray) -> None:
        here, met, where = asked.here, asked.met, asked.where
        self._here, self._met, self._where, self._lean = here, met, where, lean
        self._cells = cells(here, where)
        laws = Laws(here.shape, where, lean)
        self._of_cells = laws.of(self._cells.place, self._cells.popularity[self._cells.cell])
        place, reached = asked.place, here.popularity[met.target]
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
