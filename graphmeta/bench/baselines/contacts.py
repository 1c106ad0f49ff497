"""What every baseline counts: whom an account wrote to, who answered, who blocked and reported.

A contact is a pair with at least one message or call outside groups, or an invitation. It is
answered where the other side wrote or called too, at whatever time: a coarse reading of reply,
which is all that a first attempt at a detector would have.
"""

from __future__ import annotations

import polars as pl

from graphmeta.bench.detector import Problem

_REACHING = ("message", "call", "invite")
_DEFENDING = ("block", "report")


def events(problem: Problem) -> pl.LazyFrame:
    """Return the events of a world, kinds as text."""
    return pl.scan_parquet(problem.events / "*.parquet").with_columns(
        pl.col("kind").cast(pl.String)
    )


def reaching(problem: Problem) -> pl.LazyFrame:
    """Return the events with which one account reaches another, outside groups."""
    outside = (pl.col("kind") == "invite") | pl.col("group").is_null()
    return events(problem).filter(pl.col("kind").is_in(_REACHING), outside)


def contacts(problem: Problem) -> pl.LazyFrame:
    """Return one row per contact: sender, recipient, n events, answered."""
    pairs = reaching(problem).group_by("sender", "recipient").agg(n=pl.len())
    back = pairs.select(sender="recipient", recipient="sender", answered=True)
    return pairs.join(back, on=["sender", "recipient"], how="left").with_columns(
        pl.col("answered").fill_null(False)
    )


def defences(problem: Problem) -> pl.LazyFrame:
    """Return, per account, how many accounts blocked or reported it: account, blocks, reports."""
    return (
        events(problem)
        .filter(pl.col("kind").is_in(_DEFENDING))
        .group_by(account="recipient")
        .agg(
            blocks=pl.col("sender").filter(pl.col("kind") == "block").n_unique(),
            reports=pl.col("sender").filter(pl.col("kind") == "report").n_unique(),
        )
    )
