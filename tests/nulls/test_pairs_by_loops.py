"""Pairs are counted as two plain loops count them."""

from __future__ import annotations

from itertools import combinations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from graphmeta.signals.coordination.incidence import crowded, shared

incidences = st.sets(st.tuples(st.integers(0, 8), st.integers(-5, 40)), max_size=60)


@given(incidences)
def test_two_accounts_share_as_many_bins_as_both_are_in(rows: set[tuple[int, int]]) -> None:
    account = np.array([a for a, _ in sorted(rows)], dtype=np.int64)
    bins = np.array([b for _, b in sorted(rows)], dtype=np.int64)
    of = {a: {b for who, b in rows if who == a} for a in range(9)}
    wanted = [(a, b, len(of[a] & of[b])) for a, b in combinations(range(9), 2) if of[a] & of[b]]
    assert [tuple(row) for row in shared(account, bins, 9).iter_rows()] == wanted


@given(st.lists(st.integers(1, 30), max_size=20), st.integers(0, 500))
def test_the_fullest_bins_are_left_out_first(counts: list[int], limit: int) -> None:
    sizes = np.array(counts, dtype=np.int64)
    left_out = set(crowded(sizes, limit).tolist())
    kept = [size for i, size in enumerate(counts) if i not in left_out]
    assert sum(size * (size - 1) // 2 for size in kept) <= limit
    if left_out and kept:
        assert max(kept) < min(counts[i] for i in left_out)
    if sum(size * (size - 1) // 2 for size in counts) <= limit:
        assert not left_out
