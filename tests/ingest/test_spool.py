"""Events that wait on disk come back whole, by slices of time, and go into the store in order."""

from __future__ import annotations

import itertools
import random
from pathlib import Path

import polars as pl
import pytest

from graphmeta.contract.events import KINDS, STORE_EVENTS
from graphmeta.ingest.build import in_order
from graphmeta.ingest.spool import Spool

ORDER = ("time", "sender", "recipient", "kind", "group", "duration_s")
CHANCE = random.Random(5)


def drawn(rows: int, hours: int) -> pl.DataFrame:
    """Draw events that collide in every column now and then."""
    return pl.DataFrame(
        [
            {
                "sender": CHANCE.randrange(5),
                "recipient": CHANCE.randrange(3),
                "time": CHANCE.randrange(hours) * 3600 + CHANCE.randrange(2),
                "kind": CHANCE.choice(KINDS),
                "duration_s": CHANCE.choice([None, 0.0, 2.5]),
                "group": CHANCE.choice([None, 7]),
            }
            for _ in range(rows)
        ],
        schema=STORE_EVENTS,
    )


def test_events_of_mixed_up_files_come_back_by_slices_of_time(tmp_path: Path) -> None:
    parts = [drawn(200, 48) for _ in range(5)]
    spool = Spool(tmp_path / "waiting")
    for part in [*parts, drawn(0, 1)]:
        spool.add(part)
    slices = list(spool.slices(150))
    assert len(slices) > 3
    assert all(
        before["time"].to_numpy().max() < after["time"].to_numpy().min()
        for before, after in itertools.pairwise(slices)
    )
    whole = pl.concat(parts)
    assert pl.concat(slices).sort(ORDER).equals(whole.sort(ORDER))
    assert pl.concat(spool).equals(whole)
    assert (len(spool), spool.first) == (1000, whole["time"].min())
    assert spool.last == whole["time"].max()


def test_a_change_reaches_every_event_in_either_way_of_looking(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "waiting")
    spool.add(drawn(50, 5))
    spool.change(lambda events: events.with_columns(sender=pl.lit(9, pl.UInt32)))
    for seen in (pl.concat(spool), pl.concat(spool.slices(10))):
        assert seen["sender"].unique().to_list() == [9]


def test_what_waits_can_be_let_go(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "waiting")
    spool.add(drawn(5, 5))
    spool.clear()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("hours", [1, 3, 2_000_000])
def test_the_order_is_that_of_all_columns(hours: int) -> None:
    for rows in (1, 2, 300):
        events = drawn(rows, hours)
        assert in_order(events).equals(events.sort(ORDER))
