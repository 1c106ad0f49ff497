"""Do accounts of the group meet strangers in the same moments as others of it?

What one clock or one tool drives does; people who only share a purpose seldom do. It misleads where
people work in shifts (a text-bank) and where machines do innocent work (notices, reminders).
"""

from __future__ import annotations

import numpy as np
import polars as pl

from graphmeta.signals.acts import MEASURED, Acts

#: Two contacts no further apart than this are of one moment.
WITHIN_S = 300
#: Of a day, how much people are up and about: contacts crowd into that.
_AWAKE = 0.4


class Synchrony:
    """Share of stranger contacts near in time to another account's with another stranger."""

    name = "synchrony"
    version = 1

    def measure(self, acts: Acts, groups: pl.DataFrame) -> pl.DataFrame:
        """Measure groups beside contacts spread over waking hours from the first to the last."""
        rows = (
            groups.join(acts.strangers, left_on="account", right_on="sender")
            .select("group", "account", "recipient", "time")
            .sort("group", "time", "account", "recipient")
        )
        aside = [_aside(rows, step) for step in (-1, 1)]
        near = rows.with_columns(near=pl.Series(aside[0] | aside[1], dtype=pl.Boolean))
        rate = pl.len() / (_AWAKE * (pl.col("time").max() - pl.col("time").min() + 3600))
        return (
            near.group_by("group")
            .agg(
                value=pl.col("near").mean(),
                expected=1.0 - (-2.0 * WITHIN_S * rate).exp(),
                support=pl.len().cast(pl.Int64),
            )
            .select(MEASURED.names())
            .sort("group")
        )


def _aside(rows: pl.DataFrame, step: int) -> np.ndarray:
    """Tell which contacts have another account's, with another stranger, just before or after."""
    other = rows.select(pl.all().shift(step).name.suffix("_other"))
    both = pl.concat([rows, other], how="horizontal")
    return (
        both.select(
            (pl.col("group") == pl.col("group_other"))
            & (pl.col("account") != pl.col("account_other"))
            & (pl.col("recipient") != pl.col("recipient_other"))
            & ((pl.col("time") - pl.col("time_other")).abs() <= WITHIN_S)
        )
        .to_series()
        .fill_null(False)
        .to_numpy()
    )
