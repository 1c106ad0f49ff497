"""Options from a configuration file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from graphmeta.cli import main
from graphmeta.cli.app import build

EVENTS = "caller_id,recipient,ts\n1,2,2024-05-03T08:00:00\n2,3,2024-05-03T09:00:00\n"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a file that needs options to be read."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "calls.csv").write_text(EVENTS)
    return tmp_path


def options_of(command: str, *arguments: str) -> dict[str, Any]:
    """Return what a command would be called with."""
    tokens = [command, "calls.csv", *arguments]
    _, bound, _ = build().parse_args(tokens, exit_on_error=False, print_error=False)
    return bound.arguments


def test_a_file_gives_options_by_the_names_they_have_on_the_command_line(folder: Path) -> None:
    (folder / "graphmeta.toml").write_text(
        "[reading]\ntime-zone = 'Europe/Berlin'\nignore-column = ['body', 'note']\n"
        "collapse-duplicates = true\n[judging]\nalpha = 0.01\nsince = 2024-05-01T00:00:00Z\n"
    )
    given = options_of("analyze", "--out", "RUN", "--config", "graphmeta.toml")
    assert given["reading"].time_zone == "Europe/Berlin"
    assert given["reading"].ignore_column == ("body", "note")
    assert given["reading"].collapse_duplicates is True
    assert given["judging"].alpha == 0.01
    assert given["judging"].since.isoformat() == "2024-05-01T00:00:00+00:00"
    assert given["judging"].min_actors == 3


def test_the_command_line_goes_before_the_file(folder: Path) -> None:
    (folder / "graphmeta.toml").write_text("[judging]\nalpha = 0.01\nmin-score = 0.9\n")
    given = options_of("analyze", "--out", "R", "--config", "graphmeta.toml", "--alpha", "0.1")
    assert given["judging"].alpha == 0.1
    assert given["judging"].min_score == 0.9


@pytest.mark.parametrize(
    "written",
    [
        "[reading]\nmap = ['sender=caller_id', 'timestamp=ts']\ntime_zone = 'UTC'\n",
        "[reading]\ntime-zone = 'UTC'\n[reading.map]\nsender = 'caller_id'\ntimestamp = 'ts'\n",
    ],
)
def test_a_mapping_may_be_a_list_or_a_table(
    written: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "graphmeta.toml").write_text(written)
    assert main(["check", "calls.csv", "--config", "graphmeta.toml", "--json"]) == 0
    read = json.loads(capsys.readouterr().out)["files"][0]["columns_read"]
    assert read == {"sender": "caller_id", "recipient": "recipient", "timestamp": "ts"}


def test_check_reads_a_file_that_was_written_for_analyze(folder: Path) -> None:
    (folder / "graphmeta.toml").write_text("[reading]\ntime-zone = 'UTC'\n[judging]\nalpha = 0.1\n")
    assert options_of("check", "--config", "graphmeta.toml")["reading"].time_zone == "UTC"


def test_nothing_is_read_from_a_file_that_nobody_named(folder: Path) -> None:
    (folder / "graphmeta.toml").write_text("[judging]\nalpha = 0.01\n")
    given = options_of("analyze", "--out", "RUN")
    assert "judging" not in given


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("[judging]\nalfa = 0.1\n", "judging"),
        ("[judging]\nalpha = 2\n", "[alpha]"),
        ("[judging]\nalpha = 'often'\n", "[alpha]"),
        ("[judging]\nmin-actors = 3.7\n", "no whole number"),
        ("[judgement]\nalpha = 0.1\n", "judgement"),
        ("alpha = 0.1\n", "alpha"),
        ("reading = 3\n", "reading"),
        ("[reading]\nmap = ['sender']\n", "not of the form"),
        ("[judging\n", "not TOML"),
    ],
)
def test_a_mistake_in_the_file_is_named(
    written: str, said: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "graphmeta.toml").write_text(written)
    assert main(["analyze", "calls.csv", "--out", "RUN", "--config", "graphmeta.toml"]) == 2
    shown = capsys.readouterr().err
    assert said in shown
    assert "Traceback" not in shown
    assert not (folder / "RUN").exists()


def test_a_file_that_is_not_there_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "calls.csv", "--config", "absent.toml"]) == 2
    assert "absent.toml cannot be read" in capsys.readouterr().err
