"""How often does the group write to a stranger who never answers?

Reminders, notices and newsletters write to the same silent readers again and again, by consent;
spam writes once and moves on.
"""

from __future__ import annotations

import polars as pl

from graphmeta.signals.acts import MEASURED, Acts, others


class Insistence:
    """Messages to each stranger who did not answer."""

    name = "insistence"
    version = 1

    def measure(self, acts: Acts, groups: pl.DataFrame) -> pl.DataFrame:
        """Measure groups beside everybody."""
        silent = acts.strangers.filter(~pl.col("answered"))
        usual = float(others(silent, groups)["events"].mean() or 1.0)  # type: ignore[arg-type]
        return (
            groups.join(silent, left_on="account", right_on="sender")
            .group_by("group")
            .agg(
                value=(pl.col("events").sum() + 10 * usual) / (pl.len() + 10),
                expected=pl.lit(usual),
                support=pl.len().cast(pl.Int64),
            )
            .select(MEASURED.names())
            .sort("group")
        )
