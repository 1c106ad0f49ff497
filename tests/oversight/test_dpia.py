"""The template of the impact assessment: filled where the run knows, marked where it cannot."""

from __future__ import annotations

from pathlib import Path

from oversight_kit import make_run

from graphmeta.oversight.dpia import assessment, code


def test_what_the_manifest_knows_is_filled_in_and_the_rest_is_marked(tmp_path: Path) -> None:
    said = assessment(make_run(tmp_path))
    assert "10 accounts, 90 events" in said
    assert "| `e/'.csv` | `sender`, `recipient`, `timestamp` | `body` |" in said
    assert "2 to 10 March 2026" in said
    assert "(30 days)" in said
    assert said.count("**[fill in") > 20
    assert "{{" not in said
    assert "&#39;" not in said, "it is Markdown, not HTML"


def test_every_row_of_a_table_has_the_columns_of_its_head(tmp_path: Path) -> None:
    width = 0
    for line in assessment(make_run(tmp_path)).splitlines():
        if not line.startswith("|"):
            width = 0
            continue
        width = width or line.count("|")
        assert line.count("|") == width, line


def test_a_name_cannot_leave_its_cell() -> None:
    assert code("a`|\n# b") == "`a'/ # b`"
