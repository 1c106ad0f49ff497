"""Is the report whole, honest, inert, readable by everybody, and the same every time?"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import re
import subprocess
import sys
from collections import Counter
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import polars as pl
import pytest
from fake_run import write_fake_run
from fake_tables import Tables

from graphmeta.errors import UsageError
from graphmeta.report import page
from graphmeta.run import RunFolder

Attributes = dict[str, str | None]
VOID = {"meta", "input", "br", "link", "img"}


class Parsed(HTMLParser):
    """What a browser would find in a page: its elements, texts and scripts."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, Attributes]] = []
        self.scripts: list[tuple[Attributes, str]] = []
        self.texts: list[str] = []
        self.open: list[str] = []
        self.feed(html)
        self.close()
        assert self.open == [], "every element is closed"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)
        if tag == "script":
            self.scripts.append((dict(attrs), ""))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open[-1:] == ["script"]:
            attributes, source = self.scripts[-1]
            self.scripts[-1] = (attributes, source + data)
        elif self.open[-1:] != ["style"]:
            self.texts.append(data)

    def having(self, name: str) -> list[str]:
        return [value for _, found in self.elements if (value := found.get(name)) is not None]

    def prose(self) -> str:
        return " ".join(" ".join(self.texts).split())


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    return write_fake_run(tmp_path_factory.mktemp("page") / "run")


@pytest.fixture(scope="module")
def html(run: RunFolder) -> str:
    return page.report_html(run)


@pytest.fixture(scope="module")
def parsed(html: str) -> Parsed:
    return Parsed(html)


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Parsed:
    folder = tmp_path_factory.mktemp("empty") / "run"
    return Parsed(page.report_html(write_fake_run(folder, clusters=False)))


def test_nothing_is_loaded_from_anywhere(html: str, parsed: Parsed) -> None:
    assert not parsed.having("src")
    assert all(target.startswith("#") for target in parsed.having("href"))
    assert "link" not in {tag for tag, _ in parsed.elements}
    style = html[html.index("<style>") : html.index("</style>")]
    assert "url(" not in style
    assert "@import" not in style
    assert any(value.startswith("default-src 'none'") for value in parsed.having("content"))


def test_the_policy_lets_the_two_own_scripts_run_and_no_other(parsed: Parsed) -> None:
    policy = next(value for value in parsed.having("content") if "script-src" in value)
    allowed = re.findall(r"'sha256-([^']+)'", policy.split("style-src")[0])
    run_by_a_browser = [source for found, source in parsed.scripts if "type" not in found]
    digests = [
        base64.b64encode(hashlib.sha256(source.encode()).digest()).decode()
        for source in run_by_a_browser
    ]
    assert digests == allowed
    assert "unsafe-inline" not in policy.split("style-src")[0]


def test_the_same_run_gives_the_same_bytes_in_another_process(run: RunFolder) -> None:
    html = page.report_html(run, "b21c0-funnel")
    assert page.report_html(run, "b21c0-funnel") == html
    code = (
        "import sys, hashlib, pathlib; from graphmeta.run import open_run;"
        "from graphmeta.report import page;"
        "run = open_run(pathlib.Path(sys.argv[1]));"
        "print(hashlib.sha256(page.report_html(run, 'b21c0-funnel').encode()).hexdigest())"
    )
    answer = subprocess.run(
        [sys.executable, "-c", code, str(run.path)],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONHASHSEED": "7"},
    )
    assert answer.stdout.strip() == hashlib.sha256(html.encode()).hexdigest()


def test_no_id_of_those_who_were_contacted_is_in_the_file(run: RunFolder, html: str) -> None:
    members = run.table("members")
    contacted = members.filter(pl.col("role") == "contacted")["account"]
    assert contacted.len() > 1000
    assert [account for account in contacted if account in html] == []
    scored = members.filter(pl.col("role") != "contacted")["account"]
    assert all(account in html for account in scored)


def test_the_page_says_that_a_score_is_no_proof_and_what_the_bound_means(
    run: RunFolder, parsed: Parsed
) -> None:
    assert "A score is no proof; people decide." in parsed.prose()
    for statement in run.manifest["statements"].values():
        assert statement in parsed.prose()
    assert "They are possible victims" not in parsed.prose()
    assert "684 accounts were contacted. People who are contacted are possible victims" in (
        parsed.prose()
    )


def test_every_cluster_has_its_row_its_section_and_its_charts(
    run: RunFolder, parsed: Parsed
) -> None:
    for cluster in run.table("clusters")["cluster_id"]:
        assert f"Cluster {cluster}" in parsed.prose()
    kinds = Counter(name.split("-")[1] for name in parsed.having("id") if name.endswith("-data"))
    times = {"activity": 4, "week": 4, "bursts": 4}
    assert kinds == {"spam": 4, "recruitment": 3, "alike": 2, "graph": 4, **times}


def test_the_receipt_names_what_was_read_and_what_was_not(parsed: Parsed) -> None:
    text = parsed.prose()
    assert "sender, recipient, timestamp, kind body 27 % (13.1 MB)" in text
    assert "Content columns read none" in text
    assert "Rows set aside (quarantined) 343" in text
    assert "of these: no time 340" in text
    assert "Entries in the audit log 4" in text
    assert "Expires 1 July 2999, 09:30 UTC" in text
    assert "pseudonyms, made with key 9c41d07e" in text


def test_plain_identifiers_are_named_as_such(tmp_path: Path) -> None:
    run = write_fake_run(tmp_path / "run", clusters=False)
    settings = {**run.manifest["privacy"], "identifiers": "plain"}
    plain = RunFolder(run.path, {**run.manifest, "privacy": settings})
    assert "the ids of the input stand in this run as they were" in page.report_html(plain)


def test_a_history_that_is_odd_is_told_before_all_else(tmp_path: Path, empty: Parsed) -> None:
    run = write_fake_run(tmp_path / "run", clusters=False)
    said = {**run.manifest["statements"], "history": "Look for wrong clocks."}
    odd = RunFolder(run.path, {**run.manifest, "statements": said})
    assert "What is odd. Look for wrong clocks." in Parsed(page.report_html(odd)).prose()
    assert "What is odd" not in empty.prose()


def test_every_cluster_says_near_its_top_what_would_change_its_verdict(
    run: RunFolder, parsed: Parsed
) -> None:
    prose = parsed.prose()
    told = run.table("evidence").filter(score="verdict")["says"].to_list()
    assert prose.count("What would change this") == len(told) > 0
    for says in told:
        assert prose.index(says) - prose.index("What would change this") > 0
    ring = Parsed(page.report_html(run, "k7f3a-ring")).prose()
    assert ring.index("What would change this") < ring.index("What ties these accounts together")
    group = Parsed(page.report_html(run, "d9e44-group")).prose()
    change = group[group.index("What would change this") : group.index("What ties these")]
    assert "It could be a text-bank" in change


def test_a_run_that_found_nothing_says_calmly_what_that_means(empty: Parsed) -> None:
    text = empty.prose()
    assert "Nothing was found" in text
    assert "No cluster of at least 3 actors was found." in text
    assert "Finding nothing is not proof that nothing was there." in text
    assert "Nobody was scored" in text
    assert "Rows set aside (quarantined) 343" in text
    assert empty.scripts == []


def test_a_run_that_contradicts_itself_is_called_out(tmp_path: Path, parsed: Parsed) -> None:
    def tamper(tables: Tables) -> None:
        tables.rows["clusters"][0]["spam"] = 0.55

    report = page.report_html(write_fake_run(tmp_path / "run", change=tamper), "k7f3a-ring")
    warning = "This run contradicts itself: do not rely on it."
    assert warning in report
    assert warning not in parsed.prose()


def test_many_clusters_are_cut_short_and_the_page_says_how_to_get_one(tmp_path: Path) -> None:
    def multiply(tables: Tables) -> None:
        bare = tables.rows["clusters"][-1]
        tables.rows["clusters"] = [
            {**bare, "cluster_id": f"x{at}"} for at in range(page.MOST_QUEUE_ROWS + 7)
        ]

    text = Parsed(page.report_html(write_fake_run(tmp_path / "run", change=multiply))).prose()
    assert "The first 50 by risk are shown; 457 more are left out." in text
    assert "graphmeta report RUN CLUSTER" in text
    assert "The first 500 are listed; graphmeta queue RUN lists all 507." in text


def test_one_cluster_can_be_reported_alone(run: RunFolder) -> None:
    text = Parsed(page.report_html(run, "b21c0-funnel")).prose()
    assert "one of the 5 clusters of its run" in text
    assert "2 of 5 by risk" in text
    assert "k7f3a-ring" not in text


def test_a_cluster_that_is_not_there_is_refused_and_no_file_appears(
    run: RunFolder, tmp_path: Path
) -> None:
    with pytest.raises(UsageError, match="no cluster 'nobody'"):
        page.write_report(run, tmp_path / "report.html", cluster_id="nobody")
    assert list(tmp_path.iterdir()) == []


def test_a_report_replaces_an_older_one_and_leaves_nothing_beside_it(
    run: RunFolder, tmp_path: Path
) -> None:
    file = tmp_path / "report.html"
    file.write_text("older", encoding="utf-8")
    page.write_report(run, file, "f5512-bare")
    assert file.read_text(encoding="utf-8") == page.report_html(run, "f5512-bare")
    assert list(tmp_path.iterdir()) == [file]


def test_a_folder_that_is_not_there_is_named_with_a_remedy(run: RunFolder, tmp_path: Path) -> None:
    with pytest.raises(UsageError) as refusal:
        page.write_report(run, tmp_path / "absent" / "report.html", cluster_id="f5512-bare")
    assert "absent/report.html" in refusal.value.problem
    assert refusal.value.remedy


HOSTILE = (
    "<script>alert(1)</script>",
    "</script><script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "</style><style>*{display:none}",
    "=cmd()",
    "{{ 7 * 7 }}",
    "@account{safe}$index",
    "<!--",
    "\u2028'&amp;",
)


def only_few(tables: Tables) -> None:
    for rows in tables.rows.values():
        rows[:] = [row for row in rows if str(row.get("cluster_id", "")).endswith("e03b8-few")]


@pytest.fixture(scope="module")
def tame(tmp_path_factory: pytest.TempPathFactory) -> Parsed:
    folder = tmp_path_factory.mktemp("tame") / "run"
    return Parsed(page.report_html(write_fake_run(folder, change=only_few)))


@pytest.mark.parametrize("hostile", HOSTILE)
def test_a_hostile_id_is_text_and_nothing_else(tmp_path: Path, tame: Parsed, hostile: str) -> None:
    def rename(name: str) -> str:
        return f"{hostile}{name}"

    run = write_fake_run(tmp_path / "wild", change=only_few, rename=rename)
    wild = Parsed(page.report_html(run))
    assert [tag for tag, _ in wild.elements] == [tag for tag, _ in tame.elements]
    assert [sorted(found) for _, found in wild.elements] == [
        sorted(found) for _, found in tame.elements
    ]
    assert any(hostile in text for text in wild.texts)
    blocks = [source for found, source in wild.scripts if "type" in found]
    assert any(hostile in json.dumps(json.loads(block), ensure_ascii=False) for block in blocks)
    assert all("<" not in block for block in blocks)


def test_headings_go_down_one_level_at_a_time(parsed: Parsed, empty: Parsed) -> None:
    for found in (parsed, empty):
        levels = [int(tag[1]) for tag, _ in found.elements if re.fullmatch("h[1-6]", tag)]
        assert levels[0] == 1
        assert levels.count(1) == 1
        assert all(below <= above + 1 for above, below in pairwise(levels))


def test_every_table_has_a_caption_and_every_header_its_scope(parsed: Parsed) -> None:
    tags = Counter(tag for tag, _ in parsed.elements)
    assert tags["caption"] == tags["table"] > 10
    assert all(found.get("scope") for tag, found in parsed.elements if tag == "th")


def test_every_chart_has_a_name_and_is_told_in_words(parsed: Parsed) -> None:
    charts = [found for _, found in parsed.elements if found.get("class") == "chart-place"]
    assert len(charts) == 25
    assert all(chart["aria-label"] for chart in charts)
    by_name = {name.removesuffix("-says") for name in parsed.having("id")}
    for chart in charts:
        if "aria-describedby" in chart:
            assert chart["id"] in by_name


def test_every_name_is_given_once_and_every_reference_leads_somewhere(
    parsed: Parsed, empty: Parsed
) -> None:
    for found in (parsed, empty):
        names = Counter(found.having("id"))
        assert set(names.values()) == {1}
        wanted = {target[1:] for target in found.having("href")}
        for attribute in ("aria-labelledby", "aria-describedby", "data-collapses"):
            wanted.update(found.having(attribute))
        assert wanted <= set(names)


def test_the_page_has_a_language_a_title_and_a_way_past_its_head(parsed: Parsed) -> None:
    assert ("html", {"lang": "en"}) in parsed.elements
    assert ("a", {"class": "skip", "href": "#content"}) in parsed.elements
    assert "5 clusters, 2 flagged · graphmeta report" in parsed.texts


def test_a_page_stays_small(html: str) -> None:
    assert len(html.encode()) < 2_500_000


def test_importing_the_report_does_not_load_what_only_drawing_needs() -> None:
    code = (
        "import sys; import graphmeta.report.page, graphmeta.report.display;"
        "print([name for name in ('bokeh', 'networkx', 'scipy', 'pandas') if name in sys.modules])"
    )
    answer = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert answer.stdout.strip() == "[]"
