"""Average precision and its curve, against a slow readable version, scikit-learn and by hand."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from measure_kit import scores, truth

from graphmeta.bench.measures import ranking

# Few distinct scores, so that ties are the rule.
LABELLED = st.lists(st.tuples(st.booleans(), st.integers(0, 6)), min_size=1, max_size=40)


def slow_average_precision(labelled: list[tuple[bool, int]]) -> float:
    """Take the accounts of one score after those of another; add up precision times recall won."""
    planted = sum(label for label, _ in labelled)
    total, before = 0.0, 0
    for score in sorted({score for _, score in labelled}, reverse=True):
        taken = [label for label, other in labelled if other >= score]
        total += sum(taken) / len(taken) * (sum(taken) - before) / planted
        before = sum(taken)
    return total


def fast(labelled: list[tuple[bool, int]]) -> float | None:
    positive = np.array([label for label, _ in labelled])
    return ranking.average_precision(positive, np.array([float(score) for _, score in labelled]))


@given(LABELLED.filter(lambda labelled: any(label for label, _ in labelled)))
def test_average_precision_is_what_the_slow_version_says(
    labelled: list[tuple[bool, int]],
) -> None:
    assert fast(labelled) == pytest.approx(slow_average_precision(labelled))


@given(LABELLED.filter(lambda labelled: any(label for label, _ in labelled)))
def test_average_precision_is_what_scikit_learn_says(labelled: list[tuple[bool, int]]) -> None:
    from sklearn.metrics import average_precision_score

    labels, given_scores = zip(*labelled, strict=True)
    assert fast(labelled) == pytest.approx(average_precision_score(labels, given_scores))


def test_a_perfect_ranking_has_average_precision_one_and_the_reverse_hardly_any() -> None:
    labelled = [(place < 10, -place) for place in range(1000)]
    assert fast(labelled) == 1
    worst = fast([(label, -score) for label, score in labelled])
    assert worst is not None
    assert worst < 0.01


def test_a_ranking_that_ties_everybody_has_the_share_of_the_planted() -> None:
    assert fast([(place < 10, 0) for place in range(200)]) == pytest.approx(0.05)


def test_a_random_ranking_comes_near_the_share_of_the_planted() -> None:
    rng = np.random.default_rng(0)
    positive = np.arange(20_000) < 400
    found = ranking.average_precision(positive, rng.random(20_000))
    assert found == pytest.approx(0.02, abs=0.005)


def test_without_anybody_planted_there_is_no_average_precision() -> None:
    assert fast([(False, 1), (False, 2)]) is None


def test_accounts_without_a_score_rank_last_even_below_negative_scores() -> None:
    world = truth(["a", "b", "c", "d"], {"ring": ["a", "b"]})
    said = ranking.measure(scores({"a": -5.0, "c": -7.0}), world)
    # a first; then c; then b and d together.
    assert said["average_precision"] == pytest.approx(0.5 * 1 + 0.5 * 2 / 4)
    assert said["by_chance"] == 0.5


def test_the_order_of_rows_and_accounts_of_elsewhere_change_nothing() -> None:
    world = truth(list("abcdef"), {"ring": ["b", "e"]})
    given_scores = scores({"e": 3.0, "a": 2.0, "b": 1.0, "elsewhere": 9.0})
    assert ranking.measure(given_scores, world) == ranking.measure(given_scores.reverse(), world)
    assert ranking.measure(given_scores, world) == ranking.measure(
        given_scores.filter(pl.col("account") != "elsewhere"), world
    )


def test_a_campaign_is_ranked_without_the_accounts_of_the_others() -> None:
    world = truth(list("abcdef"), {"one": ["a"], "two": ["b"]})
    said = ranking.measure(scores({"b": 3.0, "a": 2.0, "c": 1.0}), world)
    assert said["campaigns"] == {"one": 1.0, "two": 1.0}
    assert said["average_precision"] == 1.0


@given(LABELLED.filter(lambda labelled: any(label for label, _ in labelled)))
def test_the_curve_holds_the_precision_of_the_first_step_that_reaches_a_recall(
    labelled: list[tuple[bool, int]],
) -> None:
    positive = np.array([label for label, _ in labelled])
    score = np.array([float(value) for _, value in labelled])
    curve = ranking.precision_at(positive, score)
    assert curve is not None
    planted = int(positive.sum())
    for recall, found in zip(ranking.RECALLS, curve, strict=True):
        for level in sorted(set(score), reverse=True):
            taken = positive[score >= level]
            if taken.sum() >= recall * planted - 1e-6:
                assert found == pytest.approx(taken.mean(), abs=1e-4)
                break
