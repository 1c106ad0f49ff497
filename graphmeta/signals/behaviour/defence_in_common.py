"""Do those whom several of the group reached block or report it more than those whom one reached?

Accounts that hide what they do together among contacts for show dilute what people think of them:
strangers who were greeted, or sold something real, do not defend themselves. Those whom several
accounts reached are whom the group is about. Of a group that has one kind of contact alone, both
kinds of strangers defend themselves alike, whatever the rate.

It misleads where several have a reason to contact those who complain, as a support desk has.
"""

from __future__ import annotations

import polars as pl

from graphmeta.signals.acts import MEASURED, Acts
from graphmeta.signals.behaviour.defence_rate import DefenceRate

#: Strangers' worth of the group's whole rate towards which both are pulled.
PULL = 100.0


class DefenceInCommon:
    """Blocks and reports per stranger whom several reached, beside those whom one reached."""

    name = "defence_in_common"
    version = 1

    def measure(self, acts: Acts, groups: pl.DataFrame) -> pl.DataFrame:
        """Measure groups of which several accounts reached some stranger."""
        whole = DefenceRate().measure(acts, groups).select("group", whole="value")
        reached = (
            groups.join(acts.strangers, left_on="account", right_on="sender")
            .with_columns(common=pl.col("account").n_unique().over("group", "recipient") > 1)
            .group_by("group")
            .agg(
                several=pl.col("weight").filter("common").sort().sum(),
                one=pl.col("weight").filter(~pl.col("common")).sort().sum(),
                support=pl.col("common").sum().cast(pl.Int64),
                rest=(~pl.col("common")).sum(),
            )
            .filter(pl.col("support") > 0)
            .join(whole, on="group")
        )
        return (
            reached.with_columns(
                value=(pl.col("several") + PULL * pl.col("whole")) / (pl.col("support") + PULL),
                expected=(pl.col("one") + PULL * pl.col("whole")) / (pl.col("rest") + PULL),
            )
            .select(MEASURED.names())
            .sort("group")
        )
