"""Does the code on the page about adding a signal work as it stands?

Every block is run where the page says that it belongs, and then a run is made with it: the signal
must arrive in the run's tables and, in words, in the report.
"""

from __future__ import annotations

import importlib
import re
import sys
from collections.abc import Callable
from dataclasses import replace
from importlib.resources import files
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import polars as pl
import pytest
from town_kit import ring_town

import graphmeta as gm
from graphmeta.scores import behaviour, explain
from graphmeta.signals import BEHAVIOURS

PAGE = files("graphmeta").joinpath("docs/add-a-signal.md").read_text(encoding="utf-8")
#: The code blocks by the file that their first line names.
BLOCKS: dict[str, str] = dict(
    re.findall(r"^```python\n# ([\w/.]+).*\n([^`]*)```$", PAGE, re.MULTILINE)
)
HOME = "graphmeta.signals.behaviour.night_share"


@pytest.fixture
def added(monkeypatch: pytest.MonkeyPatch) -> None:
    """Do what the page says: the file, the line, the term and the wording."""
    module = ModuleType(HOME)
    monkeypatch.setitem(sys.modules, HOME, module)
    exec(BLOCKS["graphmeta/signals/behaviour/night_share.py"], vars(module))

    listed: dict[str, Any] = {}
    exec(BLOCKS["graphmeta/signals/__init__.py"], listed)
    dots, *signals = listed["BEHAVIOURS"]
    assert dots is ...
    pipeline = importlib.import_module("graphmeta.pipeline.analyze")
    monkeypatch.setattr(pipeline, "BEHAVIOURS", (*BEHAVIOURS, *signals))

    term = eval(BLOCKS["graphmeta/scores/behaviour.py"], vars(behaviour))
    spam, *others = behaviour.SCORES
    wider = replace(spam, terms=(*spam.terms, term))
    monkeypatch.setattr(behaviour, "SCORES", (wider, *others))

    words = eval("{" + BLOCKS["graphmeta/scores/explain.py"] + "}", vars(explain))
    for name, wording in words.items():
        monkeypatch.setitem(explain.WORDINGS, name, wording)


def test_the_page_has_a_block_for_every_step() -> None:
    assert list(BLOCKS) == [
        "graphmeta/signals/behaviour/night_share.py",
        "graphmeta/signals/__init__.py",
        "graphmeta/scores/behaviour.py",
        "graphmeta/scores/explain.py",
        "tests/signals/test_night_share.py",
    ]


@pytest.mark.usefixtures("added")
def test_the_test_on_the_page_passes() -> None:
    found: dict[str, Any] = {}
    exec(BLOCKS["tests/signals/test_night_share.py"], found)
    tests: list[Callable[[], None]] = [
        thing for name, thing in found.items() if name.startswith("test_")
    ]
    assert len(tests) == 1
    for test in tests:
        test()


@pytest.mark.usefixtures("added")
def test_the_added_signal_counts_and_is_told_in_the_report(
    tmp_path: Path,
) -> None:
    run = gm.analyze(ring_town(), identifiers="plain")
    ring = next(iter(run))
    assert set(ring.members.filter(pl.col("role") == "actor")["account"]) == {
        f"r{member}" for member in range(8)
    }
    measured = run.signals.filter(pl.col("entity") == ring.id, pl.col("signal") == "night_share")
    assert measured["value"].item() > 0.9
    told = ring.evidence.filter(pl.col("term") == "night_share")
    assert told.select("score", "contribution").rows() == [("spam", 0.6)]
    spam = ring.evidence.filter(pl.col("score") == "spam")["contribution"].to_numpy().sum()
    assert ring.spam == pytest.approx(1 / (1 + np.exp(-spam)))
    page = run.report(tmp_path / "report.html").read_text(encoding="utf-8")
    assert "strangers were contacted at night" in page
    assert "scripts do not sleep" in page
