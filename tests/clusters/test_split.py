"""Groups that a few accounts hold together are parted, and rings are not."""

from __future__ import annotations

import itertools

import numpy as np
import polars as pl
from hypothesis import given
from hypothesis import strategies as st
from test_find import as_sets

from graphmeta.clusters.split import TOGETHER_AT, parted, split

EDGES = pl.Schema({"a": pl.UInt32(), "b": pl.UInt32(), "weight": pl.Float64()})
RING, BANK = range(10), range(10, 18)


def group(*members: range) -> pl.DataFrame:
    schema = {"group": pl.UInt32, "account": pl.UInt32}
    return pl.concat(
        pl.DataFrame({"group": number, "account": accounts}, schema=schema)
        for number, accounts in enumerate(members)
    )


def tied(accounts: range, weight: float) -> list[tuple[int, int, float]]:
    return [(a, b, weight) for a, b in itertools.combinations(accounts, 2)]


def between(some: range, others: range, weight: float) -> list[tuple[int, int, float]]:
    return [(a, b, weight) for a in some for b in others]


def edges(*rows: list[tuple[int, int, float]]) -> pl.DataFrame:
    return pl.DataFrame(list(itertools.chain(*rows)), schema=EDGES, orient="row")


def both(share: float) -> pl.DataFrame:
    """Two rings of ties 8 and 2, between which ties are this share of their geometric mean."""
    return edges(tied(RING, 8.0), tied(BANK, 2.0), between(RING, BANK, 4.0 * share))


def test_two_rings_that_hardly_anything_ties_are_parted() -> None:
    found = split(group(range(18)), both(0.5 * TOGETHER_AT), 3, 0)
    assert as_sets(found) == [set(RING), set(BANK)]
    assert set(found["whole"]) == {0}


def test_what_is_tied_as_much_as_weak_halves_of_a_ring_stays_whole() -> None:
    assert split(group(range(18)), both(1.5 * TOGETHER_AT), 3, 0).is_empty()


def test_a_ring_of_whom_few_pairs_are_tied_stays_whole() -> None:
    for seed in range(20):
        rng = np.random.default_rng(seed)
        pairs = [row for row in tied(range(30), 4.0) if rng.random() < 0.2]
        assert split(group(range(30)), edges(pairs), 3, 0).is_empty()


def test_a_core_and_those_who_are_tied_to_it_alone_stay_together() -> None:
    core = edges(tied(RING, 9.0), between(RING, BANK, 2.0), tied(BANK, 0.1))
    assert split(group(range(18)), core, 3, 0).is_empty()


def test_a_pair_goes_with_whom_it_is_tied_to_most() -> None:
    pair = range(18, 20)
    rows = edges(tied(RING, 8.0), tied(BANK, 8.0), tied(pair, 30.0), between(BANK, pair, 0.2))
    assert as_sets(split(group(range(20)), rows, 3, 0)) == [set(RING), {*BANK, *pair}]


def test_groups_are_looked_at_one_by_one() -> None:
    rows = edges(tied(RING, 8.0), tied(BANK, 2.0), between(RING, BANK, 1.0))
    assert split(group(RING, BANK), rows, 3, 0).is_empty()
    assert split(group(RING).clear(), rows, 3, 0).is_empty()


@given(st.integers(0, 99))
def test_neither_the_order_of_rows_nor_the_direction_of_a_pair_has_a_say(
    seed: int,
) -> None:
    accounts, rows = group(range(18)), both(0.05)
    turned = rows.select(a="b", b="a", weight="weight").sample(fraction=1, shuffle=True, seed=seed)
    mixed = accounts.sample(fraction=1, shuffle=True, seed=seed)
    assert split(mixed, turned, 3, 0).equals(split(accounts, rows, 3, 0))


def test_parts_that_are_worth_proposing_replace_their_group() -> None:
    groups = group(range(18), range(20, 25))
    parts = split(groups, both(0.01), 3, 0)
    for worth, expected in (
        ([0, 1], [set(RING), set(BANK), set(range(20, 25))]),
        ([1], [set(BANK), set(range(20, 25))]),
        ([], [set(range(18)), set(range(20, 25))]),
    ):
        proposed = pl.DataFrame({"group": worth}, schema={"group": pl.UInt32})
        assert as_sets(parted(groups, parts, proposed)) == expected
