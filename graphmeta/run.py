"""The folder that a run leaves: opened, checked, read, and written atomically.

A run is written under ``RUN.partial`` beside its final place and renamed at the end, so a
folder called ``RUN`` is always whole. Tables are Parquet files without any metadata about who
wrote them, so equal rows give equal bytes.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl

from graphmeta.contract.tables import TABLES
from graphmeta.errors import RunError

MANIFEST = "manifest.json"
AUDIT = "audit.jsonl"
#: What tells one analysis from every other. It stays when the folder is moved or copied.
_IDENTITY = ("graphmeta", "created_at", "configuration", "seed")
#: Only where a way back to the ids was authorised.
REVERSE_MAP = "reverse-map.age"


@dataclass(frozen=True)
class RunFolder:
    """One run on disk.

    Args:
        path: The folder.
        manifest: What ``manifest.json`` says.
    """

    path: Path
    manifest: Mapping[str, Any]

    @property
    def run_id(self) -> str:
        """Sixteen hexadecimal digits that name the analysis: equal for every copy of the folder.

        A second analysis of the same events is another run: its clusters may bear other names.
        """
        said = {name: self.manifest.get(name) for name in _IDENTITY}
        said["inputs"] = [one.get("fingerprint") for one in self.manifest.get("inputs", ())]
        return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()[:16]

    def table(self, name: str) -> pl.DataFrame:
        """Return one of the run's tables.

        Raises:
            RunError: The table is absent, unreadable or lacks a column of the contract.
        """
        file = self.path / f"{name}.parquet"
        try:
            frame = pl.read_parquet(file)
        except (OSError, pl.exceptions.PolarsError) as error:
            raise RunError(
                f"{file} cannot be read as a table of a run.",
                "The folder is damaged or incomplete; analyse the events again.",
            ) from error
        absent = [column for column in TABLES[name] if column not in frame.columns]
        if absent:
            raise RunError(
                f"{file} lacks the column {absent[0]!r}.",
                "The run was written by another version; analyse the events again.",
            )
        return frame

    def audit_lines(self) -> list[str]:
        """Return the lines of the audit log, oldest first."""
        return (self.path / AUDIT).read_text(encoding="utf-8").splitlines()


def open_run(path: Path, *, now: datetime | None = None) -> RunFolder:
    """Open a run folder and check that it is whole and not past its expiry.

    Raises:
        RunError: There is no run at ``path``, it is incomplete, or it has expired.
    """
    if not path.is_dir():
        raise RunError(
            f"There is no run at {path}.",
            "Make one with: graphmeta analyze EVENTS --out RUN",
        )
    wanted = [f"{name}.parquet" for name in TABLES] + [MANIFEST, AUDIT]
    absent = [name for name in wanted if not (path / name).is_file()]
    if absent:
        raise RunError(
            f"{path} is not a whole run: {absent[0]} is absent.",
            "Name a folder that `graphmeta analyze` wrote.",
        )
    try:
        manifest = json.loads((path / MANIFEST).read_text(encoding="utf-8"))
        expires = datetime.fromisoformat(manifest["privacy"]["expires_at"])
        if expires.tzinfo is None:
            raise ValueError("an expiry without a zone")  # noqa: TRY301 - damaged like the rest
    except (ValueError, KeyError, TypeError) as error:
        raise RunError(f"{path / MANIFEST} is damaged.", "Analyse the events again.") from error
    if (now or datetime.now(UTC)) >= expires:
        raise RunError(
            f"The run at {path} expired on {expires:%Y-%m-%d}.",
            "Its retention has ended: delete the folder, and analyse again if there is need.",
        )
    return RunFolder(path, manifest)


def partial_path(path: Path) -> Path:
    """Return where a run that is to stand at ``path`` is being written."""
    return path.with_name(path.name + ".partial")


def claim(path: Path) -> Path:
    """Make the partial folder of a new run and return it.

    Raises:
        RunError: Something stands at ``path`` already, another analysis is writing there, or its
            parent cannot be written.
    """
    if path.exists() or path.is_symlink():
        raise RunError(
            f"{path} exists already.",
            "A run is never overwritten: choose another --out, or delete the folder first.",
        )
    partial = partial_path(path)
    if partial.exists():
        raise RunError(
            f"{partial} exists already: an analysis is writing there, or was killed.",
            "Wait for it, or delete that folder if no analysis is running.",
        )
    try:
        # Who contacted whom concerns nobody else on the machine.
        partial.mkdir(mode=0o700)
    except OSError as error:
        raise RunError(
            f"{partial} cannot be made: {error.strerror}.",
            "Choose an --out in a folder that exists and that you may write to.",
        ) from error
    return partial


def write_tables(folder: Path, tables: Mapping[str, pl.DataFrame]) -> None:
    """Write every table of the contract into ``folder``, with the contract's columns and types.

    Raises:
        KeyError: A table of the contract was not given.
    """
    for name, schema in TABLES.items():
        frame = tables[name].select(pl.col(column).cast(dtype) for column, dtype in schema.items())
        frame.write_parquet(folder / f"{name}.parquet", compression="zstd", statistics=False)


def publish(partial: Path, path: Path) -> RunFolder:
    """Turn a finished partial folder into the run at ``path``, in one step.

    Raises:
        RunError: Something stands at ``path`` by now.
    """
    for file in partial.iterdir():
        with file.open("rb") as handle:
            os.fsync(handle.fileno())
    try:
        partial.rename(path)
    except OSError as error:
        raise RunError(
            f"{path} came to be while the run was being made.",
            "A run is never overwritten: choose another --out, and analyse again.",
        ) from error
    return open_run(path)


def discard(partial: Path) -> None:
    """Remove what a failed run had written."""
    shutil.rmtree(partial, ignore_errors=True)
