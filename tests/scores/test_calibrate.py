"""Risk says how many of the clusters that score alike are abusive, and never reorders them."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from graphmeta.scores.calibrate import (
    AS_IT_IS,
    CERTAIN,
    LEAST_VERDICTS,
    Calibration,
    fit,
    from_verdicts,
)


def shares(curve: Calibration, scores: list[float]) -> list[float]:
    inside = np.clip(scores, CERTAIN, 1 - CERTAIN)
    log_odds = pl.lit(pl.Series(np.log(inside / (1 - inside))))
    return pl.select(curve.share(log_odds).alias("share"))["share"].to_list()


def drawn(count: int, constant: float, slope: float) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    log_odds = rng.normal(0.0, 2.0, count)
    chance = 1 / (1 + np.exp(-(constant + slope * log_odds)))
    return log_odds, rng.random(count) < chance


def test_a_curve_is_found_again_from_what_it_made() -> None:
    found = fit(*drawn(20_000, -1.5, 0.6))
    assert abs(found.constant + 1.5) < 0.1
    assert abs(found.slope - 0.6) < 0.05


def test_as_it_is_a_score_stays() -> None:
    assert np.allclose(shares(AS_IT_IS, [0.1, 0.5, 0.9]), [0.1, 0.5, 0.9])


@given(st.lists(st.floats(0, 1), min_size=2), st.floats(-5, 5), st.floats(0, 5))
def test_the_order_stays(scores: list[float], constant: float, slope: float) -> None:
    found = shares(Calibration(constant, slope), sorted(scores))
    assert all(one <= other + 1e-12 for one, other in pairwise(found))


def test_scores_that_mislead_become_flat_and_do_not_turn_round() -> None:
    log_odds, abusive = drawn(2_000, 0.0, 1.0)
    assert fit(log_odds, ~abusive).slope == 0


def test_a_few_verdicts_of_one_kind_promise_no_certainty() -> None:
    curve = fit(np.full(5, 3.0), np.full(5, True))
    assert 0.5 < shares(curve, [0.95])[0] < 0.99


def test_too_few_verdicts_change_nothing() -> None:
    log_odds, abusive = drawn(LEAST_VERDICTS, -1.0, 1.0)
    before = Calibration(0.3, 0.7)
    assert from_verdicts(log_odds[1:], abusive[1:], before) == before
    assert from_verdicts(log_odds, abusive, before) == fit(log_odds, abusive)
