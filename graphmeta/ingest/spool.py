"""Where do accepted events wait until all of them have been read?

Dense integers can be given once every event is known, so each event is looked at several times
after it was read. Held in memory, a hundred million of them would take more than most laptops
have. They wait in small files of the store's folder instead, part by part as they were read, and
are gone before the store is handed over. A pass takes them part by part in no order that means
anything, or by slices of time: how many rows each hour has is counted on the way in.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import polars as pl

_HOUR_S = 3600

Change = Callable[[pl.DataFrame], pl.DataFrame]


@dataclass(frozen=True)
class _Waiting:
    """One part: its file, and the time of its earliest and latest event."""

    file: Path
    first: int
    last: int


class Spool:
    """Events that wait on disk.

    Args:
        folder: Where; it is made, and must not exist.
    """

    def __init__(self, folder: Path) -> None:
        folder.mkdir(mode=0o700)
        self._folder = folder
        self._parts: list[_Waiting] = []
        self._hours: list[pl.DataFrame] = []
        self._rows = 0
        self._change: Change = _as_it_is

    def add(self, events: pl.DataFrame) -> None:
        """Let some events wait."""
        if events.is_empty():
            return
        file = self._folder / f"{len(self._parts):06d}.arrow"
        events.write_ipc(file, compression="uncompressed")
        first, last = events.select(first=pl.col("time").min(), last=pl.col("time").max()).row(0)
        self._parts.append(_Waiting(file, first, last))
        self._hours.append(events.group_by(hour=pl.col("time") // _HOUR_S).len())
        self._rows += len(events)

    def change(self, change: Change) -> None:
        """Let every event be changed when it is looked at: row by row, its time excepted."""
        self._change = change

    def __len__(self) -> int:
        """How many events wait."""
        return self._rows

    def __iter__(self) -> Iterator[pl.DataFrame]:
        """Yield all events, part by part; may be asked again."""
        for part in self._parts:
            yield self._change(_read(part.file))

    @property
    def first(self) -> int:
        """The time of the earliest event."""
        return min(part.first for part in self._parts)

    @property
    def last(self) -> int:
        """The time of the latest event."""
        return max(part.last for part in self._parts)

    def slices(self, rows: int) -> Iterator[pl.DataFrame]:
        """Yield all events by slices of time, the earliest first, of about ``rows`` events.

        No slice is shorter than an hour, however many events it has. Where files were in order of
        time, as logs are, each part is read about once; else each is read once per slice.
        """
        start = self.first
        for end in self._ends(rows):
            inside = pl.col("time").is_between(start, end)
            yield pl.concat(
                self._change(_read(part.file).filter(inside))
                for part in self._parts
                if part.first <= end and part.last >= start
            )
            start = end + 1

    def _ends(self, rows: int) -> list[int]:
        """Return the last second of each slice."""
        hours = pl.concat(self._hours).group_by("hour").agg(pl.col("len").sum()).sort("hour")
        slices = hours.select("hour", slice=(pl.col("len").cum_sum() - 1) // rows)
        last = slices.group_by("slice").agg(pl.col("hour").max())["hour"].sort()
        return [(hour + 1) * _HOUR_S - 1 for hour in last.to_list()]

    def clear(self) -> None:
        """Let the events go."""
        shutil.rmtree(self._folder)


def _read(file: Path) -> pl.DataFrame:
    # By its name, Polars might take it for a pattern: a run may be called anything.
    with file.open("rb") as opened:
        return pl.read_ipc(opened)


def _as_it_is(events: pl.DataFrame) -> pl.DataFrame:
    return events
