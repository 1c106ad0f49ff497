"""How sure is a figure, given that worlds are drawn at random?

Means get a percentile bootstrap over worlds (Efron and Tibshirani 1993), rates the exact interval
of Clopper and Pearson (1934). Both at 95 %. From a handful of worlds a bootstrap is too narrow,
and from one there is none.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass

import numpy as np
from scipy import stats

from graphmeta import seeds

LEVEL = 0.95
_RESAMPLES = 2_000


@dataclass(frozen=True)
class Estimate:
    """A figure with its interval.

    Args:
        value: The mean, or the rate; None where there was nothing to take it of.
        low: Lower end; None where there is no interval.
        high: Upper end.
        n: Worlds for a mean; trials for a rate.
    """

    value: float | None
    low: float | None
    high: float | None
    n: int

    def as_json(self) -> dict[str, float | int | None]:
        """Return it as JSON has it."""
        return asdict(self)


def mean(values: Sequence[float]) -> Estimate:
    """Return the mean over worlds with its bootstrap interval."""
    if not values:
        return Estimate(None, None, None, 0)
    if len(values) == 1:
        return Estimate(float(values[0]), None, None, 1)
    drawn = np.asarray(values, dtype=np.float64)
    rng = seeds.generator("bench", "bootstrap", len(values))
    picks = rng.integers(0, len(drawn), (_RESAMPLES, len(drawn)))
    low, high = np.quantile(drawn[picks].mean(axis=1), [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return Estimate(float(drawn.mean()), float(low), float(high), len(drawn))


def rate(hits: int, trials: int) -> Estimate:
    """Return a rate with its Clopper-Pearson interval."""
    if not trials:
        return Estimate(None, None, None, 0)
    bounds = stats.binomtest(hits, trials).proportion_ci(LEVEL, method="exact")
    return Estimate(hits / trials, float(bounds.low), float(bounds.high), trials)


def difference(before: Sequence[float], after: Sequence[float]) -> Estimate:
    """Return the difference of two means of unrelated worlds, ``n`` being the smaller number."""
    value = float(np.mean(after) - np.mean(before))
    n = min(len(before), len(after))
    if n < 2:
        return Estimate(value, None, None, n)
    rng = seeds.generator("bench", "bootstrap", len(before), len(after))
    means = [
        np.asarray(part)[rng.integers(0, len(part), (_RESAMPLES, len(part)))].mean(axis=1)
        for part in (before, after)
    ]
    low, high = np.quantile(means[1] - means[0], [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return Estimate(value, float(low), float(high), n)
