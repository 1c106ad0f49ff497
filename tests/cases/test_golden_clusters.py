"""Golden clusters look like all others, measure reviewers, and count in nothing else."""

from __future__ import annotations

import json
import math
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest
from case_kit import FUNNEL, RING, execute, says, scalar
from golden_kit import BENIGN, NUMBERS, golden_run, served_run, world_of

from graphmeta.cases import verdicts
from graphmeta.cases.draws import draw
from graphmeta.cases.golden import adding, disguise, known, measure
from graphmeta.cases.golden import verdicts as golden_verdicts
from graphmeta.cases.golden.known import Answer
from graphmeta.cases.golden.names import gaps, names
from graphmeta.cases.golden.overlay import MixedRun, mixed
from graphmeta.cases.stamping import reviewer_rows
from graphmeta.cases.store import CaseStore, open_store
from graphmeta.cases.tables import GoldenCluster
from graphmeta.contract import tables as contract
from graphmeta.errors import GraphmetaError, UsageError
from graphmeta.privacy.audit import find_break
from graphmeta.report import summary
from graphmeta.report.exports import prepare
from graphmeta.run import RunFolder, open_run

SETTLED = {
    f"gold-{RING}": Answer("spam", "settled"),
    f"gold-{FUNNEL}": Answer("recruitment", "settled"),
    f"gold-{BENIGN}": Answer("benign", "settled"),
}


@pytest.fixture
def store(store_url: str) -> Iterator[CaseStore]:
    with open_store(store_url) as opened:
        yield opened


@pytest.fixture(scope="module")
def originals(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("originals")
    served_run(folder / "RUN")
    golden_run(folder / "GOLDEN")
    return folder


@pytest.fixture
def run(originals: Path, tmp_path: Path) -> RunFolder:
    return open_run(Path(shutil.copytree(originals / "RUN", tmp_path / "RUN")))


@pytest.fixture
def golden(originals: Path, tmp_path: Path) -> RunFolder:
    return open_run(Path(shutil.copytree(originals / "GOLDEN", tmp_path / "GOLDEN")))


def laid_over(
    store: CaseStore, run: RunFolder, golden: RunFolder
) -> tuple[RunFolder, list[GoldenCluster]]:
    rows = adding.add(store, run, golden, SETTLED, 9, "lea")
    return mixed(run, [(golden, rows)]), rows


def test_the_answer_is_known_where_nearly_all_were_planted_alike(
    golden: RunFolder, tmp_path: Path
) -> None:
    answers = known.from_world(golden, world_of(golden, tmp_path / "world"))
    assert {name: one.verdict for name, one in answers.items()} == {
        f"gold-{RING}": "spam",
        f"gold-{FUNNEL}": "recruitment",
        f"gold-{BENIGN}": "benign",
    }
    with pytest.raises(UsageError, match="cannot be read"):
        known.from_world(golden, tmp_path)
    pseudonymous = golden_run(tmp_path / "OTHER", identifiers="pseudonymous")
    with pytest.raises(UsageError, match="bear pseudonyms"):
        known.from_world(pseudonymous, tmp_path / "world")


def test_the_answer_is_known_where_two_others_agree_and_nobody_disagrees(
    store: CaseStore, golden: RunFolder
) -> None:
    ring, funnel = f"gold-{RING}", f"gold-{FUNNEL}"
    verdicts.judge(store, golden, [says("spam", ring), says("spam", funnel)])
    for name in ("bob", "cy"):
        verdicts.judge(store, golden, [says("spam", ring, reviewer=name, second=True)])
        assert (ring in known.from_people(golden, store)) == (name == "cy")
    verdicts.judge(store, golden, [says("benign", funnel, reviewer="bob", second=True)])
    verdicts.judge(store, golden, [says("spam", funnel, reviewer="cy", second=True)])
    assert list(known.from_people(golden, store)) == [ring]
    assert known.judged_by(store, golden.run_id)[ring] == {"ann", "bob", "cy"}


def test_reviewers_see_them_among_all_others_and_cannot_tell_them(
    store: CaseStore, run: RunFolder, golden: RunFolder
) -> None:
    shown, rows = laid_over(store, run, golden)
    assert rows
    queue = summary.queue_frame(shown)
    assert queue["cluster_id"].to_list() == sorted(queue["cluster_id"]), "numbers follow the risk"
    assert set(queue["cluster_id"]) == {*NUMBERS.values(), *(row.name for row in rows)}
    assert all(len(row.name) == 5 and row.name not in NUMBERS.values() for row in rows)
    span = [run.manifest["span"][name] for name in ("since", "last_event")]
    for row in rows:
        mine = queue.row(by_predicate=pl.col("cluster_id") == row.name, named=True)
        assert span[0] <= mine["first_event"].isoformat() <= mine["last_event"].isoformat()
        assert mine["last_event"].isoformat() <= span[1]
        accounts = shown.table("members").filter(pl.col("cluster_id") == row.name)["account"]
        assert accounts.str.contains(r"^[ag]_[a-z2-7]{20}$").all()
    for name in disguise.TABLES:
        text = shown.table(name).write_json()
        # Pseudonyms are letters by chance, and some spell it.
        assert "gold" not in re.sub(r"\b[ag]_[a-z2-7]{20}\b", "", text)
        assert shown.table(name).schema == run.table(name).schema


def test_their_evidence_names_what_is_usual_in_the_run_that_they_stand_in(
    store: CaseStore, run: RunFolder, golden: RunFolder
) -> None:
    shown, rows = laid_over(store, run, golden)
    names = [row.name for row in rows]
    usual = shown.table("evidence").filter(pl.col("term") == "stranger_share")
    assert usual.filter(pl.col("cluster_id").is_in(names)).height
    assert usual["expected"].n_unique() == 1
    for name in names:
        row, evidence = summary.cluster_row(shown, name), summary.cluster_evidence(shown, name)
        added = evidence.filter(pl.col("score") == "spam")["contribution"].sum()
        assert row["spam"] == pytest.approx(1 / (1 + math.exp(-added)), abs=1e-6)


def test_the_runs_own_files_do_not_know_them(
    store: CaseStore, run: RunFolder, golden: RunFolder
) -> None:
    before = {file.name: file.read_bytes() for file in run.path.glob("*.parquet")}
    shown, rows = laid_over(store, run, golden)
    assert {file.name: file.read_bytes() for file in run.path.glob("*.parquet")} == before
    assert isinstance(shown, MixedRun)
    assert set(shown.genuine.table("clusters")["cluster_id"]) == set(NUMBERS.values())
    assert shown.run_id == run.run_id
    assert set(draw(shown, 99)) == set(NUMBERS.values()), "none is drawn"
    with pytest.raises(UsageError, match="no cluster"):
        prepare(shown, rows[0].name, "csv")


def test_the_log_says_which_they_are_and_what_was_said_of_them(
    store: CaseStore, run: RunFolder, golden: RunFolder
) -> None:
    shown, rows = laid_over(store, run, golden)
    golden_verdicts.judge(store, shown, [says("spam", rows[0].name), says("spam", "c0001")])
    acts = [json.loads(line) for line in run.audit_lines()]
    marked = [one["detail"] for one in acts if one["act"] == "golden"]
    assert {one["cluster"]: one["answer"] for one in marked} == {r.name: r.answer for r in rows}
    said = [one["detail"] for one in acts if one["act"] == "golden_verdict"]
    assert [(one["cluster"], one["verdict"]) for one in said] == [(rows[0].name, "spam")]
    plain = [one["detail"]["cluster"] for one in acts if one["act"] == "verdict"]
    assert plain == ["c0001"], "nobody who counts verdicts counts it"
    assert find_break(run.audit_lines()) is None


def test_a_verdict_on_one_counts_nowhere_else(
    store: CaseStore, run: RunFolder, golden: RunFolder
) -> None:
    shown, rows = laid_over(store, run, golden)
    golden_verdicts.judge(store, shown, [says("spam", row.name) for row in rows])
    assert verdicts.reviews(store, run.run_id) == {}
    assert verdicts.reviews(store, golden.run_id) == {}
    assert reviewer_rows(store, [run]) == []
    with pytest.raises(UsageError, match="no cluster"):
        verdicts.judge(store, shown, [says("spam", rows[0].name)])


def test_each_reviewer_sees_their_own_verdicts_on_them_alone(
    store: CaseStore, run: RunFolder, golden: RunFolder
) -> None:
    shown, rows = laid_over(store, run, golden)
    name = rows[0].name
    golden_verdicts.judge(store, shown, [says("unsure", name), says("spam", "c0001")])
    golden_verdicts.judge(store, shown, [says("spam", name)])
    seen = golden_verdicts.reviews(store, run.run_id, "ann")
    assert (seen[name].verdict.verdict, seen[name].version) == ("spam", 2)
    assert len(golden_verdicts.history(store, run.run_id, name, "ann")) == 2
    assert set(golden_verdicts.reviews(store, run.run_id, "bob")) == {"c0001"}
    assert golden_verdicts.history(store, run.run_id, name, "bob") == []
    with pytest.raises(UsageError, match="no verdict of another"):
        golden_verdicts.judge(store, shown, [says("spam", name, reviewer="bob", second=True)])


def test_reviewers_are_measured_by_their_first_verdicts(
    store: CaseStore, run: RunFolder, golden: RunFolder
) -> None:
    shown, rows = laid_over(store, run, golden)
    for row in rows:
        wrong = "benign" if row.answer != "benign" else "spam"
        golden_verdicts.judge(store, shown, [says(row.answer, row.name)])
        golden_verdicts.judge(store, shown, [says(wrong, row.name)])
        golden_verdicts.judge(store, shown, [says(wrong, row.name, reviewer="bob")])
        golden_verdicts.judge(store, shown, [says("unsure", row.name, reviewer="cy")])
    ann, bob, cy = measure.golden_rows(store, [run.run_id])
    assert (ann.accuracy.value, ann.missed, ann.alarmed) == (1.0, 0, 0)
    assert ann.accuracy.low is not None
    assert ann.accuracy.low < 1
    assert not ann.enough
    assert bob.accuracy.value == 0.0
    assert bob.missed + bob.alarmed == len(rows)
    assert (cy.seen, cy.unsure, cy.accuracy.value) == (len(rows), len(rows), None)


def test_whoever_judged_a_cluster_in_the_open_is_not_measured_by_it(
    store: CaseStore, run: RunFolder, golden: RunFolder
) -> None:
    shown, rows = laid_over(store, run, golden)
    verdicts.judge(store, golden, [says("spam", rows[0].golden_cluster)])
    for name in ("ann", "bob"):
        golden_verdicts.judge(store, shown, [says("spam", rows[0].name, reviewer=name)])
    assert [one.reviewer for one in measure.golden_rows(store, [run.run_id])] == ["bob"]


def test_none_is_mixed_in_twice_and_later_ones_bear_other_names(
    store: CaseStore, run: RunFolder, golden: RunFolder
) -> None:
    first = adding.add(store, run, golden, SETTLED, 1, "lea")
    second = adding.add(store, run, golden, SETTLED, 9, "lea")
    both = [*first, *second]
    assert len({row.name for row in both}) == len({row.golden_cluster for row in both}) == len(both)
    with pytest.raises(
        UsageError, match=r"finds a place in this run\. \d+ have a known answer; .* numbers"
    ):
        adding.add(
            store,
            run,
            golden,
            {row.golden_cluster: SETTLED[row.golden_cluster] for row in both},
            9,
            "lea",
        )
    shown = mixed(run, [(golden, both)])
    assert shown.table("clusters").height == len(NUMBERS) + len(both)


def test_a_run_in_which_they_would_stand_out_takes_none(
    store: CaseStore, run: RunFolder, golden: RunFolder
) -> None:
    with pytest.raises(UsageError, match="plain ids"):
        adding.add(store, golden, run, SETTLED, 9, "lea")


def test_every_table_about_clusters_is_disguised() -> None:
    about = {name for name, schema in contract.TABLES.items() if "cluster_id" in schema}
    assert set(disguise.TABLES) == about | {"signals"}, "or a golden cluster lacks what others have"


def test_a_name_is_free_only_where_the_risk_fits() -> None:
    taken = {"c0001": 0.9, "c0003": 0.5, "c0004": 0.4, "c0006": 0.1}
    assert names(taken, [], {"x": 0.7, "y": 0.2, "z": 0.45, "w": 0.05}, 9, "s") == {
        "x": "c0002",
        "y": "c0005",
    }
    assert names(taken, ["c0002"], {"x": 0.7}, 9, "s") == {}
    assert names({"ring": 0.9, "other": 0.5}, [], {"x": 0.7}, 9, "s") == {}
    assert gaps(taken, []) == [(0.9, 0.5), (0.4, 0.1)]
    assert gaps(taken, ["c0005"]) == [(0.9, 0.5)]


def test_the_database_keeps_answers_and_verdicts_as_they_are(
    store: CaseStore, run: RunFolder, golden: RunFolder
) -> None:
    shown, rows = laid_over(store, run, golden)
    golden_verdicts.judge(store, shown, [says("spam", rows[0].name)])
    for change in (
        "UPDATE golden_clusters SET answer = 'benign'",
        "DELETE FROM golden_clusters",
        "UPDATE golden_verdicts SET verdict = 'benign'",
        "DELETE FROM golden_verdicts",
    ):
        with pytest.raises(GraphmetaError, match="refused"):
            execute(store, change)
    execute(store, "UPDATE golden_verdicts SET reason = '[erased]'")
    assert scalar(store, "SELECT verdict FROM golden_verdicts") == "spam"


@pytest.mark.parametrize("seed", [f"seed {number}" for number in range(20)])
def test_those_that_fit_between_the_same_two_share_the_numbers_there(seed: str) -> None:
    taken = {"c0001": 0.9, "c0005": 0.1}
    given = names(taken, [], {"high": 0.8, "low": 0.2, "middle": 0.5, "none": 0.05}, 9, seed)
    assert sorted(given) == ["high", "low", "middle"]
    assert given["high"] < given["middle"] < given["low"]
