"""Who went on to a hub after strangers had contacted them, and how many would have anyway?

A *conversion* is a stranger contact from u to v followed, within ``WITHIN_S``, by v's first
contact to another account h outside v's circle, or by v's joining of a group h.

The null is conditional, because people come and go in bursts: whoever has just been contacted
is around, and contacts other accounts too, at many times its usual rate. What is asked is not
whether those contacted went anywhere, but whether they went to this hub more often than its share
of everybody's arrivals explains. Which hubs are worth the question is told in ``hubs``.

Bins are the contacted accounts, so the parts of the data are split by contacted account, with
everything that account does.
"""

from __future__ import annotations

import numpy as np
import polars as pl

from graphmeta.signals.base import FloatArray, Observations, Part
from graphmeta.signals.memo import once

WITHIN_S = 3 * 86_400
#: The fewest accounts that send converts to one hub.
LEAST_SOURCES = 2
#: Rows that are joined at a time; bounds the memory.
_CHUNK_ROWS = 20_000_000


@once
def conversions(seen: Observations, part: Part) -> pl.DataFrame:
    """Return stranger contacts that were followed by an arrival elsewhere.

    Returns:
        Columns sender, recipient, hub, time (of the arrival), new, contacted (when).
    """
    contacted = seen.strangers.filter(part.keeps("recipient_fold")).select(
        "sender", "recipient", "new", contacted="time"
    )
    went = seen.arrivals.filter(part.keeps("account_fold")).rename({"account": "recipient"})
    # Whoever is contacted by many and goes to many makes as many rows as both multiplied.
    rows = contacted.join(
        went.group_by("recipient").len("cost"),
        on="recipient",
        maintain_order="left",
    ).with_columns(chunk=pl.col("cost").cum_sum() // _CHUNK_ROWS)
    found = [
        some.drop("cost", "chunk")
        .join(went, on="recipient")
        .filter(
            (pl.col("time") - pl.col("contacted")).is_between(1, WITHIN_S),
            pl.col("hub") != pl.col("sender"),
        )
        .select("sender", "recipient", "hub", "time", "new", "contacted")
        for some in rows.partition_by("chunk", maintain_order=True) or [rows]
    ]
    return pl.concat(found)


def expected_converts(
    seen: Observations, groups: pl.DataFrame, rows: pl.DataFrame, part: Part
) -> FloatArray:
    """Return how many of a group's contacted would have gone to the hub on their own.

    As many arrivals, anywhere, as followed the group's contacts, times the hub's share of the
    arrivals that the group did not send there. Half an arrival is granted to every hub.

    Args:
        seen: What is observed.
        groups: Columns group, account.
        rows: Columns group, hub, observed (converts of that group).
        part: The part of the data.

    Returns:
        Shape (rows,).
    """
    arrived = arrivals(seen, part)
    inflow = arrived.group_by("hub").agg(inflow=pl.len().cast(pl.Float64))
    followed = (
        groups.join(conversions(seen, part), left_on="account", right_on="sender")
        .select("group", "recipient", "hub")
        .unique()
        .group_by("group")
        .agg(followed=pl.len().cast(pl.Float64))
    )
    joined = (
        rows.join(followed, on="group", how="left", maintain_order="left")
        .join(inflow, on="hub", how="left", maintain_order="left")
        .with_columns(pl.col("followed", "inflow").fill_null(0.0))
    )
    unsent = (joined["inflow"] - joined["observed"]).clip(lower_bound=0.0).to_numpy() + 0.5
    elsewhere = np.maximum(arrived.height - joined["observed"].to_numpy(), 1.0)
    return np.asarray(joined["followed"].to_numpy() * np.minimum(unsent / elsewhere, 1.0))


def sent_to_hubs(
    seen: Observations, groups: pl.DataFrame, hubs: pl.DataFrame, part: Part
) -> pl.DataFrame:
    """Count the accounts that groups contacted and that went on to any of their hubs.

    Who is of the group itself does not count, and who went to two of its hubs counts once.

    Args:
        seen: What is observed.
        groups: Columns group, account.
        hubs: Columns group, hub.
        part: The part of the data.

    Returns:
        Columns group, observed, expected (over all its hubs), in order of group; one row for
        every group that has a hub.
    """
    went = (
        groups.join(conversions(seen, part), left_on="account", right_on="sender")
        .join(hubs, on=["group", "hub"], how="semi")
        .join(groups, left_on=["group", "recipient"], right_on=["group", "account"], how="anti")
    )
    by_hub = went.group_by("group", "hub").agg(
        observed=pl.col("recipient").n_unique().cast(pl.Float64)
    )
    rows = (
        hubs.join(by_hub, on=["group", "hub"], how="left")
        .with_columns(pl.col("observed").fill_null(0.0))
        .sort("group", "hub")
    )
    expected = pl.Series(expected_converts(seen, groups, rows, part))
    distinct = went.group_by("group").agg(observed=pl.col("recipient").n_unique().cast(pl.Float64))
    return (
        rows.select("group", expected=expected)
        .group_by("group", maintain_order=True)
        .agg(pl.col("expected").sort().sum())
        .join(distinct, on="group", how="left", maintain_order="left")
        .select("group", pl.col("observed").fill_null(0.0), "expected")
    )


@once
def arrivals(seen: Observations, part: Part) -> pl.DataFrame:
    """Return the first arrival of each account at each hub."""
    return seen.arrivals.filter(part.keeps("account_fold")).unique(
        ["account", "hub"], keep="first", maintain_order=True
    )
