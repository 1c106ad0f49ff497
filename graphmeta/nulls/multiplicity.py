"""How many of the surprises in a long list are owed to its length?"""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]


def benjamini_hochberg(p_values: FloatArray, tests: int | None = None) -> FloatArray:
    """Return q-values: the smallest false discovery rate at which each test is accepted.

    Benjamini and Hochberg (1995). Valid for independent and for positively dependent tests.

    Args:
        p_values: Shape (n,).
        tests: How many tests were made in all, where only the smaller p-values are at hand
            (the others count as 1). At least n.

    Returns:
        Shape (n,), in the order of the input.
    """
    n = p_values.size
    if n == 0:
        return np.zeros(0)
    total = n if tests is None else tests
    order = np.argsort(p_values, kind="stable")
    scaled = p_values[order] * total / np.arange(1, n + 1)
    q = np.minimum(1.0, np.minimum.accumulate(scaled[::-1])[::-1])
    out = np.empty(n)
    out[order] = q
    return out


def accepted(rate: float, family: str) -> pl.Expr:
    """Return whether Benjamini and Hochberg (1995) accept the column p_value, in each family.

    Args:
        rate: False discovery rate.
        family: Column that tells which tests were made together; each row is a test.
    """
    p_value = pl.col("p_value")
    within = p_value <= rate * p_value.rank("max").over(family) / pl.len().over(family)
    return (p_value <= p_value.filter(within).max().over(family)).fill_null(False)
