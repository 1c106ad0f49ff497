"""Reviewers meet golden clusters among all others, and no page, path or export tells them apart."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest
from workbench_kit import Bench, over

from graphmeta.cases.casefiles import cases
from graphmeta.cases.golden import adding
from graphmeta.cases.golden import verdicts as golden_verdicts
from graphmeta.cases.golden.known import Answer
from graphmeta.cases.store import open_store
from graphmeta.cases.tables import GoldenCluster
from graphmeta.cases.verdicts import Judgement
from graphmeta.workbench.visit import cluster_path

# What the tests of the case store share.
sys.path.insert(0, str(Path(__file__).parents[1] / "cases"))
from golden_kit import BENIGN, FUNNEL, RING, golden_run, served_run

Mixed = tuple[Bench, list[GoldenCluster]]
ANSWERS = {
    f"gold-{RING}": Answer("spam", "settled"),
    f"gold-{FUNNEL}": Answer("recruitment", "settled"),
    f"gold-{BENIGN}": Answer("benign", "settled"),
}


@pytest.fixture
def mixed_in(tmp_path: Path) -> Iterator[Mixed]:
    run, golden = served_run(tmp_path / "monday"), golden_run(tmp_path / "GOLDEN")
    with open_store(f"sqlite:///{tmp_path}/cases.sqlite") as store:
        rows = adding.add(store, run, golden, ANSWERS, 9, "lea")
        users = {"ann": "analyst", "lea": "lead", "pia": "privacy_reviewer"}
        yield over(store, [run.path], users, golden=[golden.path]), rows


def test_the_queue_lists_them_like_all_others(mixed_in: Mixed) -> None:
    bench, rows = mixed_in
    page = bench.sign_in("ann").get("/").text
    for row in rows:
        assert row.name in page
    assert "gold" not in page.lower()


def test_the_run_as_it_is_served_knows_its_own_clusters_still(mixed_in: Mixed) -> None:
    bench, rows = mixed_in
    (run,) = bench.desk.runs
    shown, own = run.table("clusters"), run.folder.genuine.table("clusters")
    assert shown.height == own.height + len(rows)
    hidden = pl.Series([row.name for row in rows])
    assert not own["cluster_id"].is_in(hidden.implode()).any()


def test_before_a_verdict_a_golden_cluster_is_refused_like_any_other_and_told_after_it(
    mixed_in: Mixed,
) -> None:
    bench, rows = mixed_in
    client, (run,), name = bench.sign_in("ann"), bench.desk.runs, rows[0].name
    path, like = cluster_path(run.id, name, "case"), cluster_path(run.id, "c0001", "case")
    form = {"form_token": bench.form_token(), "title": "x"}
    for each, method in ((path, client.get), (like, client.get)):
        assert method(each).status_code == 400
    unjudged = client.post(path, data=form).text.replace(name, "c0001")
    assert unjudged == client.post(like, data=form).text
    acts = len(run.folder.audit_lines())
    golden_verdicts.judge(bench.desk.store, run.folder, [Judgement(name, "benign", "x", "ann")])
    assert client.get(path).status_code == 200, "looking tells nothing"
    told = client.post(path, data=form)
    assert told.status_code == 400
    assert "is a golden cluster" in told.text
    assert f"Its answer is {rows[0].answer}; you said benign." in told.text
    assert cases(bench.desk.store, run.id) == []
    said = [json.loads(line) for line in run.folder.audit_lines()[acts:]]
    assert [one["act"] for one in said] == ["golden_verdict", "golden_told"]
    assert said[1]["detail"] == {"cluster": name, "reviewer": "ann"}


def test_the_page_of_one_is_like_all_others(mixed_in: Mixed) -> None:
    bench, rows = mixed_in
    client, (run,) = bench.sign_in("ann"), bench.desk.runs
    shown = {}
    for name in (rows[0].name, "c0001"):
        answer = client.get(cluster_path(run.id, name))
        assert answer.status_code == 200
        assert "gold" not in answer.text.lower()
        text = re.sub(r"[0-9.]+", "N", answer.text.replace(name, "NAME"))
        shown[name] = set(re.findall(r"<h[1-4][^>]*>([^<]*)", text))
    assert shown[rows[0].name] == shown["c0001"]


def test_nobody_else_is_told_what_one_reviewer_said_of_them(mixed_in: Mixed) -> None:
    bench, rows = mixed_in
    (run,) = bench.desk.runs
    golden_verdicts.judge(
        bench.desk.store, run.folder, [Judgement(rows[0].name, "unsure", "x", "lea")]
    )
    page = bench.sign_in("ann").get("/?review=judged").text
    assert rows[0].name not in page
    assert "by lea" not in page


def test_pages_about_runs_count_them_and_the_log_stays_with_those_who_may_see_it(
    mixed_in: Mixed,
) -> None:
    bench, rows = mixed_in
    client = bench.sign_in("ann")
    (run,) = bench.desk.runs
    assert f">{run.table('clusters').height}<" in client.get("/runs").text
    said = [Judgement(rows[0].name, "spam", "x", "ann")]
    golden_verdicts.judge(bench.desk.store, run.folder, said)
    for path in ("/runs", f"/runs/{run.id}", "/privacy", f"/privacy/{run.id}", "/cases"):
        assert "gold" not in client.get(path).text.lower()
    assert client.get("/reviewers").status_code == 403
    bench.client.cookies.clear()
    assert "golden verdict" in bench.sign_in("pia").get(f"/privacy/{run.id}").text


def test_leads_see_how_reviewers_did_on_them(mixed_in: Mixed) -> None:
    bench, rows = mixed_in
    (run,) = bench.desk.runs
    golden_verdicts.judge(
        bench.desk.store, run.folder, [Judgement(row.name, "spam", "x", "ann") for row in rows]
    )
    page = bench.sign_in("lea").get("/reviewers").text
    assert f"{len(rows)} decided; 10 are needed before anything is said" in page
    assert "golden clusters alone" in page
