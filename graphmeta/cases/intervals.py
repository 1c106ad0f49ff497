"""How far may a rate, or a median, that was seen in few reviews lie from what it is?

Wilson's interval for a rate (Wilson 1927), which holds up where a rate is near 0 or 1, and the
distribution-free interval between two order statistics for a median. Both at 95 %. They take
reviews for independent; where somebody sees ten clusters of one kind in a row they are too narrow.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from scipy import stats

LEVEL = 0.95


@dataclass(frozen=True)
class Estimate:
    """A value, and between which others it may lie.

    Args:
        value: None where nothing was counted.
        low: None where too little was counted for an interval.
        high: As ``low``.
        n: How many were counted.
    """

    value: float | None
    low: float | None
    high: float | None
    n: int


def rate(hits: int, trials: int) -> Estimate:
    """Return a rate with its Wilson interval."""
    if not trials:
        return Estimate(None, None, None, 0)
    bounds = stats.binomtest(hits, trials).proportion_ci(LEVEL, method="wilson")
    return Estimate(hits / trials, float(bounds.low), float(bounds.high), trials)


def middle(values: Sequence[float]) -> Estimate:
    """Return a median with an interval that holds it with at least 95 % chance."""
    if not values:
        return Estimate(None, None, None, 0)
    ordered, n = sorted(values), len(values)
    # The most values that may lie on one side of the interval.
    outside = int(stats.binom.ppf((1 - LEVEL) / 2, n, 0.5)) - 1
    if outside < 0:
        return Estimate(float(median(ordered)), None, None, n)
    return Estimate(float(median(ordered)), ordered[outside], ordered[n - 1 - outside], n)
