"""When strangers answer the group, how long do they talk?

A bought reply is one word; a customer or a friend in the making writes on.
"""

from __future__ import annotations

import polars as pl

from graphmeta.signals.acts import MEASURED, Acts, others


class Dialogue:
    """Replies of each stranger who answered."""

    name = "dialogue"
    version = 1

    def measure(self, acts: Acts, groups: pl.DataFrame) -> pl.DataFrame:
        """Measure groups beside everybody."""
        answered = acts.strangers.filter("answered")
        usual = float(others(answered, groups)["replies"].mean() or 1.0)  # type: ignore[arg-type]
        return (
            groups.join(answered, left_on="account", right_on="sender")
            .group_by("group")
            .agg(
                value=(pl.col("replies").sum() + 5 * usual) / (pl.len() + 5),
                expected=pl.lit(usual),
                support=pl.len().cast(pl.Int64),
            )
            .select(MEASURED.names())
            .sort("group")
        )
