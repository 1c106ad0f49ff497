"""A score is the sum of its terms, and every term is monotone and bounded."""

from __future__ import annotations

import math

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from score_kit import Values, look_alike, measured, numbers, some_model, weights_of

from graphmeta.scores.behaviour import TERMS, add_up, terms
from graphmeta.scores.model import Score, Weight, contributions, trained
from graphmeta.signals import BEHAVIOURS, RECRUITMENT

MODEL = some_model(look_alike("courier", {"insistence": [-1.0, -1.0]}, [1.0] * 30, 99))
WEIGHTS = [*weights_of(MODEL), *weights_of(trained())]
IDS = [
    f"{name} {weight.term.signal} {'trained' if at >= len(WEIGHTS) // 2 else 'made up'}"
    for at, (name, weight) in enumerate(WEIGHTS)
]
SIGNALS = [signal.name for signal in BEHAVIOURS] + [signal.name for signal in RECRUITMENT]
#: Every measurement is a share or a count.
AMOUNTS = [0.0, 1e-6, 0.003, 0.05, 0.4, 1.0, 3.0, 60.0, 1e6]
measurements = st.dictionaries(
    st.sampled_from(SIGNALS), st.tuples(st.floats(1e-3, 1e6), st.floats(1e-3, 1e6))
)


def said(weight: Weight) -> pl.DataFrame:
    """Return what a term says of every pair of amounts: usual, value, contribution."""
    pairs = [(usual, value) for usual in AMOUNTS for value in AMOUNTS]
    frame = pl.DataFrame(pairs, schema=["expected", "value"], orient="row")
    rows = frame.with_columns(group=pl.lit(0), signal=pl.lit(weight.term.signal))
    return contributions(rows, [Score("any", 0.0, (weight,))])


@settings(max_examples=25, deadline=None)
@given(measurements)
def test_a_score_is_exactly_the_sum_of_what_is_shown(values: Values) -> None:
    for model in (MODEL, trained()):
        rows = terms(measured(values), numbers(0), model)
        assert rows.schema == TERMS
        for score in model.scores:
            shown = rows.filter(score=score.name)["contribution"].to_list()
            expected = 1 / (1 + math.exp(-math.fsum(shown)))
            assert add_up(rows, model)[score.name][0] == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize(("score", "weight"), WEIGHTS, ids=IDS)
def test_every_term_is_monotone_in_its_direction(score: str, weight: Weight) -> None:
    for part in said(weight).partition_by("expected"):
        contributions = part.sort("value")["contribution"]
        assert contributions.is_sorted(descending=weight.term.sign < 0), score


@pytest.mark.parametrize(("score", "weight"), WEIGHTS, ids=IDS)
def test_no_measurement_says_more_than_its_bound(score: str, weight: Weight) -> None:
    most = max(abs(weight.above), abs(weight.below)) * weight.term.bound
    assert said(weight)["contribution"].is_between(-most, most).all(), score


@pytest.mark.parametrize(("score", "weight"), WEIGHTS, ids=IDS)
def test_what_is_usual_says_nothing(score: str, weight: Weight) -> None:
    at_least = pl.max_horizontal("expected", pl.lit(weight.term.usual))
    usual = said(weight).filter(pl.col("value") == at_least)
    assert (usual["contribution"] == 0).all(), score


def test_a_group_without_measurements_has_the_constant_alone() -> None:
    model = some_model()
    rows = terms(measured({}), numbers(3, 5), model)
    assert rows.select("group", "score", "term").rows() == [
        (3, "recruitment", "constant"),
        (3, "spam", "constant"),
        (5, "recruitment", "constant"),
        (5, "spam", "constant"),
    ]


def test_a_measurement_that_no_score_knows_has_no_say() -> None:
    rows = terms(measured({"moon_phase": (0.9, 0.1)}), numbers(0), MODEL)
    assert "moon_phase" not in rows["term"].to_list()


def test_groups_are_scored_each_for_itself() -> None:
    one = measured({"defence_rate": (0.4, 0.01)}, group=1)
    two = measured({"defence_rate": (0.0, 0.01), "declared": (0.9, 0.1)}, group=2)
    both = add_up(terms(pl.concat([one, two]), numbers(1, 2), MODEL), MODEL)
    alone = add_up(terms(two, numbers(2), MODEL), MODEL)
    assert both.filter(group=2).equals(alone)
    assert both["spam"][0] > both["spam"][1]


def test_the_order_of_measurements_has_no_say() -> None:
    values = {"defence_rate": (0.4, 0.01), "reply_rate": (0.1, 0.3), "fan_out": (7.0, 2.0)}
    rows = measured(values)
    assert terms(rows.reverse(), numbers(0), MODEL).equals(terms(rows, numbers(0), MODEL))
