"""What would change a verdict: what is named does change it, and nothing that fails is left out."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from score_kit import Values, look_alike, measured, numbers, slopes, some_model

from graphmeta.scores import behaviour, counter, rank, verdict, wording
from graphmeta.scores.model import REJECTED_AT, Model
from graphmeta.scores.terms import RECRUITMENT_TERMS, SPAM_TERMS

RULE = verdict.Rule(alpha=0.05, min_score=0.5, min_actors=3)
STRICT = replace(RULE, min_score=0.95)
COURIER = look_alike("courier", slopes(SPAM_TERMS, 0.4), [0.8, 0.5, 0.2], 299)
PLAIN, CAREFUL = some_model(), some_model(COURIER)
ABUSE: dict[str, tuple[float, float]] = {
    "defence_rate": (0.2, 0.01),
    "reply_rate": (0.02, 0.4),
    "fan_out": (20.0, 2.0),
    "onset": (0.95, 0.3),
}
RULES = st.sampled_from([RULE, STRICT])
#: A measurement and what is usual, in the unit of the signal.
shares = st.tuples(st.floats(0.01, 0.99), st.floats(0.01, 0.9))
counts = st.tuples(st.floats(1.0, 90.0), st.floats(1.0, 90.0))
SIGNALS = sorted({term.signal for term in (*SPAM_TERMS, *RECRUITMENT_TERMS)})
observations = st.fixed_dictionaries(
    {},
    optional={
        name: shares if wording.unit(name) is wording.PERCENT else counts for name in SIGNALS
    },
)


def ranked(
    values: Values, model: Model, rule: verdict.Rule = RULE, /, **facts: Any
) -> pl.DataFrame:
    """Score and rank one group."""
    return ranked_together([values], model, rule, **facts)


def ranked_together(
    groups: Sequence[Values], model: Model, rule: verdict.Rule = RULE, /, **facts: Any
) -> pl.DataFrame:
    """Score and rank groups, numbered from 0, none of which has a say in another."""
    every = numbers(*range(len(groups)))
    rows = pl.concat([measured(values, number) for number, values in enumerate(groups)])
    scores = behaviour.add_up(behaviour.terms(rows, every, model), model)
    apart = counter.rejected(counter.resemblance(rows, every, model), every)
    rest = {"p_value": 1e-6, "q_value": 1e-5, "n_actors": 5, "stands": True, **facts}
    joined = scores.join(apart, on="group").with_columns(
        **{name: pl.lit(value) for name, value in rest.items()}
    )
    return rank.rank(joined, rule.alpha, rule.min_score, rule.min_actors)


def flagged(values: Values, model: Model, rule: verdict.Rule = RULE, /, **facts: Any) -> bool:
    return bool(ranked(values, model, rule, **facts)["flagged"][0])


def told(values: Values, model: Model, rule: verdict.Rule = RULE, /, **facts: Any) -> str:
    scored = ranked(values, model, rule, **facts)
    return str(verdict.sentences(scored, measured(values), rule, model)["says"][0])


def lifting(values: Values, model: Model, rule: verdict.Rule = RULE) -> set[str]:
    return set(verdict.lifts(measured(values), numbers(0), rule, model)["signal"])


@settings(max_examples=30, deadline=None)
@given(observations, st.sampled_from([PLAIN, CAREFUL]), RULES)
def test_what_is_named_of_a_flagged_cluster_would_lift_the_flag_and_nothing_else_would(
    values: dict[str, tuple[float, float]], model: Model, rule: verdict.Rule
) -> None:
    scored = ranked(values, model, rule)
    if not scored["flagged"][0]:
        return
    changed = {signal: {**values, signal: (usual, usual)} for signal, (_, usual) in values.items()}
    again = ranked_together(list(changed.values()), model, rule).sort("group")["flagged"]
    would = {signal for signal, still in zip(changed, again, strict=True) if not still}
    assert lifting(values, model, rule) == would
    said = verdict.sentences(scored, measured(values), rule, model)["says"][0]
    named = [signal for signal in would if f"{wording.short(signal)} were " in said]
    assert len(named) == min(len(would), 3)
    assert said.startswith("It would not be flagged if" if would else "No single measurement")


@settings(max_examples=30, deadline=None)
@given(observations, RULES)
def test_the_value_that_is_named_of_an_unflagged_cluster_reaches_the_score(
    values: dict[str, tuple[float, float]], rule: verdict.Rule
) -> None:
    row = ranked(values, PLAIN, rule).row(0, named=True)
    if row["flagged"]:
        return
    name = verdict.leading(row)
    score = next(score for score in PLAIN.scores if score.name == name)
    terms = behaviour.terms(measured(values), numbers(0), PLAIN).filter(score=name).to_dicts()
    lacks, way = verdict.lacking(terms, score, rule.min_score)
    assert lacks > 0
    if way is None:
        assert "several measurements together" in told(values, PLAIN, rule)
        return
    _, usual = values[way.signal]
    assert flagged({**values, way.signal: (way.wanted, usual)}, PLAIN, rule)
    assert wording.amount(way.signal, way.wanted) in told(values, PLAIN, rule)


@settings(max_examples=25, deadline=None)
@given(observations)
def test_the_value_also_suffices_where_look_alikes_are_rejected_already(
    values: dict[str, tuple[float, float]],
) -> None:
    row = ranked(values, CAREFUL).row(0, named=True)
    if row["flagged"] or "look like a courier service" in told(values, CAREFUL):
        return
    name = verdict.leading(row)
    score = next(score for score in CAREFUL.scores if score.name == name)
    terms = behaviour.terms(measured(values), numbers(0), CAREFUL).filter(score=name).to_dicts()
    _, way = verdict.lacking(terms, score, RULE.min_score)
    if way is not None:
        assert flagged({**values, way.signal: (way.wanted, values[way.signal][1])}, CAREFUL)


@settings(max_examples=60, deadline=None)
@given(observations, RULES)
def test_a_look_alike_that_is_ruled_out_is_named_only_where_it_holds_the_score_down(
    values: dict[str, tuple[float, float]], rule: verdict.Rule
) -> None:
    if flagged(values, CAREFUL, rule):
        return
    courier = counter.resemblance(measured(values), numbers(0), CAREFUL).row(0, named=True)
    said = told(values, CAREFUL, rule)
    may_be = courier["p_value"] > REJECTED_AT
    holds = 1 / (1 + math.exp(-courier["log_odds"])) < rule.min_score
    assert ("it did not look like a courier service" in said) == may_be
    assert ("the odds against a courier service" in said) == (holds and not may_be)


@settings(max_examples=60, deadline=None)
@given(observations, RULES)
def test_without_the_look_alike_and_with_the_value_that_are_named_it_is_flagged(
    values: dict[str, tuple[float, float]], rule: verdict.Rule
) -> None:
    row = ranked(values, CAREFUL, rule).row(0, named=True)
    if row["flagged"]:
        return
    said = told(values, CAREFUL, rule)
    model = PLAIN if "a courier service" in said else CAREFUL
    name = verdict.leading(row)
    score = next(score for score in CAREFUL.scores if score.name == name)
    terms = behaviour.terms(measured(values), numbers(0), CAREFUL).filter(score=name).to_dicts()
    lacks, way = verdict.lacking(terms, score, rule.min_score)
    if lacks <= 0:
        assert flagged(values, model, rule)
    elif way is not None:
        assert flagged({**values, way.signal: (way.wanted, values[way.signal][1])}, model, rule)


@given(
    st.floats(0, 1),
    st.integers(1, 5),
    st.booleans(),
    st.sampled_from([ABUSE, {"declared": (0.9, 0.1)}]),
    st.sampled_from([PLAIN, some_model(look_alike("courier", {"youth": [1.0, 1.0]}, [9.0], 50))]),
)
@settings(max_examples=25, deadline=None)
def test_every_condition_that_fails_is_named_and_none_that_holds(
    q_value: float, n_actors: int, stands: bool, values: Values, model: Model
) -> None:
    facts = {"q_value": q_value, "n_actors": n_actors, "stands": stands}
    said = told(values, model, **facts)
    if flagged(values, model, **facts):
        assert said.startswith(("It would not be flagged", "No single measurement"))
        return
    assert said.startswith("It would be flagged if ")
    assert said.endswith(".")
    assert ("contacts that had no say" in said) == (q_value > RULE.alpha)
    assert ("accounts that declare" in said or "several measurements" in said) == (
        values is not ABUSE
    )
    assert ("look like a courier service" in said) == (model is not PLAIN)
    assert ("at least 3 actors" in said) == (n_actors < RULE.min_actors)
    assert ("twice the history" in said) == (not stands)


def test_a_look_alike_that_hides_behind_another_is_named_too() -> None:
    kinds = ("courier", "helpline", "newsletter", "canvass", "traders")
    classes = [
        look_alike(kind, {"youth": [1.0, 1.0]}, [9.0], 50 + n) for n, kind in enumerate(kinds)
    ]
    said = told(ABUSE, some_model(*classes))
    assert said == (
        "It would be flagged if it did not look like a courier service, a helpline, a newsletter "
        "or 2 more kinds of look-alikes."
    )


def test_a_score_that_only_resemblance_holds_down_is_not_said_to_lack_anything() -> None:
    kind = look_alike("courier", {"youth": [1.0, 1.0]}, [9.0], 4)
    weak = {"defence_rate": (0.2, 0.01), "fan_out": (6.0, 2.0), "youth": (0.05, 0.1)}
    model = some_model(kind)
    assert flagged(weak, PLAIN)
    assert ranked(weak, model)["spam"][0] < RULE.min_score
    assert told(weak, model) == "It would be flagged if it did not look like a courier service."


def test_a_look_alike_that_is_ruled_out_and_holds_the_score_down_is_not_said_to_be_resembled() -> (
    None
):
    kind = look_alike("courier", {"youth": [1.0, 1.0]}, [-1.0], 150)
    kind["constant"] = 2.0
    said = told(ABUSE, some_model(kind), replace(RULE, min_score=0.9))
    assert said == (
        "It would be flagged if the odds against a courier service let its score reach 0.9 "
        "(at most 0.88, although being one is ruled out)."
    )
    assert flagged(ABUSE, some_model(kind), replace(RULE, min_score=0.88))


def test_a_measurement_that_only_rejects_a_look_alike_is_named() -> None:
    kind = look_alike("courier", {"youth": [1.0, 1.0]}, [0.5], 150)
    values = {**ABUSE, "youth": (0.9, 0.1)}
    assert "youth" in lifting(values, some_model(kind))
    assert "youth" not in lifting(values, PLAIN)


def test_no_share_above_one_and_no_count_below_its_least_is_asked_for() -> None:
    model = some_model(constant=-3.0)
    for values in ({"onset": (0.5, 0.5)}, {"insistence": (1.5, 1.2)}, {"youth": (0.6, 0.5)}):
        assert "several measurements together" in told(values, model)


def test_the_verdicts_of_many_clusters_stand_in_the_order_of_the_queue() -> None:
    scored = pl.concat(
        [ranked(ABUSE, PLAIN), ranked({}, PLAIN).with_columns(group=pl.lit(1, pl.UInt32))]
    )
    rows = verdict.sentences(scored, measured(ABUSE), RULE, PLAIN)
    assert rows["group"].to_list() == [0, 1]
    assert rows["says"][0].startswith("No single measurement decides")
    assert rows["says"][1].startswith("It would be flagged if ")
    assert verdict.sentences(scored.clear(), measured({}), RULE, PLAIN).is_empty()


@pytest.mark.parametrize(
    ("term", "value", "up", "written"),
    [
        ("defence_rate", 0.0312, True, "3.2 %"),
        ("defence_rate", 0.0312, False, "3.1 %"),
        ("defence_rate", 0.314, True, "32 %"),
        ("defence_rate", 0.0004, False, "0 %"),
        ("fan_out", 3.141, True, "3.15"),
        ("fan_out", 3141.2, True, "3,142"),
        ("moon_phase", 0.5, True, "0.5"),
    ],
)
def test_values_are_rounded_so_that_they_do_not_fall_short(
    term: str, value: float, up: bool, written: str
) -> None:
    assert wording.amount(term, wording.unit(term).outward(value, up)) == written
