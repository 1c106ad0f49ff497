"""From a judged cluster to a case that leaves: what is shown is what leaves, and it is recorded."""

from __future__ import annotations

import hashlib
import io
import json
import re
import zipfile
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import networkx as nx
import polars as pl
import pytest
import stix2
from workbench_kit import FUNNEL, RING, Bench, serving

from graphmeta.cases.casefiles import case_of, cases
from graphmeta.cases.notes import note, pin
from graphmeta.cases.verdicts import Judgement, judge
from graphmeta.run import RunFolder
from graphmeta.workbench.visit import cluster_path


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    with serving(tmp_path) as made:
        made.enter()
        yield made


def run_of(bench: Bench) -> RunFolder:
    return bench.desk.runs[0].folder


def judged(bench: Bench, *clusters: str) -> None:
    store, run = bench.desk.store, run_of(bench)
    for cluster in clusters or (RING, FUNNEL):
        judge(store, run, [Judgement(cluster, "spam", "one list", "ann", second_asked=True)])
        judge(store, run, [Judgement(cluster, "benign", "volunteers", "bob", second=True)])
    note(store, run, RING, "looks at <lunch> only", "cy")
    pin(store, run, RING, "evidence:spam:fan_out", "cy")


def new_case(bench: Bench, cluster: str = RING, title: str = "The ring") -> str:
    """Open a case by its form, and return the path of its page."""
    path = cluster_path(bench.desk.runs[0].id, cluster, "case")
    answer = bench.client.post(path, data={"form_token": bench.form_token(path), "title": title})
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


def hidden_fields(page: str) -> dict[str, str]:
    """Return the hidden fields of the last form of a page."""
    form = page[page.rindex("<form") :]
    return {
        name: unescape(value) for name, value in re.findall(r'name="([^"]+)" value="([^"]*)"', form)
    }


def test_a_case_is_opened_about_a_cluster_that_somebody_judged(bench: Bench) -> None:
    path = cluster_path(bench.desk.runs[0].id, RING, "case")
    assert "Nobody has judged" in bench.client.get(path).text
    assert bench.client.get(path).status_code == 400
    judged(bench)
    page = bench.client.get(new_case(bench)).text
    assert "Case 1 is open." in page
    assert "Case 1: The ring" in page
    assert "Case 1" in bench.client.get("/cases").text or "1: The ring" in page


def test_its_page_shows_dissent_pins_notes_and_evidence_against(bench: Bench) -> None:
    judged(bench)
    page = bench.client.get(new_case(bench)).text
    assert "<strong>dissents</strong>" in page
    assert "volunteers" in page
    assert "Pinned evidence" in page
    assert "looks at &lt;lunch&gt; only" in page
    assert "Strongest evidence against" in page
    assert "A score is no proof" in page


def test_another_cluster_joins_and_whoever_looks_at_an_old_page_is_told(bench: Bench) -> None:
    judged(bench)
    path = new_case(bench)
    join = cluster_path(bench.desk.runs[0].id, FUNNEL, "case/join")
    form = cluster_path(bench.desk.runs[0].id, FUNNEL, "case")
    assert "The ring" in bench.client.get(form).text
    token = bench.form_token(form)
    said = {"form_token": token, "case": "1:1"}
    assert bench.client.post(join, data=said).headers["location"] == path
    assert bench.client.post(join, data=said).status_code == 409
    page = bench.client.get(path).text
    assert RING in page
    assert FUNNEL in page


def test_a_case_is_closed_and_opened_again_with_a_check_of_its_version(bench: Bench) -> None:
    judged(bench)
    path = new_case(bench)
    token = bench.form_token(path)
    old = {"form_token": token, "version": "1", "state": "closed"}
    assert bench.client.post(path, data=old).status_code == 303
    assert bench.client.post(path, data=old).status_code == 409
    assert "Reopen the case" in bench.client.get(path).text
    again = {"form_token": token, "version": "2", "state": "open"}
    assert bench.client.post(path, data=again).status_code == 303
    said = {"form_token": token, "version": "3", "title": "Other", "summary": "two\nlines"}
    assert bench.client.post(path, data=said).status_code == 303
    case = case_of(bench.desk.store, 1)
    assert (case.title, case.summary, case.state, case.version) == (
        "Other",
        "two\nlines",
        "open",
        4,
    )
    odd = {"form_token": token, "version": "4", "state": "burnt"}
    assert bench.client.post(path, data=odd).status_code == 400


@pytest.mark.parametrize("form", ["html", "pdf", "csv", "parquet", "graphml", "gexf", "stix"])
def test_what_was_shown_leaves_and_is_recorded_with_who_took_it(bench: Bench, form: str) -> None:
    judged(bench)
    path = new_case(bench)
    shown = bench.client.get(f"{path}/export?format={form}&tlp=red").text
    assert "TLP:RED. For those to whom it is given, and nobody else." in shown
    assert "contacted accounts (counted, never named)" in shown
    before = len(run_of(bench).audit_lines())
    fields = hidden_fields(shown)
    left = bench.client.post(f"{path}/export", data=fields)
    assert left.status_code == 200, left.text
    assert left.headers["content-disposition"].startswith('attachment; filename="case-1.')
    assert left.headers["cache-control"] == "no-store"
    sha256 = hashlib.sha256(left.content).hexdigest()
    assert fields["sha256"] == sha256
    lines = run_of(bench).audit_lines()
    assert len(lines) == before + 1
    said = json.loads(lines[-1])
    assert said["act"] == "exported"
    assert said["detail"] | {"rows": 0} == {
        "cluster": RING,
        "format": form,
        "tlp": "red",
        "case": 1,
        "rows": 0,
        "sha256": sha256,
        "by": "ann",
    }


def test_what_leaves_opens_in_others_tools(bench: Bench) -> None:
    judged(bench)
    path = new_case(bench)
    scored = (
        run_of(bench)
        .table("members")
        .filter((pl.col("cluster_id") == RING) & (pl.col("role") != "contacted"))
    )

    def left(form: str) -> bytes:
        fields = hidden_fields(bench.client.get(f"{path}/export?format={form}").text)
        return bytes(bench.client.post(f"{path}/export", data=fields).content)

    accounts = set(scored["account"])
    assert set(nx.read_graphml(io.BytesIO(left("graphml"))).nodes) == accounts
    assert set(nx.read_gexf(io.BytesIO(left("gexf"))).nodes) == accounts
    parsed = stix2.parse(left("stix"), allow_custom=False)
    assert {one.user_id for one in parsed.objects if one.type == "user-account"} == accounts
    rows = pl.read_parquet(io.BytesIO(left("parquet")))
    assert "dissents" in rows["speaks"].to_list()


def test_nothing_leaves_that_is_not_what_was_shown(bench: Bench) -> None:
    judged(bench)
    path = new_case(bench)
    fields = hidden_fields(bench.client.get(f"{path}/export?format=csv").text)
    note(bench.desk.store, run_of(bench), RING, "one more", "cy")
    before = run_of(bench).audit_lines()
    assert bench.client.post(f"{path}/export", data=fields).status_code == 409
    old = {**fields, "at": "2024-01-01T00:00:00+00:00"}
    assert bench.client.post(f"{path}/export", data=old).status_code == 400
    assert run_of(bench).audit_lines() == before
    assert bench.client.get(f"{path}/export?format=docx").status_code == 400
    assert bench.client.get(f"{path}/export?tlp=clear").status_code == 400


def test_a_case_of_two_clusters_leaves_as_an_archive(bench: Bench) -> None:
    judged(bench)
    path = new_case(bench)
    run_id = bench.desk.runs[0].id
    form = cluster_path(run_id, FUNNEL, "case")
    join = {"form_token": bench.form_token(form), "case": "1:1"}
    bench.client.post(cluster_path(run_id, FUNNEL, "case/join"), data=join)
    fields = hidden_fields(bench.client.get(f"{path}/export?format=csv").text)
    left = bench.client.post(f"{path}/export", data=fields)
    assert zipfile.ZipFile(io.BytesIO(left.content)).namelist() == [
        "cluster-1.csv",
        "cluster-2.csv",
    ]


def test_a_look_alone_changes_nothing(bench: Bench) -> None:
    judged(bench)
    path = new_case(bench)
    before = run_of(bench).audit_lines()
    for page in ("/cases", path, f"{path}/export"):
        assert bench.client.get(page).status_code == 200
    assert run_of(bench).audit_lines() == before
    assert len(cases(bench.desk.store, bench.desk.runs[0].id)) == 1


def test_privacy_reviewers_see_no_cases(tmp_path: Path) -> None:
    with serving(tmp_path, users={"pia": "privacy_reviewer"}) as bench:
        client = bench.sign_in("pia")
        assert client.get("/cases").status_code == 403
        assert client.get(f"/runs/{bench.desk.runs[0].id}/cases/1").status_code == 403
        assert client.get(f"/runs/{bench.desk.runs[0].id}/cases/1/export").status_code == 403
        assert "Cases" not in client.get("/privacy").text


def test_a_case_of_another_run_is_not_there(bench: Bench) -> None:
    run = bench.desk.runs[0].id
    for number in ("1", "99999999999", "x", "-1"):
        assert bench.client.get(f"/runs/{run}/cases/{number}").status_code == 404
