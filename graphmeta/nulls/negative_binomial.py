"""Counts that spread more than Poisson's: a Poisson law whose mean is drawn from a Gamma law.

How many contacts of a group a target gets is such a count, since popularity differs from target to
target (``configuration``).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from graphmeta.nulls import beta

FloatArray = NDArray[np.float64]


def at_least(threshold: int, mean: FloatArray, size: FloatArray) -> FloatArray:
    """Return the chance that a target gets at least ``threshold`` contacts of a group.

    Args:
        threshold: At least 1.
        mean: How many it is expected to get, any shape.
        size: Size of the negative binomial law, the smaller the more spread; broadcasts.

    Returns:
        Upper tails, in the arguments' common shape.
    """
    mean, size = np.broadcast_arrays(mean, size)
    return beta.tail(threshold, size, mean / (mean + size))
