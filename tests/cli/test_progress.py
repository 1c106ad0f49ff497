"""What long work shows of itself."""

from __future__ import annotations

import io

import pytest
from rich.console import Console
from rich.progress import Progress as Bars

from graphmeta.cli.progress import _Redrawn, progress


def test_a_log_gets_one_plain_line_per_stage(capsys: pytest.CaptureFixture[str]) -> None:
    with progress(quiet=False) as say:
        say("reading events.parquet (1 of 1)")
        say("reading events.parquet (1 of 1)", 0.5)
        say("finding\x1b[2J groups")
    assert capsys.readouterr().err.splitlines() == [
        "graphmeta: reading events.parquet (1 of 1)",
        "graphmeta: finding\\x1b[2J groups",
    ]


def test_quiet_says_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    with progress(quiet=True) as say:
        say("reading", 0.5)
    assert capsys.readouterr() == ("", "")


def test_the_clock_runs_on_after_a_stage_that_was_complete() -> None:
    terminal = Console(file=io.StringIO(), force_terminal=True, width=80)
    with Bars(console=terminal, auto_refresh=False) as bars:
        say = _Redrawn(bars)
        say("reading [red]", 1.0)
        say("finding groups")
        task = bars.tasks[0]
        assert task.total is None
        assert not task.finished
        assert task.description == "finding groups"
        say("confirming", 0.5)
        assert task.percentage == 50
