"""Of those whom the group contacted, how many went on to its hub, and who else came there?

Four measures stand beside each other. *Converts* counts the contacted accounts that went on to
its hubs within days, against how many would have gone by themselves. *Feeds a hub* says whether
any did, which is what houses with an office and charities do as well as recruiters. *Brought by
converts* counts whom those converts led there in their turn, from among strangers: a lead does not
become an agent, nor a donor a fundraiser, but recruits recruit. *Sent by strangers* is the share of
all arrivals at the hub that strangers had contacted before: high in a recruiting funnel (0.8 to
0.9 in planted ones), low in a movement that grows among friends.
"""

from __future__ import annotations

import polars as pl

from graphmeta.signals.acts import MEASURED
from graphmeta.signals.base import WHOLE, Observations, shaped
from graphmeta.signals.coordination.conversions import (
    conversions,
    expected_converts,
    sent_to_hubs,
)


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


class BroughtByConverts:
    """Strangers whom converts of the group led to its hub, after they had come there themselves."""

    name = "brought_by_converts"
    version = 1

    def measure(self, seen: Observations, groups: pl.DataFrame, hubs: pl.DataFrame) -> pl.DataFrame:
        """Measure groups whose hub has converts (columns group, hub), columns ``MEASURED``."""
        led = conversions(seen, WHOLE)
        came = (
            groups.join(led, left_on="account", right_on="sender")
            .join(hubs, on=["group", "hub"], how="semi")
            # Colleagues of one house are not recruits of each other.
            .join(groups, left_on=["group", "recipient"], right_on=["group", "account"], how="anti")
            .group_by("group", "hub", account="recipient")
            .agg(came=pl.col("time").min())
        )
        onward = came.join(
            led, left_on=["account", "hub"], right_on=["sender", "hub"], how="left"
        ).with_columns(brought=pl.col("contacted") > pl.col("came"))
        rows = (
            onward.group_by("group", "hub")
            .agg(
                observed=pl.col("recipient").filter("brought").n_unique().cast(pl.Float64),
                support=pl.col("account").n_unique().cast(pl.Int64),
            )
            .sort("group", "hub")
        )
        expected = expected_converts(seen, came.select("group", "account").unique(), rows, WHOLE)
        return shaped(
            rows.with_columns(expected=pl.Series(expected, dtype=pl.Float64))
            .group_by("group", maintain_order=True)
            .agg(pl.col("expected", "support").sum(), value=pl.col("observed").sum()),
            MEASURED,
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
