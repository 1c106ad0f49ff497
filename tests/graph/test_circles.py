"""Circles come from old ties alone, and small or lonely accounts have none."""

from __future__ import annotations

from itertools import combinations

import polars as pl
from tinyworld import first_contacts

from graphmeta.graph.circles import circles

#: A first contact: sender, recipient, time, time of the answer.
Tie = tuple[int, int, int, int | None]


def clique(members: range, since: int) -> list[Tie]:
    return [(a, b, 0, since) for a, b in combinations(members, 2)]


def unanswered(members: range, since: int) -> list[Tie]:
    return [(a, b, since, None) for a, b in combinations(members, 2)]


def as_sets(found: pl.DataFrame) -> list[set[int]]:
    return [set(part["account"]) for part in found.partition_by("circle", maintain_order=True)]


def test_accounts_that_know_one_another_form_a_circle() -> None:
    known = first_contacts([*clique(range(5), 10), *clique(range(5, 11), 20), (0, 5, 0, 30)])
    found = circles(known, before=100, seed=0)
    assert as_sets(found) == [set(range(5)), set(range(5, 11))]
    assert found["circle"].unique().sort().to_list() == [0, 1]


def test_ties_made_once_judging_began_have_no_say() -> None:
    late = [(a, b, 100, 101) for a, b in combinations(range(5, 11), 2)]
    known = first_contacts([*clique(range(5), 10), *late, *clique(range(20, 26), 99)])
    assert as_sets(circles(known, before=100, seed=0)) == [set(range(5)), set(range(20, 26))]


def test_a_club_that_is_never_answered_is_a_circle_too() -> None:
    known = first_contacts([*clique(range(5), 10), *unanswered(range(5, 11), 20)])
    assert as_sets(circles(known, before=100, seed=0)) == [set(range(5)), set(range(5, 11))]


def test_answers_count_more_than_contacts_that_got_none() -> None:
    across = [(a, b, 10, None) for a in range(5) for b in range(5, 10)]
    known = first_contacts([*clique(range(5), 10), *clique(range(5, 10), 10), *across])
    assert as_sets(circles(known, before=100, seed=0)) == [set(range(5)), set(range(5, 10))]


def test_an_account_that_writes_to_hundreds_ties_nobody_together() -> None:
    town = [tie for first in range(0, 200, 10) for tie in clique(range(first, first + 10), 10)]
    blasts = [(sender, target, 10, None) for sender in (900, 901) for target in range(0, 200, 2)]
    found = as_sets(circles(first_contacts([*town, *blasts]), before=100, seed=0))
    assert len(found) == 20
    assert all(len({account // 10 for account in circle if account < 900}) == 1 for circle in found)


def test_circles_of_fewer_than_four_are_none() -> None:
    known = first_contacts([*clique(range(3), 1), *clique(range(10, 14), 1)])
    assert as_sets(circles(known, before=2, seed=0)) == [set(range(10, 14))]


def test_without_ties_there_are_no_circles() -> None:
    found = circles(first_contacts([]), before=100, seed=0)
    assert found.is_empty()
    assert found.columns == ["account", "circle"]


def test_the_order_of_ties_has_no_say() -> None:
    known = first_contacts(
        [*clique(range(8), 1), *clique(range(8, 20), 1), (0, 8, 0, 1), (1, 9, 0, 1)]
    )
    shuffled = known.sample(fraction=1.0, shuffle=True, seed=1)
    assert circles(known, 5, seed=3).equals(circles(shuffled, 5, seed=3))
