"""Axe finds nothing to object to in the pages that reviewers and the public read."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from oversight_kit import judge, make_run
from review_kit import GOOD, change, reviewable

from graphmeta.cli import main
from graphmeta.oversight.review import trial, write
from graphmeta.oversight.review.reviewing import review

CHROMIUM = Path("/usr/bin/chromium")


def objections(page: Path) -> list[str]:
    """Return what axe objects to, at two widths, in light and in dark."""
    try:
        from axe_playwright_python.sync_playwright import Axe
        from playwright.sync_api import sync_playwright
    except ImportError:
        assert os.environ.get("CI") != "true", "axe and playwright are not installed"
        pytest.skip("axe and playwright are not installed")
    if not CHROMIUM.exists():
        assert os.environ.get("CI") != "true", "Chromium is not installed"
        pytest.skip("Chromium is not installed")
    found = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=str(CHROMIUM), args=["--no-sandbox"], timeout=120_000
        )
        for width, scheme in ((1280, "light"), (768, "dark")):
            # The page's own policy lets no script in, axe's neither.
            context = browser.new_context(
                viewport={"width": width, "height": 900},
                bypass_csp=True,
                color_scheme="dark" if scheme == "dark" else "light",
            )
            tab = context.new_page()
            tab.goto(page.as_uri(), timeout=120_000)
            assert tab.evaluate("document.documentElement.scrollWidth") <= width
            violations = Axe().run(tab).response["violations"]
            found += [f"{one['impact']}: {one['help']} ({width}, {scheme})" for one in violations]
        browser.close()
    return found


def test_a_review_that_failed_and_has_all_verdicts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trial, "tried", lambda *_: GOOD)
    made = reviewable(tmp_path)
    change(made, lambda manifest: manifest.update(seed=7))
    found = review(made.path)
    assert all(found.counts().values())
    page = tmp_path / "review.html"
    page.write_text(write.as_html(found), encoding="utf-8")
    assert objections(page) == []


def test_a_transparency_report(tmp_path: Path) -> None:
    runs = tmp_path / "runs"
    runs.mkdir()
    judge(make_run(runs), "c0001", "benign")
    given = ["privacy", "transparency", str(runs), "--out", str(tmp_path / "out"), "--epsilon", "1"]
    assert main([*given, "--budget", str(tmp_path / "ledger.jsonl")]) == 0
    assert objections(tmp_path / "out" / "transparency.html") == []
