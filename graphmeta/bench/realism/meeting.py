"""Whom people meet: first contacts, strangers among them, and whether they are answered.

Counted after the first quarter of a log, which shows who knew whom already. That is too short to
show all of it, in real sets and in worlds alike: some friends still look new.
"""

from __future__ import annotations

import numpy as np
import polars as pl

from graphmeta.bench.realism.log import DAY, WEEK, Floats, Log
from graphmeta.graph.circles import circles
from graphmeta.graph.strangers import judged


def first_contacts(log: Log) -> Floats:
    """Return how many first contacts each account begins per week, shape (accounts,)."""
    late = log.first.filter(pl.col("time") >= log.since)
    weeks = (log.days * DAY - log.since) / WEEK
    return np.bincount(late["sender"].to_numpy(), minlength=log.accounts) / weeks


def strangers(log: Log) -> float | None:
    """Return the share of first contacts that are stranger contacts, judged as detection does."""
    old = circles(log.first, log.since, seed=0)
    seen = judged(log.first, log.acquainted, old, log.since)
    return None if seen.is_empty() else float(seen["stranger"].cast(pl.Float64).sum() / len(seen))


def unanswered(log: Log) -> float | None:
    """Return the share of first contacts that are never answered; the last day's are left out."""
    last = (log.days - 1) * DAY
    seen = log.first.filter((pl.col("time") >= log.since) & (pl.col("time") < last))
    return None if seen.is_empty() else seen["replied_at"].null_count() / len(seen)
