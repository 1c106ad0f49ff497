"""Fitting finds directions that are there, never points elsewhere, and weighs labels alike."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graphmeta import seeds
from graphmeta.scores.terms import RECRUITMENT_TERMS, SPAM_TERMS, Term

# What trains the scores stands with the benchmarks, which are scripts and no package.
sys.path.insert(0, str(Path(__file__).parents[2] / "benchmarks"))
from score_fitting import FloatArray, balanced, fit, ratios

TERMS = tuple(dict.fromkeys((*SPAM_TERMS, *RECRUITMENT_TERMS)))
MORE, LESS = Term("more", 1, 0.1, 3.0), Term("less", -1, 0.1, 3.0)


def even(count: int) -> FloatArray:
    return np.full(count, 1.0 / count)


def drawn(count: int, terms: tuple[Term, ...]) -> FloatArray:
    rng = seeds.generator("fitting", count, len(terms))
    return rng.uniform(-2, 2, (count, len(terms)))


def test_directions_that_are_there_are_found_on_both_sides_of_usual() -> None:
    x = drawn(400, (MORE, LESS))
    found = fit(x, x[:, 0] > x[:, 1], even(400), (MORE, LESS))
    assert found.above[0] > 0.3
    assert found.below[0] > 0.3
    assert found.above[1] < -0.3
    assert found.below[1] < -0.3
    assert ((found.log_odds(x) > 0) == (x[:, 0] > x[:, 1])).mean() > 0.95


def test_a_direction_that_contradicts_what_is_stated_is_not_learnt() -> None:
    x = drawn(400, (MORE, LESS))
    found = fit(x, x[:, 0] < x[:, 1], even(400), (MORE, LESS))
    assert found.above.tolist() == [0.0, 0.0]
    assert found.below.tolist() == [0.0, 0.0]


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10_000))
def test_whatever_is_fitted_points_where_it_is_stated(seed: int) -> None:
    rng = seeds.generator("any labels", seed)
    x = rng.normal(0, 2, (40, len(TERMS)))
    positive = rng.random(40) < 0.5
    found = fit(x, positive, even(40), TERMS)
    signs = np.array([term.sign for term in TERMS])
    assert (found.above * signs >= 0).all()
    assert (found.below * signs >= 0).all()


def test_the_sides_of_usual_are_fitted_apart() -> None:
    x = drawn(400, (MORE,))
    found = fit(x, x[:, 0] > 0.5, even(400), (MORE,))
    assert found.above[0] > 1
    assert found.below[0] >= 0
    flat = fit(np.minimum(x, 0.0), x[:, 0] < -9, even(400), (MORE,))
    assert flat.above[0] == pytest.approx(0.0, abs=1e-6)


def test_log_odds_are_the_constant_and_a_slope_on_each_side() -> None:
    x = drawn(50, (MORE, LESS))
    found = fit(x, x[:, 0] > x[:, 1], even(50), (MORE, LESS))
    for row, said in zip(x, found.log_odds(x), strict=True):
        expected = found.constant
        for at, ratio in enumerate(row):
            expected += (found.above if ratio > 0 else found.below)[at] * ratio
        assert said == pytest.approx(expected)


@settings(max_examples=50)
@given(
    st.lists(st.tuples(st.sampled_from("abcd"), st.booleans()), min_size=2),
    st.floats(0.1, 9.0),
)
def test_every_label_weighs_the_same_on_its_side_and_the_sides_stand_at_the_odds(
    rows: list[tuple[str, bool]], odds: float
) -> None:
    labels = [label for label, _ in rows]
    positive = np.array([side for _, side in rows])
    if positive.all() or not positive.any():
        return
    weights = balanced(labels, positive, odds)
    assert weights.sum() == pytest.approx(1.0)
    assert weights[positive].sum() / weights[~positive].sum() == pytest.approx(odds)
    for side in (True, False):
        of_label = {
            label: sum(w for w, row in zip(weights, rows, strict=True) if row == (label, side))
            for label in {label for label, here in rows if here == side}
        }
        assert list(of_label.values()) == pytest.approx([max(of_label.values())] * len(of_label))


def test_ratios_are_bounded_logarithms_and_nothing_where_nothing_was_measured() -> None:
    clusters = pl.DataFrame(
        {"more": [0.9, None, 1e9], "more expected": [0.1, None, 0.0]},
        schema={"more": pl.Float64, "more expected": pl.Float64},
    )
    found = ratios(clusters, (MORE, LESS))
    assert found[:, 0].tolist() == pytest.approx([np.log(1.0 / 0.2), 0.0, MORE.bound])
    assert found[:, 1].tolist() == [0.0, 0.0, 0.0]
