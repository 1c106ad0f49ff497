"""How likely do enough of a group reach a target, at any time or within a window?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from graphmeta.nulls import configuration
from graphmeta.nulls.configuration import class_of
from graphmeta.signals.base import FloatArray, IntArray

#: How likely two of a group meet within a width, by class of the target, shape (groups, classes);
#: none at any time.
Close: TypeAlias = FloatArray | None


@dataclass(frozen=True)
class Law:
    """How many contacts of a group a target gets by chance: a negative binomial law.

    Args:
        group: Rows of the groups.
        kind: Classes of the targets.
        mean: How many contacts are expected.
        size: Size of the law, the smaller the more spread. All four have one shape.
    """

    group: IntArray
    kind: IntArray
    mean: FloatArray
    size: FloatArray

    def only(self, rows: IntArray) -> Law:
        """Return the law of some rows."""
        return Law(self.group[rows], self.kind[rows], self.mean[rows], self.size[rows])

    def at_least(self, level: int, closes: Sequence[Close]) -> list[FloatArray]:
        """Return the chance that at least ``level`` of the group do, for each of some widths.

        Two within a width are at most as likely as the pairs expected at the target, times the
        chance that a pair is close.
        """
        ever = configuration.at_least(level, self.mean, self.size)
        if all(close is None for close in closes):
            return [ever] * len(closes)
        pairs = self.mean**2 * (1.0 + 1.0 / self.size) / 2.0
        return [
            ever if close is None else np.minimum(ever, pairs * close[self.group, self.kind])
            for close in closes
        ]


def law(
    shape: float,
    sent: FloatArray,
    rate: FloatArray,
    lean: FloatArray,
    group: IntArray,
    circle: IntArray,
    others: FloatArray,
) -> Law:
    """Return what chance expects of groups and targets.

    Args:
        shape: Shape of the Gamma law of popularity.
        sent: Contacts of each group per contact of everybody else, shape (groups, circles).
        rate: Rate of the Gamma law, shape (groups, circles).
        lean: Factors by class of target, shape (groups, classes).
        group: Rows of the groups.
        circle: Circles of the targets.
        others: How often others reached the targets; ``group``, ``circle`` and this broadcast.
    """
    kind = class_of(others)
    factor = lean[group, kind]
    known = others + shape
    mean = sent[group, circle] * known / (rate[group, circle] + 1.0) * factor
    # Whoever leans to rare targets picks them from a directory, where all are alike: what is
    # added to what popularity explains adds nothing to its spread.
    size = known * np.maximum(factor, 1.0) ** 2
    return Law(np.broadcast_to(group, mean.shape), np.broadcast_to(kind, mean.shape), mean, size)
