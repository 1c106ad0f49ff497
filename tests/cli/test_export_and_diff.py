"""export and diff: what they print and write, and what they refuse."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import polars as pl
import pytest

from graphmeta.cases import notes
from graphmeta.cases.store import open_store
from graphmeta.cli import main
from graphmeta.run import MANIFEST, open_run

# The run made by hand stands with the tests of the report.
sys.path.insert(0, str(Path(__file__).parents[1] / "report"))
from fake_run import write_fake_run
from fake_tables import Tables

RING = "k7f3a-ring"
FORMATS = ("html", "pdf", "csv", "parquet", "graphml", "gexf", "stix")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with two runs in it, where the commands are run."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("COLUMNS", raising=False)
    monkeypatch.delenv("GRAPHMETA_CASE_STORE", raising=False)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    write_fake_run(tmp_path / "RUN")
    later = write_fake_run(tmp_path / "LATER", change=_less_risky)
    # Another analysis, at another time: otherwise the two would be copies of one run.
    said = {**later.manifest, "created_at": "2024-06-02T09:30:00+00:00"}
    (later.path / MANIFEST).write_text(json.dumps(said))
    return tmp_path


def _less_risky(tables: Tables) -> None:
    for row in tables.rows["clusters"]:
        row["risk"] /= 2
    tables.rows["members"][:] = tables.rows["members"][1:]


def refused(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    code = main(list(arguments))
    shown = capsys.readouterr()
    assert shown.out == ""
    return code, shown.err


@pytest.mark.parametrize("form", FORMATS)
def test_an_export_is_written_here_and_what_leaves_is_said_on_standard_error(
    folder: Path, form: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["export", "RUN", RING, "--format", form]) == 0
    shown = capsys.readouterr()
    name = f"RUN-{RING}.{'stix.json' if form == 'stix' else form}"
    assert shown.out == f"Wrote {name}\n"
    assert (folder / name).stat().st_size
    assert "TLP:AMBER+STRICT" in shown.err
    assert "What leaves" in shown.err
    assert "contacted accounts (counted, never named)" in shown.err
    assert "A score is no proof" in shown.err


@pytest.mark.usefixtures("folder")
def test_a_preview_says_the_same_and_writes_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    audit = Path("RUN/audit.jsonl").read_bytes()
    assert main(["export", "RUN", RING, "--format", "gexf", "--tlp", "red", "--preview"]) == 0
    shown = capsys.readouterr()
    assert shown.err == ""
    assert "TLP:RED" in shown.out
    assert "What would leave" in shown.out
    assert any(line.split()[:2] == ["node", "24"] for line in shown.out.splitlines())
    assert sorted(file.name for file in Path().iterdir()) == ["LATER", "RUN"]
    assert Path("RUN/audit.jsonl").read_bytes() == audit


@pytest.mark.parametrize("form", FORMATS)
def test_a_preview_says_where_a_group_chat_is_counted_beside_the_accounts(
    folder: Path, form: str, capsys: pytest.CaptureFixture[str]
) -> None:
    write_fake_run(folder / "CHAT", change=_with_a_group_chat)
    assert main(["export", "CHAT", RING, "--format", form, "--preview"]) == 0
    shown = " ".join(capsys.readouterr().out.split())
    assert "24 accounts and a group; a group chat that is a hub is no actor." in shown
    assert main(["export", "RUN", RING, "--format", form, "--preview"]) == 0
    assert "and a group" not in " ".join(capsys.readouterr().out.split())


def test_a_document_says_so_above_its_members(folder: Path) -> None:
    write_fake_run(folder / "CHAT", change=_with_a_group_chat)
    for run in ("CHAT", "RUN"):
        assert main(["export", run, RING, "--format", "html", "--out", f"{run}.html"]) == 0
        shown = Path(f"{run}.html").read_text(encoding="utf-8")
        assert ("24 accounts and a group;" in shown) == (run == "CHAT")


@pytest.mark.usefixtures("folder")
def test_an_explanation_says_so_too(capsys: pytest.CaptureFixture[str]) -> None:
    write_fake_run(Path("CHAT"), change=_with_a_group_chat)
    assert main(["explain", "CHAT", RING]) == 0
    assert "Members: 24 accounts and a group\n" in capsys.readouterr().out


def _with_a_group_chat(tables: Tables) -> None:
    like = next(row for row in tables.rows["members"] if row["cluster_id"] == RING)
    tables.add("members", **{**like, "role": "hub", "account": "g_chat"})


@pytest.mark.usefixtures("folder")
def test_a_preview_and_an_export_as_json_hold_what_leaves_and_what_stays(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["export", "RUN", RING, "--format", "csv", "--preview", "--json"]) == 0
    preview = json.loads(capsys.readouterr().out)
    assert main(["export", "RUN", RING, "--format", "csv", "--out", "a.csv", "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["file"] == "a.csv"
    assert said["leaves"] == preview["leaves"]
    assert said["stays"] == preview["stays"]
    entry = json.loads(Path("RUN/audit.jsonl").read_text().splitlines()[-1])
    assert entry["detail"]["sha256"] == said["sha256"]


def _judge(cluster: str, *said: str, run: str = "RUN") -> None:
    assert main(["verdict", run, cluster, *said]) == 0


@pytest.mark.usefixtures("folder")
def test_an_export_holds_what_people_said_dissent_too_and_names_no_reviewer(
    capsys: pytest.CaptureFixture[str],
) -> None:
    ann = ("--reviewer", "Ann Analyst")
    _judge(RING, "unsure", "--reason", "at first sight", *ann)
    _judge(RING, "spam", "--reason", "one list", *ann, "--ask-second")
    _judge(RING, "benign", "--reason", "no, volunteers", "--reviewer", "Bo", "--second")
    with open_store() as store:
        run = open_run(Path("RUN"))
        notes.note(store, run, RING, "looked at twice", "Ann Analyst")
        notes.pin(store, run, RING, "evidence:spam:blocks", "Ann Analyst")
    assert main(["export", "RUN", RING, "--format", "parquet", "--out", "a.parquet"]) == 0
    rows = pl.read_parquet("a.parquet")
    verdicts = rows.filter(pl.col("part") == "verdict").select("name", "speaks", "says", "by")
    assert verdicts.rows() == [
        ("unsure", "dissents", "at first sight", "reviewer 1"),
        ("spam", "stands", "one list", "reviewer 1"),
        ("benign", "dissents", "no, volunteers", "reviewer 2"),
    ]
    assert rows.filter(pl.col("part") == "note")["says"].to_list() == ["looked at twice"]
    assert rows.filter(pl.col("pinned"))["name"].to_list() == ["blocks"]
    assert "verdict" in capsys.readouterr().err


@pytest.mark.usefixtures("folder")
def test_a_difference_tells_of_changed_verdicts(capsys: pytest.CaptureFixture[str]) -> None:
    _judge("f5512-bare", "spam", "--reason", "one list")
    _judge("f5512-bare", "benign", "--reason", "volunteers", run="LATER")
    capsys.readouterr()
    assert main(["diff", "RUN", "LATER"]) == 0
    shown = capsys.readouterr().out.splitlines()
    assert next(line for line in shown if "f5512-bare" in line).endswith("spam → benign")


def test_without_a_case_store_none_is_made(folder: Path) -> None:
    assert main(["export", "RUN", RING, "--format", "csv"]) == 0
    assert main(["diff", "RUN", "LATER"]) == 0
    assert not (folder / "data").exists()


@pytest.mark.usefixtures("folder")
def test_what_cannot_be_exported_is_wrong_usage(capsys: pytest.CaptureFixture[str]) -> None:
    Path("there.csv").write_text("mine")
    csv = ("--format", "csv")
    for arguments, said in (
        (("RUN", RING, *csv, "--out", "there.csv"), "exists already"),
        (("RUN", RING, *csv, "--out", "RUN/x.csv"), "inside the run folder"),
        (("RUN", RING, *csv, "--out", "no/x.csv"), "cannot be written"),
        (("RUN", RING, *csv, "--out", "exports/"), "such as exports/case.csv"),
        (("RUN", "c9", *csv), "no cluster 'c9'"),
        (("NOWHERE", RING, *csv), "There is no run at NOWHERE"),
        (("RUN", RING, "--format", "docx"), "graphml"),
        (("RUN", RING, *csv, "--tlp", "clear"), "amber+strict"),
        (("RUN", RING), "--format"),
    ):
        code, error = refused(capsys, "export", *arguments)
        assert (code, said in error) == (2, True), error
    assert not Path("exports").exists()


@pytest.mark.usefixtures("folder")
def test_too_small_a_group_is_refused_for_privacy(capsys: pytest.CaptureFixture[str]) -> None:
    manifest = json.loads(Path("RUN", MANIFEST).read_text())
    manifest["configuration"]["min_actors"] = 100
    Path("RUN", MANIFEST).write_text(json.dumps(manifest))
    code, error = refused(capsys, "export", "RUN", RING, "--format", "csv")
    assert code == 4
    assert "24 actors" in error
    assert not list(Path().glob("*.csv"))


def test_hostile_names_do_not_drive_the_terminal(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def bidi(name: str) -> str:
        return f"{name}\u202e\x1b[2J=1"

    one, two = str(tmp_path / "RUN"), str(tmp_path / "LATER")
    write_fake_run(Path(one), rename=bidi)
    write_fake_run(Path(two), rename=bidi, change=_less_risky)
    assert main(["export", one, bidi(RING), "--format", "csv", "--preview"]) == 0
    assert main(["diff", one, two]) == 0
    shown = capsys.readouterr().out
    assert "\\u202e\\x1b" in shown
    assert shown.replace("\n", "").isprintable()


@pytest.mark.usefixtures("folder")
def test_a_difference_tells_of_every_cluster_that_changed(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["diff", "RUN", "LATER"]) == 0
    shown = capsys.readouterr().out
    assert "Clusters: 1 shrunk, 4 unchanged" in shown
    ring = next(line for line in shown.splitlines() if RING in line)
    assert ring.split()[:3] == ["shrunk", RING, RING]
    assert "24 → 23" in ring
    assert "0.94 → 0.47" in ring
    assert "d9e44-group" in shown, "its risk has changed"
    assert "From equal input, by equal settings and versions." in shown


@pytest.mark.usefixtures("folder")
def test_a_difference_as_json_holds_everything(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["diff", "RUN", "LATER", "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["counts"]["shrunk"] == 1
    assert len(said["clusters"]) == 5
    assert set(said) == {"runs", "counts", "clusters", "settings", "baselines"}


@pytest.mark.usefixtures("folder")
def test_runs_whose_pseudonyms_must_not_be_linked_are_refused_for_privacy(
    capsys: pytest.CaptureFixture[str],
) -> None:
    manifest = json.loads(Path("LATER", MANIFEST).read_text())
    manifest["privacy"]["key_id"] = "00000000"
    Path("LATER", MANIFEST).write_text(json.dumps(manifest))
    code, error = refused(capsys, "diff", "RUN", "LATER")
    assert code == 4
    assert "key_id is '9c41d07e' in one and '00000000' in the other" in error
    assert "within one data set, epoch and key alone" in error
