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
    """Strangers whom converts were the first to lead to the hub, having come there themselves."""

    name = "brought_by_converts"
    version = 1

    def measure(self, seen: Observations, groups: pl.DataFrame, hubs: pl.DataFrame) -> pl.DataFrame:
        """Measure groups whose hub has converts (columns group, hub), columns ``MEASURED``."""
        led = _led_by_group_and_converts(seen, groups, hubs)
        rows = (
            led.group_by("group", "hub")
            .agg(
                brought=pl.col("by_convert").sum().cast(pl.Float64),
                # All whom anybody of theirs led say nothing about who comes there by himself.
                observed=pl.len().cast(pl.Float64),
                support=pl.len().cast(pl.Int64),
            )
            .sort("group", "hub")
        )
        converts = led.select("group", account="recipient").unique()
        expected = expected_converts(seen, converts, rows, WHOLE)
        return shaped(
            rows.with_columns(expected=pl.Series(expected, dtype=pl.Float64))
            .group_by("group", maintain_order=True)
            .agg(pl.col("expected", "support").sort().sum(), value=pl.col("brought").sum()),
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


def _led_by_group_and_converts(
    seen: Observations, groups: pl.DataFrame, hubs: pl.DataFrame
) -> pl.DataFrame:
    """Return whom a group and its converts led to its hubs, by whoever contacted them first.

    A convert had led nobody before it came: colleagues of one house are no recruits of each other.

    Returns:
        Columns group, hub, recipient, by_convert (bool).
    """
    led = conversions(seen, WHOLE).join(hubs.select("hub").unique(), on="hub", how="semi")
    members = groups.join(hubs, on="group").select("group", "hub", "account")
    came = (
        members.join(led, left_on=["account", "hub"], right_on=["sender", "hub"])
        .group_by("group", "hub", account="recipient")
        .agg(came=pl.col("time").min())
    )
    leading = members.join(came, on=["group", "hub", "account"], how="full", coalesce=True)
    return (
        leading.join(led, left_on=["account", "hub"], right_on=["sender", "hub"])
        .with_columns(began=pl.col("contacted").min().over("group", "hub", "account"))
        .with_columns(by_convert=(pl.col("came") < pl.col("began")).fill_null(False))
        .sort("group", "hub", "recipient", "contacted", "account")
        .unique(["group", "hub", "recipient"], keep="first", maintain_order=True)
        .select("group", "hub", "recipient", "by_convert")
    )
