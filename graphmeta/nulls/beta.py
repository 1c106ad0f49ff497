"""The incomplete beta function where its first argument is a whole number: a short sum.

Upper tails of binomial and negative binomial counts are incomplete beta functions whose first
argument is the number that is to be reached. It is small here, and what is not reached is a sum of
so many terms, which is several times faster than the function in general. Where next to nothing is
reached, the difference from one would lose digits, and the terms beyond are added up.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]

#: Below this, one less what is not reached has fewer than seven right digits.
_LOSES_DIGITS = 1e-8
#: Share of a sum below which a further term changes no digit that counts.
_NEGLIGIBLE = 1e-11
#: So many values at a time stay in a processor's cache.
_AT_ONCE = 16_384


def tail(threshold: int, size: FloatArray, share: FloatArray) -> FloatArray:
    """Return the regularised incomplete beta function of ``threshold`` and ``size`` at ``share``.

    It is the chance that a negative binomial count of that size reaches the threshold, where each
    trial succeeds with the chance ``share``.

    Args:
        threshold: At least 1.
        size: At least 1e-6, any shape.
        share: From 0 to 1, of the same shape.

    Returns:
        From 0 to 1, of the same shape, right to six digits.
    """
    sizes, shares = size.reshape(-1), share.reshape(-1)
    out = np.empty(shares.size)
    for start in range(0, out.size, _AT_ONCE):
        part = slice(start, start + _AT_ONCE)
        out[part] = _tail(threshold, sizes[part], shares[part])
    return out.reshape(share.shape)


def _tail(threshold: int, size: FloatArray, share: FloatArray) -> FloatArray:
    # Chances of 1, 2, ..., each over the chance of none.
    term, below = np.ones_like(share), np.zeros_like(share)
    for number in range(1, threshold):
        term *= (size + (number - 1.0)) * share / number
        below += term
    certain = share >= 1.0
    none = size * np.log1p(-np.where(certain, 0.0, share))
    reached = np.where(certain, 1.0, -np.expm1(np.log1p(below) + none))
    small = reached < _LOSES_DIGITS
    beyond = _beyond(threshold, term[small], size[small], share[small])
    reached[small] = beyond * np.exp(none[small])
    return reached


def _beyond(threshold: int, term: FloatArray, size: FloatArray, share: FloatArray) -> FloatArray:
    """Return the chance of the threshold or more over the chance of none, shape (n,).

    Args:
        threshold: At least 1.
        term: The chance of one less than the threshold, over the chance of none, shape (n,).
        size: As ``tail`` has it, shape (n,).
        share: As ``tail`` has it, shape (n,).
    """
    total, number = np.zeros_like(term), threshold
    while True:
        term = term * ((size + (number - 1.0)) * share / number)
        total += term
        number += 1
        if not (term > _NEGLIGIBLE * total).any():
            return total
