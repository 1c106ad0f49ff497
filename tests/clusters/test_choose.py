"""Of groups that overlap the better are kept, whole."""

from __future__ import annotations

import polars as pl
from test_find import as_sets

from graphmeta.clusters.choose import better, choose


def grouped(gain: float, *accounts: int) -> pl.DataFrame:
    schema = {"group": pl.UInt32, "account": pl.UInt32, "gain": pl.Float64}
    return pl.DataFrame({"group": 0, "account": accounts, "gain": gain}, schema=schema)


def test_a_group_that_holds_one_of_a_rings_accounts_is_no_reason_to_give_it_up() -> None:
    crowd, ring_ = grouped(30.0, *range(10)), grouped(20.0, *range(9, 14))
    best = as_sets(better(crowd, ring_, 3).select("group", "account"))
    assert best == [set(range(9)), set(range(9, 14))]


def test_a_group_replaces_the_pieces_that_it_beats_together() -> None:
    pieces = pl.concat(
        [grouped(8.0, 0, 1, 2), grouped(8.0, 3, 4, 5).with_columns(group=pl.lit(1, pl.UInt32))]
    )
    # There are twenty ways to deal six accounts to two threes, three nats' worth.
    assert as_sets(better(pieces, grouped(13.1, *range(6)), 3)) == [set(range(6))]
    assert len(as_sets(better(pieces, grouped(12.9, *range(6)), 3))) == 2


def test_a_part_of_a_ring_does_not_tear_it_apart() -> None:
    whole, part = grouped(20.0, *range(10)), grouped(15.0, *range(6))
    assert as_sets(better(whole, part, 3)) == [set(range(10))]


def cuts(*groups: pl.DataFrame) -> pl.DataFrame:
    """Return groups of one cut each, numbered."""
    return pl.concat(
        frame.select(
            cut=pl.lit(number), group=pl.lit(number, pl.UInt32), account="account", gain="gain"
        )
        for number, frame in enumerate(groups)
    )


def test_accounts_that_add_hardly_anything_do_not_hide_a_trio() -> None:
    trio, swollen = grouped(139.2, 0, 1, 2), grouped(145.9, *range(9))
    for both in (cuts(trio, swollen), cuts(swollen, trio)):
        assert as_sets(choose(both, 3))[0] == {0, 1, 2}


def test_a_ring_of_weak_ties_is_kept_whole() -> None:
    half, ring = grouped(47.1, *range(21)), grouped(52.1, *range(31))
    for both in (cuts(half, ring), cuts(ring, half)):
        assert as_sets(choose(both, 3)) == [set(range(31))]


def test_many_small_pieces_do_not_beat_the_ring_that_they_are_of() -> None:
    """Each was picked for what its few accounts happen to share, and gains by that."""
    pieces = [grouped(28.0, *range(first, first + 6)) for first in range(0, 72, 6)]
    cut = pl.concat(
        frame.with_columns(group=pl.lit(number, pl.UInt32)) for number, frame in enumerate(pieces)
    ).with_columns(cut=pl.lit(0))
    ring = grouped(270.0, *range(78)).with_columns(group=pl.lit(99, pl.UInt32), cut=pl.lit(1))
    both = pl.concat([cut, ring]).select("cut", "group", "account", "gain")
    assert as_sets(choose(both, 3)) == [set(range(78))]
    weaker = pl.when(pl.col("cut") == 1).then(170.0).otherwise("gain")
    assert len(as_sets(choose(both.with_columns(gain=weaker), 3))) == len(pieces)


def test_two_strong_rings_are_not_merged_for_the_little_that_they_share() -> None:
    """Of each, 100 targets are shared where two would be; of both together, 200 where 8 would."""
    one = grouped(293.0, *range(25))
    other = grouped(293.0, *range(25, 50)).with_columns(group=pl.lit(1, pl.UInt32))
    merged = grouped(452.0, *range(50))
    assert len(as_sets(better(pl.concat([one, other]), merged, 3))) == 2
