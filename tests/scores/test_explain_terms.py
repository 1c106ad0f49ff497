"""Every piece of evidence is told in a sentence, for and against."""

from __future__ import annotations

import polars as pl
import pytest
from score_kit import look_alike as a_kind
from score_kit import some_model

from graphmeta.contract.tables import EVIDENCE
from graphmeta.scores import counter
from graphmeta.scores.behaviour import terms
from graphmeta.scores.explain import evidence, of_behaviour, of_ties, of_verdict, sentence
from graphmeta.scores.wording import WORDINGS, amount, look_alike, short
from graphmeta.signals import BEHAVIOURS, LAYERS, RECRUITMENT
from graphmeta.signals.coordination.partitioning import NAME as TARGET_PARTITIONING
from graphmeta.signals.coordination.twins import NAME as TWIN_BEHAVIOUR

APART = {"declared": [-1.0, -1.0], "defence_rate": [3.0, 3.0]}
MODEL = some_model(a_kind("otp_sender", APART, [-0.5] * 30, 199))
NAMES = [signal.name for signal in BEHAVIOURS] + [signal.name for signal in RECRUITMENT]


def test_everything_that_can_be_shown_has_a_wording() -> None:
    layers = {layer.name for layer in LAYERS}
    assert set(WORDINGS) == {*NAMES, *layers, TARGET_PARTITIONING, TWIN_BEHAVIOUR, "constant"}


@pytest.mark.parametrize("term", NAMES)
def test_a_sentence_names_what_was_seen_and_what_it_suggests(term: str) -> None:
    both = [sentence(term, 0.25, 0.5, contribution) for contribution in (0.7, -0.7)]
    for said in both:
        assert "{" not in said
        assert said[0] == said[0].upper()
        assert said.endswith(".")
    assert both[0].split(":")[0] == both[1].split(":")[0]
    meant = WORDINGS[term]
    assert meant.speaks_for in both[0]
    assert meant.speaks_against in both[1]


@pytest.mark.parametrize("term", NAMES)
def test_where_a_term_adds_nothing_nothing_is_read_into_it(term: str) -> None:
    said = sentence(term, 0.25, 0.25, 0.0)
    meant = WORDINGS[term]
    for means in (meant.speaks_for, meant.speaks_against):
        assert not means or means not in said


def test_a_signal_that_nobody_worded_is_still_told() -> None:
    assert "moon_phase" in sentence("moon_phase", 1.0, 2.0, 0.5)


def test_what_nobody_worded_has_a_name_and_an_amount_all_the_same() -> None:
    assert short("moon_phase") == "moon phase"
    assert amount("moon_phase", 0.25) == "0.25"
    assert amount("defence_rate", 0.25) == "25 %"
    assert amount("defence_rate", 0.0004) == "under 0.1 %"
    assert look_alike("night_shift") == "a night shift"


@pytest.mark.parametrize("term", NAMES)
def test_every_measurement_has_few_words_that_were_can_follow(term: str) -> None:
    assert 0 < len(short(term).split()) <= 12
    assert short(term)[0] == short(term)[0].lower()
    assert not short(term).endswith(".")


def test_a_look_alike_is_told_by_its_name_with_the_level_that_it_is_held_to() -> None:
    said = sentence(f"{counter.PREFIX}otp_sender", 0.15, 0.01, -2.7)
    assert said.startswith("It could be a sender of one-time codes: ")
    assert "15 %" in said
    assert said.endswith("at most 1 % do.")
    assert "_" not in said
    least = sentence(f"{counter.PREFIX}otp_sender", 0.004, 0.01, -0.7)
    assert least.startswith("Of all look-alikes it is told least from a sender of one-time codes")


def shown() -> pl.DataFrame:
    measured = pl.DataFrame(
        {
            "group": [0, 0, 1],
            "signal": ["defence_rate", "converts", "declared"],
            "value": [0.3, 12.0, 0.9],
            "expected": [0.01, 1.0, 0.1],
        },
        schema_overrides={"group": pl.UInt32},
    )
    tests = pl.DataFrame(
        {
            "group": [0, 1, 1],
            "layer": ["funnel", "shared_targets", "shared_timing"],
            "observed": [12.0, 30.0, 1.0],
            "expected": [1.0, 2.0, 4.0],
            "p_value": [1e-9, 1e-20, 0.9],
        },
        schema_overrides={"group": pl.UInt32},
    )
    ids = pl.DataFrame(
        {"group": [0, 1], "cluster_id": ["c0002", "c0001"]}, schema_overrides={"group": pl.UInt32}
    )
    verdicts = pl.DataFrame(
        {"group": [0, 1], "says": ["It would not be flagged if so.", "It would be flagged if so."]},
        schema_overrides={"group": pl.UInt32},
    )
    return evidence(
        of_behaviour(terms(measured, ids["group"], MODEL), ids),
        of_ties(tests, ids),
        of_verdict(verdicts, ids),
    )


def test_evidence_holds_every_term_of_every_score_and_every_tie() -> None:
    rows = shown()
    assert rows.columns == EVIDENCE.names()
    found = set(rows.select("cluster_id", "score", "term").rows())
    constants = {
        (cluster, score.name, "constant")
        for cluster in ("c0001", "c0002")
        for score in MODEL.scores
    }
    assert found == constants | {
        ("c0002", "spam", "defence_rate"),
        ("c0002", "recruitment", "defence_rate"),
        ("c0002", "recruitment", "converts"),
        ("c0001", "spam", "declared"),
        ("c0001", "recruitment", "declared"),
        ("c0002", "coordination", "funnel"),
        ("c0001", "coordination", "shared_targets"),
        ("c0001", "coordination", "shared_timing"),
        ("c0001", "spam", "resembles_otp_sender"),
        ("c0001", "recruitment", "resembles_otp_sender"),
        ("c0001", "verdict", "would_change"),
        ("c0002", "verdict", "would_change"),
    }
    assert rows["says"].str.len_chars().min() > 10  # type: ignore[operator]


def test_a_tie_that_is_less_than_chance_speaks_against_coordination() -> None:
    rows = shown().filter(score="coordination")
    said = dict(rows.select("term", "contribution").rows())
    assert said["shared_targets"] > 0
    assert said["funnel"] > 0
    assert said["shared_timing"] < 0


def said_of_a_tie(layer: str, observed: float, expected: float, p_value: float) -> str:
    tests = pl.DataFrame(
        {
            "group": [0],
            "layer": [layer],
            "observed": [observed],
            "expected": [expected],
            "p_value": [p_value],
        }
    )
    return str(of_ties(tests, pl.DataFrame({"group": [0], "cluster_id": ["c0001"]}))["says"][0])


def test_coordination_is_read_into_a_tie_only_where_chance_is_unlikely_to_explain_it() -> None:
    meant = WORDINGS["shared_timing"].speaks_for
    assert meant in said_of_a_tie("shared_timing", 32.0, 9.24, 0.001)
    assert meant not in said_of_a_tie("shared_timing", 12.0, 9.24, 0.22)
    assert "12 held-out moments" in said_of_a_tie("shared_timing", 12.0, 9.24, 0.22)
    assert meant not in said_of_a_tie("shared_timing", 20.0, 9.24, 0.08), "met in long sessions"


def test_fewer_than_chance_leads_to_is_said_to_be_no_more_than_chance() -> None:
    assert said_of_a_tie("shared_timing", 1.0, 4.0, 0.9).endswith("no more than chance.")


def test_twins_which_nothing_tests_are_told_as_alike() -> None:
    assert WORDINGS[TWIN_BEHAVIOUR].speaks_for in said_of_a_tie(TWIN_BEHAVIOUR, 40.0, 2.0, 1.0)


def test_what_would_change_the_verdict_is_told_once_per_cluster_and_is_part_of_no_sum() -> None:
    rows = shown().filter(score="verdict")
    assert rows.select("cluster_id", "says").rows() == [
        ("c0001", "It would be flagged if so."),
        ("c0002", "It would not be flagged if so."),
    ]
    assert rows["contribution"].to_list() == [0.0, 0.0]
    assert rows["observed"].null_count() == rows["expected"].null_count() == 2
