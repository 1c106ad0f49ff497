"""Accounts that behave alike are twins; accounts that behave each in its own way are not."""

from __future__ import annotations

import math
from itertools import combinations

import numpy as np
import polars as pl
import pytest
from numpy.typing import NDArray
from tinyworld import DAY, HOUR, Contact, observed

from graphmeta.signals.coordination import twins as twin_layer
from graphmeta.signals.coordination.twins import LEAST_STRANGERS, NEIGHBOURS, TWINS, Twins, twins

PEOPLE = 300
OPERATOR = range(12)


def town(seed: int, operator: range = OPERATOR) -> list[Contact]:
    """Return what people do in their own ways, and what one operator's accounts do in his."""
    rng = np.random.default_rng(seed)
    rows = []
    for person in range(PEOPLE):
        alike = person in operator
        count = 25 if alike else int(rng.integers(LEAST_STRANGERS, 30))
        start = 10.0 if alike else rng.uniform(0, 15)
        length = 3.0 if alike else rng.uniform(1, 12)
        noon = 11.0 if alike else rng.uniform(0, 24)
        day = np.floor(start + length * np.sort(rng.random(count)))
        hour = (noon + rng.normal(0, 1 if alike else rng.uniform(0.5, 4), count)) % 24
        targets = rng.choice(2_000, count, replace=False) + PEOPLE
        times = (day * DAY + hour * HOUR).astype(int).tolist()
        rows += [(person, int(to), at) for to, at in zip(targets, times, strict=True)]
    return rows


def found(rows: list[Contact], seed: int = 0) -> Twins:
    """Return the twins where every first contact is a stranger's and nobody answers."""
    seen = observed(rows, accounts=PEOPLE + 2_000)
    judged = seen.strangers.with_columns(
        stranger=True, events=1, replied_at=pl.lit(None, dtype=pl.Int64)
    )
    return twins(judged, seen.strangers, seed)


def inside(pairs: pl.DataFrame) -> int:
    return pairs.filter(pl.col("a").is_in(OPERATOR) & pl.col("b").is_in(OPERATOR)).height


@pytest.mark.parametrize("seed", range(3))
def test_accounts_of_one_operator_are_twins_a_hundred_times_as_often_as_others(seed: int) -> None:
    pairs = found(town(seed)).pairs
    assert pairs.schema == TWINS
    of_operator, of_everybody = math.comb(len(OPERATOR), 2), math.comb(PEOPLE, 2)
    others = (pairs.height - inside(pairs)) / (of_everybody - of_operator)
    assert inside(pairs) / of_operator > 100 * others


@pytest.mark.parametrize("seed", range(3))
def test_people_who_act_in_their_own_ways_have_hardly_any_twins(seed: int) -> None:
    everybody = found(town(seed, operator=range(0))).pairs
    assert everybody.height <= 0.003 * math.comb(PEOPLE, 2)


def test_the_order_of_rows_says_nothing() -> None:
    rows = town(0)
    assert found(rows).pairs.equals(found(rows[::-1]).pairs)


def test_whole_weeks_later_the_same_accounts_are_twins() -> None:
    rows = town(1)
    later = [(a, b, at + 21 * DAY) for a, b, at in rows]
    assert found(rows).pairs.equals(found(later).pairs)


def test_who_met_few_strangers_is_not_compared() -> None:
    few = [(one, PEOPLE + n, n * DAY) for one in range(50) for n in range(LEAST_STRANGERS - 1)]
    assert found(few).pairs.is_empty()


def test_a_handful_of_accounts_has_no_twins() -> None:
    rows = [row for row in town(0) if row[0] < NEIGHBOURS]
    assert found(rows).pairs.is_empty()


def slow_mutual(points: NDArray[np.float64]) -> dict[tuple[int, int], float]:
    """Return pairs among each other's nearest, by comparing everybody with everybody."""
    apart = np.sqrt(((points[:, None] - points[None]) ** 2).sum(axis=2))
    np.fill_diagonal(apart, np.inf)
    nearest = [set(np.argsort(row)[:NEIGHBOURS].tolist()) for row in apart]
    pairs = combinations(range(len(points)), 2)
    return {(a, b): apart[a, b] for a, b in pairs if b in nearest[a] and a in nearest[b]}


def test_mutual_neighbours_agree_with_comparing_everybody() -> None:
    points = np.random.default_rng(3).normal(size=(60, 4))
    a, b, distance = twin_layer._mutual(points)
    slow = slow_mutual(points)
    assert dict(zip(zip(a.tolist(), b.tolist(), strict=True), distance, strict=True)) == (
        pytest.approx(slow)
    )
