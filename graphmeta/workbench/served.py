"""What does the workbench hold of a run in memory, and for how long?

Tables are read once and kept, since a queue of a hundred thousand clusters is asked for again and
again. They are kept no longer than they are true: at every look it is checked that the run has not
expired, and that its files are the ones that were read (an erasure rewrites them).
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar, cast

import polars as pl

from graphmeta.contract.tables import TABLES
from graphmeta.errors import RunError
from graphmeta.run import MANIFEST, RunFolder, open_run

_Kept = TypeVar("_Kept")
_Stamp = tuple[tuple[int, int], ...]


class ServedRun:
    """A run that the workbench shows. All threads share it.

    Args:
        path: Its folder.

    Raises:
        RunError: There is no run there, it is incomplete, or it has expired.
    """

    def __init__(self, path: Path) -> None:
        self.path = path.resolve()
        self._lock = threading.RLock()
        self._stamp = _stamp(self.path)
        self._over: Callable[[RunFolder], RunFolder] = lambda folder: folder
        self._folder = open_run(path)
        self._kept: dict[str, Any] = {}
        self.id = self._folder.run_id

    def lay_over(self, over: Callable[[RunFolder], RunFolder]) -> None:
        """Show the run with something laid over it; ``folder.genuine`` stays the run itself."""
        with self._lock:
            self._over = over
            self._folder = over(self._folder.genuine)
            self._kept.clear()

    @property
    def name(self) -> str:
        """The folder's name, as people know it."""
        return self.path.name

    @property
    def folder(self) -> RunFolder:
        """The run as it stands now.

        Raises:
            RunError: It has expired, is gone, or another run stands in its place.
        """
        with self._lock:
            stamp = _stamp(self.path)
            if stamp != self._stamp or self._folder.expired():
                self._kept.clear()
                opened = open_run(self.path)
                if opened.run_id != self.id:
                    raise RunError(
                        f"Another run stands at {self.path} by now.",
                        "Stop the workbench and start it again.",
                    )
                self._folder, self._stamp = self._over(opened), _stamp(self.path)
            return self._folder

    @property
    def manifest(self) -> Mapping[str, Any]:
        """What the run says of how it was made."""
        return self.folder.manifest

    def keep(self, name: str, make: Callable[[RunFolder], _Kept]) -> _Kept:
        """Return what ``make`` makes of the run, which is made once while the run stays as it is.

        Args:
            name: What it is, unique among all that is kept of a run.
            make: How it is made. Others wait meanwhile.

        Raises:
            RunError: The run has expired, is gone, or a table cannot be read.
        """
        with self._lock:
            folder = self.folder
            if name not in self._kept:
                self._kept[name] = make(folder)
            return cast("_Kept", self._kept[name])

    def table(self, name: str) -> pl.DataFrame:
        """Return one of the run's tables.

        Raises:
            RunError: As ``keep``.
        """
        return self.keep(f"table {name}", lambda folder: folder.table(name))

    def of_cluster(self, name: str, cluster: str) -> pl.DataFrame:
        """Return a cluster's rows of a table: of those with a column ``cluster_id``, and signals.

        Raises:
            RunError: As ``keep``.
        """
        rows, places = self.keep(
            f"{name} by cluster", lambda folder: _placed(_of_clusters(folder, name))
        )
        start, length = places.get(cluster, (0, 0))
        return rows.slice(start, length)


def _of_clusters(folder: RunFolder, name: str) -> pl.DataFrame:
    """Return a table whose column ``cluster_id`` names clusters; of signals, theirs alone."""
    table = folder.table(name)
    if name != "signals":
        return table
    return table.filter(pl.col("signal") != "membership").rename({"entity": "cluster_id"})


def _placed(table: pl.DataFrame) -> tuple[pl.DataFrame, dict[str, tuple[int, int]]]:
    """Return a table by cluster, and for each cluster its first row and how many there are."""
    rows = table.sort("cluster_id", maintain_order=True)
    runs = rows.select(pl.col("cluster_id").rle()).unnest("cluster_id")
    starts = runs.select(start=pl.col("len").cum_sum() - pl.col("len"))["start"]
    return rows, dict(zip(runs["value"], zip(starts, runs["len"], strict=True), strict=True))


def _stamp(path: Path) -> _Stamp:
    """Return what changes when one of a run's files is replaced."""
    files = [path / f"{name}.parquet" for name in TABLES] + [path / MANIFEST]
    try:
        found = [file.stat() for file in files]
    except OSError:
        return ()  # whoever opens the run next says what is wrong
    return tuple((one.st_ino, one.st_mtime_ns) for one in found)
