"""Counts that spread more than Poisson's: a Poisson law whose mean is drawn from a Gamma law.

How many contacts of a group a target gets is such a count, since popularity differs from target to
target (``configuration``).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import special

FloatArray = NDArray[np.float64]

#: Below this, one less what is not reached has fewer than seven right digits.
_LOSES_DIGITS = 1e-8


def at_least(threshold: int, mean: FloatArray, size: FloatArray) -> FloatArray:
    """Return the chance that a target gets at least ``threshold`` contacts of a group.

    What is not reached is a sum of ``threshold`` terms, which is several times faster than the
    incomplete beta function; that is asked where the chance is so small that the difference from
    one would lose digits.

    Args:
        threshold: At least 1.
        mean: How many it is expected to get, any shape.
        size: Size of the negative binomial law, the smaller the more spread; broadcasts.

    Returns:
        Upper tails, in the arguments' common shape.
    """
    mean, size = np.broadcast_arrays(mean, size)
    share = mean / (mean + size)
    # Chances of 1, 2, ... contacts, each over the chance of none.
    term = np.ones_like(share)
    below = np.zeros_like(share)
    for number in range(1, threshold):
        term = term * ((size + (number - 1.0)) / number * share)
        below = below + term
    tail = np.asarray(-np.expm1(np.log1p(below) - size * np.log1p(mean / size)))
    small = tail < _LOSES_DIGITS
    tail[small] = special.betainc(threshold, size[small], share[small])
    return tail
