"""queue, explain and report: what they print of a run, and what they refuse."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from newcomer import shell

from graphmeta.cli import main

# The run made by hand stands with the tests of the report.
sys.path.insert(0, str(Path(__file__).parents[1] / "report"))
from fake_run import write_fake_run
from fake_tables import Tables

RING = "k7f3a-ring"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a run in it, where the commands are run."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("COLUMNS", raising=False)
    write_fake_run(tmp_path / "RUN")
    return tmp_path


def lines(capsys: pytest.CaptureFixture[str]) -> list[str]:
    return capsys.readouterr().out.splitlines()


@pytest.mark.usefixtures("folder")
def test_the_queue_lists_clusters_by_risk_with_their_strongest_reasons(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["queue", "RUN"]) == 0
    shown = lines(capsys)
    assert shown[0].split() == [
        "Cluster",
        "Status",
        "Looks",
        "like",
        "Risk",
        "q",
        "Actors",
        "Contacted",
    ]
    assert shown[1].split()[:4] == [RING, "flagged", "spam", "0.94"]
    assert shown[2].startswith("  + ")
    assert shown[3].startswith("  − ")
    assert "5 clusters: 2 flagged" in "\n".join(shown)


@pytest.mark.usefixtures("folder")
def test_the_queue_fits_eighty_columns(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    assert main(["queue", "RUN"]) == 0
    shown = lines(capsys)
    assert max(map(len, shown)) <= 80
    assert not [line for line in shown if "…" in line], "nothing is cut off"


def test_output_in_a_pipe_is_plain_and_not_wrapped(folder: Path) -> None:
    shown = shell(folder, "explain", "RUN", RING, TERM="xterm-256color")
    assert shown.returncode == 0
    assert "\x1b" not in shown.stdout
    assert shown.stderr == ""
    assert "acted together more than chance explains (q < 1e-10)." in shown.stdout
    assert any(len(line) > 120 for line in shown.stdout.splitlines())


@pytest.mark.usefixtures("folder")
def test_a_budget_shows_the_first_clusters_and_counts_the_rest(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["queue", "RUN", "--budget", "2"]) == 0
    shown = "\n".join(lines(capsys))
    assert RING in shown
    assert "f5512-bare" not in shown
    assert "5 clusters" in shown
    assert "2 of them shown" in shown


@pytest.mark.usefixtures("folder")
def test_the_queue_as_json_holds_every_figure(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["queue", "RUN", "--json", "--budget", "3"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert rows[0]["cluster_id"] == RING
    assert len(rows) == 3
    assert rows[0]["layers"] == ["shared_targets", "shared_timing"]
    assert rows[0]["first_event"] == "2024-05-03T07:00:00+00:00"


def test_a_run_without_clusters_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_fake_run(tmp_path / "RUN", clusters=False)
    assert main(["queue", str(tmp_path / "RUN")]) == 0
    assert capsys.readouterr().out == "No cluster of at least 3 actors was found.\n"
    assert main(["queue", str(tmp_path / "RUN"), "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == []


def test_one_candidate_is_counted_as_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_fake_run(tmp_path / "RUN", change=lambda tables: tables.rows["clusters"].pop())
    assert main(["queue", str(tmp_path / "RUN")]) == 0
    assert "1 candidate that" in capsys.readouterr().out


@pytest.mark.usefixtures("folder")
def test_an_explanation_adds_up_and_says_what_it_does_not_say(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["explain", "RUN", RING]) == 0
    shown = lines(capsys)
    start = shown.index(next(line for line in shown if line.startswith("Spam-like: 0.97")))
    end = next(at for at in range(start, len(shown)) if "all together" in shown[at])
    terms = [float(line.split()[0].replace("−", "-")) for line in shown[start + 1 : end]]
    total = float(shown[end].split()[0].replace("−", "-"))
    assert sum(terms) == pytest.approx(total, abs=0.005 * len(terms))
    assert "What this does not say" in shown
    assert "Members: 24 accounts" in shown


@pytest.mark.usefixtures("folder")
def test_those_who_were_contacted_are_counted_and_never_listed(
    capsys: pytest.CaptureFixture[str],
) -> None:
    from graphmeta.run import open_run

    members = open_run(Path("RUN")).table("members")
    contacted = members.filter(members["role"] == "contacted")["account"]
    for form in ([], ["--json"]):
        assert main(["explain", "RUN", RING, "--members", "1000", *form]) == 0
        shown = capsys.readouterr().out
        assert not [account for account in contacted if account in shown]


@pytest.mark.usefixtures("folder")
def test_an_explanation_as_json_holds_the_sentence_the_evidence_and_the_members(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["explain", "RUN", RING, "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["cluster"]["cluster_id"] == RING
    assert said["sentence"].startswith("24 accounts acted together")
    assert len(said["members"]) == 24
    assert said["would_change"].startswith("It would not be flagged if ")
    scores = {row["score"] for row in said["evidence"]}
    assert scores == {"coordination", "spam", "recruitment", "verdict"}


@pytest.mark.usefixtures("folder")
def test_a_cluster_with_nothing_but_its_row_can_be_explained(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["explain", "RUN", "f5512-bare"]) == 0
    shown = capsys.readouterr().out
    assert "Nothing is recorded." in shown
    assert "No evidence was weighed for this score." in shown


@pytest.mark.parametrize("command", ["explain", "report"])
@pytest.mark.usefixtures("folder")
def test_an_unknown_cluster_names_those_that_are_near(
    command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([command, "RUN", "k7f3-rng"]) == 2
    assert f"Did you mean {RING}?" in capsys.readouterr().err


def test_ids_cannot_drive_the_terminal(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def poison(tables: Tables) -> None:
        for row in tables.rows["members"]:
            row["account"] = f"\x1b[2J\r[red]{row['account']}"

    write_fake_run(tmp_path / "RUN", change=poison)
    assert main(["explain", str(tmp_path / "RUN"), RING]) == 0
    shown = capsys.readouterr().out
    assert "\x1b" not in shown
    assert "\r" not in shown
    assert "\\x1b[2J\\r[red]" in shown


def test_an_output_that_knows_few_characters_is_no_error(folder: Path) -> None:
    for command in (["queue", "RUN"], ["explain", "RUN", RING], ["queue", "RUN", "--json"]):
        shown = shell(folder, *command, PYTHONIOENCODING="ascii", COLUMNS="40")
        assert (shown.returncode, shown.stderr) == (0, "")


def test_what_is_not_a_number_is_null_in_json(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def spoil(tables: Tables) -> None:
        for row in (*tables.rows["clusters"], *tables.rows["members"]):
            row["p_value"] = float("nan")

    write_fake_run(tmp_path / "RUN", change=spoil)
    assert main(["queue", str(tmp_path / "RUN"), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)[0]["p_value"] is None
    assert main(["explain", str(tmp_path / "RUN"), RING, "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["cluster"]["p_value"] is said["members"][0]["p_value"] is None


def test_a_report_is_written_beside_the_run_which_stays_as_it_was(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = {file.name: file.read_bytes() for file in (folder / "RUN").iterdir()}
    assert main(["report", "RUN"]) == 0
    assert main(["report", "RUN", "f5512-bare"]) == 0
    assert lines(capsys) == ["Wrote RUN-report.html", "Wrote RUN-f5512-bare-report.html"]
    assert (folder / "RUN-report.html").read_text().startswith("<!DOCTYPE html>")
    assert {file.name: file.read_bytes() for file in (folder / "RUN").iterdir()} == before


def test_a_report_replaces_an_older_report(folder: Path) -> None:
    older = "<title>1 cluster, 1 flagged · graphmeta report</title>"
    (folder / "a.html").write_text(older)
    assert main(["report", "RUN", "f5512-bare", "--out", "a.html"]) == 0
    assert older not in (folder / "a.html").read_text()


@pytest.mark.parametrize("out", ["RUN/report.html", "thesis.html", "folder", "absent/report.html"])
def test_a_report_is_written_over_nothing_else_and_into_no_run(
    out: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "thesis.html").write_text("<!DOCTYPE html><title>My thesis</title>")
    (folder / "folder").mkdir()
    before = sorted(folder.rglob("*"))
    assert main(["report", "RUN", "f5512-bare", "--out", out]) == 2
    assert out in capsys.readouterr().err
    assert sorted(folder.rglob("*")) == before
    assert "thesis" in (folder / "thesis.html").read_text()


@pytest.mark.parametrize("command", [["queue"], ["report"], ["explain", RING]])
def test_a_folder_that_is_no_whole_run_is_refused(
    command: list[str], folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    name, *rest = command
    assert main([name, "ABSENT", *rest]) == 2
    assert "There is no run at ABSENT" in capsys.readouterr().err
    (folder / "RUN" / "members.parquet").unlink()
    assert main([name, "RUN", *rest]) == 2
    assert "members.parquet is absent" in capsys.readouterr().err


@pytest.mark.parametrize("damage", [b"", b"PAR1 not at all", b"{"])
def test_a_damaged_run_is_refused(
    damage: bytes, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "RUN" / "evidence.parquet").write_bytes(damage)
    for command in (["queue", "RUN"], ["explain", "RUN", RING], ["report", "RUN"]):
        assert main(command) == 2
        assert "evidence.parquet cannot be read" in capsys.readouterr().err
    (folder / "RUN" / "manifest.json").write_bytes(damage)
    assert main(["queue", "RUN"]) == 2
    assert "manifest.json is damaged" in capsys.readouterr().err


@pytest.mark.usefixtures("folder")
def test_an_explanation_says_what_would_change_the_verdict_and_what_it_could_be(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["explain", "RUN", RING]) == 0
    shown = lines(capsys)
    at = next(n for n, line in enumerate(shown) if line.startswith("What would change this"))
    assert "It would not be flagged if the share of strangers were 31%" in shown[at + 1]
    assert shown[at + 2] == ""
    assert main(["explain", "RUN", "d9e44-group"]) == 0
    shown = lines(capsys)
    at = next(n for n, line in enumerate(shown) if line.startswith("What would change this"))
    assert "It would be flagged if it did not look like a text-bank." in shown[at + 1]
    assert "It could be a text-bank: of those in synthetic worlds" in shown[at + 2]


@pytest.mark.usefixtures("folder")
def test_a_run_that_does_not_say_what_would_change_a_verdict_is_explained_without_it(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["explain", "RUN", "e03b8-few"]) == 0
    assert "What would change this" not in "\n".join(lines(capsys))
