"""Do groups of accounts reach more distinct targets together than chance explains?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import polars as pl

from graphmeta.nulls.configuration import Choice
from graphmeta.nulls.target_classes import CLASSES, class_of, leaning
from graphmeta.signals.base import FloatArray, IntArray, Observations, Part
from graphmeta.signals.coordination import thresholds
from graphmeta.signals.coordination.shared_targets.chances import (
    Cells,
    Chances,
    Close,
    Turned,
    cells,
    elsewhere,
    turned,
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

#: Of the accounts that reach several strangers, the most that a large group may be to be tested.
#: How popular targets are is learnt from the others: of nearly everybody, nobody can say whether
#: they reach the same targets for more than these being popular.
MOST_OF_ALL = 0.75
LARGE = 30


def tested(seen: Observations, groups: pl.DataFrame, found: Part, tested_on: Part) -> pl.DataFrame:
    """Test groups on a part, as chosen on the part that found them: columns ``GROUPS``."""
    everybody = np.unique(reach(seen, found).busy_sender_at).size
    most = max(MOST_OF_ALL * everybody, LARGE)
    groups = groups.filter(pl.len().over("group") <= most)
    learnt = ask(seen, groups, found, found)
    near, lean = usual(nearness(seen, found), learnt.met), leanings(learnt)
    before = tally(learnt, near, lean, SETTINGS)
    choice = chosen(before)
    if found == tested_on:
        return thresholds.judged(before.join(choice, on=["group", "threshold", "width"]))
    after = []
    for setting, mine in choice.partition_by("threshold", "width", as_dict=True).items():
        some = groups.join(mine, on="group", how="semi")
        after.append(tally(ask(seen, some, found, tested_on), near, lean, (setting,)))
    return thresholds.judged(pl.concat([before.clear(), *after]))


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

    @cached_property
    def cells(self) -> Cells:
        """The cells of the null, and those of the circles that the groups turned to."""
        return cells(self.here, self.where)


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
    known = asked.cells
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

    at = where.at(met.row, here.circle_of[met.target])
    scale = (where.sent / (where.rate + 1.0))[at]
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
    factors = lean.of(met.numbers)
    chances = Chances(asked.here, met, asked.where, asked.cells, factors)
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
