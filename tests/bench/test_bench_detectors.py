"""How detectors are named, checked, set apart, and reported where they fail."""

from __future__ import annotations

import os
import signal
import tempfile
import time
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from measure_kit import answer, scores

from graphmeta.bench import answers, detectors, worlds
from graphmeta.bench.baselines.contacts import contacts
from graphmeta.bench.baselines.fanout_silence import FanoutSilence
from graphmeta.bench.baselines.isolation_forest import IsolationForest, features
from graphmeta.bench.baselines.volume import Volume
from graphmeta.bench.detector import Answer, Problem
from graphmeta.bench.isolate import Attempts
from graphmeta.bench.suites import Case
from graphmeta.errors import InputError, UsageError

MODULE = """
import os, signal, tempfile, time
import polars as pl

def opens(problem):
    events = pl.scan_parquet(problem.events / "*.parquet")
    return events.group_by(account="sender").agg(score=pl.len()).collect()

def sleeps(problem):
    tempfile.mkdtemp(prefix="left-behind-")
    time.sleep(60)

def dies(problem):
    os.kill(os.getpid(), signal.SIGKILL)

def big(problem):
    block = b"x" * 300_000_000
    return {"account": ["a"], "score": [float(len(block))]}
"""


@pytest.fixture
def mine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Stand in a folder with a module of a user's own detectors, and return its name."""
    name = f"detectors_of_{tmp_path.name}"
    (tmp_path / f"{name}.py").write_text(MODULE, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return name


@pytest.fixture(scope="module")
def problem(tmp_path_factory: pytest.TempPathFactory) -> Problem:
    world = worlds.make(Case("bulk", ("bulk",), accounts=200, days=12, seed=0))
    return worlds.write(world, tmp_path_factory.mktemp("small") / "seen", 0)


def attempt(detector: Any, problem: Problem, limit: float = 60) -> tuple[dict[str, Any], Any]:
    with Attempts(limit) as attempts:
        return attempts.attempt(detector, "bulk-200-0", problem)


def breaks(problem: Problem) -> Answer:
    raise ValueError(f"no such luck in {problem.events.name}")


def repeats(problem: Problem) -> dict[str, list[object]]:
    return {"account": [problem.events.name] * 2, "score": [1.0, 2.0]}


def test_a_function_runs_in_a_process_of_its_own_whose_memory_is_its_own(
    mine: str, problem: Problem
) -> None:
    # The process that starts detectors may be larger than they are; that must not show.
    ballast = os.urandom(1) * 400_000_000
    outcome, found = attempt(f"{mine}:opens", problem)
    assert (outcome["status"], outcome["reason"]) == ("done", "")
    sent = pl.read_parquet(problem.events / "*.parquet")["sender"].value_counts()
    assert dict(found.scores.iter_rows()) == dict(sent.iter_rows())
    assert 0 < outcome["seconds"] < 60
    big, _ = attempt(f"{mine}:big", problem)
    assert outcome["peak_memory_bytes"] < 300_000_000 < big["peak_memory_bytes"] < len(ballast) * 2


def test_a_detector_that_breaks_is_reported_with_what_it_said(problem: Problem) -> None:
    outcome, found = attempt(detectors.Function("mine", breaks), problem)
    assert found is None
    assert (outcome["status"], outcome["reason"]) == (
        "failed",
        "ValueError: no such luck in events",
    )


def test_a_detector_over_its_time_is_ended_and_reported(mine: str, problem: Problem) -> None:
    home = Path(tempfile.gettempdir())
    before = set(home.glob("left-behind-*"))
    began = time.monotonic()
    outcome, found = attempt(f"{mine}:sleeps", problem, limit=3)
    assert found is None
    assert (outcome["status"], outcome["reason"]) == ("timeout", "not done after 3 s")
    assert time.monotonic() - began < 30
    assert set(home.glob("left-behind-*")) == before


def test_a_process_that_dies_is_reported_by_its_signal(mine: str, problem: Problem) -> None:
    outcome, found = attempt(f"{mine}:dies", problem)
    assert found is None
    assert outcome["status"] == "failed"
    assert signal.Signals.SIGKILL.name in outcome["reason"]


def test_an_answer_that_makes_no_sense_is_a_failure(problem: Problem) -> None:
    outcome, found = attempt(detectors.Function("mine", repeats), problem)
    assert found is None
    assert "repeat another's account" in outcome["reason"]


def test_a_package_that_is_not_installed_is_named_with_its_extra(
    problem: Problem, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "sklearn.ensemble", None)
    outcome, found = attempt(IsolationForest(), problem)
    assert found is None
    assert outcome["status"] == "missing"
    assert "graphmeta[bench]" in outcome["reason"]


def test_a_csv_of_scores_is_a_detector(tmp_path: Path, problem: Problem) -> None:
    file = tmp_path / "mine.csv"
    file.write_text("world,account,score\nbulk-200-0,0042,1.5\nelse,0043,2\n", encoding="utf-8")
    (parsed,) = detectors.parse([f"ours={file}"])
    outcome, found = attempt(parsed, problem)
    assert detectors.name_of(parsed) == "ours"
    assert outcome["status"] == "done"
    assert list(found.scores.iter_rows()) == [("0042", 1.5)]


def test_a_csv_that_knows_nothing_of_a_world_has_failed_there(
    tmp_path: Path, problem: Problem
) -> None:
    file = tmp_path / "mine.csv"
    file.write_text("world,account,score\nelse,0043,2\n", encoding="utf-8")
    outcome, found = attempt(detectors.parse([str(file)])[0], problem)
    assert found is None
    assert outcome["reason"] == "mine.csv has no scores for bulk-200-0"


@pytest.mark.parametrize(
    ("specs", "said"),
    [
        (["nothing"], "There is no detector 'nothing'"),
        (["nowhere.at.all:f"], "cannot be loaded"),
        (["math:no_such_function"], "cannot be loaded"),
        (["gone.csv"], "There is no file gone.csv"),
        (["volume", "volume"], "Two detectors are called 'volume'"),
    ],
)
def test_a_detector_that_does_not_exist_is_refused_before_anything_runs(
    specs: list[str], said: str
) -> None:
    with pytest.raises(UsageError, match=said):
        detectors.parse(specs)


@pytest.mark.parametrize(
    "wrong",
    [
        Answer(pl.DataFrame({"account": ["a"]})),
        Answer(pl.DataFrame({"account": ["a"], "score": ["high"]})),
        Answer(pl.DataFrame({"account": ["a"], "score": [float("nan")]})),
        Answer(pl.DataFrame({"account": [None], "score": [1.0]})),
        Answer(scores({}), groups=answer({}).groups),
        Answer(scores({}), answer({}).groups, answer({"x": (True, 1.0, ["a"])}).members),
    ],
)
def test_nothing_of_a_wrong_answer_is_mended(wrong: Answer) -> None:
    with pytest.raises(InputError):
        answers.checked(wrong)


@pytest.mark.parametrize("baseline", [Volume(), FanoutSilence(), IsolationForest()])
def test_every_baseline_answers_as_it_must_and_the_same_each_time(
    baseline: Any, problem: Problem
) -> None:
    accounts = set(pl.read_parquet(problem.accounts)["account"])
    first, second = (answers.checked(baseline.detect(problem)).scores for _ in range(2))
    assert first.sort("account").equals(second.sort("account"))
    assert set(first["account"]) <= accounts


def test_a_contact_is_answered_where_the_other_side_reached_back(problem: Problem) -> None:
    events = pl.read_parquet(problem.events / "*.parquet")
    pairs = {
        (row["sender"], row["recipient"])
        for row in events.iter_rows(named=True)
        if row["kind"] == "invite" or (row["kind"] in ("message", "call") and row["group"] is None)
    }
    found = contacts(problem).collect()
    assert set(found.select("sender", "recipient").iter_rows()) == pairs
    for sender, recipient, _, answered in found.iter_rows():
        assert answered == ((recipient, sender) in pairs)


def test_the_forest_sees_every_account_that_reached_anybody_and_no_hole(problem: Problem) -> None:
    measured = features(problem)
    assert set(measured["account"]) == set(contacts(problem).collect()["sender"])
    assert sum(measured.null_count().row(0)) == 0
    assert measured["reply_rate"].is_between(0, 1).all()
    assert measured["burstiness"].is_between(-1, 1).all()
