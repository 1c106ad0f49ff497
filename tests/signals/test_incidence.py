"""Pairs that share bins are counted right, and crowded bins are left out first."""

from __future__ import annotations

from collections import defaultdict
from itertools import combinations

import numpy as np
import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from graphmeta.signals.coordination.incidence import crowded, distinct, shared, spans

incidences = st.sets(st.tuples(st.integers(0, 9), st.integers(0, 14)))


def counted(rows: list[tuple[int, int]]) -> pl.DataFrame:
    account = np.array([row[0] for row in rows], dtype=np.int64)
    bin_ = np.array([row[1] for row in rows], dtype=np.int64)
    return shared(account, bin_ * 10**12, 10)


@given(incidences)
def test_pairs_are_counted_by_the_bins_they_share(rows: set[tuple[int, int]]) -> None:
    inside = defaultdict(list)
    for account, bin_ in sorted(rows):
        inside[bin_].append(account)
    expected: dict[tuple[int, int], float] = defaultdict(float)
    for members in inside.values():
        for pair in combinations(members, 2):
            expected[pair] += 1.0
    found = counted(sorted(rows))
    assert found.rows() == [(*pair, count) for pair, count in sorted(expected.items())]


@given(incidences, st.randoms(use_true_random=False))
def test_the_order_of_incidences_has_no_say(rows: set[tuple[int, int]], random: object) -> None:
    order = sorted(rows)
    shuffled = list(order)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert counted(order).equals(counted(shuffled))


@given(st.lists(st.integers(1, 30), max_size=20), st.integers(0, 400))
def test_the_meetings_that_are_kept_stay_within_the_limit(counts: list[int], limit: int) -> None:
    left_out = set(crowded(np.array(counts, dtype=np.int64), limit).tolist())
    kept = [count for bin_, count in enumerate(counts) if bin_ not in left_out]
    assert sum(count * (count - 1) // 2 for count in kept) <= limit
    if left_out:
        least_out = min(counts[bin_] for bin_ in left_out)
        assert all(count < least_out for count in kept)


def test_the_most_crowded_bins_are_left_out_first() -> None:
    assert crowded(np.array([3, 100, 4, 2])).size == 0
    assert crowded(np.array([3, 100, 4, 2]), limit=10).tolist() == [1]
    assert crowded(np.array([3, 4, 4, 2]), limit=10).tolist() == [1, 2]


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(0, 5)), max_size=12))
def test_runs_are_numbered_one_after_the_other(runs: list[tuple[int, int]]) -> None:
    start, length = (np.array([run[at] for run in runs], dtype=np.int64) for at in (0, 1))
    expected = [first + step for first, many in runs for step in range(many)]
    assert spans(start, length).tolist() == expected


@given(st.lists(st.integers(-3, 9), max_size=30))
def test_distinct_values_are_those_of_numpy(values: list[int]) -> None:
    given_ = np.array(values, dtype=np.int64)
    assert distinct(given_).tolist() == np.unique(given_).tolist()
