"""What a stage left behind is taken up if nothing it depends on has changed, and only then."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from graphmeta.pipeline.checkpoints import Checkpoints, depends_on
from graphmeta.signals.base import IntArray


@dataclass(frozen=True)
class Made:
    """What a stage might make."""

    frame: pl.DataFrame
    array: IntArray
    number: int


def made(number: int = 1) -> Made:
    return Made(
        pl.DataFrame(
            {"a": [0.1, float("nan"), None], "b": [["x"], [], None]},
            schema={"a": pl.Float64, "b": pl.List(pl.String)},
        ),
        np.arange(5, dtype=np.int64),
        number,
    )


def never() -> Made:
    raise AssertionError("the stage was done again")


def test_a_stage_is_taken_up_as_it_was_made(tmp_path: Path) -> None:
    Checkpoints(tmp_path, depends_on(seed=0))("stage", made, Made)
    again = Checkpoints(tmp_path, depends_on(seed=0))
    kept = again("stage", never, Made)
    assert kept.frame.equals(made().frame)
    assert kept.frame.schema == made().frame.schema
    assert np.array_equal(kept.array, made().array)
    assert kept.array.dtype == np.int64
    assert kept.number == 1
    assert again.taken_up == ["stage"]


def test_a_checkpoint_that_depends_on_something_else_is_passed_over(tmp_path: Path) -> None:
    Checkpoints(tmp_path, depends_on(seed=0))("stage", made, Made)
    other = Checkpoints(tmp_path, depends_on(seed=1))
    assert other("stage", lambda: made(2), Made).number == 2
    assert other.taken_up == []
    # It has taken the place of the first.
    assert Checkpoints(tmp_path, depends_on(seed=1))("stage", never, Made).number == 2


def test_another_code_is_something_else(monkeypatch: pytest.MonkeyPatch) -> None:
    here = depends_on(seed=0)
    monkeypatch.setattr("graphmeta.provenance.code", lambda: "other")
    assert depends_on(seed=0) != here


def _cut(stage: Path) -> None:
    file = stage / "frame.arrow"
    file.write_bytes(file.read_bytes()[:-20])


def _flip(stage: Path) -> None:
    content = bytearray((stage / "array.arrow").read_bytes())
    content[len(content) // 2] ^= 1
    (stage / "array.arrow").write_bytes(content)


def _lose(stage: Path) -> None:
    (stage / "array.arrow").unlink()


def _forget(stage: Path) -> None:
    says = json.loads((stage / "checkpoint.json").read_text())
    del says["sha256"]["array.arrow"]
    (stage / "checkpoint.json").write_text(json.dumps(says))


def _garble(stage: Path) -> None:
    (stage / "checkpoint.json").write_text("{")


@pytest.mark.parametrize("harm", [_cut, _flip, _lose, _forget, _garble])
def test_a_damaged_checkpoint_is_passed_over(tmp_path: Path, harm: Callable[[Path], None]) -> None:
    Checkpoints(tmp_path, "same")("stage", made, Made)
    harm(tmp_path / "checkpoints" / "stage")
    again = Checkpoints(tmp_path, "same")
    assert again("stage", lambda: made(2), Made).number == 2
    assert Checkpoints(tmp_path, "same")("stage", never, Made).number == 2


def test_what_was_cut_off_while_it_was_written_is_no_checkpoint(tmp_path: Path) -> None:
    Checkpoints(tmp_path, "same")("stage", made, Made)
    stage = tmp_path / "checkpoints" / "stage"
    stage.rename(stage.with_name("stage.partial"))
    assert Checkpoints(tmp_path, "same")("stage", lambda: made(2), Made).number == 2


def test_checkpoints_are_for_their_owner_alone_and_hold_no_code(tmp_path: Path) -> None:
    Checkpoints(tmp_path, "same")("stage", made, Made)
    for folder in (tmp_path / "checkpoints", tmp_path / "checkpoints" / "stage"):
        assert folder.stat().st_mode & 0o777 == 0o700
    assert {file.suffix for file in (tmp_path / "checkpoints" / "stage").iterdir()} == {
        ".arrow",
        ".json",
    }
