"""Does the code on the page about the benchmark work as it stands?"""

from __future__ import annotations

import json
import re
import shlex
import sys
from importlib.resources import files
from pathlib import Path

import polars as pl
import pytest

from graphmeta.bench.results import read
from graphmeta.bench.suites import SUITES
from graphmeta.cli import main

PAGE = files("graphmeta").joinpath("docs/benchmark.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


@pytest.fixture
def stranger(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Stand in a folder with the page's detectors, as somebody who read it would."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.delitem(sys.modules, "my_detectors", raising=False)
    Path("my_detectors.py").write_text(blocks("python")[0], encoding="utf-8")


def said(block: str) -> list[list[str]]:
    lines = block.replace("\\\n", " ").splitlines()
    return [shlex.split(line, comments=True)[1:] for line in lines]


@pytest.mark.usefixtures("stranger")
def test_the_detectors_of_the_page_are_measured(capsys: pytest.CaptureFixture[str]) -> None:
    (command,) = said(blocks("sh")[1])
    assert main(command) == 0, capsys.readouterr().err
    entries = {each["detector"]: each for each in read(Path("graphmeta-bench-quick"))["entries"]}
    assert {name: each["status"] for name, each in entries.items()} == {
        "volume": "done", "new_and_busy": "done", "ten": "done",
    }  # fmt: skip
    assert entries["ten"]["flags"]["flagged"] == 1
    assert entries["new_and_busy"]["flags"] is None


@pytest.mark.usefixtures("stranger")
def test_scores_made_elsewhere_come_back_as_a_file(capsys: pytest.CaptureFixture[str]) -> None:
    first, second = said(blocks("sh")[2])
    assert main(first) == 0, capsys.readouterr().err
    (world,) = Path("WORLDS").iterdir()
    accounts = pl.read_parquet(world / "accounts.parquet")["account"]
    scores = pl.DataFrame({"world": world.name, "account": accounts, "score": 1})
    scores.write_csv("scores.csv")
    assert main(second) == 0, capsys.readouterr().err
    (entry,) = json.loads(Path("SECOND/results.json").read_text(encoding="utf-8"))["entries"]
    assert (entry["detector"], entry["status"]) == ("mine", "done")


@pytest.mark.usefixtures("stranger")
def test_the_python_of_the_page_runs(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(Path.cwd())
    exec(blocks("python")[1], {})
    names = [line.split()[0] for line in capsys.readouterr().out.splitlines()]
    assert names == ["fanout_silence", "mine"]


def test_every_suite_is_on_the_page() -> None:
    table = re.findall(r"^\| `(\w+)` \|", PAGE.split("## Suites")[1], re.MULTILINE)
    assert table[: len(SUITES)] == [suite.name for suite in SUITES]
