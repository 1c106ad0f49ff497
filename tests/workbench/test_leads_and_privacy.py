"""Leads see how the reviewing goes, privacy reviewers what was read, and each nothing more."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from workbench_kit import Bench, Tables, over, serving

from graphmeta.bench.results import claim, publish
from graphmeta.bench.running import Plan, run
from graphmeta.bench.summary import summarise
from graphmeta.cases.store import open_store
from graphmeta.cases.verdicts import Judgement, judge

USERS = {"ann": "analyst", "lea": "lead", "pia": "privacy_reviewer"}
MANY = 120


def more(tables: Tables) -> None:
    row = tables.rows["clusters"][0]
    tables.rows["clusters"] += [
        {**row, "cluster_id": f"c{n:04d}", "flagged": n % 2 == 0} for n in range(MANY)
    ]


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    with serving(tmp_path, users=USERS, change=more) as made:
        yield made


def test_a_lead_sees_who_only_confirms_and_whose_reviews_are_too_few(bench: Bench) -> None:
    judge(
        bench.desk.store,
        bench.desk.runs[0].folder,
        [
            Judgement(
                f"c{n:04d}", "spam" if n % 2 == 0 else "benign", "x", "stamp", seconds_spent=2.0
            )
            for n in range(MANY)
        ],
    )
    judge(bench.desk.store, bench.desk.runs[0].folder, [Judgement("c0000", "spam", "x", "new")])
    page = bench.sign_in("lea").get("/reviewers").text
    assert '<strong class="alarm">clear</strong>' in page
    assert "100\N{NO-BREAK SPACE}%" in page
    assert "97\N{NO-BREAK SPACE}% to 100\N{NO-BREAK SPACE}%" in page
    assert "1 decided; 30 are needed" in page
    assert "Reasons to look and to talk" in page


def test_where_nobody_judged_the_page_says_what_it_will_show(bench: Bench) -> None:
    assert "Nobody has judged yet" in bench.sign_in("lea").get("/reviewers").text


@pytest.mark.parametrize("name", ["ann", "pia"])
def test_nobody_but_leads_sees_how_the_reviewing_goes(bench: Bench, name: str) -> None:
    client = bench.sign_in(name)
    assert client.get("/reviewers").status_code == 403
    assert "/reviewers" not in client.get("/privacy").text


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the results of a small benchmark."""
    found = run(Plan("quick", seeds=1, campaigns=("bulk",), accounts=200), ["graphmeta", "volume"])
    folder = tmp_path_factory.mktemp("bench") / "results"
    publish({**found, "summary": summarise(found)}, "", claim(folder), folder)
    return folder


def test_the_benchmark_shows_whom_it_touches_and_where_it_was_wrong(
    results: Path, tmp_path: Path, bench: Bench
) -> None:
    with open_store(f"sqlite:///{tmp_path}/own.sqlite") as store:
        made = over(store, [bench.desk.runs[0].path], USERS, results=results)
        page = made.sign_in("ann").get("/benchmark").text
    assert "Innocent people" in page
    assert "Precision and recall over accounts" in page
    assert "Average precision over accounts" in page
    assert "What these figures do not say" in page
    assert "bokeh" in page
    said = json.loads((results / "results.json").read_text())
    missed = [
        name
        for each in said["entries"]
        if each["flags"]
        for name, found in each["flags"]["campaigns"].items()
        if not found["detected"]
    ]
    assert ("Where it was wrong" in page) == bool(missed)


def test_without_results_the_page_says_how_to_come_by_some(bench: Bench) -> None:
    assert "graphmeta bench run quick" in bench.sign_in("ann").get("/benchmark").text
