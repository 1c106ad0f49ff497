"""Of those whom the group contacted, how many went on to its hub, and who else came there?

Three measures stand beside each other. *Converts* counts the contacted accounts that went on to
its hubs within days, against how many would have gone by themselves. *Feeds a hub* says whether
any did, which is what houses with an office and charities do as well as recruiters. *Sent by
strangers* is the share of all arrivals at the hub that strangers had contacted before: high in a
recruiting funnel (0.8 to 0.9 in planted ones), low in a movement that grows among friends.
"""

from __future__ import annotations

import polars as pl

from graphmeta.signals.acts import MEASURED
from graphmeta.signals.base import WHOLE, Observations
from graphmeta.signals.coordination.conversions import sent_to_hubs


class Converts:
    """Contacted accounts that went on to the group's hubs."""

    name = "converts"
    version = 1

    def measure(self, seen: Observations, groups: pl.DataFrame, hubs: pl.DataFrame) -> pl.DataFrame:
        """Measure groups that have a hub (columns group, hub), columns ``MEASURED``."""
        sent = _sent(seen, groups, hubs)
        return sent.with_columns(
            value=pl.col("observed"), support=pl.col("observed").cast(pl.Int64)
        ).select(MEASURED.names())


class FeedsAHub:
    """Whether anybody whom the group contacted went on to one of its hubs."""

    name = "feeds_a_hub"
    version = 1

    def measure(self, seen: Observations, groups: pl.DataFrame, hubs: pl.DataFrame) -> pl.DataFrame:
        """Measure groups that have a hub (columns group, hub), columns ``MEASURED``."""
        return _sent(seen, groups, hubs).select(
            "group",
            value=pl.lit(1.0),
            expected=pl.lit(0.0),
            support=pl.col("observed").cast(pl.Int64),
        )


class SentByStrangers:
    """Share of its hubs' arrivals that accounts of the group had contacted as strangers."""

    name = "sent_by_strangers"
    version = 1
    #: A hub that nobody recruits for is found by friends and by chance.
    USUAL = 0.1

    def measure(self, seen: Observations, groups: pl.DataFrame, hubs: pl.DataFrame) -> pl.DataFrame:
        """Measure groups that have a hub (columns group, hub), columns ``MEASURED``."""
        arrived = (
            hubs.join(seen.arrivals, on="hub")
            .join(groups, on=["group", "account"], how="anti")
            .group_by("group")
            .agg(arrived=pl.col("account").n_unique())
        )
        return (
            arrived.join(_sent(seen, groups, hubs), on="group")
            .select(
                "group",
                value=(pl.col("observed") / pl.col("arrived")).clip(upper_bound=1.0),
                expected=pl.lit(self.USUAL),
                support=pl.col("arrived").cast(pl.Int64),
            )
            .sort("group")
        )


def _sent(seen: Observations, groups: pl.DataFrame, hubs: pl.DataFrame) -> pl.DataFrame:
    """Count the converts of the groups that have any: columns group, observed, expected."""
    return sent_to_hubs(seen, groups, hubs, WHOLE).filter(pl.col("observed") > 0)
