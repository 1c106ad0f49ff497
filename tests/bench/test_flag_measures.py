"""What flagged clusters hold: campaigns, look-alikes, the contacted; budget and calibration."""

from __future__ import annotations

from typing import Any

import pytest
from measure_kit import answer, truth

from graphmeta.bench.measures import flags

ACCOUNTS = [f"a{number}" for number in range(40)]
WORLD = truth(
    ACCOUNTS,
    {"ring": ["a0", "a1", "a2", "a3"], "funnel": ["a4", "a5"]},
    {"couriers": ["a10", "a11", "a12", "a13"], "bot": ["a14"]},
    contacted=["a20", "a21", "a10"],
)


def measure(clusters: dict[str, tuple[bool, float, list[str]]], budget: int = 10) -> dict[str, Any]:
    return flags.measure(answer(clusters), WORLD, budget)


def test_a_detector_that_flags_exactly_the_campaigns_is_perfect() -> None:
    said = measure(
        {"x": (True, 0.9, ["a0", "a1", "a2", "a3"]), "y": (True, 0.8, ["a4", "a5"])},
    )
    assert said["false_flagged"] == said["innocents_flagged"] == said["contacted_flagged"] == 0
    for name in ("ring", "funnel"):
        assert said["campaigns"][name] == {
            "detected": True, "precision": 1.0, "recall": 1.0, "f1": 1.0,
        }  # fmt: skip
    assert said["precision_at_budget"] == 1.0


def test_precision_recall_and_f1_count_accounts_of_clusters_that_touch_the_campaign() -> None:
    said = measure(
        {
            "x": (True, 0.9, ["a0", "a1", "a30"]),
            "y": (True, 0.8, ["a2", "a31", "a32", "a33"]),
            "not its own": (True, 0.7, ["a34", "a35"]),
            "not flagged": (False, 0.6, ["a3"]),
        }
    )
    ring = said["campaigns"]["ring"]
    assert ring["precision"] == pytest.approx(3 / 7)
    assert ring["recall"] == pytest.approx(3 / 4)
    assert ring["f1"] == pytest.approx(2 * (3 / 7) * (3 / 4) / (3 / 7 + 3 / 4))
    assert ring["detected"]
    assert said["flagged"] == 3
    assert said["false_flagged"] == 2
    assert said["innocents_flagged"] == 6


def test_accounts_of_another_campaign_are_no_mistake_of_this_one() -> None:
    said = measure({"x": (True, 0.9, ["a0", "a1", "a2", "a3", "a4"])})
    assert said["campaigns"]["ring"]["precision"] == 1.0
    assert said["campaigns"]["funnel"] == {
        "detected": False, "precision": 1.0, "recall": 0.5, "f1": pytest.approx(2 / 3),
    }  # fmt: skip
    assert said["false_flagged"] == 0


def test_half_planted_is_not_enough_for_a_cluster_to_be_true() -> None:
    assert measure({"x": (True, 0.9, ["a0", "a30"])})["false_flagged"] == 1
    assert measure({"x": (True, 0.9, ["a0", "a1", "a30"])})["false_flagged"] == 0


def test_where_nothing_is_flagged_precision_is_absent_and_f1_zero() -> None:
    said = measure({"x": (False, 0.9, ["a0", "a1"])})
    assert said["campaigns"]["ring"] == {
        "detected": False, "precision": None, "recall": 0.0, "f1": 0.0,
    }  # fmt: skip
    assert said["flagged"] == 0


def test_a_lookalike_counts_as_flagged_from_three_of_its_accounts_or_all_of_it() -> None:
    two = measure({"x": (True, 0.9, ["a10", "a11"]), "y": (True, 0.5, ["a14"])})["lookalikes"]
    assert two["couriers"] == {"accounts": 4, "accounts_flagged": 2, "flagged": False}
    assert two["bot"] == {"accounts": 1, "accounts_flagged": 1, "flagged": True}
    apart = measure({"x": (True, 0.9, ["a10", "a11"]), "y": (True, 0.5, ["a12"])})["lookalikes"]
    assert apart["couriers"]["flagged"]


def test_the_contacted_are_counted_among_the_innocents() -> None:
    said = measure({"x": (True, 0.9, ["a0", "a1", "a20", "a30"])})
    assert (said["innocents_flagged"], said["contacted_flagged"]) == (2, 1)


def test_groups_among_the_members_are_left_out() -> None:
    said = measure({"x": (True, 0.9, ["a0", "a1", "group-1", "group-2", "group-3"])})
    assert said["false_flagged"] == 0
    assert said["campaigns"]["ring"]["precision"] == 1.0


def test_precision_at_budget_looks_at_the_first_by_risk_alone() -> None:
    clusters = {
        "x": (False, 0.9, ["a0", "a1"]),
        "y": (True, 0.8, ["a30"]),
        "z": (True, 0.7, ["a4"]),
    }
    assert measure(clusters, budget=1)["precision_at_budget"] == 1.0
    assert measure(clusters, budget=2)["precision_at_budget"] == 0.5
    assert measure(clusters, budget=10)["precision_at_budget"] == pytest.approx(2 / 3)


def test_clusters_of_equal_risk_share_the_places_that_are_left() -> None:
    clusters = {
        "x": (True, 0.9, ["a0"]),
        "t1": (True, 0.5, ["a1"]),
        "t2": (True, 0.5, ["a30"]),
        "t3": (True, 0.5, ["a31"]),
    }
    # One sure place, and one of two places for each three that tie: a third of a hit each.
    assert measure(clusters, budget=2)["precision_at_budget"] == pytest.approx((1 + 1 / 3) / 2)


def test_calibration_counts_clusters_and_true_ones_by_bin_of_risk() -> None:
    said = measure(
        {"x": (True, 0.95, ["a0"]), "y": (False, 0.93, ["a30"]), "z": (False, 1.0, ["a1"])}
    )
    assert said["calibration"][9] == pytest.approx([3, 2, 2.88])
    assert sum(each[0] for each in said["calibration"]) == 3


def test_a_risk_on_another_scale_has_no_calibration() -> None:
    assert measure({"x": (True, 17.0, ["a0"])})["calibration"] is None


def test_an_answer_without_clusters_is_measured_as_such() -> None:
    said = measure({})
    assert said["clusters"] == 0
    assert said["precision_at_budget"] is None
    assert said["campaigns"]["ring"]["recall"] == 0
