"""How likely contacts lie within a window, by the moments of their accounts alone."""

from __future__ import annotations

from itertools import product

import numpy as np
import polars as pl
import pytest
from scipy import sparse

from graphmeta.nulls import gaps

WIDTH = 100


def contacts(seed: int, accounts: int = 6, each: int = 40, span: int = 20_000) -> pl.DataFrame:
    rng = np.random.default_rng(seed)
    sender = np.repeat(np.arange(accounts, dtype=np.uint32), each)
    return pl.DataFrame({"sender": sender, "time": rng.integers(0, span, sender.size)})


def slow_share(rows: pl.DataFrame, a: set[int], b: set[int]) -> float:
    """Count the pairs of moments of different accounts that lie within the window."""
    one, other = (rows.filter(pl.col("sender").is_in(side)).rows() for side in (a, b))
    pairs = [(x[1], y[1]) for x, y in product(one, other) if x[0] != y[0]]
    return float(sum(abs(x - y) <= WIDTH for x, y in pairs)) / len(pairs)


@pytest.mark.parametrize("seed", range(3))
def test_shares_follow_the_pairs_of_moments_counted_one_by_one(seed: int) -> None:
    rows = contacts(seed, each=150)
    known = gaps.moments(rows, 6, WIDTH)
    pair = known.of_pairs(np.array([0]), np.array([1]))[0]
    assert pair == pytest.approx(slow_share(rows, {0}, {1}), rel=0.35)
    inside = sparse.csr_array(np.array([[1.0, 1.0, 1.0, 1.0, 0.0, 0.0]]))
    group = known.of_groups(inside)[0]
    assert group == pytest.approx(slow_share(rows, {0, 1, 2, 3}, {0, 1, 2, 3}), rel=0.15)
    zero = np.array([0])
    outsider = known.of_members(inside, zero, np.array([5]), np.array([False]))[0]
    assert outsider == pytest.approx(slow_share(rows, {5}, {0, 1, 2, 3}), rel=0.25)
    member = known.of_members(inside, zero, np.array([3]), np.array([True]))[0]
    assert member == pytest.approx(slow_share(rows, {3}, {0, 1, 2}), rel=0.25)


def test_accounts_of_few_moments_are_taken_to_be_like_moments_at_random() -> None:
    rows = pl.DataFrame(
        {"sender": [0, 1, 2], "time": [0, 10, 10_000]}, schema_overrides={"sender": pl.UInt32}
    )
    share = gaps.moments(rows, 3, WIDTH).of_pairs(np.array([0, 0]), np.array([1, 2]))
    assert share[1] < share[0] < 0.5


def test_centuries_in_which_nobody_acted_take_no_more_room_than_hours() -> None:
    rows = contacts(1)
    later = pl.when(pl.col("time") > 10_000)
    hours, centuries = (
        gaps.moments(
            rows.with_columns(time=later.then(pl.col("time") + gap).otherwise("time")), 6, WIDTH
        )
        for gap in (10**4, 10**10)
    )
    assert np.array_equal(hours.count.toarray(), centuries.count.toarray())
    assert np.array_equal(hours.near.toarray(), centuries.near.toarray())


def test_what_is_usual_for_a_class_of_targets_is_never_held_against_chance() -> None:
    factor = gaps.usual_factor(np.array([50.0, 0.0, 0.0]), np.array([10.0, 10.0, 0.0]))
    assert factor[0] == pytest.approx(51 / 11)
    assert factor[1:].tolist() == [1.0, 1.0]


def test_without_contacts_there_is_nothing_to_learn() -> None:
    rows = contacts(0).clear()
    assert gaps.moments(rows, 3, WIDTH).of_pairs(np.array([0]), np.array([1]))[0] <= 1.0
