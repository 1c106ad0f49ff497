"""q-values follow the definition of Benjamini and Hochberg, and keep its promise."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from graphmeta.nulls import multiplicity
from graphmeta.nulls.multiplicity import benjamini_hochberg

p_lists = st.lists(st.floats(0.0, 1.0), min_size=1, max_size=25)


def accepted(p_values: list[float], tests: int, rate: float) -> set[int]:
    """Return what the step-up procedure accepts, as the paper states it."""
    order = sorted(range(len(p_values)), key=lambda i: p_values[i])
    last = 0
    for rank, i in enumerate(order, start=1):
        if p_values[i] <= rate * rank / tests:
            last = rank
    return set(order[:last])


@given(p_lists, st.integers(0, 30), st.sampled_from([0.011, 0.053, 0.21, 0.5003]))
def test_what_is_below_the_rate_is_what_the_step_up_procedure_accepts(
    p_values: list[float], more: int, rate: float
) -> None:
    tests = len(p_values) + more
    q = benjamini_hochberg(np.array(p_values), tests)
    wanted = accepted(p_values, tests, rate)
    bars = [rate * rank / tests for rank in range(1, len(p_values) + 1)]
    if not any(p == pytest.approx(bar, rel=1e-9) for p in p_values for bar in bars):
        assert {p_values[i] for i in np.flatnonzero(q <= rate)} == {p_values[i] for i in wanted}


@given(p_lists)
def test_q_values_keep_the_order_and_are_no_smaller_than_p(p_values: list[float]) -> None:
    p = np.array(p_values)
    q = benjamini_hochberg(p)
    assert (q >= p - 1e-12).all()
    assert (q <= 1).all()
    assert (np.diff(q[np.argsort(p, kind="stable")]) >= 0).all()


@given(p_lists, st.integers(0, 2**32))
def test_the_order_of_tests_has_no_say(p_values: list[float], seed: int) -> None:
    order = np.random.default_rng(seed).permutation(len(p_values))
    p = np.array(p_values)
    assert benjamini_hochberg(p[order]) == pytest.approx(benjamini_hochberg(p)[order])


def test_no_tests_give_no_q_values() -> None:
    assert benjamini_hochberg(np.zeros(0)).size == 0


def test_of_what_is_accepted_at_five_percent_about_that_share_is_false() -> None:
    rng = np.random.default_rng(3)
    false_shares, powers = [], []
    for _ in range(400):
        p = rng.random(100)
        p[:20] **= 12
        q = benjamini_hochberg(p) <= 0.05
        false_shares.append(q[20:].sum() / max(q.sum(), 1))
        powers.append(q[:20].mean())
    assert np.mean(false_shares) < 0.05
    assert np.mean(powers) > 0.5


@given(st.lists(st.lists(st.floats(0, 1), min_size=1, max_size=8), min_size=1, max_size=4))
def test_each_family_accepts_what_its_own_q_values_say(families: list[list[float]]) -> None:
    frame = pl.DataFrame(
        [(number, p) for number, tests in enumerate(families) for p in tests],
        schema={"family": pl.Int64, "p_value": pl.Float64},
        orient="row",
    )
    found = frame.with_columns(told=multiplicity.accepted(0.1, "family"))
    for number, tests in enumerate(families):
        told = found.filter(pl.col("family") == number)["told"].to_list()
        chosen = accepted(tests, len(tests), 0.1)
        assert told == [place in chosen for place in range(len(tests))]
