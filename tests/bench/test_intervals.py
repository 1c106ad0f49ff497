"""Are the intervals what they are said to be?"""

from __future__ import annotations

import numpy as np
import pytest

from graphmeta.bench.measures import intervals


def test_a_rate_has_the_exact_interval_of_clopper_and_pearson() -> None:
    none, all_of = intervals.rate(0, 10), intervals.rate(10, 10)
    # With no hit in n trials the upper end solves (1 - p)^n = 2.5 %.
    assert none.high == pytest.approx(1 - 0.025 ** (1 / 10))
    assert (none.value, none.low) == (0, 0)
    assert all_of.low == pytest.approx(0.025 ** (1 / 10))


def test_a_mean_lies_inside_its_interval_which_covers_the_true_mean_mostly() -> None:
    rng = np.random.default_rng(0)
    covered = 0
    for _ in range(200):
        found = intervals.mean(rng.normal(0.5, 0.1, 30).tolist())
        assert found.value is not None
        assert found.low is not None
        assert found.high is not None
        assert found.low <= found.value <= found.high
        covered += found.low <= 0.5 <= found.high
    assert covered / 200 == pytest.approx(0.95, abs=0.05)


def test_from_one_world_there_is_no_interval_and_from_none_no_mean() -> None:
    assert intervals.mean([0.5]) == intervals.Estimate(0.5, None, None, 1)
    assert intervals.mean([]) == intervals.Estimate(None, None, None, 0)
    assert intervals.rate(0, 0) == intervals.Estimate(None, None, None, 0)


def test_equal_values_give_equal_intervals() -> None:
    values = [0.1, 0.7, 0.4]
    assert intervals.mean(values) == intervals.mean(values)
