"""Does a notebook show a run and a cluster in small, static, escaped HTML?"""

from __future__ import annotations

from pathlib import Path

import pytest
from fake_run import write_fake_run

from graphmeta.errors import UsageError
from graphmeta.report import display
from graphmeta.run import RunFolder


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    return write_fake_run(tmp_path_factory.mktemp("display") / "run")


def test_a_run_shows_its_queue_and_what_the_scores_mean(run: RunFolder) -> None:
    html = display.run_html(run)
    assert "5 clusters, 2 flagged" in html
    assert "k7f3a-ring" in html
    assert "A score is no proof; people decide." in html
    assert len(html) < 10_000


def test_a_cluster_shows_its_sentence_its_reasons_and_its_hours(run: RunFolder) -> None:
    html = display.cluster_html(run, "k7f3a-ring")
    assert "24 accounts acted together" in html
    assert "+2.41" in html
    assert "<svg" in html
    assert "where every score starts" not in html
    assert "It would not be flagged if the share of strangers were" in html
    assert len(html) < 20_000


def test_a_cluster_of_which_little_is_known_is_shown_without_bars(run: RunFolder) -> None:
    html = display.cluster_html(run, "f5512-bare")
    assert "3 accounts may act together" in html
    assert "<svg" not in html
    assert "What would change this" not in html


def test_an_empty_run_says_that_nothing_was_found(tmp_path: Path) -> None:
    html = display.run_html(write_fake_run(tmp_path / "run", clusters=False))
    assert "Nothing was found" in html
    assert "No cluster of at least 3 actors was found." in html
    assert "not proof that nothing was there" in html


def test_hostile_ids_stay_text_and_there_is_no_script(tmp_path: Path) -> None:
    def rename(name: str) -> str:
        return f"<script>alert(1)</script>{name}"

    run = write_fake_run(tmp_path / "run", rename=rename)
    for html in (display.run_html(run), display.cluster_html(run, rename("k7f3a-ring"))):
        assert "<script" not in html
        assert "&lt;script&gt;alert(1)" in html


def test_an_unknown_cluster_is_refused(run: RunFolder) -> None:
    with pytest.raises(UsageError):
        display.cluster_html(run, "nobody")
