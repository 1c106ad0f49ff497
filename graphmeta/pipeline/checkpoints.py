"""What of an analysis that was stopped need not be done again?

Every long stage leaves what it made in a folder of its own, and the next analysis into the same
run takes it from there, if it is asked to resume. A checkpoint says on what it depends: on the
version (down to the package's code and the libraries), the settings, the seed and the store's
seal, which is a checksum of all events. Where any of that differs, where a file was changed or
is cut off, the checkpoint is passed over and the stage done again. What is taken up is therefore
equal to what would be made, and so are the run's tables, byte for byte.

A checkpoint is plain data: frames and arrays as Arrow IPC files, numbers as JSON, and their
SHA-256. Nothing in it is executed, and it holds pseudonyms at most. It misleads where somebody
who may write into the folder changes files and sums alike: the sums are against accidents.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable, Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import polars as pl

from graphmeta import provenance

Made = TypeVar("Made")

FOLDER = "checkpoints"
_SAYS = "checkpoint.json"
_ARRAY = "array"


def depends_on(**what: Any) -> str:
    """Return one digest of what a checkpoint depends on, this very version included."""
    stands = {"code": provenance.code(), "environment": provenance.environment(), **what}
    return hashlib.sha256(json.dumps(stands, sort_keys=True).encode()).hexdigest()


class Checkpoints:
    """The checkpoints of one analysis; see ``engines.base.Remember``.

    Args:
        beside: They stand in a folder of this folder, or will.
        depends: What :func:`depends_on` returned.
    """

    def __init__(self, beside: Path, depends: str) -> None:
        self._folder = beside / FOLDER
        self._folder.mkdir(mode=0o700, exist_ok=True)
        self._depends = depends
        #: The stages that were taken from their checkpoints.
        self.taken_up: list[str] = []

    def __call__(self, stage: str, make: Callable[[], Made], kind: type[Made]) -> Made:
        """Return what a stage made, or makes now."""
        kept = self._kept(stage, kind)
        if kept is not None:
            self.taken_up.append(stage)
            return kept
        made = make()
        self._keep(stage, made)
        return made

    def _keep(self, stage: str, made: Any) -> None:
        """Write a checkpoint, whole or not at all."""
        draft, place = self._folder / f"{stage}.partial", self._folder / stage
        for old in (draft, place):
            shutil.rmtree(old, ignore_errors=True)
        draft.mkdir(mode=0o700)
        numbers: dict[str, Any] = {}
        for field in fields(made):
            value = getattr(made, field.name)
            if isinstance(value, np.ndarray):
                value = pl.DataFrame({_ARRAY: value})
            if isinstance(value, pl.DataFrame):
                value.write_ipc(draft / f"{field.name}.arrow", compression="uncompressed")
            else:
                numbers[field.name] = value
        sums = {file.name: _sha256(file) for file in draft.iterdir()}
        says = {"depends": self._depends, "numbers": numbers, "sha256": sums}
        (draft / _SAYS).write_text(json.dumps(says), encoding="utf-8")
        draft.rename(place)

    def _kept(self, stage: str, kind: type[Made]) -> Made | None:
        """Return what a checkpoint holds; None where there is none that can be taken up."""
        place = self._folder / stage
        try:
            says = json.loads((place / _SAYS).read_text(encoding="utf-8"))
            sums = says["sha256"]
            if says["depends"] != self._depends or not isinstance(sums, dict):
                return None
            if any(_sha256(place / Path(name).name) != sum_ for name, sum_ in sums.items()):
                return None
            frames = {Path(name).stem: pl.read_ipc(place / Path(name).name) for name in sums}
            return kind(
                **says["numbers"], **{name: _value(frame) for name, frame in frames.items()}
            )
        except (OSError, ValueError, KeyError, TypeError, pl.exceptions.PolarsError):
            return None


def of_analysis(seal: str, settings: Mapping[str, Any]) -> str:
    """Return one digest of what the stages of an analysis depend on.

    Args:
        seal: The store's.
        settings: As ``wire.packed`` returns them.
    """
    aside = ("retention_days", "sandbox", "memory_limit")
    counts = {name: value for name, value in settings.items() if name not in aside}
    return depends_on(seal=seal, settings=counts)


def _value(frame: pl.DataFrame) -> Any:
    return frame[_ARRAY].to_numpy().copy() if frame.columns == [_ARRAY] else frame


def _sha256(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()
