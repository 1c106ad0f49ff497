"""A score is the sum of its terms, and every term is monotone and bounded."""

from __future__ import annotations

import math

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graphmeta.scores.behaviour import SCORES, TERMS, Score, Term, add_up, terms
from graphmeta.signals import BEHAVIOURS, RECRUITMENT

ALL_TERMS = [(score, term) for score in SCORES for term in score.terms]
IDS = [f"{score.name} {term.signal}" for score, term in ALL_TERMS]
SIGNALS = [signal.name for signal in BEHAVIOURS] + [signal.name for signal in RECRUITMENT]
#: Every measurement is a share or a count; counts per stranger are at least one.
AMOUNTS = [0.0, 1e-6, 0.003, 0.05, 0.4, 1.0, 3.0, 60.0, 1e6]
measurements = st.dictionaries(
    st.sampled_from(SIGNALS), st.tuples(st.floats(1e-3, 1e6), st.floats(1e-3, 1e6))
)


def measured(values: dict[str, tuple[float, float]], group: int = 0) -> pl.DataFrame:
    rows = [(group, signal, value, usual) for signal, (value, usual) in values.items()]
    schema = {
        "group": pl.UInt32,
        "signal": pl.String,
        "value": pl.Float64,
        "expected": pl.Float64,
    }
    return pl.DataFrame(rows, schema=schema, orient="row")


def numbers(*groups: int) -> pl.Series:
    return pl.Series("group", groups, dtype=pl.UInt32)


def said(term: Term) -> pl.DataFrame:
    """Return what a term says of every pair of amounts: usual, value, contribution."""
    least = 0.0 if term.floor else 1e-6
    pairs = [(max(usual, least), max(value, least)) for usual in AMOUNTS for value in AMOUNTS]
    frame = pl.DataFrame(pairs, schema=["expected", "value"], orient="row")
    return frame.with_columns(contribution=term.contribution())


@settings(max_examples=40)
@given(measurements)
def test_a_score_is_exactly_the_sum_of_what_is_shown(
    values: dict[str, tuple[float, float]],
) -> None:
    rows = terms(measured(values), numbers(0))
    assert rows.schema == TERMS
    for score in SCORES:
        shown = rows.filter(score=score.name)["contribution"].to_list()
        expected = 1 / (1 + math.exp(-math.fsum(shown)))
        assert add_up(rows)[score.name][0] == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize(("score", "term"), ALL_TERMS, ids=IDS)
def test_every_term_is_monotone_in_its_measurement(score: Score, term: Term) -> None:
    for part in said(term).partition_by("expected"):
        contributions = part.sort("value")["contribution"]
        assert contributions.is_sorted(descending=term.weight < 0), score.name


@pytest.mark.parametrize(("score", "term"), ALL_TERMS, ids=IDS)
def test_no_measurement_says_more_than_it_may(score: Score, term: Term) -> None:
    within = said(term)["contribution"].is_between(-term.most_against, term.most_for)
    assert within.all(), score.name


@pytest.mark.parametrize(("score", "term"), ALL_TERMS, ids=IDS)
def test_what_is_usual_says_nothing(score: Score, term: Term) -> None:
    usual = said(term).filter(pl.col("value") == pl.col("expected"))
    assert (usual["contribution"] == 0).all(), score.name


def test_a_group_without_measurements_has_the_constant_alone() -> None:
    rows = terms(measured({}), numbers(3, 5))
    assert rows.select("group", "score", "term").rows() == [
        (3, "recruitment", "constant"),
        (3, "spam", "constant"),
        (5, "recruitment", "constant"),
        (5, "spam", "constant"),
    ]
    for score in SCORES:
        assert add_up(rows)[score.name][0] < 0.5, "most groups are not abusive"


def test_no_term_decides_alone() -> None:
    for score in SCORES:
        for term in score.terms:
            assert score.constant + term.most_for < 1.0, f"{score.name} {term.signal}"


def test_every_term_has_a_measurement_and_every_measurement_a_say() -> None:
    assert {term.signal for _, term in ALL_TERMS} == set(SIGNALS)


def test_groups_are_scored_each_for_itself() -> None:
    one = measured({"defence_rate": (0.4, 0.01)}, group=1)
    two = measured({"defence_rate": (0.0, 0.01), "declared": (0.9, 0.1)}, group=2)
    both = add_up(terms(pl.concat([one, two]), numbers(1, 2)))
    alone = add_up(terms(two, numbers(2)))
    assert both.filter(group=2).equals(alone)
    assert both["spam"][0] > both["spam"][1]


def test_the_order_of_measurements_has_no_say() -> None:
    values = {"defence_rate": (0.4, 0.01), "reply_rate": (0.1, 0.3), "fan_out": (7.0, 2.0)}
    rows = measured(values)
    assert terms(rows.reverse(), numbers(0)).equals(terms(rows, numbers(0)))


def test_defence_speaks_for_and_answers_speak_against_spam() -> None:
    spam = SCORES[0]
    speaks_for = {term.signal: term.weight > 0 for term in spam.terms}
    assert speaks_for["defence_rate"]
    assert not speaks_for["reply_rate"]
    assert not speaks_for["declared"]
