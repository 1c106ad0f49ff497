"""Draws follow one random order that nobody chooses, and are known from the audit log."""

from __future__ import annotations

from pathlib import Path

import pytest
from case_kit import write_fake_run

from graphmeta.cases.draws import draw, drawn
from graphmeta.errors import RunError
from graphmeta.run import AUDIT


def test_no_cluster_is_drawn_twice_and_all_are_drawn_in_the_end(tmp_path: Path) -> None:
    run = write_fake_run(tmp_path / "RUN")
    first, second = draw(run, 2), draw(run, 2)
    rest = draw(run, 10)
    assert (len(first), len(second), len(rest)) == (2, 2, 1)
    assert draw(run, 1) == []
    assert drawn(run) == [*first, *second, *rest]
    assert set(drawn(run)) == set(run.table("clusters")["cluster_id"])
    assert len(run.audit_lines()) == 4 + 3, "a draw of nothing is no act"


def test_drawing_anew_gives_the_same_order(tmp_path: Path) -> None:
    one, other = write_fake_run(tmp_path / "ONE"), write_fake_run(tmp_path / "OTHER")
    assert draw(one, 5) == [*draw(other, 1), *draw(other, 4)]


def test_a_draw_that_was_slipped_in_is_not_believed(tmp_path: Path) -> None:
    run = write_fake_run(tmp_path / "RUN")
    draw(run, 1)
    log = run.path / AUDIT
    chosen = drawn(run)[0]
    log.write_text(log.read_text().replace(chosen, "c-mine"))
    with pytest.raises(RunError, match="line 5 was changed"):
        drawn(run)
    with pytest.raises(RunError, match="line 5 was changed"):
        draw(run, 1)


def test_a_log_that_is_changed_after_it_was_found_whole_is_found_out(tmp_path: Path) -> None:
    run = write_fake_run(tmp_path / "RUN")
    draw(run, 1)
    draw(run, 1)
    log = run.path / AUDIT
    lines = log.read_text().splitlines(keepends=True)
    for changed in (
        [*lines[:1], lines[1].replace("read", "lost"), *lines[2:]],
        [*lines[:1], *lines[2:]],
        [*lines[:-1], lines[-1].replace("drawn", "judged")],
    ):
        log.write_text("".join(changed))
        with pytest.raises(RunError, match="is broken: line"):
            draw(run, 1)
    log.write_text("".join(lines))
    draw(run, 1)
