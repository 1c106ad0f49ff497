"""Reliability: bands are about equal, figures are what they say, and curves that know it cheat."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from graphmeta.scores.calibrate import Calibration, fit
from graphmeta.scores.reliability import BANDS, bands_of, left_out, share, summary, table


def test_a_perfect_risk_has_no_distance() -> None:
    abusive = np.array([True, False, True])
    risk = abusive.astype(float)
    assert summary(risk, risk, abusive) == {"brier": 0.0, "calibration_error": 0.0}


def test_without_a_risk_or_clusters_there_is_nothing_to_sum_up() -> None:
    nothing = np.array([])
    assert summary(None, np.array([0.5]), np.array([True])) is None
    assert summary(nothing, nothing, np.array([], dtype=bool)) is None
    assert table(nothing, None, np.array([], dtype=bool)).height == 0


def test_the_distance_is_that_of_the_columns_of_the_table() -> None:
    risk = np.array([0.1, 0.1, 0.9, 0.9])
    abusive = np.array([False, True, True, True])
    figures = summary(risk, risk, abusive)
    assert figures is not None
    assert figures["calibration_error"] == pytest.approx(0.5 * 0.4 + 0.5 * 0.1)
    rows = table(risk, None, abusive)
    assert rows["found"].to_list() == [0.5, 1.0]
    assert rows["after"].to_list() == [None, None]


@given(st.lists(st.floats(0, 1), min_size=1, max_size=60))
def test_bands_follow_risk_and_equal_risks_share_one(risks: list[float]) -> None:
    risk = np.array(risks)
    bands = bands_of(risk)
    assert bands.min() >= 0
    assert bands.max() < BANDS
    order = np.argsort(risk, kind="stable")
    assert (np.diff(bands[order]) >= 0).all()
    assert all(len(set(bands[risk == value])) == 1 for value in risks)


def test_risk_after_is_by_curves_that_had_not_seen_the_cluster() -> None:
    rng = np.random.default_rng(0)
    log_odds, sure = rng.normal(0, 2, 60), np.ones(60)
    abusive = rng.random(60) < 0.5  # scores that say nothing
    cheating = share(fit(log_odds, abusive), log_odds)
    honest = left_out(log_odds, abusive, sure)
    told, better = summary(honest, honest, abusive), summary(cheating, cheating, abusive)
    assert told is not None
    assert better is not None
    assert told["brier"] > better["brier"]


def test_a_curve_is_found_again_behind_doubt_about_coordination() -> None:
    rng = np.random.default_rng(0)
    log_odds, sure = rng.normal(0, 2, 20_000), rng.uniform(0, 1, 20_000)
    truth = Calibration(-1.0, 0.8)
    abusive = rng.random(20_000) < share(truth, log_odds) * sure
    found = fit(log_odds, abusive, sure)
    assert found.constant == pytest.approx(truth.constant, abs=0.1)
    assert found.slope == pytest.approx(truth.slope, abs=0.1)
    assert fit(log_odds, abusive).constant < -1.5, "which the share alone would have missed"
