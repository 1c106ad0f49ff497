"""How many of a group meet by chance: against all combinations, and other people's hours."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from graphmeta.nulls import counts, timing


def by_combinations(chances: list[float], threshold: int) -> float:
    """Add up the probability of every way in which at least so many of the events happen."""
    total = 0.0
    for happens in product((False, True), repeat=len(chances)):
        if sum(happens) >= threshold:
            total += float(
                np.prod([p if h else 1 - p for p, h in zip(chances, happens, strict=True)])
            )
    return total


def approximate(chances: list[float], threshold: int) -> float:
    p = np.array(chances)
    return float(counts.at_least(np.array([p.sum()]), np.array([(p**2).sum()]), threshold)[0])


@given(st.floats(1e-4, 0.9), st.integers(2, 8), st.integers(2, 4))
def test_for_members_of_equal_activity_the_chance_is_exact(p: float, n: int, k: int) -> None:
    wanted = by_combinations([p] * n, k)
    assert approximate([p] * n, k) == pytest.approx(wanted, rel=1e-6, abs=1e-12)


@given(st.lists(st.floats(1e-4, 0.05), min_size=2, max_size=8))
def test_for_members_of_unequal_activity_two_meet_about_as_often_as_counted(
    chances: list[float],
) -> None:
    wanted = by_combinations(chances, 2)
    assert wanted * 0.85 <= approximate(chances, 2) <= wanted * 1.15


def test_an_account_never_meets_itself() -> None:
    assert approximate([0.3], 2) == 0.0
    assert approximate([0.3, 0.3], 3) == 0.0


def test_where_a_group_is_nowhere_it_meets_nowhere() -> None:
    assert counts.at_least(np.zeros(3), np.zeros(3), 2).tolist() == [0.0] * 3


def test_an_hour_that_is_busy_for_everybody_else_explains_itself() -> None:
    nobody, explained = np.zeros((1, 24)), np.full((1, 24), 40.0)
    seen = explained.copy()
    seen[0, 18] = 400.0
    factor = timing.busy_factor(seen, explained, nobody, nobody)[0]
    assert factor[18] == pytest.approx(410 / 50)
    assert np.delete(factor, 18) == pytest.approx(np.ones(23))


def test_a_group_that_gathers_in_an_hour_does_not_make_it_busy() -> None:
    others, habit = np.full((1, 24), 20.0), np.full((1, 24), 12.5)
    own = np.zeros((1, 24))
    own[0, 18] = 300.0
    factor = timing.busy_factor(others + own, others + habit, own, habit)
    assert factor == pytest.approx(np.ones((1, 24)))
