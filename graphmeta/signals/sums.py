"""Sums of fractions that are the same to the last digit, whatever the threads do.

Polars adds up a table of a thousand rows or more in parts where a sample of its rows, drawn at
random, says that there are few different keys, and the last digit of a sum of fractions then
depends on the parts. Small tables are sorted within their groups before they are summed, which
rules parts out; large ones come here.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl


def summed(rows: pl.DataFrame, by: Sequence[str], *names: str) -> pl.DataFrame:
    """Add up columns over rows that stand together, in the order in which these stand.

    Args:
        rows: Sorted by the columns ``by``, or grouped at least: equal keys stand together.
        by: The keys, none of them null.
        names: The columns to add up.

    Returns:
        Columns ``by`` and ``names`` (float), one row per key, in the order given.
    """
    turns = pl.any_horizontal(pl.col(key) != pl.col(key).shift() for key in by)
    first = rows.select(turns.fill_null(True)).to_series().to_numpy()
    starts = np.flatnonzero(first)
    told = rows.select(by).filter(pl.Series(first))
    return told.with_columns(
        pl.Series(name, np.add.reduceat(rows[name].to_numpy().astype(np.float64), starts))
        if starts.size
        else pl.lit(0.0).alias(name)
        for name in names
    )
