"""The folder of a world: events in files that follow one another in time, and apart the answers.

A folder is filled beside its place, as ``NAME.partial``, and renamed at the end: under its own
name it is always whole. Every events file but the last has the same number of rows, so the files'
bytes depend on the events alone, not on how they were made.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import polars as pl

from graphmeta.errors import UsageError
from graphmeta.run import partial_path

#: Rows of an events file: some 25 MB, and a few hundred MB while it is being written.
ROWS_PER_FILE = 1 << 21
_ROWS_PER_GROUP = 1 << 18


def refuse_taken(folder: Path) -> None:
    """Refuse a place at which no world can be made.

    Raises:
        UsageError: ``folder`` is there and not empty, or something else is in the way.
    """
    if folder.is_symlink() or (folder.exists() and not folder.is_dir()):
        raise UsageError(f"{folder} is no folder.", "Name a new folder.")
    if folder.exists() and any(folder.iterdir()):
        raise UsageError(f"The folder {folder} is not empty.", "Name a new folder.")
    partial = partial_path(folder)
    if partial.exists():
        raise UsageError(
            f"{partial} exists already: a world is being written there, or its writer was killed.",
            "Wait for it, or delete that folder if nothing is writing.",
        )


@contextmanager
def made_whole(folder: Path) -> Iterator[Path]:
    """Yield a folder beside ``folder`` to fill; it becomes ``folder`` at the end, or goes away.

    Raises:
        UsageError: ``folder`` is there and not empty, something else is in the way, or the disk
            is full or cannot be written.
    """
    refuse_taken(folder)
    partial = partial_path(folder)
    try:
        partial.mkdir(parents=True)
        yield partial
        for file in (each for each in partial.rglob("*") if each.is_file()):
            with file.open("rb") as handle:
                os.fsync(handle.fileno())
        partial.rename(folder)
    except OSError as error:
        raise UsageError(
            f"{folder} cannot be written: {error.strerror or error}.",
            "Name a folder where you may write, on a disk with 40 bytes per event to spare.",
        ) from error
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def write_events(frames: Iterable[pl.DataFrame], folder: Path) -> int:
    """Write frames that follow one another in time as files of ``ROWS_PER_FILE`` rows.

    Args:
        frames: Events, in order of time across frames.
        folder: To be made, for ``events-00001.parquet`` and so on.

    Returns:
        The number of events.
    """
    folder.mkdir()
    written, files = 0, 0
    waiting: list[pl.DataFrame] = []
    for frame in frames:
        waiting.append(frame)
        while sum(each.height for each in waiting) > ROWS_PER_FILE:
            ready = pl.concat(waiting, rechunk=False)
            files += 1
            _write(ready[:ROWS_PER_FILE], folder, files)
            written += ROWS_PER_FILE
            waiting = [ready[ROWS_PER_FILE:]]
    rest = pl.concat(waiting, rechunk=False)
    _write(rest, folder, files + 1)
    return written + rest.height


def _write(frame: pl.DataFrame, folder: Path, number: int) -> None:
    # How the rows came together may not show in how they are written.
    frame.rechunk().write_parquet(
        folder / f"events-{number:05d}.parquet",
        compression="zstd",
        compression_level=1,
        row_group_size=_ROWS_PER_GROUP,
    )
