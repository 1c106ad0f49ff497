"""A lead mixes golden clusters in; nobody else's command can tell."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from graphmeta.cli import main

# What the tests of the case store share.
sys.path.insert(0, str(Path(__file__).parents[1] / "cases"))
from golden_kit import golden_run, served_run, world_of


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("GRAPHMETA_CASE_STORE", raising=False)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    served_run(tmp_path / "RUN")
    world_of(golden_run(tmp_path / "GOLDEN"), tmp_path / "WORLD")
    return tmp_path


@pytest.mark.usefixtures("folder")
def test_clusters_are_mixed_in_and_no_command_on_the_run_shows_them(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["queue", "RUN", "--json"]) == 0
    before = capsys.readouterr().out
    assert main(["golden", "RUN", "GOLDEN", "--world", "WORLD", "--count", "2", "--json"]) == 0
    added = json.loads(capsys.readouterr().out)
    assert len(added) == 2
    assert {one["source"] for one in added} == {"synthetic"}
    assert main(["queue", "RUN", "--json"]) == 0
    assert capsys.readouterr().out == before
    name = added[0]["cluster"]
    for command in (
        ["explain", "RUN", name],
        ["export", "RUN", name, "--format", "csv"],
        ["verdict", "RUN", name, "spam", "--reason", "x"],
    ):
        assert main(command) == 2
        assert "no cluster" in capsys.readouterr().err
    assert main(["queue", "RUN", "--draw", "99", "--json"]) == 0
    drawn = json.loads(capsys.readouterr().out)
    assert not {one["cluster_id"] for one in drawn} & {one["cluster"] for one in added}


@pytest.mark.usefixtures("folder")
def test_without_answers_there_is_nothing_to_mix_in(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["golden", "RUN", "GOLDEN"]) == 2
    assert "No golden cluster finds a place" in capsys.readouterr().err


@pytest.mark.usefixtures("folder")
def test_it_says_how_they_are_shown(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["golden", "RUN", "GOLDEN", "--world", "WORLD", "--count", "99"]) == 0
    out = capsys.readouterr().out
    assert "of 99 found a place" in out
    assert "graphmeta serve RUN --golden GOLDEN" in out
