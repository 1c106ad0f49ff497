"""Do the accounts of the group know one another?

Colleagues, classmates and families do; hired or scripted accounts seldom do. A farm of accounts
that befriend each other for camouflage misleads it.
"""

from __future__ import annotations

import polars as pl

from graphmeta.signals.acts import Acts


class MutualTies:
    """Share of pairs of the group that have written to each other."""

    name = "mutual_ties"
    version = 1

    def measure(self, acts: Acts, groups: pl.DataFrame) -> pl.DataFrame:
        """Measure groups beside everybody."""
        side = groups.select("group", a="account")
        inside = (
            side.join(acts.acquaintances, on="a")
            .join(groups.select("group", b="account"), on=["group", "b"])
            .group_by("group")
            .agg(ties=pl.len())
        )
        pairs = pl.col("members") * (pl.col("members") - 1) / 2
        everybody = acts.accounts.height
        usual = 2 * acts.acquaintances.height / max(everybody * (everybody - 1), 1)
        return (
            groups.group_by("group")
            .agg(members=pl.len())
            .filter(pl.col("members") > 1)
            .join(inside, on="group", how="left")
            .select(
                "group",
                value=pl.col("ties").fill_null(0) / pairs,
                expected=pl.lit(usual),
                support=pairs.cast(pl.Int64),
            )
            .sort("group")
        )
