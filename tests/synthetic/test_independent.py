"""Independent accounts: bursty, heavy-tailed, in circles, and without coordination."""

from __future__ import annotations

from datetime import timedelta

import polars as pl
import pytest

from graphmeta.errors import UsageError
from graphmeta.synthetic.independent import independent_accounts


def test_the_same_seed_gives_the_same_events() -> None:
    assert independent_accounts(400, 10, 3).equals(independent_accounts(400, 10, 3))
    assert not independent_accounts(400, 10, 3).equals(independent_accounts(400, 10, 4))


def test_activity_and_popularity_are_heavy_tailed() -> None:
    events = independent_accounts(2_000, 21, 0, flash_crowd=False)
    for column in ("sender", "recipient"):
        counts = events[column].value_counts()["count"]
        assert counts.max() > 8 * counts.median()  # type: ignore[operator]


def test_a_flash_crowd_reaches_a_popular_account_within_hours() -> None:
    with_crowd = independent_accounts(2_000, 21, 1)
    without = independent_accounts(2_000, 21, 1, flash_crowd=False)
    assert without.height < with_crowd.height
    star = with_crowd["recipient"].value_counts(sort=True)["recipient"][0]
    hours = with_crowd.filter(pl.col("recipient") == star).group_by_dynamic("timestamp", every="6h")
    assert hours.agg(pl.len())["len"].max() > 40  # type: ignore[operator]


def test_events_come_in_sessions() -> None:
    events = independent_accounts(500, 14, 2, flash_crowd=False).sort("sender", "timestamp")
    gaps = events.select(pl.col("timestamp").diff().over("sender").drop_nulls())["timestamp"]
    assert gaps.median() < timedelta(minutes=20) < timedelta(hours=2) < gaps.mean()  # type: ignore[operator]


def test_too_few_accounts_are_refused() -> None:
    with pytest.raises(UsageError, match="too few"):
        independent_accounts(10)
