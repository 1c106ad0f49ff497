"""analyze and demo: a whole analysis from the command line, on small worlds."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import polars as pl
import pytest
from newcomer import COMMAND, environment, shell

from graphmeta.cli import main
from graphmeta.cli.truth import compare, reached
from graphmeta.contract.tables import CLUSTERS, MEMBERS
from graphmeta.run import RunFolder, open_run
from graphmeta.synthetic import make_world, write_world

# The run made by hand stands with the tests of the report.
sys.path.insert(0, str(Path(__file__).parents[1] / "report"))
from fake_run import write_fake_run


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small world."""
    folder = tmp_path_factory.mktemp("analyze") / "world"
    made = make_world(accounts=300, days=12, campaigns=["bulk"], lookalikes=[], quiet_days=4)
    write_world(made, folder)
    return folder


@pytest.fixture
def given(world: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[str]:
    """The command that analyses the world, without where to; run in an empty folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("COLUMNS", raising=False)  # tests run side by side are given a width
    return ["analyze", str(world / "events"), "--identifiers", "plain"]


def test_an_analysis_says_what_it_read_what_it_found_and_what_to_do_next(
    given: list[str], world: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*given, "--out", "RUN", "--accounts", str(world / "accounts.parquet")]) == 0
    shown = capsys.readouterr()
    manifest = open_run(Path("RUN")).manifest
    assert f"Read {manifest['counts']['events_accepted']:,} events" in shown.out
    assert f"{manifest['counts']['flagged']} flagged" in shown.out
    assert "served as history" in shown.out
    assert manifest["statements"]["bound"] in shown.out
    assert "graphmeta queue RUN" in shown.out
    assert shown.err.splitlines()[0] == "graphmeta: reading events-00001.parquet (1 of 1)"
    assert main(["queue", "RUN"]) == 0


@pytest.mark.parametrize(("clusters", "code"), [(True, 3), (False, 0)])
def test_a_condition_that_holds_is_exit_code_3_and_json_says_what_was_found(
    clusters: bool,
    code: int,
    given: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def analyze(*_: object, out: Path, **__: object) -> RunFolder:
        return write_fake_run(tmp_path / out, clusters=clusters)

    monkeypatch.setattr("graphmeta.pipeline.analyze", analyze)
    assert main([*given, "--out", "RUN", "--json", "--quiet"]) == 0
    capsys.readouterr()
    assert main([*given, "--out", "RUN2", "--json", "--quiet", "--fail-on", "flagged"]) == code
    shown = capsys.readouterr()
    said = json.loads(shown.out)
    assert shown.err == ""
    assert said["run"].endswith("RUN2")
    assert said["clusters"]["flagged"] == said["counts"]["flagged"] == (2 if clusters else 0)


def test_the_run_records_what_was_asked(given: list[str]) -> None:
    asked = ["--alpha", "0.01", "--min-score", "0.7", "--seed", "5", "--retention-days", "7"]
    assert main([*given, "--out", "RUN", "--quiet", *asked, "--dataset", "spring"]) == 0
    manifest = open_run(Path("RUN")).manifest
    kept = {name: manifest["configuration"][name] for name in ("alpha", "min_score", "dataset")}
    assert kept == {"alpha": 0.01, "min_score": 0.7, "dataset": "spring"}
    assert manifest["seed"] == 5


def test_a_moment_without_a_zone_is_utc(given: list[str], world: Path) -> None:
    moments = pl.read_parquet(world / "events")["timestamp"]
    day = moments.min() + (moments.max() - moments.min()) / 2  # type: ignore[operator]
    assert main([*given, "--out", "RUN", "--quiet", "--since", f"{day:%Y-%m-%d}"]) == 0
    since = open_run(Path("RUN")).manifest["span"]["since"]
    assert since == f"{day:%Y-%m-%d}T00:00:00+00:00"


def test_a_file_in_which_nothing_is_coordinated_gives_an_empty_queue(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "e.csv").write_text("sender,recipient,timestamp\n1,2,2024-05-03T08:00:00Z\n")
    assert main(["analyze", "e.csv", "--out", "RUN", "--identifiers", "plain"]) == 0
    assert "0 flagged" in capsys.readouterr().out
    assert main(["queue", "RUN"]) == 0
    assert main(["report", "RUN"]) == 0


@pytest.mark.parametrize(
    ("wrong", "said"), [("2100-01-01", "more than 90 %"), ("1970-01-01", "less than 2 %")]
)
def test_a_wrong_clock_that_moves_where_judging_begins_is_warned_of_unless_since_was_chosen(
    wrong: str,
    said: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    days = [f"2024-05-{day:02}" for day in range(1, 29) for _ in range(3)]
    rows = [f"{number},x,{day}T08:00:00Z" for number, day in enumerate([*days, wrong])]
    (tmp_path / "e.csv").write_text("\n".join(["sender,recipient,timestamp", *rows]))
    given = ["analyze", "e.csv", "--identifiers", "plain", "--quiet"]
    assert main([*given, "--out", "RUN"]) == 0
    warned = capsys.readouterr().err
    assert "Warning: " in warned
    assert said in warned
    assert "--since" in warned
    told = open_run(Path("RUN")).manifest["statements"]["history"]
    assert told in " ".join(warned.split()), "lines are as wide as the screen"
    assert main([*given, "--out", "RUN2", "--since", "2024-05-07"]) == 0
    assert capsys.readouterr().err == ""
    assert "history" not in open_run(Path("RUN2")).manifest["statements"]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_analysis_leaves_nothing(
    number: signal.Signals, given: list[str], tmp_path: Path
) -> None:
    running = subprocess.Popen(
        [*COMMAND, *given, "--out", "RUN"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=tmp_path,
        env=environment(),
    )
    assert running.stderr
    while "finding" not in running.stderr.readline():
        time.sleep(0.001)
    running.send_signal(number)
    _, said = running.communicate(timeout=30)
    assert running.returncode == 130
    assert said.splitlines()[-1] == "Error: Stopped. Nothing was left half-written."
    assert list(tmp_path.iterdir()) == []


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """The demo, run once by a newcomer in an empty folder: the folder, and what was printed."""
    folder = tmp_path_factory.mktemp("demo")
    shown = shell(folder, "demo", COLUMNS="80")
    assert shown.returncode == 0, shown.stderr
    return folder, shown.stdout


def test_the_demo_tells_what_was_planted_found_and_missed(demo: tuple[Path, str]) -> None:
    folder, shown = demo
    assert max(map(len, shown.splitlines())) <= 80
    assert "Hidden in it are 3 campaigns" in " ".join(shown.split())
    for name in ("funnel", "one clock", "shared targets", "text bank", "newsletter"):
        assert any(line.startswith(name) for line in shown.splitlines()), name
    assert "graphmeta queue graphmeta-demo/run" in shown
    assert sorted(path.name for path in folder.iterdir()) == ["graphmeta-demo"]
    assert sorted(path.name for path in (folder / "graphmeta-demo").iterdir()) == [
        "report.html",
        "run",
        "world",
    ]


def in_the_demo(demo: tuple[Path, str], table: str, label: str) -> pl.DataFrame:
    """Return how far the planted, or the look-alikes, got."""
    folder = demo[0] / "graphmeta-demo"
    run = open_run(folder / "run")
    found = reached(run.table("clusters"), run.table("members"))
    return compare(pl.read_parquet(folder / "world" / f"{table}.parquet"), label, found)


def test_the_demo_confirms_most_of_what_was_planted_and_flags_no_look_alike(
    demo: tuple[Path, str],
) -> None:
    planted = in_the_demo(demo, "truth", "campaign")
    sure = int(planted["flagged"].sum()) + int(planted["confirmed"].sum())
    assert sure > 0.6 * int(planted["planted"].sum())
    assert int(planted["flagged"].sum()) > 0
    assert int(in_the_demo(demo, "lookalikes", "kind")["flagged"].sum()) == 0


def test_the_demo_flags_most_of_what_was_planted(demo: tuple[Path, str]) -> None:
    planted = in_the_demo(demo, "truth", "campaign")
    assert int(planted["flagged"].sum()) > 0.6 * int(planted["planted"].sum())


def test_an_account_counts_by_the_cluster_in_which_it_got_furthest() -> None:
    blank = dict.fromkeys(CLUSTERS)
    clusters = pl.DataFrame(
        [
            {**blank, "cluster_id": "c1", "status": "candidate", "flagged": False},
            {**blank, "cluster_id": "c2", "status": "confirmed", "flagged": True},
        ],
        schema=CLUSTERS,
    )
    rows = [
        ("c1", "a", "actor"),
        ("c2", "a", "actor"),
        ("c1", "b", "actor"),
        ("c2", "v", "contacted"),
    ]
    members = pl.DataFrame(
        [(*row, 0.5, True, None, None, None) for row in rows], schema=MEMBERS, orient="row"
    )
    labelled = pl.DataFrame({"account": ["a", "b", "v", "x"], "campaign": ["ring"] * 4})
    found = compare(labelled, "campaign", reached(clusters, members))
    assert found.row(0) == ("ring", 4, 1, 0, 1, 2, ["c1", "c2"])
