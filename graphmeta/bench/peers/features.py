"""What is there to say of a lone account, from whom it contacted, when, and what came back?

The features are those that a trust-and-safety team would try first. All are oriented so that
spam lies high, since some detectors look at one side of each.
"""

from __future__ import annotations

from pathlib import Path

import polars as pl

from graphmeta.bench.detector import Problem
from graphmeta.bench.peers.contacts import contacts, reaching

#: The three that a first rule would use: how many, how silent, how unwelcome.
FEW = ("begun", "silent", "unwelcome")


def features(problem: Problem) -> pl.DataFrame:
    """Return one row per account that began a contact: account, and its features, none missing.

    ``begun`` first contacts, ``sent`` events and ``per_day`` first contacts per active day
    (logarithms); ``silent`` share of first contacts that never answered; ``unwelcome`` blocks and
    reports received per first contact; ``outward`` share of its ties that it began itself;
    ``brief`` minus the logarithm of events per contact; ``haste`` minus the logarithm of the
    median seconds between first contacts; ``young`` minus the logarithm of its age in days at its
    first event; ``even`` minus the burstiness of its first contacts (Goh and Barabasi 2008).
    """
    begun = _begun(problem.events)
    sent = reaching(problem.events).group_by(account="sender").agg(events=pl.len()).collect()
    known = pl.read_parquet(problem.accounts).group_by("account").agg(pl.col("created_at").min())
    table = (
        begun.join(sent, on="account", how="left")
        .join(_met(problem.events), on="account", how="left")
        .join(_unwelcome(problem.events), on="account", how="left")
        .join(known, on="account", how="left")
        .with_columns(pl.col("against", "met").fill_null(0))
    )
    age = (pl.col("first") - pl.col("created_at")).dt.total_seconds() / 86_400
    n = pl.col("n").cast(pl.Float64)
    return table.select(
        "account",
        begun=n.log1p(),
        sent=pl.col("events").log1p(),
        per_day=(n / pl.col("days")).log1p(),
        silent=pl.col("silent"),
        unwelcome=pl.col("against") / n,
        outward=n / (n + pl.col("met")),
        brief=-(pl.col("events") / n).log1p(),
        haste=-pl.col("gap").log1p().fill_null(strategy="max"),
        young=-age.clip(0).log1p().fill_null(strategy="mean"),
        even=((pl.col("mean") - pl.col("spread")) / (pl.col("mean") + pl.col("spread")))
        .fill_nan(0.0)
        .fill_null(0.0),
    ).sort("account")


def _begun(events: Path) -> pl.DataFrame:
    """Return what each account's first contacts are like."""
    first = contacts(events, "first_contacts")
    answers = contacts(events, "contacts").select(
        sender="recipient", recipient="sender", answered=True
    )
    gap = pl.col("time").sort().diff().dt.total_seconds().drop_nulls().cast(pl.Float64)
    return (
        first.join(answers, on=["sender", "recipient"], how="left")
        .group_by(account="sender")
        .agg(
            n=pl.len(),
            days=pl.col("time").dt.date().n_unique(),
            silent=pl.col("answered").is_null().mean(),
            gap=gap.median(),
            mean=gap.mean(),
            spread=gap.std(),
            first=pl.col("time").min(),
        )
    )


def _met(events: Path) -> pl.DataFrame:
    """Return how many accounts began a contact with each."""
    return contacts(events, "first_contacts").group_by(account="recipient").agg(met=pl.len())


def _unwelcome(events: Path) -> pl.DataFrame:
    """Return how many accounts blocked or reported each."""
    return (
        pl.scan_parquet(events / "*.parquet")
        .filter(pl.col("kind").cast(pl.String).is_in(["block", "report"]))
        .group_by(account="recipient")
        .agg(against=pl.col("sender").n_unique())
        .collect()
    )
