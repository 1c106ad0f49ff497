"""check: what it says of files, and with which exit code it leaves."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from graphmeta.cli import main

ROWS = (
    "caller,recipient,timestamp,kind,body",
    "1,2,2024-05-03T08:00:00Z,call,hello",
    "2,1,2024-05-04T09:00:00Z,message,hello",
    "2,3,yesterday,message,hello",
)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a file of events, where the command is run."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    (tmp_path / "calls.csv").write_text("\n".join(ROWS) + "\n")
    return tmp_path


def test_columns_that_nobody_knows_are_refused_by_name(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["check", "calls.csv"]) == 4
    shown = " ".join(capsys.readouterr().out.split())
    assert "An analysis would stop" in shown
    assert "caller refused body refused" in shown
    assert "--ignore-column body" in shown


def test_what_would_be_read_unread_and_set_aside_is_shown_with_the_cost(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["check", "calls.csv", "--map", "sender=caller", "--ignore-column", "body"]) == 0
    shown = " ".join(capsys.readouterr().out.split())
    assert "caller read as sender" in shown
    assert "body left unread, as you asked" in shown
    assert "1 timestamp: unparsable time" in shown
    assert "2 accounts, 0 groups. Events by kind: call 1, message 1." in shown
    assert "of memory" in shown
    assert "graphmeta analyze calls.csv --out RUN" in shown


def test_json_says_the_same_with_the_same_exit_code(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "calls.csv", "--json"]) == 4
    said = json.loads(capsys.readouterr().out)
    assert said["exit_code"] == 4
    assert said["files"][0]["columns_refused"] == ["caller", "body"]


def test_a_saved_mapping_reads_the_file_again(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    unread = ["--ignore-unknown-columns"]
    given = ["--map", "sender=caller", "--save-mapping", "mapping.toml"]
    assert main(["check", "calls.csv", *unread, *given]) == 0
    assert main(["check", "calls.csv", *unread, "--mapping", "mapping.toml"]) == 0
    before = (folder / "mapping.toml").read_text()
    assert before == 'sender = "caller"\n'
    capsys.readouterr()
    assert main(["check", "calls.csv", *unread, *given]) == 2
    assert "mapping.toml exists already" in capsys.readouterr().err


def test_every_reason_to_stop_is_listed_at_once(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "empty.csv").write_text("")
    assert main(["check", "calls.csv", "empty.csv", "--accounts", "absent.csv"]) == 4
    shown = " ".join(capsys.readouterr().out.split())
    for problem in ("the contract does not know", "empty.csv is empty", "no file absent.csv"):
        assert problem in shown


def test_several_files_say_in_how_many_a_column_stands(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "more.csv").write_text("sender,recipient,timestamp\n1,2,2024-05-03T08:00:00Z\n")
    main(["check", "calls.csv", "more.csv"])
    assert "body refused in 1 of 2 files" in " ".join(capsys.readouterr().out.split())


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ("2100-01-01", "more than 90 % of the events came before it"),
        ("1970-01-01", "less than 2 % of the events came before it"),
        ("2024-05-03", None),
    ],
)
def test_one_wrong_clock_that_moves_where_judging_begins_is_said_with_the_remedy(
    wrong: str, said: str | None, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    days = [f"2024-05-{day:02}" for day in range(1, 29) for _ in range(3)]
    rows = [f"{number},x,{day}T08:00:00Z" for number, day in enumerate([*days, wrong])]
    (folder / "e.csv").write_text("\n".join(["sender,recipient,timestamp", *rows]))
    assert main(["check", "e.csv"]) == 0
    shown = " ".join(capsys.readouterr().out.split())
    assert ("Warning" in shown) == (said is not None)
    if said:
        assert said in shown
        assert "--not-before" in shown
        assert "--since" in shown


def test_progress_goes_to_standard_error_and_can_be_turned_off(
    capsys: pytest.CaptureFixture[str],
) -> None:
    main(["check", "calls.csv"])
    assert capsys.readouterr().err == "graphmeta: reading what an analysis would read\n"
    main(["check", "calls.csv", "--quiet"])
    assert capsys.readouterr().err == ""
