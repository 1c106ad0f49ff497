"""Does the queue show what was asked for, in that order, and hide what blind mode hides?"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from workbench_kit import FUNNEL, RING, Bench, Tables, serving, write_fake_run

from graphmeta.cases import draws, filters, verdicts
from graphmeta.cases.verdicts import Judgement
from graphmeta.workbench.listing.chosen import PAGE_ROWS

FEW, GROUP, BARE = "e03b8-few", "d9e44-group", "f5512-bare"


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    with serving(tmp_path) as bench:
        bench.enter()
        yield bench


@pytest.fixture(scope="module")
def untouched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    """Give a workbench in which nobody does anything but look."""
    with serving(tmp_path_factory.mktemp("untouched")) as bench:
        bench.enter()
        yield bench


def shown(bench: Bench, path: str = "/") -> list[str]:
    """Return the names of the clusters that a page lists, in order."""
    answer = bench.client.get(path)
    assert answer.status_code == 200, answer.text
    return re.findall(r'<th scope="row" class="id"><a href="[^"]*">([^<]*)</a>', answer.text)


def judge(bench: Bench, cluster: str, verdict: str = "spam", **more: Any) -> None:
    given = {"reason": "the same list", "reviewer": "ann", **more}
    run = bench.desk.runs[0].folder
    verdicts.judge(bench.desk.store, run, [Judgement(cluster, verdict, **given)])


def test_it_lists_clusters_by_risk_with_the_strongest_reasons(untouched: Bench) -> None:
    assert shown(untouched) == [RING, FUNNEL, FEW, GROUP, BARE]
    page = unescape(untouched.client.get("/").text)
    assert "93% of first contacts went to strangers" in page
    assert "Few of those contacted had asked for it." in page
    assert "A score is no proof" in page


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("status=candidate", [FEW, BARE]),
        ("flagged=yes", [RING, FUNNEL]),
        ("flagged=no&status=confirmed", [GROUP]),
        ("behaviour=recruitment", [FUNNEL]),
        ("layer=shared_timing", [RING]),
        ("find=B21", [FUNNEL]),
        ("find=%25", []),
        ("find=.*", []),
        ("review=judged", []),
        ("review=open&flagged=yes", [RING, FUNNEL]),
        ("sort=risk", [BARE, GROUP, FEW, FUNNEL, RING]),
        ("sort=-n_actors", [RING, GROUP, FUNNEL, FEW, BARE]),
        ("sort=q_value", [RING, FUNNEL, GROUP, FEW, BARE]),
        ("sort=cluster_id", [FUNNEL, GROUP, FEW, BARE, RING]),
        ("page=99", [RING, FUNNEL, FEW, GROUP, BARE]),
    ],
)
def test_it_shows_what_the_address_asks_for(untouched: Bench, query: str, found: list[str]) -> None:
    assert shown(untouched, f"/?{query}") == found


@pytest.mark.parametrize(
    "query",
    ["status=flagged", "behaviour=x", "layer='", "review=all", "sort=says", "sort=alias", "run=x"]
    + [f"page={page}" for page in ("0", "-1", "x", "1e9", "٣", "9" * 30)],
)
def test_what_there_is_not_is_refused_by_name(untouched: Bench, query: str) -> None:
    answer = untouched.client.get(f"/?{query}")
    assert answer.status_code == 400
    assert query.partition("=")[0] in answer.text


def test_an_account_finds_no_cluster(untouched: Bench) -> None:
    account = untouched.desk.runs[0].table("members")["account"][0]
    assert shown(untouched, f"/?find={account}") == []


def test_a_review_shows_how_far_it_is_and_can_be_filtered_by(bench: Bench) -> None:
    judge(bench, RING, second_asked=True)
    judge(bench, FUNNEL, "benign", looks_like="courier", reviewer="bob")
    judge(bench, GROUP, "unsure", reviewer="bob")
    judge(bench, GROUP, "spam", second=True)
    found = {
        review: shown(bench, f"/?review={review}")
        for review in ("judged", "open", "waiting", "disputed", "mine", "benign", "spam")
    }
    assert found == {
        "judged": [RING, FUNNEL, GROUP],
        "open": [FEW, BARE],
        "waiting": [RING],
        "disputed": [GROUP],
        "mine": [RING, GROUP],
        "benign": [FUNNEL],
        "spam": [RING],
    }
    page = bench.client.get("/").text
    assert "3 judged" in page
    assert "(courier)" in page


def test_clusters_drawn_by_chance_wait_until_they_are_judged(bench: Bench) -> None:
    drawn = draws.draw(bench.desk.runs[0].folder, 2)
    assert sorted(shown(bench, "/?review=drawn")) == sorted(drawn)
    judge(bench, drawn[0])
    assert shown(bench, "/?review=drawn") == drawn[1:]


def test_blind_mode_hides_scores_reasons_and_ids_until_the_own_verdict_stands(
    bench: Bench,
) -> None:
    open_to_all = shown(bench)
    judge(bench, FUNNEL, reviewer="bob")
    page = unescape(bench.submit("/blind", {"blind": "on"}))
    assert not [name for name in open_to_all if name in page]
    for hidden in ("0.94", "0.97", "flagged</span>", "93% of first", "&lt; 1e-10", ">spam<"):
        assert hidden not in page.partition("<tbody>")[2]
    judge(bench, RING)
    names = shown(bench)
    assert [name for name in names if name in open_to_all] == [RING]
    assert "0.94" in bench.client.get("/").text
    bench.submit("/blind", {})
    assert shown(bench) == open_to_all


def test_blind_mode_neither_sorts_nor_filters_by_scores(bench: Bench) -> None:
    bench.submit("/blind", {"blind": "on"})
    order = shown(bench)
    for query in ("sort=-risk", "sort=spam", "flagged=yes", "behaviour=spam", "sort=cluster_id"):
        assert shown(bench, f"/?{query}") == order
    assert "leaves out" in bench.client.get("/?flagged=yes").text
    by_size = shown(bench, "/?sort=-n_actors")
    assert sorted(by_size) == sorted(order)
    assert by_size != order


def test_a_name_that_hides_an_id_still_leads_to_its_cluster(untouched: Bench) -> None:
    from graphmeta.workbench import blind

    run = untouched.desk.runs[0]
    names = blind.aliases(run)
    assert {blind.cluster_of(run, alias) for alias in names.values()} == set(names)
    assert blind.cluster_of(run, "~0") == "~0"
    assert blind.cluster_of(run, RING) == RING


def test_blindness_is_of_one_session(tmp_path: Path) -> None:
    with serving(tmp_path, users={"ada": "analyst", "ben": "analyst"}) as bench:
        bench.sign_in("ada")
        bench.submit("/blind", {"blind": "on"})
        bench.client.cookies.clear()
        bench.sign_in("ben")
        assert shown(bench)[0] == RING


def test_a_view_is_saved_under_a_name_for_its_owner_alone(tmp_path: Path) -> None:
    with serving(tmp_path, users={"ada": "analyst", "ben": "analyst"}) as bench:
        bench.sign_in("ada")
        page = bench.submit(
            "/filters", {"name": "<b>big", "query": "status=confirmed&sort=-n_actors"}
        )
        assert 'href="/?status=confirmed&amp;sort=-n_actors">&lt;b&gt;big</a>' in page
        (saved,) = filters.saved_filters(bench.desk.store, "ada")
        bench.client.cookies.clear()
        bench.sign_in("ben")
        assert "big" not in bench.client.get("/").text
        bench.submit("/filters/forget", {"filter": str(saved.id)})
        assert len(filters.saved_filters(bench.desk.store, "ada")) == 1
        bench.client.cookies.clear()
        bench.sign_in("ada")
        bench.submit("/filters/forget", {"filter": str(saved.id)})
        assert filters.saved_filters(bench.desk.store, "ada") == []


@pytest.mark.parametrize(
    "form",
    [
        {"name": "x", "query": "sort=says"},
        {"name": "x", "query": ""},
        {"name": "x", "query": "//elsewhere.example"},
        {"name": "", "query": "flagged=yes"},
        {"name": "x" * 65, "query": "flagged=yes"},
    ],
)
def test_a_view_that_is_none_is_not_saved(untouched: Bench, form: dict[str, str]) -> None:
    answer = untouched.client.post("/filters", data={"form_token": untouched.form_token(), **form})
    assert answer.status_code == 400
    assert filters.saved_filters(untouched.desk.store, "ann") == []


@pytest.mark.parametrize("path", ["/filters", "/filters/forget", "/blind"])
def test_no_state_is_changed_by_following_a_link(untouched: Bench, path: str) -> None:
    assert untouched.client.get(f"{path}?blind=on&name=x&query=flagged%3Dyes").status_code == 405
    assert shown(untouched)[0] == RING


HOSTILE = (
    "<script>alert(1)</script>",
    '"onmouseover="alert(1)',
    "../../etc/passwd",
    "a&id=b#c?d/e",
    "\u202egnp.exe",
    "~0000000000000000",
)


def test_ids_that_would_be_code_or_paths_are_text_and_lead_to_their_cluster(
    tmp_path: Path,
) -> None:
    def rename(tables: Tables) -> None:
        for row, name in zip(tables.rows["clusters"], HOSTILE, strict=False):
            row["cluster_id"] = name

    with serving(tmp_path, change=rename) as bench:
        bench.enter()
        assert {unescape(name) for name in shown(bench)} == set(HOSTILE[:5])
        page = bench.client.get("/").text
        assert "<script>alert" not in page
        assert '"onmouseover' not in page
        links = re.findall(r'<a href="(/runs/[^"]*)"', page)
        assert len(links) == 5
        assert all(re.fullmatch(r"/runs/[0-9a-f]{16}/cluster\?id=[\w.%+-]+", it) for it in links)


@dataclass
class Larger:
    """A change to a run made by hand: many clusters more."""

    number: int

    def __call__(self, tables: Tables) -> None:
        pattern = tables.rows["clusters"][0]
        for at in range(self.number):
            tables.rows["clusters"].append(
                {**pattern, "cluster_id": f"c{at:05d}", "risk": at / (2 * self.number)}
            )


def test_pages_follow_one_another_and_miss_no_cluster(tmp_path: Path) -> None:
    with serving(tmp_path, change=Larger(230)) as bench:
        bench.enter()
        pages = [shown(bench, f"/?sort=-n_actors&page={page}") for page in range(1, 6)]
        assert [len(page) for page in pages] == [PAGE_ROWS] * 4 + [35]
        assert len({name for page in pages for name in page}) == 235
        page = bench.client.get("/?page=3").text
        assert "Page 3 of 5" in page
        assert '<a href="/?page=4" rel="next">' in page


def test_several_runs_are_one_queue_and_can_be_told_apart(tmp_path: Path) -> None:
    other = write_fake_run(tmp_path / "tuesday", change=Larger(3)).path
    said = (other / "manifest.json").read_text().replace("2024-06-01T09", "2024-06-02T09")
    (other / "manifest.json").write_text(said)
    monday = write_fake_run(tmp_path / "monday").path
    with serving(tmp_path, runs=[monday, other]) as bench:
        bench.enter()
        assert len(shown(bench)) == 13
        assert shown(bench)[:2] == [RING, RING]
        page = bench.client.get("/").text
        assert "monday" in page
        assert "tuesday" in page
        assert len(shown(bench, f"/?run={bench.desk.runs[1].id}")) == 8


def test_a_run_without_clusters_says_so(tmp_path: Path) -> None:
    run = write_fake_run(tmp_path / "run", clusters=False)
    with serving(tmp_path, runs=[run.path]) as bench:
        bench.enter()
        page = bench.client.get("/").text
        assert "Nothing was found" in page
        assert "No cluster of at least 3 actors was found." in page


def test_rows_keep_one_place_each(untouched: Bench) -> None:
    from graphmeta.workbench.listing.rows import rows

    frame = rows(untouched.desk).frame
    assert rows(untouched.desk).frame is frame
    assert frame["place"].to_list() == list(range(5))
    assert frame.select(pl.struct("run", "alias").is_unique().all()).item()
