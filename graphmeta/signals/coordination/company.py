"""Who belongs to a hub's company although few of those contacted went there?

The funnel finds sources: accounts with several converts, more than chance. A hub's company has
more people. Three tests find them, each against what is usual among comparable accounts:

- *recruited recruiters* came to the hub themselves, and then began to contact strangers, one of
  whom may have followed. How often chance sends as many converts, and how often accounts contact
  as many strangers within days of showing up anywhere, are brought together by Fisher's method;
- *handlers* are those with whom the sources' converts went on to talk, besides the hub, more
  often than the handlers' share of everybody's arrivals explains;
- *founders* of a group were there before its first convert, together with its sources, where
  sources make up most of those who were, and more than chance deals out (hypergeometric).

It misleads where somebody came to the hub and, for another reason, began to meet strangers in
the same days.
"""

from __future__ import annotations

import numpy as np
import polars as pl

from graphmeta.nulls import counts
from graphmeta.signals.base import FloatArray, Observations, Part

#: Share of a hub's arrivals that its sources sent, from which it lives on recruiting.
LIVES_ON = 0.3
#: How soon after coming to a hub its recruits recruit.
SOON_S = 6 * 86_400
#: Share of the converts that go anywhere else that a handler talks with.
HANDLES = 0.1
#: Converts go to shops and support desks like others: a handler must be surer than a recruiter.
HANDLES_AT = 1e-4
#: Founders are told where chance deals a hub's sources to its first comers at most this often.
FOUNDED_AT = 1e-3

_TESTED = ["account", "hub", "observed", "expected", "p_value"]


def recruiting(
    seen: Observations, moves: pl.DataFrame, sources: pl.DataFrame, part: Part
) -> pl.DataFrame:
    """Return hubs of which the sources' converts are at least a share ``LIVES_ON`` of arrivals.

    Only such a hub has a company: to a movement among friends most come by themselves, and go on
    to bring others for no recruiter's sake.

    Returns:
        Column hub, in order.
    """
    sent = (
        sources.select("hub", sender="account")
        .join(moves, on=["sender", "hub"])
        .group_by("hub")
        .agg(sent=pl.col("recipient").n_unique())
    )
    return (
        seen.arrivals.filter(part.keeps("account_fold"))
        .join(sources.select("account", "hub"), on=["account", "hub"], how="anti")
        .group_by("hub")
        .agg(arrived=pl.col("account").n_unique())
        .join(sent, on="hub")
        .filter(pl.col("sent") >= LIVES_ON * pl.col("arrived"))
        .select("hub")
        .sort("hub")
    )


def came(seen: Observations) -> pl.DataFrame:
    """Return when accounts came to hubs once judging had begun: columns account, hub, came."""
    shown = seen.visible.filter(pl.col("newcomer")).select("account", "hub", "time")
    return (
        pl.concat([seen.arrivals.select("account", "hub", "time"), shown])
        .group_by("account", "hub")
        .agg(came=pl.col("time").min())
        .sort("account", "hub")
    )


def recruited(seen: Observations, feeders: pl.DataFrame, hubs: pl.DataFrame) -> pl.DataFrame:
    """Test those who came to a hub by their converts and by the strangers they contacted then.

    Args:
        seen: What is observed.
        feeders: Columns account, hub, observed (converts), expected, p_value.
        hubs: Column hub.

    Returns:
        Columns account, hub, observed, expected, p_value; one row for everybody who came to one
        of the hubs and contacted a stranger after it.
    """
    arrived = came(seen)
    after = _met_after(seen, arrived.join(hubs, on="hub", how="semi"))
    usual = _met_after(seen, _one_each(arrived))["met"].to_numpy()
    people = max(arrived["account"].n_unique(), 1)
    rows = after.join(
        feeders.select(_TESTED), on=["account", "hub"], how="left", maintain_order="left"
    ).with_columns(
        pl.col("p_value").fill_null(1.0),
        pl.col("observed", "expected").fill_null(0.0),
    )
    busier = usual.size - np.searchsorted(np.sort(usual), rows["met"].to_numpy(), side="left")
    both = rows["p_value"].to_numpy() * (busier + 1.0) / (people + 1.0)
    alone = np.minimum(1.0, 2.0 * (busier + 1.0) / (people + 1.0))
    return rows.with_columns(p_value=pl.Series(np.minimum(_fisher(both), alone))).select(_TESTED)


def _met_after(seen: Observations, arrived: pl.DataFrame) -> pl.DataFrame:
    """Count by how many strangers accounts contacted more soon after they came than just before.

    Returns:
        Columns account, hub, met; accounts that contacted no more than before are left out.
    """
    since = pl.col("time") - pl.col("came")
    return (
        arrived.join(
            seen.strangers.select("recipient", "time", account="sender"),
            on="account",
        )
        .filter(since.abs() <= SOON_S, pl.col("recipient") != pl.col("hub"))
        .group_by("account", "hub")
        .agg(met=((since > 0).cast(pl.Float64) - (since <= 0).cast(pl.Float64)).sum())
        .filter(pl.col("met") > 0)
        .sort("account", "hub")
    )


def _one_each(arrived: pl.DataFrame) -> pl.DataFrame:
    """Keep one arrival of every account, the first: joiners of many groups count once."""
    return arrived.sort("account", "came", "hub").unique(
        "account", keep="first", maintain_order=True
    )


def _fisher(product: FloatArray) -> FloatArray:
    """Return the p-value of a product of two independent p-values (Fisher 1932)."""
    x = np.clip(product, 1e-300, 1.0)
    return np.asarray(np.minimum(1.0, x * (1.0 - np.log(x))))


def handlers(seen: Observations, moves: pl.DataFrame, sources: pl.DataFrame) -> pl.DataFrame:
    """Test accounts by the converts of a hub's sources who went on to them as well.

    Args:
        seen: What is observed.
        moves: Conversions: columns sender, recipient, hub.
        sources: Columns account, hub.

    Returns:
        Columns account, hub, observed, expected, p_value.
    """
    converts = (
        sources.select("hub", sender="account")
        .join(moves, on=["sender", "hub"])
        .select("hub", "recipient")
        .unique()
    )
    arrivals = seen.arrivals.select("account", talks_to="hub").unique()
    went = (
        converts.join(arrivals, left_on="recipient", right_on="account")
        .filter(pl.col("talks_to") != pl.col("hub"))
        .join(
            moves.select("sender", "recipient").unique(),
            left_on=["talks_to", "recipient"],
            right_on=["sender", "recipient"],
            how="anti",
        )
    )
    inflow = arrivals.group_by("talks_to").agg(inflow=pl.len().cast(pl.Float64))
    rows = (
        went.with_columns(
            visits=pl.len().over("hub").cast(pl.Float64),
            converts=pl.col("recipient").n_unique().over("hub"),
        )
        .group_by("hub", "talks_to")
        .agg(
            observed=pl.len().cast(pl.Float64),
            visits=pl.first("visits"),
            converts=pl.first("converts"),
        )
        .join(inflow, on="talks_to")
        .sort("hub", "talks_to")
        .with_columns(
            expected=pl.col("visits")
            * (pl.col("inflow") - pl.col("observed") + 0.5)
            / max(arrivals.height, 1)
        )
    )
    tail = counts.upper_tail(rows["observed"].to_numpy(), rows["expected"].to_numpy())
    return (
        rows.with_columns(p_value=pl.Series(tail))
        .filter(pl.col("observed") >= pl.max_horizontal(pl.lit(3), HANDLES * pl.col("converts")))
        .filter(pl.col("p_value") <= HANDLES_AT)
        .select("hub", "observed", "expected", "p_value", account="talks_to")
        .select(_TESTED)
    )


def founders(seen: Observations, moves: pl.DataFrame, sources: pl.DataFrame) -> pl.DataFrame:
    """Return who was in a young group before its first convert, where mostly sources were.

    Args:
        seen: What is observed.
        moves: Conversions: columns sender, recipient, hub, time (of the arrival).
        sources: Columns account, hub.

    Returns:
        Columns account, hub, observed (1), expected, p_value.
    """
    old = seen.visible.filter(~pl.col("newcomer")).select("hub").unique()
    first = (
        sources.select("hub", sender="account")
        .join(moves, on=["sender", "hub"])
        .group_by("hub")
        .agg(first=pl.col("time").min())
    )
    shown = (
        seen.visible.join(old, on="hub", how="anti")
        .join(first, on="hub")
        .join(
            sources.select("account", "hub", source=pl.lit(True)), on=["account", "hub"], how="left"
        )
        .with_columns(pl.col("source").fill_null(False), early=pl.col("time") < pl.col("first"))
    )
    told = (
        shown.group_by("hub")
        .agg(
            everybody=pl.len(),
            known=pl.col("source").sum(),
            early=pl.col("early").sum(),
            both=(pl.col("source") & pl.col("early")).sum(),
        )
        .sort("hub")
    )
    both, everybody, known, early = (
        told[name].to_numpy().astype(np.float64) for name in ("both", "everybody", "known", "early")
    )
    dealt = counts.exact_upper_tail(both, early, known - both, everybody - early)
    sure = told.with_columns(p_value=pl.Series(dealt, dtype=pl.Float64)).filter(
        pl.col("p_value") <= FOUNDED_AT, 2 * pl.col("both") >= pl.col("early")
    )
    return (
        shown.filter(pl.col("early") & ~pl.col("source"))
        .join(sure.select("hub", "p_value", "early", "everybody"), on="hub")
        .select(
            "account",
            "hub",
            "p_value",
            observed=pl.lit(1.0),
            expected=pl.col("early_right") / pl.col("everybody"),
        )
        .select(_TESTED)
    )
