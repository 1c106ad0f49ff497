"""Does a case get from a judged cluster to a file in a real browser, by mouse and by keyboard?"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator
from pathlib import Path

import pytest
import stix2
from browser_kit import Watched, chromium, listening, visiting
from playwright.sync_api import Browser, Page, expect
from pypdf import PdfReader
from workbench_kit import FUNNEL, RING, Bench, Tables

from graphmeta.cases.notes import note, pin
from graphmeta.cases.verdicts import Judgement, judge
from graphmeta.run import RunFolder
from graphmeta.workbench.visit import cluster_path

expect.set_options(timeout=120_000)  # the machine may be busy

#: What would be code, if it were not text.
TITLE = '<img src=x onerror="alert(1)"> & "the ring"'


def more(tables: Tables) -> None:
    row = tables.rows["clusters"][0]
    tables.rows["clusters"] += [{**row, "cluster_id": f"c{n:04d}"} for n in range(60)]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as program:
        yield program


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Bench, str]]:
    with listening(tmp_path_factory.mktemp("served"), change=more) as (bench, url):
        store, run = bench.desk.store, bench.desk.runs[0].folder
        many = [Judgement(f"c{n:04d}", "spam", "x", "stamp", seconds_spent=2) for n in range(60)]
        judge(store, run, many)
        for cluster in (RING, FUNNEL):
            judge(store, run, [Judgement(cluster, "spam", "one list", "ann", second_asked=True)])
        judge(store, run, [Judgement(RING, "benign", "volunteers", "bob", second=True)])
        note(store, run, RING, "<script>alert(2)</script> looks at lunch", "cy")
        pin(store, run, RING, "evidence:spam:fan_out", "cy")
        yield bench, url


@pytest.fixture
def visitor(browser: Browser, served: tuple[Bench, str]) -> Iterator[Watched]:
    with visiting(browser, *served) as watched:
        yield watched
        watched.nothing_happened()


def run_of(served: tuple[Bench, str]) -> RunFolder:
    return served[0].desk.runs[0].folder


def saved(page: Page, folder: Path) -> bytes:
    """Press the button that lets the file leave, and return the file."""
    with page.expect_download() as started:
        page.get_by_role("button", name="Download this file").press("Enter")
    file = folder / started.value.suggested_filename
    started.value.save_as(file)
    return file.read_bytes()


def test_a_case_is_opened_extended_written_closed_and_leaves_by_mouse(
    visitor: Watched, served: tuple[Bench, str], tmp_path: Path
) -> None:
    run = served[0].desk.runs[0].id
    page = visitor.open(cluster_path(run, RING, "case"))
    page.get_by_label("Title").fill(TITLE)
    page.get_by_role("button", name="Open the case").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(TITLE)
    expect(page.get_by_role("row", name="benign")).to_contain_text("dissents")
    expect(page.get_by_text("Pinned evidence")).to_be_visible()
    visitor.is_accessible()
    visitor.open(cluster_path(run, FUNNEL, "case"))
    page.get_by_role("radio", name="the ring").check()
    page.get_by_role("button", name="Add to the case").click()
    expect(page.get_by_role("heading", name=f"Cluster {FUNNEL}")).to_be_visible()
    page.get_by_label("Summary").fill("Two people disagree.")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status")).to_contain_text("is changed")
    page.get_by_role("button", name="Close the case").click()
    expect(page.get_by_role("button", name="Reopen the case")).to_be_visible()
    page.get_by_role("link", name="Export").click()
    page.get_by_role("radio", name="pdf").check()
    page.get_by_role("radio", name="TLP:RED").check()
    page.get_by_role("button", name="Look again").click()
    expect(page.get_by_text("TLP:RED. For those to whom it is given").first).to_be_visible()
    visitor.is_accessible()
    content = saved(page, tmp_path)
    text = " ".join(one.extract_text() for one in PdfReader(io.BytesIO(content)).pages)
    assert "Two people disagree." in " ".join(text.split())
    assert hashlib.sha256(content).hexdigest() in "".join(run_of(served).audit_lines()[-2:])


def test_a_case_is_opened_and_leaves_by_keyboard_alone(
    visitor: Watched, served: tuple[Bench, str], tmp_path: Path
) -> None:
    page = visitor.open(cluster_path(served[0].desk.runs[0].id, RING, "case"))
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")  # skips to the content
    _tab_to(page, "Title")
    page.keyboard.type("By keyboard")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("By keyboard")
    _tab_to(page, "Export")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("What would leave, and for whom")
    _tab_to(page, "html")
    for _ in range(2):
        page.keyboard.press("ArrowDown")
    _tab_to(page, "Look again")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=2)).to_contain_text(".csv")
    _tab_to(page, "Download this file")
    with page.expect_download() as started:
        page.keyboard.press("Enter")
    started.value.save_as(tmp_path / "case.csv")
    assert (tmp_path / "case.csv").read_text(encoding="utf-8-sig").startswith("part,")


def test_the_whole_way_from_the_queue_to_a_file_works_by_mouse(
    visitor: Watched, tmp_path: Path
) -> None:
    page = visitor.open("/?find=d9e44-group")
    page.get_by_role("link", name="d9e44-group").click()
    expect(page.get_by_role("link", name="Put it into a case")).to_have_count(0)
    page.get_by_role("radio", name="benign").check()
    page.get_by_label("Why?").fill("They telephone a list of neighbours.")
    page.get_by_role("button", name="Record", exact=True).click()
    page.get_by_role("link", name="Put it into a case").click()
    page.get_by_label("Title").fill("The volunteers")
    page.get_by_role("button", name="Open the case").click()
    page.get_by_role("link", name="Export").click()
    page.get_by_role("radio", name="stix").check()
    page.get_by_role("button", name="Look again").click()
    bundle = stix2.parse(saved(page, tmp_path), allow_custom=False)
    (opinion,) = (one for one in bundle.objects if one.type == "opinion")
    assert opinion.opinion == "disagree"
    assert "They telephone a list of neighbours." in opinion.explanation


def test_the_whole_way_from_the_queue_to_a_file_works_by_keyboard_alone(
    visitor: Watched, tmp_path: Path
) -> None:
    page = visitor.open("/?find=e03b8-few")
    _tab_to(page, "e03b8-few")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Cluster e03b8-few")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")  # skips to the content
    _tab_to(page, "spam")
    page.keyboard.press("Space")
    _tab_to(page, "Why?")
    page.keyboard.type("Too few to be anything else.")
    _tab_to(page, "Record")
    page.keyboard.press("Enter")
    expect(page.get_by_text("e03b8-few: spam was recorded.")).to_be_visible()
    _tab_to(page, "Put it into a case")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("part of a case")
    _tab_to(page, "Title")
    page.keyboard.type("A few")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("A few")
    _tab_to(page, "Export")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("What would leave, and for whom")
    _tab_to(page, "Download this file")
    with page.expect_download() as started:
        page.keyboard.press("Enter")
    started.value.save_as(tmp_path / "case.html")
    assert "Too few to be anything else." in (tmp_path / "case.html").read_text(encoding="utf-8")


def _tab_to(page: Page, name: str) -> None:
    """Press Tab until what is called so has the focus."""
    named = (
        "(document.activeElement.labels?.[0]?.innerText || document.activeElement.innerText || '')"
    )
    for _ in range(200):
        page.keyboard.press("Tab")
        if str(page.evaluate(named)).strip().startswith(name):
            return
    raise AssertionError(f"{name} is not reached by keyboard")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 768])
def test_pages_of_leads_and_privacy_are_accessible_and_load_nothing_from_elsewhere(
    browser: Browser, served: tuple[Bench, str], width: int, scheme: str
) -> None:
    with visiting(browser, *served, width=width, color_scheme=scheme) as watched:
        for path in ("/cases", "/reviewers", "/privacy", "/benchmark"):
            watched.open(path)
            watched.is_accessible()
        watched.nothing_happened()


def test_the_exported_page_is_accessible_and_runs_nothing(
    browser: Browser, visitor: Watched, served: tuple[Bench, str], tmp_path: Path
) -> None:
    page = visitor.open(cluster_path(served[0].desk.runs[0].id, RING, "case"))
    page.get_by_label("Title").fill(TITLE)
    page.get_by_role("button", name="Open the case").click()
    page.get_by_role("link", name="Export").click()
    file = tmp_path / "case.html"
    file.write_bytes(saved(page, tmp_path))
    with browser.new_context() as context:
        opened = Watched(context.new_page(), "")
        opened.page.on("dialog", lambda shown: opened.wrong.append(shown.message))
        opened.page.on("request", lambda made: opened.wrong.append(made.url))
        opened.page.goto(file.as_uri())
        expect(opened.page.get_by_role("heading", level=1)).to_have_text(TITLE)
        expect(opened.page.get_by_text("<script>alert(2)</script> looks at lunch")).to_be_visible()
        assert opened.wrong == [file.as_uri()]
        opened.is_accessible()
