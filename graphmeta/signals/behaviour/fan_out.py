"""How many strangers does an account of the group contact on a day on which it contacts any?

It misleads for businesses and for a first day on a new platform.
"""

from __future__ import annotations

import polars as pl

from graphmeta.signals.acts import MEASURED, Acts, others


class FanOut:
    """Stranger contacts per account and active day."""

    name = "fan_out"
    version = 1

    def measure(self, acts: Acts, groups: pl.DataFrame) -> pl.DataFrame:
        """Measure groups beside everybody."""
        daily = (
            acts.strangers.with_columns(day=pl.col("time") // 86_400)
            .group_by("sender", "day")
            .agg(contacts=pl.len())
        )
        usual = float(others(daily, groups)["contacts"].mean() or 0.0)  # type: ignore[arg-type]
        return (
            groups.join(daily, left_on="account", right_on="sender")
            .group_by("group")
            .agg(
                value=(pl.col("contacts").sum() + 3 * usual) / (pl.len() + 3),
                expected=pl.lit(usual),
                support=pl.col("contacts").sum().cast(pl.Int64),
            )
            .select(MEASURED.names())
            .sort("group")
        )
