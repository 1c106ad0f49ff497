"""Upper tails of counts that spread: the fast sum beside the law as SciPy has it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from scipy import special, stats

from graphmeta.nulls import beta
from graphmeta.nulls.negative_binomial import at_least


@given(
    threshold=st.integers(1, 40),
    mean=st.floats(1e-12, 1e4),
    size=st.floats(0.05, 1e4),
)
def test_a_tail_is_that_of_the_law_to_six_digits_however_small(
    threshold: int, mean: float, size: float
) -> None:
    told = at_least(threshold, np.array([mean]), np.array([size]))[0]
    exact = special.betainc(threshold, size, mean / (mean + size))
    assert told == pytest.approx(exact, rel=1e-6, abs=1e-300)


@given(
    threshold=st.integers(1, 40),
    size=st.floats(1e-6, 1e5),
    share=st.floats(0.0, 1.0),
)
@example(threshold=1, size=0.25, share=1.0)
def test_the_sum_is_the_incomplete_beta_function(threshold: int, size: float, share: float) -> None:
    told = beta.tail(threshold, np.array([size]), np.array([share]))[0]
    assert told == pytest.approx(special.betainc(threshold, size, share), rel=1e-6, abs=1e-300)


def test_many_values_are_each_as_one_alone() -> None:
    chance = np.random.default_rng(1)
    size, share = chance.uniform(0.1, 50, (40, 1_000)), chance.uniform(0, 0.2, (40, 1_000))
    told = beta.tail(6, size, share)
    assert told.shape == size.shape
    assert told == pytest.approx(special.betainc(6, size, share), rel=1e-6)


@pytest.mark.parametrize("threshold", [1, 2, 3, 5, 10])
def test_a_tail_adds_up_the_chances_of_all_larger_counts(threshold: int) -> None:
    mean, size = 1.7, 0.6
    counts = np.arange(threshold, 400)
    told = at_least(threshold, np.array([mean]), np.array([size]))[0]
    assert told == pytest.approx(stats.nbinom.pmf(counts, size, size / (mean + size)).sum())


def test_where_nothing_is_expected_nothing_is_reached() -> None:
    assert at_least(2, np.zeros(3), np.array([0.5, 1.0, 50.0])).tolist() == [0.0] * 3


def test_means_and_sizes_are_brought_to_one_shape() -> None:
    mean, size = np.array([[0.1], [2.0]]), np.array([0.5, 1.0, 50.0])
    told = at_least(3, mean, size)
    assert told.shape == (2, 3)
    assert told[1, 2] == at_least(3, np.array([2.0]), np.array([50.0]))[0]
    assert (np.diff(told, axis=0) > 0).all()
