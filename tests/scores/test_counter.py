"""The p-values of look-alikes: by a slow count, at their level, and with power."""

from __future__ import annotations

import math

import numpy as np
import polars as pl
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from score_kit import Values, look_alike, measured, numbers, slopes, some_model

from graphmeta import seeds
from graphmeta.scores import counter
from graphmeta.scores.behaviour import add_up, terms
from graphmeta.scores.model import REJECTED_AT, LookAlike, Model
from graphmeta.scores.terms import SPAM_TERMS

#: The score of these kinds is what one measurement says, one log-odd per e-fold.
BY_DEFENCE = {"defence_rate": [1.0, 1.0]}
BY_INSISTENCE = {"insistence": [-1.0, -1.0]}
HIGH, LOW, USUAL = (0.9, 0.01), (0.0, 0.3), (0.1, 0.1)


def p_values(values: Values, model: Model) -> dict[str, float]:
    found = counter.resemblance(measured(values), numbers(0), model)
    return dict(found.select("kind", "p_value").iter_rows())


def slow_p_value(values: Values, kind: LookAlike) -> float:
    """Count, in a loop, the appearances that score at least as high, and itself."""
    score = kind.score.constant
    for weight in kind.score.weights:
        if weight.term.signal not in values:
            continue
        value, usual = values[weight.term.signal]
        usual = max(usual, weight.term.usual)
        ratio = math.log((value + weight.term.floor) / (usual + weight.term.floor))
        ratio = max(-weight.term.bound, min(weight.term.bound, ratio))
        score += (weight.above if ratio > 0 else weight.below) * ratio
    # Sums in another order differ in their last digits, which would decide ties.
    assume(not values or all(abs(other - score) > 1e-9 for other in kind.highest))
    as_high = 1
    for other in kind.highest:
        as_high += other >= score
    return as_high / (kind.appearances + 1)


shares = st.floats(0, 1).map(lambda share: round(share, 3))
observations = st.dictionaries(
    st.sampled_from([term.signal for term in SPAM_TERMS]), st.tuples(shares, shares)
)
histories = st.lists(st.floats(-6, 6), max_size=12).map(lambda made: sorted(made, reverse=True))


@settings(max_examples=40, deadline=None)
@given(observations, histories, st.integers(12, 200))
def test_a_p_value_is_the_share_of_appearances_that_score_as_high(
    values: Values, highest: list[float], appearances: int
) -> None:
    model = some_model(look_alike("courier", slopes(SPAM_TERMS, 0.3), highest, appearances))
    expected = slow_p_value(values, model.look_alikes[0])
    assert p_values(values, model)["courier"] == pytest.approx(expected)


def level_of(ratio: float) -> Values:
    """Return a measurement whose log ratio is the number given."""
    floor = 0.003
    return {"defence_rate": ((0.1 + floor) * math.exp(ratio) - floor, 0.1)}


@pytest.mark.parametrize("level", [0.01, 0.05, 0.2])
def test_a_kind_is_rejected_no_more_often_than_its_level_says(level: float) -> None:
    # Past and new appearances are drawn alike: of all draws, past ones included, the share of
    # small p-values is at most the level, up to chance.
    draw = seeds.generator("exchangeable")
    small = 0
    for _ in range(60):
        past = sorted(draw.normal(0, 0.7, 150).tolist(), reverse=True)
        model = some_model(look_alike("courier", BY_DEFENCE, past, 150))
        new = [
            measured(level_of(float(ratio)), group)
            for group, ratio in enumerate(draw.normal(0, 0.7, 50))
        ]
        found = counter.resemblance(pl.concat(new), numbers(*range(50)), model)
        small += int((found["p_value"] <= level).sum())
    deviation = 3 * math.sqrt(level * (1 - level) / 3000) + 3 * math.sqrt(level / 150 / 60)
    assert small / 3000 <= level + deviation


def test_what_scores_above_all_appearances_is_rejected_and_what_is_typical_is_not() -> None:
    past = [round(0.01 * n, 2) for n in range(99, -1, -1)]
    model = some_model(look_alike("courier", BY_DEFENCE, past, 100))
    assert p_values({"defence_rate": HIGH}, model)["courier"] == 1 / 101
    assert p_values({"defence_rate": LOW}, model)["courier"] == 1.0


def test_few_appearances_can_reject_nothing() -> None:
    model = some_model(look_alike("courier", BY_DEFENCE, [0.0], 98))
    alike = counter.resemblance(measured({"defence_rate": HIGH}), numbers(0), model)
    assert alike["p_value"][0] > REJECTED_AT - 1e-12
    assert counter.rejected(alike, numbers(0))["no_look_alike"].to_list() == [REJECTED_AT >= 1 / 99]


def test_appearances_without_a_cluster_count_as_rejected_ones() -> None:
    # A kind that appeared in 200 worlds and was found in one of them: the others are no clusters.
    model = some_model(look_alike("courier", BY_DEFENCE, [9.0], 200))
    assert p_values({"defence_rate": HIGH}, model)["courier"] == 2 / 201


def resembling(found: list[tuple[str, float, float | None]]) -> pl.DataFrame:
    """Return the kinds beside one cluster: name, p-value, log-odds."""
    schema = {"kind": pl.String, "p_value": pl.Float64, "log_odds": pl.Float64}
    rows = pl.DataFrame(found, schema=schema, orient="row")
    return rows.select(group=pl.lit(0, dtype=pl.UInt32), **{name: name for name in schema})


def scoring(log_odds: float) -> pl.DataFrame:
    return pl.DataFrame({"group": numbers(0), "log_odds": [log_odds]})


def test_the_nearest_look_alike_is_the_one_with_the_least_odds_against_it() -> None:
    alike = resembling([("courier", 0.3, 1.0), ("helpline", 0.002, -2.0), ("canvass", 0.5, 0.5)])
    assert counter.nearest(alike).rows() == [(0, "helpline", 0.002, -2.0)]
    assert counter.rejected(alike, numbers(0, 1)).rows() == [(0, False), (1, True)]


kinds_found = st.lists(st.tuples(st.floats(1e-4, 1.0), st.floats(-9, 9)), min_size=1, max_size=6)


@given(kinds_found, st.floats(-6, 6))
def test_no_score_is_higher_than_the_odds_against_the_nearest_look_alike(
    found: list[tuple[float, float]], score: float
) -> None:
    alike = resembling([(f"k{number}", *told) for number, told in enumerate(found)])
    least = min(log_odds for _, log_odds in found)
    said = counter.speaks_against(alike, scoring(score))
    takes = float(said["contribution"].sum())
    assert takes <= 0
    assert score + takes == pytest.approx(min(score, least))
    for row in said.iter_rows(named=True):
        assert row["expected"] == REJECTED_AT
        assert (row["observed"], least) in found


def test_a_look_alike_that_is_not_rejected_is_named_though_it_takes_nothing() -> None:
    said = counter.speaks_against(resembling([("courier", 0.3, 4.0)]), scoring(1.0))
    assert said.select("term", "observed", "contribution").rows() == [
        ("resembles_courier", 0.3, 0.0)
    ]
    assert counter.speaks_against(resembling([("courier", 0.002, 4.0)]), scoring(1.0)).is_empty()


@pytest.mark.parametrize(("kinds", "takes"), [([], -3.0), ([("courier", 0.3, -5.0)], -6.0)])
def test_where_look_alikes_cannot_be_told_scores_fall_by_as_much_at_least(
    kinds: list[tuple[str, float, float | None]], takes: float
) -> None:
    alike = resembling([(counter.ANYTHING, 1.0, None), *kinds])
    said = counter.speaks_against(alike, scoring(1.0))
    assert said.select("term", "contribution").rows() == [("resembles_anything", takes)]


def test_the_term_of_the_nearest_look_alike_stands_in_both_scores() -> None:
    classes = (
        look_alike("courier", BY_INSISTENCE, [3.0] * 40, 99),
        look_alike("helpline", BY_DEFENCE, [0.0] * 40, 999),
    )
    values = {"defence_rate": HIGH, "insistence": HIGH}
    alone, beside = some_model(), some_model(*classes)
    rows = terms(measured(values), numbers(0), beside)
    against = rows.filter(pl.col("term").str.starts_with(counter.PREFIX))
    assert against.select("score", "term").rows() == [
        ("recruitment", "resembles_courier"),
        ("spam", "resembles_courier"),
    ]
    with_it, without = (
        add_up(rows, beside),
        add_up(terms(measured(values), numbers(0), alone), alone),
    )
    assert with_it["spam"][0] < without["spam"][0]
    assert with_it["recruitment"][0] < without["recruitment"][0]


def test_without_trained_classes_nothing_is_rejected_or_resembled() -> None:
    alike = counter.resemblance(measured({"defence_rate": HIGH}), numbers(0, 1), some_model())
    assert alike.is_empty()
    assert counter.rejected(alike, numbers(0, 1))["no_look_alike"].to_list() == [True, True]


def test_a_cluster_of_which_nothing_was_measured_is_judged_by_the_constant() -> None:
    model = some_model(look_alike("courier", BY_DEFENCE, list(np.arange(9.0, -1.0, -1.0)), 199))
    assert p_values({}, model)["courier"] == 11 / 200


def test_without_blocks_and_reports_nothing_is_rejected() -> None:
    quiet = measured({"defence_rate": (0.0, 0.0), "reply_rate": (0.01, 0.5)})
    alike = counter.resemblance(quiet, numbers(0), some_model())
    assert alike.rows() == [(0, counter.ANYTHING, 1.0, None)]
    assert counter.rejected(alike, numbers(0))["no_look_alike"].to_list() == [False]


def test_where_others_block_or_report_a_group_that_nobody_does_can_be_told() -> None:
    loud = measured({"defence_rate": (0.0, 0.01)})
    assert counter.resemblance(loud, numbers(0), some_model()).is_empty()
