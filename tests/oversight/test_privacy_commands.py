"""purge, subject, transparency and dpia as somebody in a shell meets them."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from oversight_kit import RING, judge, log, make_run, named

from graphmeta.cases.store import open_store
from graphmeta.cases.verdicts import Judgement
from graphmeta.cases.verdicts import judge as judge_in_store
from graphmeta.cli import main
from graphmeta.cli.app import build
from graphmeta.privacy.keys import load_key
from graphmeta.run import open_run

COMMANDS = ("review", "purge", "subject", "transparency", "dpia")
ACCESS = ("privacy", "subject", "RUN", "--purpose", "access", "--request", "R-1", "--key", "key")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a run in it, where the commands are run."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.delenv("GRAPHMETA_CASE_STORE", raising=False)
    make_run(tmp_path)
    return tmp_path


@pytest.mark.parametrize("command", COMMANDS)
def test_the_help_of_every_command_shows_an_example_and_explains_every_option(
    command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["privacy", command, "--help"]) == 0
    shown = " ".join(capsys.readouterr().out.split())
    assert f"Usage: graphmeta privacy {command}" in shown
    assert f"• graphmeta privacy {command}" in shown
    for argument in build()["privacy"][command].assemble_argument_collection():
        assert argument.parameter.help or not argument.show, argument.name


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_without_a_run_is_wrong_usage(
    command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    needed = {"subject": ["--purpose", "access", "--request", "R-1"]}
    assert main(["privacy", command, *needed.get(command, [])]) == 2
    assert "RUN" in capsys.readouterr().err


def test_all_expired_runs_of_a_folder_are_purged_and_no_other(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("old", "older"):
        make_run(folder, name, days_left=-1)
    assert main(["privacy", "purge", "--expired", ".", "--dry-run"]) == 0
    assert capsys.readouterr().out.count("Would delete") == 2
    assert (folder / "old").is_dir()
    assert main(["privacy", "purge", "--expired", ".", "--json"]) == 0
    purged = json.loads(capsys.readouterr().out)
    assert [(one["run"], one["deleted"]) for one in purged] == [("old", True), ("older", True)]
    assert sorted(path.name for path in folder.iterdir() if path.is_dir()) == ["RUN"]
    assert main(["privacy", "purge", "--expired", "."]) == 0
    assert "Nothing has expired" in capsys.readouterr().out


def test_nothing_is_purged_where_one_of_those_named_may_not_be(folder: Path) -> None:
    make_run(folder, "old", days_left=-1)
    assert main(["privacy", "purge", "old", "RUN"]) == 2
    assert (folder / "old").is_dir()


@pytest.mark.usefixtures("folder")
def test_the_id_is_read_from_standard_input(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("anna\n"))
    assert main([*ACCESS]) == 0
    shown = capsys.readouterr()
    assert "Cluster c0001: flagged" in shown.out
    assert "no person has judged it yet" in shown.out
    assert "They share targets." in shown.out
    assert "anna" not in shown.out + shown.err


def test_the_id_is_read_from_a_file_and_the_verdict_is_told(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    judge(open_run(folder / "RUN"), "c0001", "benign")
    (folder / "id.txt").write_text("hans\n", encoding="utf-8")
    assert main([*ACCESS, "--account", "id.txt"]) == 0
    shown = capsys.readouterr().out
    assert "contacted; it was not scored" in shown
    assert "a person judged it benign" in shown
    assert not [name for name in RING if named(name, folder) in shown]


@pytest.mark.usefixtures("folder")
def test_a_dash_in_the_place_of_a_file_reads_the_id_from_standard_input(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for given in (["--account", "-"], ["--account=-"]):
        monkeypatch.setattr("sys.stdin", io.StringIO("anna\n"))
        assert main([*ACCESS, *given]) == 0
        assert "Cluster c0001: flagged" in capsys.readouterr().out


@pytest.mark.usefixtures("folder")
def test_an_id_on_the_command_line_is_refused_and_not_repeated(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main([*ACCESS, "--account", "+491701234567"]) == 2
    shown = capsys.readouterr()
    assert "clear that line" in shown.err
    assert "4917" not in shown.out + shown.err


def test_a_list_is_refused_for_privacy_and_nothing_is_logged(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    before = log(folder / "RUN")
    monkeypatch.setattr("sys.stdin", io.StringIO("anna\nbert\n"))
    assert main([*ACCESS]) == 4
    assert "no look-up of lists" in capsys.readouterr().err
    assert log(folder / "RUN") == before


def test_an_appeal_and_an_erasure_say_what_was_done(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for purpose, said in (
        ("appeal", "A person now reviews c0001 anew"),
        ("erasure", "Clusters counted anew: 1"),
        ("access", "Nothing is held"),
    ):
        monkeypatch.setattr("sys.stdin", io.StringIO("anna"))
        request = ["RUN", "--purpose", purpose, "--request", "R-1", "--key", "key"]
        assert main(["privacy", "subject", *request]) == 0
        assert said in capsys.readouterr().out
    assert [entry["act"] for entry in log(folder / "RUN")].count("subject_request") == 3


@pytest.mark.usefixtures("folder")
def test_no_key_is_made_where_there_is_none(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("anna"))
    assert main([*ACCESS[:-1], "absent"]) == 2
    assert "no key at absent" in capsys.readouterr().err
    assert not Path("absent").exists()
    load_key(Path("other"))
    monkeypatch.setattr("sys.stdin", io.StringIO("anna"))
    assert main([*ACCESS[:-1], "other"]) == 2
    assert "does not hold the key" in capsys.readouterr().err


@pytest.mark.usefixtures("folder")
def test_reports_are_written_until_the_budget_is_spent(
    capsys: pytest.CaptureFixture[str],
) -> None:
    report = ["privacy", "transparency", ".", "--out", "report"]
    noise = ["--epsilon", "0.75", "--budget", "ledger", "--budget-total", "1"]
    assert main([*report, *noise]) == 0
    assert "0.75 of 1.0 of the privacy budget" in capsys.readouterr().out
    first = Path("report/transparency.json").read_text(encoding="utf-8")
    assert main([*report, *noise]) == 4
    assert "0.25 of 1.0 is left" in capsys.readouterr().err
    assert Path("report/transparency.json").read_text(encoding="utf-8") == first
    assert main([*report, "--epsilon", "0.1"]) == 2
    assert main(["privacy", "transparency", "."]) == 2
    capsys.readouterr()
    assert main(["privacy", "transparency", ".", "--json", "--from", "2026-01-01"]) == 0
    assert json.loads(capsys.readouterr().out)["first"] == "2026-01-01"


@pytest.mark.usefixtures("folder")
def test_an_assessment_is_printed_or_written_and_never_overwritten(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["privacy", "dpia", "RUN"]) == 0
    assert capsys.readouterr().out.startswith("# Data-protection impact assessment")
    assert main(["privacy", "dpia", "RUN", "--out", "dpia.md"]) == 0
    assert main(["privacy", "dpia", "RUN", "--out", "dpia.md"]) == 2
    assert "never overwritten" in capsys.readouterr().err


def test_the_case_store_is_asked_and_takes_part_in_erasure(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    address = f"sqlite:///{folder / 'cases.sqlite'}"
    with open_store(address) as store:
        said = Judgement("c0001", "spam", f"led by {named('anna', folder)}", "ann")
        judge_in_store(store, open_run(folder / "RUN"), [said])
    for purpose, told in (
        ("access", "Texts that name it, in the case store"),
        ("erasure", "Texts from which it was erased, in the case store"),
        ("access", "cases.sqlite: none"),
    ):
        monkeypatch.setattr("sys.stdin", io.StringIO("anna"))
        request = ["RUN", "--purpose", purpose, "--request", "R-1", "--key", "key"]
        assert main(["privacy", "subject", *request, "--case-store", address]) == 0
        # Long paths are broken where a line ends.
        assert told.replace(" ", "") in "".join(capsys.readouterr().out.split())


def test_no_case_store_is_made(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(folder / "data"))
    monkeypatch.setattr("sys.stdin", io.StringIO("anna"))
    assert main([*ACCESS]) == 0
    assert "Texts" not in capsys.readouterr().out
    assert not (folder / "data").exists()
