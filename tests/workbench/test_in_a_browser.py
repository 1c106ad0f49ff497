"""Does the workbench hold in a real browser: by mouse, by keyboard, without script, attacked?"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from browser_kit import Watched, chromium, listening, visiting, watch
from jinja2 import DictLoader
from playwright.sync_api import Browser, expect
from starlette.responses import Response
from workbench_kit import FUNNEL, PASSWORD, RING, Bench, write_fake_run

from graphmeta import seeds
from graphmeta.report.charts import embed, network, timeline, waterfall
from graphmeta.run import MANIFEST
from graphmeta.workbench.page import Get
from graphmeta.workbench.page import Page as WorkbenchPage
from graphmeta.workbench.pages import PAGES
from graphmeta.workbench.visit import Visit

HOSTILE = (
    "<script>alert(1)</script>",
    '"onmouseover="alert(2)" x="',
    "<img src=x onerror=alert(3)>",
    "</script><svg onload=alert(4)>",
    "javascript:alert(5)//",
)
CHARTS = """{% extends "workbench/base.html.j2" %}
{% block title %}Charts{% endblock %}
{% block scripts %}{{ ours.chart_scripts() }}{% endblock %}
{% block content %}
<h1>Charts</h1>
{% for it in charts %}{{ ours.chart(it) }}{% endfor %}{% endblock %}
"""


def hostile(name: str) -> str:
    """Return an id that would be code, one for each."""
    return f"{HOSTILE[seeds.key(name) % len(HOSTILE)]}{name}"


def draw(visit: Visit) -> Response:
    """Show every kind of chart of the report."""
    run = visit.desk.runs[0]
    evidence, hours = run.of_cluster("evidence", RING), run.of_cluster("timeline", RING)
    shown = network.picture(run.of_cluster("members", RING), run.of_cluster("contacts", RING))
    figures = [
        waterfall.waterfall(waterfall.steps(evidence, "spam")),
        network.network(shown),
        timeline.activity(hours),
        timeline.week(hours),
    ]
    charts = [
        {
            "name": f"chart{at}",
            "height": each.height,
            "item": embed.chart_item(each, f"chart{at}"),
            "alternative": "a chart",
        }
        for at, each in enumerate(figures)
    ]
    visit.templates.loader.loaders.append(DictLoader({"charts": CHARTS}))  # type: ignore[union-attr]
    return visit.render("charts", charts=charts)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as program:
        yield program


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Bench, str]]:
    folder = tmp_path_factory.mktemp("served")
    monday = write_fake_run(folder / "monday").path
    tuesday = write_fake_run(folder / "tuesday", rename=hostile).path
    said = json.loads((tuesday / MANIFEST).read_text())
    said["created_at"] = "2024-06-02T09:30:00+00:00"
    (tuesday / MANIFEST).write_text(json.dumps(said))
    pages = [*PAGES, WorkbenchPage([Get("/charts", draw)])]
    with listening(folder, runs=[monday, tuesday], pages=pages) as bench:
        yield bench


@pytest.fixture
def visitor(browser: Browser, served: tuple[Bench, str]) -> Iterator[Watched]:
    with visiting(browser, *served) as watched:
        yield watched
        watched.nothing_happened()


def paths(bench: Bench) -> list[str]:
    """Return the paths of the pages, of every kind one."""
    old, new = (run.id for run in bench.desk.runs)
    return [
        "/",
        "/?sort=-n_actors&review=open",
        "/?find=nothing-like-that",
        "/runs",
        f"/runs/{new}",
        f"/difference?old={old}&new={new}",
        "/privacy",
        f"/privacy/{new}",
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 768])
def test_every_page_is_accessible_and_loads_nothing_from_elsewhere(
    browser: Browser, served: tuple[Bench, str], width: int, scheme: str
) -> None:
    with visiting(browser, *served, width=width, color_scheme=scheme) as watched:
        for path in paths(served[0]):
            watched.open(path)
            watched.is_accessible()
        watched.nothing_happened()


def test_charts_are_drawn_and_answer_the_mouse_under_the_policy(visitor: Watched) -> None:
    page = visitor.open("/charts")
    for place in page.locator(".chart-place").all():
        place.scroll_into_view_if_needed()
        expect(place).to_have_attribute("data-drawn", "yes")
        box = place.bounding_box()
        assert box
        for part in (0.2, 0.35, 0.5, 0.65):
            page.mouse.move(box["x"] + part * box["width"], box["y"] + part * box["height"])
    assert page.locator("canvas").count() > 0


def test_the_way_through_the_queue_works_by_keyboard_alone(visitor: Watched) -> None:
    page = visitor.open("/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    page.get_by_label("Looks like").focus()
    page.keyboard.type("recr")
    for _ in range(10):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.textContent") == "Show":
            break
    page.keyboard.press("Enter")
    page.wait_for_url("**/?**behaviour=recruitment**")
    page.get_by_role("link", name="Actors").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**sort=-n_actors**")
    heading = page.get_by_role("columnheader", name="Actors")
    expect(heading).to_have_attribute("aria-sort", "descending")


def test_everything_works_without_script(browser: Browser, served: tuple[Bench, str]) -> None:
    with visiting(browser, *served, java_script_enabled=False) as watched:
        page = watched.open("/")
        page.get_by_label("Status").select_option("candidate")
        page.get_by_role("button", name="Show", exact=True).click()
        expect(page.get_by_role("heading", name="4 clusters")).to_be_visible()
        page.get_by_label("Save this view as").fill("candidates")
        page.get_by_role("button", name="Save").click()
        expect(page.get_by_role("status")).to_have_text("Saved as candidates.")
        page.get_by_role("link", name="Queue").click()
        page.get_by_role("link", name="candidates").click()
        expect(page.get_by_label("Status")).to_have_value("candidate")
        page.get_by_role("button", name="Delete the saved filter candidates").click()
        page.get_by_role("button", name="Judge blind").click()
        expect(page.get_by_text("Reasons are hidden").first).to_be_visible()
        page.get_by_role("button", name="Show scores").click()
        expect(page.get_by_text("Reasons are hidden")).to_have_count(0)
        watched.nothing_happened()


def test_ids_that_would_be_code_stay_text(visitor: Watched) -> None:
    for path in ("/", "/?sort=cluster_id", paths_of_difference(visitor)):
        page = visitor.open(path)
        for name in (RING, FUNNEL):
            expect(page.get_by_text(hostile(name)).first).to_be_visible()
        for link in page.locator("main a").all():
            link.hover(force=True)
            href = link.get_attribute("href") or ""
            assert href.startswith(("/", "#"))


def paths_of_difference(visitor: Watched) -> str:
    """Return the path of the difference between the first two runs that the page of runs names."""
    page = visitor.open("/runs")
    page.get_by_role("button", name="Compare").click()
    return page.url.removeprefix(visitor.url)


class Elsewhere(BaseHTTPRequestHandler):
    """Another site, whose page sends a form to the workbench at once."""

    target = ""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(
            f'<form method="post" action="{self.target}/blind"><input name="blind" value="on">'
            "</form><script>document.forms[0].submit()</script>".encode()
        )

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


def test_a_form_of_another_site_is_refused_with_the_users_cookie_in_the_browser(
    browser: Browser, served: tuple[Bench, str]
) -> None:
    bench, url = served
    with (
        ThreadingHTTPServer(("127.0.0.1", 0), Elsewhere) as site,
        visiting(browser, bench, url) as watched,
    ):
        Elsewhere.target = url
        threading.Thread(target=site.serve_forever, daemon=True).start()
        with watched.page.expect_response(f"{url}/blind") as sent:
            watched.page.goto(f"http://127.0.0.1:{site.server_port}/")
        assert sent.value.status == 403
        watched.open("/")
        expect(watched.page.get_by_role("button", name="Judge blind")).to_be_visible()
        site.shutdown()


def test_people_sign_in_and_out(browser: Browser, tmp_path: Path) -> None:
    with listening(tmp_path, users={"ada": "analyst", "pia": "privacy_reviewer"}) as (_, url):
        context = browser.new_context()
        watched = watch(context, url)
        page = watched.page
        page.goto(url)
        watched.is_accessible()
        page.get_by_label("Name").fill("pia")
        page.get_by_label("Password").fill("wrong password")
        page.keyboard.press("Enter")
        expect(page.get_by_role("alert")).to_be_visible()
        watched.is_accessible()
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url("**/privacy")
        watched.open("/", 403)
        watched.is_accessible()
        page.get_by_role("button", name="Sign out").click()
        expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
        # Browsers report 401 and 403 on the console; nothing else went wrong.
        assert all("status of 40" in one for one in watched.wrong)
        context.close()
