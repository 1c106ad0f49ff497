"""Sums over rows that stand together, beside sums of Python's own."""

from __future__ import annotations

import itertools

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from graphmeta.signals.sums import summed

SCHEMA = {"a": pl.UInt32, "b": pl.UInt32, "x": pl.Float64, "y": pl.Int64}
FEW = st.integers(0, 3)
ROWS = st.lists(st.tuples(FEW, FEW, st.floats(0.0, 9.0), FEW))


@given(ROWS)
def test_every_key_gets_the_sum_of_its_rows(rows: list[tuple[int, int, float, int]]) -> None:
    rows = sorted(rows)
    told = summed(pl.DataFrame(rows, SCHEMA, orient="row"), ("a", "b"), "x", "y")
    assert told.columns == ["a", "b", "x", "y"]
    expected = [
        (*key, sum(row[2] for row in part), sum(row[3] for row in part))
        for key, rest in itertools.groupby(rows, key=lambda row: row[:2])
        for part in [list(rest)]
    ]
    assert len(told) == len(expected)
    for got, wanted in zip(told.rows(), expected, strict=True):
        assert got == pytest.approx(wanted)


def test_keys_keep_the_order_in_which_they_stand() -> None:
    rows = pl.DataFrame({"a": [3, 3, 1], "x": [0.5, 0.25, 1.0]})
    assert summed(rows, ("a",), "x").rows() == [(3, 0.75), (1, 1.0)]


def test_what_large_tables_add_up_to_does_not_hang_on_parts() -> None:
    rows = pl.DataFrame({"a": pl.arange(30_000, eager=True) // 7}).with_columns(
        x=1.0 / (3.0 + pl.arange(30_000, eager=True) % 11)
    )
    told = summed(rows, ("a",), "x")
    one_by_one = [summed(part, ("a",), "x")["x"][0] for part in rows.partition_by("a")]
    assert told["x"].to_list() == one_by_one
