"""How many people had a campaign reached before it was flagged?

A detector sees the first k days, for growing k, as it would have then. A campaign is found at the
first k at which a flagged cluster is its own; its contacts up to then had been made. Only whole
checks count: what happens between two of them is found at the later one.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path

import polars as pl

from graphmeta.bench.detector import Problem
from graphmeta.bench.worlds import Truth

#: Days after which a detector looks.
CHECKS = (10, 14, 18, 22, 28)


def prefix(problem: Problem, days: int, folder: Path) -> tuple[Problem, datetime]:
    """Write the first days of a problem into a new folder, and return it and where it ends.

    Accounts opened later are not in it, and nobody has been closed who was closed later.
    """
    events = pl.read_parquet(problem.events / "*.parquet")
    # Worlds begin at midnight; the first event is some seconds later.
    begin: datetime = events["timestamp"].dt.truncate("1d").sort()[0]
    end = begin + timedelta(days=days)
    (folder / "events").mkdir(parents=True)
    events.filter(pl.col("timestamp") < end).write_parquet(folder / "events" / "events.parquet")
    open_yet = pl.col("closed_at") < end
    pl.read_parquet(problem.accounts).filter(pl.col("created_at") < end).with_columns(
        closed_at=pl.when(open_yet).then("closed_at"),
        closed_by=pl.when(open_yet).then("closed_by"),
    ).write_parquet(folder / "accounts.parquet")
    return Problem(folder / "events", folder / "accounts.parquet", problem.seed), end


def before_detection(
    truth: Truth, found: Mapping[str, datetime | None], checks: Mapping[int, datetime]
) -> dict[str, dict[str, float | int | None]]:
    """Count what each campaign had done when it was found.

    Args:
        truth: Of the whole world.
        found: By campaign, the end of the first check at which it was flagged; None for never.
        checks: Where each check ended, by its day.

    Returns:
        By campaign: ``day`` of that check, ``contacts`` made before, ``of`` all, ``share`` (1
        where it was never found).
    """
    days = {end: day for day, end in checks.items()}
    counted: dict[str, dict[str, float | int | None]] = {}
    for name, end in found.items():
        made = truth.approaches.filter(pl.col("campaign") == name)
        before = made.height if end is None else made.filter(pl.col("time") < end).height
        counted[name] = {
            "day": None if end is None else days[end],
            "contacts": before,
            "of": made.height,
            "share": before / made.height if made.height else None,
        }
    return counted
