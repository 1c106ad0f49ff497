"""Do the sentences and the queue say what the tables hold?"""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from fake_run import write_fake_run
from fake_tables import Tables

from graphmeta.errors import UsageError
from graphmeta.report import summary
from graphmeta.run import RunFolder


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    return write_fake_run(tmp_path_factory.mktemp("summary") / "run")


def sentence(run: RunFolder, cluster_id: str) -> str:
    return summary.cluster_sentence(
        summary.cluster_row(run, cluster_id), summary.cluster_evidence(run, cluster_id)
    )


def test_the_queue_begins_with_the_highest_risk(run: RunFolder) -> None:
    queue = summary.queue_frame(run)
    assert queue["risk"].to_list() == sorted(queue["risk"], reverse=True)
    assert queue.height == run.table("clusters").height


def test_clusters_of_equal_risk_stand_in_the_order_of_their_ids(tmp_path: Path) -> None:
    def level(tables: Tables) -> None:
        for row in tables.rows["clusters"]:
            row["risk"] = 0.5

    queue = summary.queue_frame(write_fake_run(tmp_path / "run", change=level))
    assert queue["cluster_id"].to_list() == sorted(queue["cluster_id"])


def test_the_queue_and_the_sentence_name_the_same_reasons(run: RunFolder) -> None:
    for row in summary.queue_frame(run).to_dicts():
        evidence = summary.cluster_evidence(run, row["cluster_id"])
        assert summary.strongest(row, evidence) == (
            row["strongest_for"],
            row["strongest_against"],
        )


def test_the_baseline_is_never_named_as_a_reason(run: RunFolder) -> None:
    queue = summary.queue_frame(run)
    said = [*queue["strongest_for"], *queue["strongest_against"]]
    assert "where every score starts: most groups are not abusive" not in said


def test_a_confirmed_cluster_is_told_with_its_chance_and_its_reasons(run: RunFolder) -> None:
    text = sentence(run, "k7f3a-ring")
    assert text.startswith(
        "24 accounts acted together more than chance explains (q < 1e-10). "
        "It shows in shared targets and shared timing. "
        "When a third of the data was left out, 83 % of the cluster was found again. "
        "They contacted 684 accounts"
    )
    assert "looks like spam (0.97); flagged for a person to judge." in text
    assert "Strongest reason for: 93% of first contacts went to strangers; 31% is usual" in text
    assert "Strongest reason against: Few of those contacted had asked for it." in text


@pytest.mark.parametrize(
    ("stability", "again"),
    [(0.0, "none"), (0.0667, "7 %"), (0.831, "83 %"), (0.997, "nearly all"), (1.0, "all")],
)
def test_how_much_of_a_cluster_was_found_again_is_told_in_words(
    stability: float, again: str
) -> None:
    assert summary.found_again({"stability": stability}) == (
        f"When a third of the data was left out, {again} of the cluster was found again."
    )


def test_a_candidate_is_told_as_not_confirmed_and_never_flagged(run: RunFolder) -> None:
    text = sentence(run, "e03b8-few")
    assert "may act together" in text
    assert "did not confirm it" in text
    assert "a candidate is never flagged" in text
    assert "more than chance explains" not in text


def test_a_benign_cluster_is_told_as_not_flagged(run: RunFolder) -> None:
    text = sentence(run, "d9e44-group")
    assert "does not clearly look like spam (0.04) or recruitment (0.08); not flagged." in text


def test_a_cluster_without_evidence_gets_a_sentence_without_reasons(run: RunFolder) -> None:
    assert "Strongest" not in sentence(run, "f5512-bare")


def test_what_would_change_a_verdict_is_told_and_is_never_a_reason(run: RunFolder) -> None:
    evidence = summary.cluster_evidence(run, "k7f3a-ring")
    told = summary.would_change(evidence)
    assert told == "It would not be flagged if the share of strangers were 31% instead of 93%."
    assert told not in sentence(run, "k7f3a-ring")
    assert summary.would_change(summary.cluster_evidence(run, "e03b8-few")) is None


def test_the_look_alike_that_a_cluster_may_be_is_named_and_is_a_reason_against(
    run: RunFolder,
) -> None:
    told = summary.nearest_look_alike(summary.cluster_evidence(run, "d9e44-group"))
    assert told
    assert told.startswith("It could be a text-bank: ")
    assert f"Strongest reason against: {told}" in sentence(run, "d9e44-group")
    assert summary.nearest_look_alike(summary.cluster_evidence(run, "k7f3a-ring")) is None


def test_terms_have_names_that_people_understand() -> None:
    assert summary.term_name("resembles_otp_sender") == "like a sender of one-time codes"
    assert summary.term_name("constant") == "starting point"
    assert summary.term_name("reply_rate") == "reply rate"


def test_an_unknown_cluster_is_refused_with_the_names_that_are_near(run: RunFolder) -> None:
    with pytest.raises(UsageError) as refusal:
        summary.cluster_row(run, "k7f3a-rink")
    assert "'k7f3a-rink'" in refusal.value.problem
    assert "k7f3a-ring" in refusal.value.remedy


def test_the_queue_of_an_empty_run_has_its_columns_and_no_rows(tmp_path: Path) -> None:
    queue = summary.queue_frame(write_fake_run(tmp_path / "run", clusters=False))
    assert queue.height == 0
    assert queue.schema["strongest_for"] == pl.String


def test_an_empty_run_says_how_large_a_cluster_must_be_and_whether_any_could_be_tested(
    tmp_path: Path,
) -> None:
    run = write_fake_run(tmp_path / "run", clusters=False)
    assert summary.nothing_found(run) == "No cluster of at least 3 actors was found."
    counts = {**run.manifest["counts"], "stranger_contacts": 0}
    alone = RunFolder(run.path, {**run.manifest, "counts": counts})
    assert "nothing could be tested" in summary.nothing_found(alone)
