"""A group is tested at the one setting at which it surprised most where it was found."""

from __future__ import annotations

import polars as pl
import pytest

from graphmeta.nulls import counts
from graphmeta.signals.base import GROUPS
from graphmeta.signals.coordination import thresholds
from graphmeta.signals.coordination.thresholds import most_surprising


def tallies() -> pl.DataFrame:
    return pl.DataFrame(
        {
            "group": [1, 1, 1, 0, 0],
            "threshold": [2, 3, 4, 2, 3],
            "observed": [10.0, 9.0, 1.0, 1.0, 0.0],
            "expected": [8.0, 1.0, 2.0, 5.0, 1.0],
        },
        schema_overrides={"group": pl.UInt32},
    )


def test_the_setting_of_the_largest_surprise_is_chosen() -> None:
    found = most_surprising(tallies(), ["threshold"])
    assert found.filter(group=1)["threshold"].to_list() == [3]


def test_where_nothing_surprises_the_smallest_setting_is_chosen() -> None:
    found = most_surprising(tallies(), ["threshold"])
    assert found.filter(group=0)["threshold"].to_list() == [2]
    assert found.height == 2


def test_the_order_of_settings_has_no_say() -> None:
    one = most_surprising(tallies(), ["threshold"])
    assert most_surprising(tallies().reverse(), ["threshold"]).equals(one)


def test_a_tally_becomes_an_upper_tail() -> None:
    found = thresholds.judged(tallies().filter(threshold=2))
    assert found.columns == GROUPS.names()
    assert found["group"].to_list() == [0, 1]
    expected = [
        float(counts.upper_tail(pl.Series([o]).to_numpy(), pl.Series([e]).to_numpy())[0])
        for o, e in ((1.0, 5.0), (10.0, 8.0))
    ]
    assert found["p_value"].to_list() == pytest.approx(expected)
