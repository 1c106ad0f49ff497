"""Circles come from old ties alone, and small or lonely accounts have none."""

from __future__ import annotations

from itertools import combinations

import polars as pl
from tinyworld import ties

from graphmeta.graph.circles import circles


def clique(members: range, since: int) -> list[tuple[int, int, int]]:
    return [(a, b, since) for a, b in combinations(members, 2)]


def as_sets(found: pl.DataFrame) -> list[set[int]]:
    return [set(part["account"]) for part in found.partition_by("circle", maintain_order=True)]


def test_accounts_that_know_one_another_form_a_circle() -> None:
    known = ties([*clique(range(5), 10), *clique(range(5, 11), 20), (0, 5, 30)])
    found = circles(known, before=100, seed=0)
    assert as_sets(found) == [set(range(5)), set(range(5, 11))]
    assert found["circle"].unique().sort().to_list() == [0, 1]


def test_ties_made_once_judging_began_have_no_say() -> None:
    known = ties([*clique(range(5), 10), *clique(range(5, 11), 100), *clique(range(20, 26), 99)])
    assert as_sets(circles(known, before=100, seed=0)) == [set(range(5)), set(range(20, 26))]


def test_circles_of_fewer_than_four_are_none() -> None:
    known = ties([*clique(range(3), 1), *clique(range(10, 14), 1)])
    assert as_sets(circles(known, before=2, seed=0)) == [set(range(10, 14))]


def test_without_ties_there_are_no_circles() -> None:
    found = circles(ties([]), before=100, seed=0)
    assert found.is_empty()
    assert found.columns == ["account", "circle"]


def test_the_order_of_ties_has_no_say() -> None:
    known = ties([*clique(range(8), 1), *clique(range(8, 20), 1), (0, 8, 1), (1, 9, 1)])
    shuffled = known.sample(fraction=1.0, shuffle=True, seed=1)
    assert circles(known, 5, seed=3).equals(circles(shuffled, 5, seed=3))
