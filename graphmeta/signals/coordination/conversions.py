"""Who went on to a hub after strangers had contacted them, and how many would have anyway?

A *conversion* is a stranger contact from u to v followed, within ``WITHIN_S``, by v's first
contact to another account h outside v's circle, or by v's joining of a group h.

Both nulls are conditional, because people come and go in bursts: whoever has just been contacted
is around, and contacts other accounts too, at many times its usual rate. What is asked is not
whether those contacted went anywhere, but whether they went to this hub more often than its share
of everybody's arrivals explains; and for a hub, whether those who arrived had been contacted
shortly before more often than those who arrived elsewhere.

Bins are the contacted accounts, so the parts of the data are split by contacted account, with
everything that account does.
"""

from __future__ import annotations

import numpy as np
import polars as pl
from scipy import optimize

from graphmeta.nulls import counts, multiplicity
from graphmeta.signals.base import FloatArray, Observations, Part
from graphmeta.signals.memo import once

WITHIN_S = 3 * 86_400
#: False discovery rate at which hubs are validated, and the sources that each needs.
HUB_RATE = 0.01
LEAST_SOURCES = 2
#: Rows that are joined at a time; bounds the memory.
_CHUNK_ROWS = 20_000_000


@once
def conversions(seen: Observations, part: Part) -> pl.DataFrame:
    """Return stranger contacts that were followed by an arrival elsewhere.

    Returns:
        Columns sender, recipient, hub, time (of the arrival), new.
    """
    contacted = seen.strangers.filter(part.keeps("recipient_fold")).select(
        "sender", "recipient", "new", contacted="time"
    )
    arrivals = seen.arrivals.filter(part.keeps("account_fold")).rename({"account": "recipient"})
    # Whoever is contacted by many and goes to many makes as many rows as both multiplied.
    rows = contacted.join(
        arrivals.group_by("recipient").len("cost"),
        on="recipient",
        maintain_order="left",
    ).with_columns(chunk=pl.col("cost").cum_sum() // _CHUNK_ROWS)
    found = [
        some.drop("cost", "chunk")
        .join(arrivals, on="recipient")
        .filter(
            (pl.col("time") - pl.col("contacted")).is_between(1, WITHIN_S),
            pl.col("hub") != pl.col("sender"),
        )
        .select("sender", "recipient", "hub", "time", "new")
        for some in rows.partition_by("chunk", maintain_order=True) or [rows]
    ]
    return pl.concat(found)


@once
def validated_hubs(seen: Observations, part: Part) -> pl.DataFrame:
    """Return hubs whose arrivals had been contacted by strangers more than by chance.

    An account is contacted shortly before it arrives somewhere at a rate of its own: how often
    strangers contact it for other reasons, half pulled towards everybody's. One factor, common to
    all, brings the arrivals that this explains to as many as there were: that people arrive while
    they are active, and are contacted while they are active, is no news.

    Returns:
        Columns hub, observed (converted arrivals), expected, p_value, q_value.
    """
    contacted = seen.strangers.filter(part.keeps("recipient_fold"))
    moves = conversions(seen, part)
    by_hub = moves.group_by("hub").agg(
        observed=pl.col("recipient").n_unique().cast(pl.Float64),
        sources=pl.col("sender").n_unique(),
    )
    times = contacted.group_by(account="recipient").agg(times=pl.len().cast(pl.Float64))
    followed = moves.group_by("hub", account="recipient").agg(
        followed=pl.col("sender").n_unique().cast(pl.Float64)
    )
    typical = contacted.height / max(seen.circle_of.size, 1)
    arrivals = (
        _arrivals(seen, part)
        .join(times, on="account", how="left", maintain_order="left")
        .join(followed, on=["hub", "account"], how="left", maintain_order="left")
        .select(
            "hub",
            rate=(pl.col("times").fill_null(0.0) - pl.col("followed").fill_null(0.0) + typical) / 2,
        )
    )
    chance = _chances(arrivals["rate"].to_numpy(), float(by_hub["observed"].sum()))
    expected = (
        arrivals.with_columns(chance=pl.Series(chance))
        .group_by("hub", maintain_order=True)
        .agg(expected=pl.col("chance").sum())
    )
    rows = by_hub.filter(pl.col("sources") >= LEAST_SOURCES).join(expected, on="hub").sort("hub")
    tail = counts.upper_tail(rows["observed"].to_numpy(), rows["expected"].to_numpy())
    q = multiplicity.benjamini_hochberg(tail, max(by_hub.height, tail.size))
    judged = rows.with_columns(p_value=pl.Series(tail), q_value=pl.Series(q))
    return judged.filter(pl.col("q_value") <= HUB_RATE)


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
    arrivals = _arrivals(seen, part)
    inflow = arrivals.group_by("hub").agg(inflow=pl.len().cast(pl.Float64))
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
    elsewhere = np.maximum(arrivals.height - joined["observed"].to_numpy(), 1.0)
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
        .agg(pl.col("expected").sum())
        .join(distinct, on="group", how="left", maintain_order="left")
        .select("group", pl.col("observed").fill_null(0.0), "expected")
    )


@once
def _arrivals(seen: Observations, part: Part) -> pl.DataFrame:
    """Return the first arrival of each account at each hub."""
    return seen.arrivals.filter(part.keeps("account_fold")).unique(
        ["account", "hub"], keep="first", maintain_order=True
    )


def _chances(rate: FloatArray, total: float) -> FloatArray:
    """Return ``1 - exp(-factor * rate)``, with the factor that makes them add up to ``total``."""
    if not 0.0 < total < rate.size:
        return np.full(rate.size, min(total, 1.0))

    def excess(log_factor: float) -> float:
        return float(-np.expm1(-np.exp(log_factor) * rate).sum() - total)

    return np.asarray(-np.expm1(-np.exp(optimize.brentq(excess, -50.0, 50.0)) * rate))
