"""The folder that a run leaves: opened, checked, read, and written atomically.

A run is written under ``RUN.partial`` beside its final place and renamed at the end, so a
folder called ``RUN`` is always whole. Tables are Parquet files without any metadata about who
wrote them, so equal rows give equal bytes.

A run's tables change on one occasion only: when a person's own rows are erased. What is to stand
is first written whole into a folder inside the run, and one rename decides that it holds; files
then move into their places. Whoever is stopped on the way is finished by the next to come.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl

from graphmeta.contract.tables import TABLES
from graphmeta.errors import RunError

#: What is added to a run's name until it is whole.
PARTIAL = ".partial"
#: Begins the name of the folder in which an analysis keeps its store; gone when it ends.
WORK = "work-"
MANIFEST = "manifest.json"
AUDIT = "audit.jsonl"
#: What tells one analysis from every other. It stays when the folder is moved or copied.
_IDENTITY = ("graphmeta", "created_at", "configuration", "seed")
#: Inside a run: new files that are being written, and new files that hold and are moving in.
_DRAFT = "rewriting.partial"
_REWRITING = "rewriting"
#: Only where a way back to the ids was authorised.
REVERSE_MAP = "reverse-map.age"
#: Only where it was asked for: the events, sealed, to which a later run can add.
STATE = "state.sealed"


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
        inputs = self.manifest.get("inputs")
        listed = inputs if isinstance(inputs, list) else []
        said["inputs"] = [one.get("fingerprint") for one in listed if isinstance(one, dict)]
        return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()[:16]

    @property
    def genuine(self) -> RunFolder:
        """The run itself, where something was laid over it (:mod:`graphmeta.cases.golden`)."""
        return self

    @property
    def expires_at(self) -> datetime:
        """When the run's retention ends."""
        return datetime.fromisoformat(self.manifest["privacy"]["expires_at"])

    def expired(self, now: datetime | None = None) -> bool:
        """Tell whether the run's retention has ended."""
        return (now or datetime.now(UTC)) >= self.expires_at

    def table(self, name: str) -> pl.DataFrame:
        """Return one of the run's tables.

        Raises:
            RunError: The table is absent, unreadable or lacks a column of the contract.
        """
        file = self.path / f"{name}.parquet"
        try:
            frame = pl.read_parquet(file, glob=False)
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
        return lines_of((self.path / AUDIT).read_bytes())


def lines_of(log: bytes) -> list[str]:
    """Return the lines of an audit log as it stands on the disk, byte by byte.

    Unlike ``str.splitlines`` it parts at nothing but line feeds, so that no byte can be slipped
    in between. A last line without its line feed is marked, so that it shows as broken.
    """
    parts = log.decode("ascii", errors="replace").split("\n")
    return parts[:-1] if not parts[-1] else [*parts[:-1], parts[-1] + " (cut off)"]


def open_run(path: Path, *, now: datetime | None = None) -> RunFolder:
    """Open a run folder and check that it is whole and not past its expiry.

    Raises:
        RunError: There is no run at ``path``, it is incomplete, or it has expired.
    """
    opened = open_even_expired(path)
    if opened.expired(now):
        raise RunError(
            f"The run at {path} expired on {opened.expires_at:%Y-%m-%d}.",
            f"Its retention has ended: delete it with `graphmeta privacy purge {path}`, and "
            "analyse again if there is need.",
        )
    return opened


def open_even_expired(path: Path) -> RunFolder:
    """Open a run folder whose retention may have ended: for those alone who end or check it.

    Raises:
        RunError: There is no run at ``path``, or it is incomplete.
    """
    if not path.is_dir():
        raise RunError(
            f"There is no run at {path}.",
            "Make one with: graphmeta analyze EVENTS --out RUN",
        )
    wanted = [f"{name}.parquet" for name in TABLES] + [MANIFEST, AUDIT]
    _refuse_links(path, (_DRAFT, _REWRITING))
    if (path / _REWRITING).is_dir():
        _move_in(path)
    _refuse_links(path, (*wanted, REVERSE_MAP, STATE))
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
    return RunFolder(path, manifest)


def _refuse_links(path: Path, names: Iterable[str]) -> None:
    """Refuse a folder with links: behind one may stand what others keep, to be shown or changed.

    Raises:
        RunError: There is one.
    """
    for name in names:
        if (path / name).is_symlink():
            raise RunError(
                f"{path / name} is a link, and no run has any.",
                "Somebody put it there: find out who, and do not use this folder.",
            )


def partial_path(path: Path) -> Path:
    """Return where a run that is to stand at ``path`` is being written."""
    return path.with_name(path.name + PARTIAL)


def is_unfinished(path: Path) -> bool:
    """Tell whether a folder is what an analysis writes before its run stands, and nothing else."""
    if not path.name.endswith(PARTIAL) or path.is_symlink() or not path.is_dir():
        return False
    known = {MANIFEST, AUDIT, REVERSE_MAP, STATE, *(f"{name}.parquet" for name in TABLES)}
    return all(one.name in known or one.name.startswith(WORK) for one in path.iterdir())


@contextmanager
def writing(partial: Path) -> Iterator[None]:
    """Say, as long as it lasts, that an analysis writes into a partial folder.

    It is said by a lock, which goes with the process, however that ends.

    Raises:
        RunError: Somebody else writes there, or removes it.
    """
    try:
        handle = os.open(partial, os.O_RDONLY | os.O_DIRECTORY)
    except OSError as error:
        raise _in_use(partial) from error
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(handle)
        raise _in_use(partial) from error
    try:
        yield
    finally:
        os.close(handle)


def _in_use(partial: Path) -> RunError:
    return RunError(f"An analysis is writing into {partial}.", "Wait until it has ended.")


def claim(path: Path, *, resume: bool = False) -> Path:
    """Make the partial folder of a new run and return it.

    Args:
        path: Where the run is to stand.
        resume: Whether the folder may be there, left by an analysis that was stopped.

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
        if resume and is_unfinished(partial) and partial.stat().st_uid == os.getuid():
            return partial
        raise RunError(
            f"{partial} exists already: an analysis is writing there, or was killed.",
            "Wait for it. Go on with what a killed one left by --resume, or let it go: graphmeta "
            f"privacy purge {partial}",
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


def clear(partial: Path) -> None:
    """Remove what a stopped analysis had written of its run, but not what it worked on."""
    for name in (*(f"{name}.parquet" for name in TABLES), MANIFEST, AUDIT, REVERSE_MAP, STATE):
        (partial / name).unlink(missing_ok=True)


def write_tables(folder: Path, tables: Mapping[str, pl.DataFrame]) -> None:
    """Write every table of the contract into ``folder``, with the contract's columns and types.

    Raises:
        KeyError: A table of the contract was not given.
    """
    for name, schema in TABLES.items():
        frame = tables[name].select(pl.col(column).cast(dtype) for column, dtype in schema.items())
        frame.write_parquet(folder / f"{name}.parquet", compression="zstd", statistics=False)


def sums(folder: Path) -> dict[str, str]:
    """Return the SHA-256 of a run's tables, manifest and kept state, by the name of the file."""
    names = [f"{name}.parquet" for name in TABLES] + [MANIFEST]
    names += [STATE] if (folder / STATE).exists() else []
    return {name: sha256(folder / name) for name in names}


def sha256(file: Path) -> str:
    """Return the SHA-256 of a file, as 64 hexadecimal digits."""
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


@contextmanager
def changing(path: Path) -> Iterator[RunFolder]:
    """Keep others from changing a run's tables meanwhile, and give the run as it is by then.

    Raises:
        RunError: There is no run at ``path``, it is incomplete, or it has expired.
    """
    handle = os.open(path, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield open_run(path)
    finally:
        os.close(handle)


def rewrite(
    folder: RunFolder,
    tables: Mapping[str, pl.DataFrame],
    manifest: Mapping[str, Any],
    state: Callable[[Path], None] | None = None,
) -> RunFolder:
    """Put new tables and a new manifest in the place of a run's own: all of them, or none.

    The audit log stays as it is. Used to erase, within ``changing``; nothing else changes a run.

    Args:
        folder: The run.
        tables: The new tables.
        manifest: The new manifest.
        state: Writes a new state to a path, where one is kept; by default the old one stays.

    Raises:
        KeyError: A table of the contract was not given.
    """
    draft = folder.path / _DRAFT
    shutil.rmtree(draft, ignore_errors=True)  # left by one who was stopped before it held
    draft.mkdir(mode=0o700)
    write_tables(draft, tables)
    text = json.dumps(manifest, indent=2, ensure_ascii=False) + "\n"
    (draft / MANIFEST).write_text(text, encoding="utf-8")
    if state is not None:
        state(draft / STATE)
    _flush(draft)
    draft.rename(folder.path / _REWRITING)
    _move_in(folder.path)
    return open_run(folder.path)


def _move_in(path: Path) -> None:
    """Move the files of a rewriting that holds into their places, from wherever it stopped."""
    rewriting = path / _REWRITING
    for name in (*(f"{name}.parquet" for name in TABLES), MANIFEST, STATE):
        file = rewriting / name
        # Another process may be finishing the same rewriting: each file is moved by one of us.
        with contextlib.suppress(FileNotFoundError):
            file.replace(path / name)
    with contextlib.suppress(OSError):  # what else lies there is not ours, and stays
        rewriting.rmdir()


def _flush(folder: Path) -> None:
    """Wait until a folder's files are on the disk."""
    for file in folder.iterdir():
        with file.open("rb") as handle:
            os.fsync(handle.fileno())


def publish(partial: Path, path: Path) -> RunFolder:
    """Turn a finished partial folder into the run at ``path``, in one step.

    Raises:
        RunError: Something stands at ``path`` by now.
    """
    _flush(partial)
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
