"""Exports: what leaves of a cluster in each format, for whom, and what never leaves."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest
from export_kit import (
    BARE,
    BENIGN,
    CASE,
    FEW,
    FUNNEL,
    MEMBER,
    NOW,
    RING,
    TARGET,
    contacted,
    graph,
    parquet_frame,
    scored,
    texts,
)
from fake_run import write_fake_run
from fake_tables import Tables

from graphmeta.errors import PrivacyRefusalError, UsageError
from graphmeta.report import exports
from graphmeta.report.exports import FORMATS, Export
from graphmeta.report.exports.case import Case
from graphmeta.report.exports.inert import WITHHELD
from graphmeta.run import MANIFEST, RunFolder, open_run

NAMES = [form.name for form in FORMATS]


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    return write_fake_run(tmp_path_factory.mktemp("exports") / "run")


def made(run: RunFolder, name: str, cluster: str = RING, case: Case | None = CASE) -> Export:
    return exports.prepare(run, cluster, name, case=case, now=NOW)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("cluster", [RING, FUNNEL, BENIGN, FEW, BARE])
def test_nobody_who_was_contacted_is_named_in_any_format(
    run: RunFolder, name: str, cluster: str
) -> None:
    said = texts(made(run, name, cluster))
    assert [account for account in contacted(run, cluster) if account in said] == []
    assert all(account in said for account in scored(run, cluster))


@pytest.mark.parametrize("name", NAMES)
def test_evidence_for_and_against_is_in_every_format(run: RunFolder, name: str) -> None:
    said = texts(made(run, name))
    evidence = run.table("evidence").filter(pl.col("cluster_id") == RING)
    assert [says for says in evidence["says"] if says[1:] not in said] == []
    assert (evidence["contribution"] < 0).any()


@pytest.mark.parametrize("name", NAMES)
def test_every_file_says_what_it_does_not_prove_and_where_it_comes_from(
    run: RunFolder, name: str
) -> None:
    said = texts(made(run, name))
    assert "A score is no proof" in said
    assert run.run_id in said
    assert "Accounts bear pseudonyms of data set default, made with key 9c41d07e" in said
    assert "2999-07-01" in said, "when the run expires"
    assert run.manifest["statements"]["bound"] in said
    assert "TLP:AMBER+STRICT" in said


@pytest.mark.parametrize("name", NAMES)
def test_dissent_and_superseded_verdicts_leave_and_reviewers_names_do_not(
    run: RunFolder, name: str
) -> None:
    said = texts(made(run, name))
    assert "too little to go on" in said
    assert "they are volunteers" in said
    assert "dissents" in said
    assert "reviewer 2" in said
    assert [person for person in ("Ada", "Bo Second", "Cy") if person in said] == []


@pytest.mark.parametrize("name", NAMES)
def test_ids_of_the_contacted_are_taken_out_of_what_people_wrote(run: RunFolder, name: str) -> None:
    said = texts(made(run, name))
    assert TARGET not in said
    assert "a_abcdefghijklmnop2345" not in said
    assert f"{WITHHELD} complained about {MEMBER}, {WITHHELD} too" in said
    assert f"contact:{MEMBER}:{WITHHELD}" in said


def test_what_was_withheld_is_counted(run: RunFolder) -> None:
    stays = made(run, "csv").preview()["stays"]
    assert stays["contacted accounts (counted, never named)"] == len(contacted(run, RING))
    assert stays["ids of others taken out of free text"] == 3


@pytest.mark.parametrize("name", NAMES)
def test_without_a_verdict_the_file_says_that_nobody_has_judged(run: RunFolder, name: str) -> None:
    assert "No verdict is in this file" in texts(made(run, name, case=None))
    assert "No verdict is in this file" not in texts(made(run, name))


def test_pinned_evidence_is_marked_and_the_rest_is_there_too(run: RunFolder) -> None:
    evidence = parquet_frame(made(run, "parquet")).filter(pl.col("part") == "evidence")
    assert evidence.filter(pl.col("pinned"))["name"].to_list() == ["reply_rate"]
    assert evidence.height == run.table("evidence").filter(pl.col("cluster_id") == RING).height


def test_the_starting_point_of_a_score_speaks_neither_for_nor_against(run: RunFolder) -> None:
    evidence = parquet_frame(made(run, "parquet")).filter(pl.col("part") == "evidence")
    speaks = dict(
        evidence.select("name", "speaks").filter(pl.col("name") != "stranger_share").rows()
    )
    assert speaks["constant"] == "neither"
    assert speaks["blocks"] == "for"
    assert speaks["fan_out"] == "against"


def test_members_say_how_many_they_reached(run: RunFolder) -> None:
    rows = parquet_frame(made(run, "parquet")).filter(pl.col("part") == "member")
    assert rows["reached"].to_list() == [60] * 24


@pytest.mark.parametrize("name", ["graphml", "gexf"])
def test_pairs_of_members_share_as_many_contacted_as_a_loop_counts(
    run: RunFolder, name: str
) -> None:
    reached: dict[str, set[str]] = {account: set() for account in scored(run, RING)}
    rows = run.table("contacts").filter(pl.col("cluster_id") == RING)
    for sender, recipient in rows.select("sender", "recipient").iter_rows():
        if sender in reached and recipient not in reached:
            reached[sender].add(recipient)
    found = graph(made(run, name))
    assert set(found.nodes) == set(reached)
    for one in reached:
        for other in reached:
            if one < other:
                shared = len(reached[one] & reached[other])
                held = found.edges[one, other]["shared"] if found.has_edge(one, other) else 0
                assert held == shared


@pytest.mark.parametrize("name", ["graphml", "gexf"])
def test_contacts_between_members_are_edges_and_count_events(run: RunFolder, name: str) -> None:
    found = graph(made(run, name, FUNNEL))
    members = scored(run, FUNNEL)
    rows = run.table("contacts").filter(
        pl.col("cluster_id") == FUNNEL,
        pl.col("sender").is_in(list(members)),
        pl.col("recipient").is_in(list(members)),
    )
    assert rows.height == 6
    assert sum(found.edges[one]["events"] for one in found.edges) == rows["events"].sum()


def test_what_the_preview_says_is_what_is_in_the_file(run: RunFolder) -> None:
    export = made(run, "parquet")
    frame = parquet_frame(export)
    for part in export.preview()["leaves"]:
        rows = frame.filter(pl.col("part") == part["part"])
        used = [name for name in rows.columns[1:] if rows[name].null_count() < rows.height]
        assert (rows.height, used) == (part["count"], part["fields"])
    assert sum(part["count"] for part in export.preview()["leaves"]) == frame.height == export.rows
    assert set(frame["part"]) == {part["part"] for part in export.preview()["leaves"]}
    assert json.dumps(export.preview())


def test_a_preview_writes_nothing(run: RunFolder) -> None:
    before = {file.name: file.read_bytes() for file in run.path.iterdir()}
    made(run, "csv").preview()
    assert {file.name: file.read_bytes() for file in run.path.iterdir()} == before


@pytest.mark.parametrize("name", NAMES)
def test_equal_runs_at_one_moment_give_equal_files(run: RunFolder, name: str) -> None:
    assert made(run, name).content == made(run, name).content


def test_a_group_below_the_least_size_is_refused(tmp_path: Path) -> None:
    folder = write_fake_run(tmp_path / "run").path
    manifest = json.loads((folder / MANIFEST).read_text())
    manifest["configuration"]["min_actors"] = 6
    (folder / MANIFEST).write_text(json.dumps(manifest))
    with pytest.raises(PrivacyRefusalError, match=r"5 actors.*6 or more"):
        made(open_run(folder), "csv", FEW)
    assert made(open_run(folder), "csv", FUNNEL).rows


def test_a_format_or_cluster_that_does_not_exist_is_refused(run: RunFolder) -> None:
    with pytest.raises(UsageError, match=r"'docx'.*\n.*html, pdf, csv, .* and stix"):
        made(run, "docx")
    with pytest.raises(UsageError, match="no cluster 'c9'"):
        made(run, "csv", "c9")


def test_plain_ids_are_called_plain(tmp_path: Path) -> None:
    folder = write_fake_run(tmp_path / "run").path
    manifest = json.loads((folder / MANIFEST).read_text())
    manifest["privacy"]["identifiers"] = "plain"
    (folder / MANIFEST).write_text(json.dumps(manifest))
    assert "ids of the input as they were" in texts(made(open_run(folder), "gexf"))


def test_only_the_strongest_ties_leave_and_the_rest_is_counted(
    run: RunFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("graphmeta.report.exports.dossier.MOST_TIES", 5)
    export = made(run, "parquet")
    ties = parquet_frame(export).filter(pl.col("part") == "tie")["shared"].to_list()
    assert len(ties) == 5
    assert ties == sorted(ties, reverse=True)
    assert export.preview()["stays"]["weaker ties left out"] > 0


def test_a_member_of_another_cluster_is_taken_out_of_a_note_too(tmp_path: Path) -> None:
    def short(tables: Tables) -> None:
        tables.rows["members"][-1]["account"] = "u7"

    run = write_fake_run(tmp_path / "run", change=short)
    case = Case(notes=(CASE.notes[0].__class__("u7 and u77, not xu7", "Ada", NOW),))
    assert f"{WITHHELD} and u77, not xu7" in texts(made(run, "csv", case=case))
