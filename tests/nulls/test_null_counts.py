"""Tails of counts agree with SciPy, and are true where chance made the counts."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from graphmeta.nulls import counts

observed = st.lists(st.integers(0, 60), min_size=1, max_size=20)
mean = st.floats(1e-6, 50.0)


@given(observed, mean)
def test_without_dispersion_the_tail_is_that_of_a_poisson_law(seen: list[int], by: float) -> None:
    tail = counts.upper_tail(np.array(seen, dtype=float), np.full(len(seen), by))
    expected = stats.poisson.sf(np.array(seen) - 1, by)
    assert tail == pytest.approx(np.maximum(expected, 1e-300), rel=1e-6)


@given(observed, mean, st.floats(0.01, 3.0))
def test_dispersion_makes_it_negative_binomial(seen: list[int], by: float, more: float) -> None:
    tail = counts.upper_tail(np.array(seen, dtype=float), np.full(len(seen), by), more)
    law = stats.nbinom(1 / more, 1 / (1 + more * by))
    assert law.var() == pytest.approx(by + more * by**2)
    assert tail == pytest.approx(law.sf(np.array(seen) - 1), rel=1e-5, abs=1e-290)


@given(st.integers(1, 40), mean, st.floats(0.01, 3.0))
def test_dispersion_makes_far_tails_less_surprising(more: int, by: float, spread: float) -> None:
    far = np.array([by + 6 * np.sqrt(by + spread * by**2) + more])
    assert counts.upper_tail(far, np.array([by]), spread) > counts.upper_tail(far, np.array([by]))


def test_nothing_observed_is_never_surprising() -> None:
    assert counts.upper_tail(np.zeros(2), np.array([0.0, 5.0])).tolist() == [1.0, 1.0]
    assert counts.surprise(np.array([0.0, 2.0]), np.array([1.0, 3.0])).tolist() == [0.0, 0.0]


@pytest.mark.parametrize(("by", "spread"), [(0.2, 0.0), (3.0, 0.0), (3.0, 0.5)])
def test_where_chance_made_the_counts_p_values_are_true(by: float, spread: float) -> None:
    rng = np.random.default_rng(1)
    rate = by if spread == 0 else rng.gamma(1 / spread, by * spread, 40_000)
    seen = rng.poisson(rate, 40_000).astype(float)
    expected = np.full(seen.size, by)
    tail = counts.upper_tail(seen, expected, spread)
    for level in (0.2, 0.05, 0.01, 0.001):
        assert (
            stats.binomtest(int((tail <= level).sum()), seen.size, level, "greater").pvalue > 1e-4
        )
    assert counts.mid_p(seen, expected, spread).mean() == pytest.approx(0.5, abs=0.01)


def test_counts_that_spread_more_than_the_null_allows_are_caught_as_too_small_p_values() -> None:
    rng = np.random.default_rng(2)
    seen = rng.poisson(rng.gamma(1.0, 3.0, 20_000)).astype(float)
    assert (counts.upper_tail(seen, np.full(seen.size, 3.0)) <= 0.01).mean() > 0.05


@given(st.floats(0.0, 100.0), st.floats(1e-3, 50.0))
def test_surprise_is_the_log_likelihood_ratio_of_poisson_laws(seen: float, by: float) -> None:
    value = counts.surprise(np.array([seen]), np.array([by]))[0]
    if seen <= by:
        assert value == 0
    else:
        ratio = seen * np.log(seen / by) - seen + by
        assert value == pytest.approx(ratio, rel=1e-9, abs=1e-9)


def test_the_exact_tail_deals_successes_over_all_cases() -> None:
    both_of_two_here = (5 * 4) / (25 * 24)
    seen = counts.exact_upper_tail(np.array([2.0]), np.array([5.0]), np.zeros(1), np.array([20.0]))
    assert seen == pytest.approx([both_of_two_here])


@given(st.integers(1, 30), st.integers(0, 30), st.integers(0, 30), st.integers(0, 30))
def test_the_exact_tail_is_that_of_fishers_test(yes: int, no: int, more: int, others: int) -> None:
    table = np.array([[yes, no], [more, others]])
    cases = [np.array([float(one)]) for one in (yes, yes + no, more, more + others)]
    expected = stats.fisher_exact(table, alternative="greater").pvalue
    assert counts.exact_upper_tail(*cases) == pytest.approx([expected], rel=1e-6)


@given(st.integers(1, 5_000), st.integers(0, 5_000), st.integers(0, 50_000), st.integers(0, 50_000))
def test_the_exact_tail_holds_for_many_cases(yes: int, no: int, more: int, others: int) -> None:
    cases = [np.array([float(one)]) for one in (yes, yes + no, more, more + others)]
    expected = stats.hypergeom.sf(yes - 1, yes + no + more + others, yes + more, yes + no)
    assert counts.exact_upper_tail(*cases) == pytest.approx([expected], rel=1e-5, abs=1e-250)


def test_of_no_cases_there_is_no_exact_tail() -> None:
    assert counts.exact_upper_tail(*[np.zeros(0)] * 4).size == 0


def test_with_nothing_elsewhere_the_exact_tail_is_not_surprised() -> None:
    assert counts.exact_upper_tail(np.ones(1) * 4, np.ones(1) * 9, np.zeros(1), np.zeros(1)) == [
        1.0
    ]
