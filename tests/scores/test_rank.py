"""A flag needs both answers, and risk orders."""

from __future__ import annotations

from typing import Any

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from graphmeta.clusters.assemble import LEANS_AT
from graphmeta.contract.tables import BEHAVIOURS, STATUSES
from graphmeta.scores.rank import SHOWN_AT, apart, rank

USUAL: dict[str, Any] = {
    "group": 0,
    "p_value": 1e-6,
    "q_value": 1e-5,
    "spam": 0.9,
    "recruitment": 0.1,
    "n_actors": 5,
    "stands": True,
    "no_look_alike": True,
}
SCHEMA = {
    "group": pl.UInt32,
    "p_value": pl.Float64,
    "q_value": pl.Float64,
    "spam": pl.Float64,
    "recruitment": pl.Float64,
    "n_actors": pl.Int64,
    "stands": pl.Boolean,
    "no_look_alike": pl.Boolean,
}
share = st.floats(0, 1, allow_nan=False)
clusters = st.lists(
    st.fixed_dictionaries(
        {
            "p_value": share,
            "q_value": share,
            "spam": share,
            "recruitment": share,
            "n_actors": st.integers(1, 6),
            "stands": st.booleans(),
            "no_look_alike": st.booleans(),
        }
    ),
    max_size=8,
)


def ranked(*rows: dict[str, Any]) -> pl.DataFrame:
    numbered = [{"group": number, **row} for number, row in enumerate(rows)]
    return rank(pl.DataFrame(numbered, schema=SCHEMA), 0.05, 0.5, 3)


def one(**changes: Any) -> dict[str, Any]:
    return ranked({**USUAL, **changes}).row(0, named=True)


def test_of_like_behaviour_confirmed_come_first_then_those_that_lean_then_the_others() -> None:
    alike = {name: value for name, value in USUAL.items() if name != "group"}
    leans = {**alike, "q_value": 0.4, "p_value": LEANS_AT}
    rows = ranked({**leans, "p_value": 0.9}, leans, alike)
    assert rows["group"].to_list() == [2, 1, 0]
    assert rows["risk"].is_sorted(descending=True)
    assert rows["risk"].n_unique() == 3


@given(clusters)
def test_flagged_means_coordinated_and_abusive_looking_and_large_and_lasting_and_no_look_alike(
    rows: list[dict[str, Any]],
) -> None:
    for row in ranked(*rows).iter_rows(named=True):
        expected = (
            row["q_value"] <= 0.05
            and max(row["spam"], row["recruitment"]) >= 0.5
            and row["n_actors"] >= 3
            and row["stands"]
            and row["no_look_alike"]
        )
        assert row["flagged"] == expected
        assert row["status"] == STATUSES[row["q_value"] > 0.05]
        assert row["behaviour"] in BEHAVIOURS
        assert not (row["flagged"] and row["behaviour"] == "unclear")
        assert not (row["flagged"] and row["status"] == "candidate")
        assert 0 <= row["risk"] <= 1


@given(clusters)
def test_the_highest_risk_comes_first(rows: list[dict[str, Any]]) -> None:
    found = ranked(*rows)
    assert found["risk"].is_sorted(descending=True)
    shown = [
        row["q_value"] <= 0.05
        or row["p_value"] <= LEANS_AT
        or max(row["spam"], row["recruitment"]) >= SHOWN_AT
        for row in rows
    ]
    assert found.height == sum(shown)


def test_coordination_alone_is_no_flag() -> None:
    peaceful = one(spam=0.1, recruitment=0.49)
    assert not peaceful["flagged"]
    assert peaceful["behaviour"] == "unclear"
    assert peaceful["status"] == "confirmed"


def test_bad_behaviour_alone_is_no_flag() -> None:
    chance = one(q_value=0.06)
    assert not chance["flagged"]
    assert (chance["status"], chance["behaviour"]) == ("candidate", "spam")


def test_two_accounts_are_no_flag() -> None:
    assert not one(n_actors=2)["flagged"]
    assert one(n_actors=3)["flagged"]


def test_what_vanishes_with_more_history_is_no_flag() -> None:
    assert not one(stands=False)["flagged"]


def test_what_a_look_alike_may_explain_is_no_flag() -> None:
    held_back = one(no_look_alike=False)
    assert not held_back["flagged"]
    assert (held_back["status"], held_back["behaviour"]) == ("confirmed", "spam")


def test_the_bounds_themselves_count() -> None:
    assert one(q_value=0.05, spam=0.5)["flagged"]


def test_behaviour_is_named_by_the_larger_score() -> None:
    assert one(spam=0.6, recruitment=0.7)["behaviour"] == "recruitment"
    assert one(spam=0.7, recruitment=0.6)["behaviour"] == "spam"


def test_a_candidate_ranks_below_every_confirmed_cluster_of_like_behaviour() -> None:
    sure, likely = {**USUAL, "q_value": 0.05}, {**USUAL, "q_value": 0.051, "p_value": 0.0}
    assert ranked(likely, sure)["status"].to_list() == ["confirmed", "candidate"]


def test_risk_rises_with_the_score_and_falls_with_the_q_value() -> None:
    assert one(spam=0.9)["risk"] > one(spam=0.8)["risk"]
    assert one(q_value=0.001)["risk"] > one(q_value=0.04)["risk"]


def test_what_no_layer_leans_towards_is_shown_only_where_it_looks_abusive() -> None:
    alike = {**USUAL, "p_value": 1.0, "q_value": 1.0}
    assert ranked({**alike, "spam": SHOWN_AT - 0.01}).is_empty()
    shown = ranked({**alike, "spam": 0.9}, {**USUAL, "group": 1})
    assert shown["flagged"].to_list() == [True, False]
    assert shown["q_value"].to_list() == [1e-5, 1.0]


def acting(**accounts: list[int]) -> pl.DataFrame:
    """Return actors by group (``g3=[1, 2]``), with somebody who was contacted by all of them."""
    rows = [(int(group[1:]), one, "actor") for group, some in accounts.items() for one in some]
    rows += [(int(group[1:]), 99, "contacted") for group in accounts]
    return pl.DataFrame(rows, schema=["group", "account", "role"], orient="row")


def test_of_candidates_that_share_an_account_the_higher_one_is_shown() -> None:
    found = pl.DataFrame({"group": [0, 1, 2], "status": ["candidate"] * 3})
    members = acting(g0=[1, 2, 3], g1=[3, 4, 5], g2=[4, 5, 6])
    assert apart(found, members)["group"].to_list() == [0, 2]


def test_a_confirmed_cluster_stays_though_a_candidate_ranks_above_it() -> None:
    found = pl.DataFrame({"group": [0, 1, 2], "status": ["candidate", "confirmed", "confirmed"]})
    members = acting(g0=[1, 2, 3], g1=[3, 4, 5], g2=[7, 8, 9])
    assert apart(found, members)["group"].to_list() == [1, 2]


def test_of_like_behaviour_the_stronger_coordination_ranks_first() -> None:
    weak, strong = one(q_value=1e-4)["risk"], one(q_value=1e-200)["risk"]
    assert strong > weak
    assert one(q_value=0.0)["risk"] <= 1.0
