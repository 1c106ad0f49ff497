"""synth: a made-up world from the command line, with its answers apart."""

from __future__ import annotations

import json
import shlex
import signal
import subprocess
import time
from pathlib import Path

import polars as pl
import pytest
from newcomer import COMMAND, environment

from graphmeta.cli import main

SMALL = ["synth", "--accounts", "300"]
ASKED = [*SMALL, "--campaign", "tiny", "--campaign", "tiny", "--lookalike", "courier"]
TO = ["--out", "WORLD", "--days", "12"]


@pytest.fixture(autouse=True)
def empty_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("COLUMNS", raising=False)  # tests run side by side are given a width


def test_it_says_what_was_made_and_what_to_do_next(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*ASKED, *TO]) == 0
    shown = capsys.readouterr()
    lines = shown.out.splitlines()
    events = pl.read_parquet("WORLD/events").height
    accounts = pl.read_parquet("WORLD/accounts.parquet").height
    assert lines[0] == f"Made {events:,} events of {accounts:,} accounts in 12 days."
    planted = dict(pl.read_parquet("WORLD/truth.parquet")["campaign"].value_counts().iter_rows())
    assert lines[1] == (
        f"Campaigns (truth.parquet): tiny {planted['tiny']}, tiny-2 {planted['tiny-2']}."
    )
    assert lines[2].startswith("Look-alikes (lookalikes.parquet): courier ")
    assert shown.err.splitlines()[0] == "graphmeta: settling 300 people"
    program, verb, *rest = shlex.split(lines[-1])
    assert (program, verb) == ("graphmeta", "analyze")
    assert main([verb, *rest, "--quiet"]) == 0, "what it says to do next can be done"


def test_json_says_the_same_and_seeds_differ(capsys: pytest.CaptureFixture[str]) -> None:
    said = []
    for seed, out in (("1", "one"), ("1", "two"), ("2", "three")):
        assert (
            main([*ASKED, "--days", "12", "--out", out, "--seed", seed, "--json", "--quiet"]) == 0
        )
        said.append(json.loads(capsys.readouterr().out))
    assert said[0]["events"] == pl.read_parquet("one/events").height
    assert set(said[0]["campaigns"]) == {"tiny", "tiny-2"}
    assert (said[0]["ordinary_accounts"], said[0]["days"]) == (300, 12)
    assert {**said[0], "world": ""} == {**said[1], "world": ""}
    assert said[0]["events"] != said[2]["events"]
    for table in ("events/events-00001", "truth"):
        one, two, three = (Path(out, f"{table}.parquet") for out in ("one", "two", "three"))
        assert one.read_bytes() == two.read_bytes() != three.read_bytes()


def test_the_number_of_events_can_be_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["synth", "--out", "WORLD", "--events", "80000", "--days", "12", "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    # A town this small may hold more or fewer people who talk a lot than its pilot did.
    assert abs(said["events"] / 80_000 - 1) < 0.2
    assert len(said["campaigns"]) == 7
    assert len(said["lookalikes"]) >= 20


def test_a_world_can_be_without_campaigns_and_look_alikes(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main([*SMALL, *TO, "--campaign", "none", "--lookalike", "none"]) == 0
    assert "Campaigns (truth.parquet): none." in capsys.readouterr().out
    assert pl.read_parquet("WORLD/truth.parquet").columns == ["account", "campaign", "role"]
    assert pl.read_parquet("WORLD/lookalikes.parquet").rows() == []


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ([*TO, "--events", "1000000"], "Give one of them"),
        ([*TO, "--campaign", "nonsense"], "seven_at_once"),
        ([*TO, "--lookalike", "nonsense"], "text_bank"),
        ([*TO, "--campaign", "none", "--campaign", "tiny"], "stands beside other names"),
        (["--out", "WORLD", "--days", "8"], "too small"),
        (["--out", "TAKEN"], "not empty"),
    ],
)
def test_what_cannot_be_made_is_refused_before_any_work(
    more: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("TAKEN").mkdir()
    Path("TAKEN/letter.txt").write_text("mine")
    assert main([*SMALL, *more]) == 2
    shown = capsys.readouterr()
    assert said in shown.err
    assert shown.out == ""
    assert "settling" not in shown.err
    assert [str(path) for path in Path().rglob("*")] == ["TAKEN", "TAKEN/letter.txt"]


def test_too_few_events_are_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["synth", "--out", "WORLD", "--events", "100", "--quiet"]) == 2
    assert "100 events are too few" in capsys.readouterr().err


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_world_leaves_nothing(number: signal.Signals, tmp_path: Path) -> None:
    running = subprocess.Popen(
        [*COMMAND, "synth", "--out", "WORLD", "--accounts", "40000"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment(),
    )
    assert running.stderr
    while "living" not in running.stderr.readline():
        time.sleep(0.001)
    assert [path.name for path in tmp_path.iterdir()] == ["WORLD.partial"]
    running.send_signal(number)
    _, said = running.communicate(timeout=30)
    assert running.returncode == 130
    assert said.splitlines()[-1] == "Error: Stopped. Nothing was left half-written."
    assert list(tmp_path.iterdir()) == []
