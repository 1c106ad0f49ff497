"""Does the code on the page about adding a signal work as it stands?

Every block is run where the page says that it belongs, and then a run is made with it: the signal
must arrive in the run's tables and, in words, in the report.
"""

from __future__ import annotations

import importlib
import json
import re
import sys
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import polars as pl
import pytest
from town_kit import ring_town

import graphmeta as gm
from graphmeta.scores import model, terms, wording
from graphmeta.signals import BEHAVIOURS

PAGE = files("graphmeta").joinpath("docs/add-a-signal.md").read_text(encoding="utf-8")
#: The code blocks by the file that their first line names.
BLOCKS: dict[str, str] = dict(
    re.findall(r"^```(?:python|json)\n# ([\w/.]+).*\n([^`]*)```$", PAGE, re.MULTILINE)
)
HOME = "graphmeta.signals.behaviour.night_share"


@pytest.fixture
def added(monkeypatch: pytest.MonkeyPatch) -> None:
    """Do what the page says: the file, the line, the term, the weight by hand and the wording."""
    module = ModuleType(HOME)
    monkeypatch.setitem(sys.modules, HOME, module)
    exec(BLOCKS["graphmeta/signals/behaviour/night_share.py"], vars(module))

    listed: dict[str, Any] = {}
    exec(BLOCKS["graphmeta/signals/__init__.py"], listed)
    dots, *signals = listed["BEHAVIOURS"]
    assert dots is ...
    pipeline = importlib.import_module("graphmeta.pipeline.detect")
    monkeypatch.setattr(pipeline, "BEHAVIOURS", (*BEHAVIOURS, *signals))

    (term,) = eval(f"[{BLOCKS['graphmeta/scores/terms.py']}]", vars(terms))
    monkeypatch.setitem(model._TERMS, term.signal, term)
    data = json.loads(files("graphmeta.scores").joinpath("weights.json").read_text("utf-8"))
    by_hand = json.loads("{" + BLOCKS["graphmeta/scores/weights.json"] + "}")
    assert data["scores"][0]["name"] == "spam"
    data["scores"][0]["terms"] |= by_hand
    wider = model.read(data)
    monkeypatch.setattr(pipeline, "trained", lambda: wider)

    words = eval(
        "{" + BLOCKS["graphmeta/scores/wording/behaviour.py"] + "}", vars(wording.behaviour)
    )
    for name, told in words.items():
        monkeypatch.setitem(wording.WORDINGS, name, told)


def test_the_page_has_a_block_for_every_step() -> None:
    assert list(BLOCKS) == [
        "graphmeta/signals/behaviour/night_share.py",
        "graphmeta/signals/__init__.py",
        "graphmeta/scores/terms.py",
        "graphmeta/scores/weights.json",
        "graphmeta/scores/wording/behaviour.py",
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
    run = gm.analyze(ring_town(), identifiers="plain", sandbox="off")
    ring = next(iter(run))
    assert set(ring.members.filter(pl.col("role") == "actor")["account"]) == {
        f"r{member}" for member in range(8)
    }
    measured = run.signals.filter(pl.col("entity") == ring.id, pl.col("signal") == "night_share")
    assert measured["value"].item() > 0.9
    told = ring.evidence.filter(pl.col("term") == "night_share")
    assert told["score"].to_list() == ["spam"]
    value, usual = measured.select("value", "expected").row(0)
    ratio = min(np.log((value + 0.05) / (usual + 0.05)), 2.0)
    assert told["contribution"].item() == pytest.approx(0.5 * ratio)
    spam = ring.evidence.filter(pl.col("score") == "spam")["contribution"].to_numpy().sum()
    assert ring.spam == pytest.approx(1 / (1 + np.exp(-spam)))
    page = run.report(tmp_path / "report.html").read_text(encoding="utf-8")
    assert "strangers were contacted at night" in page
    assert "scripts do not sleep" in page
