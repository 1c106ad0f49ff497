"""What comes with the package: it loads, points where it is stated, and knows every signal."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from score_kit import look_alike, measured, numbers, plain_data

from graphmeta.scores.behaviour import add_up, terms
from graphmeta.scores.counter import ANYTHING
from graphmeta.scores.model import REJECTED_AT, read, trained
from graphmeta.scores.terms import LOOK_ALIKE_TERMS, RECRUITMENT_TERMS, SPAM_TERMS
from graphmeta.scores.wording import LOOK_ALIKES
from graphmeta.signals import BEHAVIOURS, RECRUITMENT
from graphmeta.synthetic.lookalikes import LOOKALIKES

SIGNALS = {signal.name for signal in BEHAVIOURS} | {signal.name for signal in RECRUITMENT}


def test_every_measurement_has_a_say_and_every_say_a_measurement() -> None:
    assert {term.signal for term in LOOK_ALIKE_TERMS} == SIGNALS
    assert set(LOOK_ALIKE_TERMS) > {*SPAM_TERMS, *RECRUITMENT_TERMS}


def test_the_trained_scores_have_the_terms_that_are_stated() -> None:
    spam, recruitment = trained().scores
    assert (spam.name, recruitment.name) == ("spam", "recruitment")
    assert tuple(weight.term for weight in spam.weights) == SPAM_TERMS
    assert tuple(weight.term for weight in recruitment.weights) == RECRUITMENT_TERMS
    for kind in trained().look_alikes:
        assert tuple(weight.term for weight in kind.score.weights) == LOOK_ALIKE_TERMS


def test_every_trained_slope_points_where_it_is_stated() -> None:
    classes = [kind.score for kind in trained().look_alikes]
    for score in (*trained().scores, *classes):
        for weight in score.weights:
            assert weight.above * weight.term.sign >= 0, (score.name, weight.term.signal)
            assert weight.below * weight.term.sign >= 0, (score.name, weight.term.signal)


def test_what_is_usual_in_every_respect_looks_like_no_abuse() -> None:
    usual = measured(dict.fromkeys(SIGNALS, (0.2, 0.2)))
    found = add_up(terms(usual, numbers(0), trained()), trained())
    assert found["spam"][0] < 0.5
    assert found["recruitment"][0] < 0.5


def test_the_trained_classes_are_kinds_that_there_are_and_have_names() -> None:
    known = {kind.kind for kind in LOOKALIKES}
    assert {kind.score.name for kind in trained().look_alikes} <= known
    assert set(LOOK_ALIKES) == {*known, ANYTHING}


def test_the_highest_scores_of_a_class_fall_and_are_no_more_than_its_appearances() -> None:
    for kind in trained().look_alikes:
        assert list(kind.highest) == sorted(kind.highest, reverse=True), kind.score.name
        assert 0 < len(kind.highest) <= kind.appearances


def test_the_trained_model_is_data_and_says_what_it_was_trained_on() -> None:
    data = json.loads(files("graphmeta.scores").joinpath("weights.json").read_text("utf-8"))
    assert set(data) == {"trained_on", "scores", "look_alikes", "risk"}
    assert set(data["risk"]) == {"constant", "slope"}
    assert data["risk"]["slope"] >= 0
    assert set(data["trained_on"]) >= {"worlds", "clusters"}
    assert 0 < REJECTED_AT < 1


@settings(max_examples=20, deadline=None)
@given(
    st.floats(-5, 5),
    st.dictionaries(
        st.sampled_from([term.signal for term in SPAM_TERMS]),
        st.tuples(st.floats(-3, 3), st.floats(-3, 3)).map(list),
        min_size=1,
    ),
    st.lists(st.floats(-9, 9), max_size=5),
)
def test_a_model_read_from_data_is_what_was_written(
    constant: float, slopes: dict[str, Any], highest: list[float]
) -> None:
    data = plain_data(look_alike("courier", slopes, highest, 40), constant=constant)
    data["scores"][0]["terms"] = slopes
    model = read(json.loads(json.dumps(data)))
    spam = model.scores[0]
    assert (spam.name, spam.constant) == ("spam", constant)
    assert {w.term.signal: [w.above, w.below] for w in spam.weights} == slopes
    courier = model.look_alikes[0]
    assert (courier.score.name, courier.appearances) == ("courier", 40)
    assert list(courier.highest) == highest
    assert {w.term.signal: [w.above, w.below] for w in courier.score.weights} == slopes


def test_a_model_that_names_an_unknown_signal_is_not_read() -> None:
    data = plain_data()
    data["scores"][0]["terms"]["moon_phase"] = [1.0, 0.0]
    with pytest.raises(KeyError, match="moon_phase"):
        read(data)
