"""How are two files made that differ in nothing but the content that may not be read?

Of an original that has columns of content, both twins get the bytes of the allowed columns and of
the footer, as they are; everything else is filled, in one twin with canaries, in the other with
garbage. So this review does not read the content either. Where the original has no such column, is
of another format or too large, the first rows of its first file get a column of content; and
where there is no original, a small made-up town does.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import polars as pl

from graphmeta.ingest import Reading
from graphmeta.ingest.inputs import CONTRACTS
from graphmeta.ingest.mapping import plan
from graphmeta.oversight.review.given import Given
from graphmeta.privacy.guard import GuardedParquet, merge
from graphmeta.report import words
from graphmeta.synthetic import make_world
from graphmeta.synthetic.campaigns.ring import Ring

#: So many rows are tried; of more, the first.
MOST_ROWS = 100_000
#: The column of content that is added, where there is none.
ADDED = "review_content"


@dataclass(frozen=True)
class Twins:
    """Two folders with equal files, but for the content.

    Args:
        canaries: The one full of canaries.
        garbage: The one full of garbage.
        reading: How both are read.
        what: In words, what they are.
        content: The columns of content.
        whole: Whether they are the whole original, so that its settings fit.
    """

    canaries: Path
    garbage: Path
    reading: Reading
    what: str
    content: tuple[str, ...]
    whole: bool


def make(inputs: Sequence[Given], reading: Reading, canary: bytes, folder: Path) -> Twins:
    """Make twins of what is at hand, or of a made-up town.

    Args:
        inputs: The run's inputs, with the files at hand.
        reading: How they were read.
        canary: What stands in the content of one of them.
        folder: Where they are made.

    Raises:
        GraphmetaError: A file at hand cannot be read.
    """
    events = [one for one in inputs if one.entry.get("table", "events") == "events"]
    here = [one for one in events if one.file is not None]
    homes = folder / "canaries", folder / "garbage"
    for home in homes:
        home.mkdir()
    if (
        here
        and len(here) == len(events)
        and all(map(_laid_apart, here))
        and _rows(here) <= MOST_ROWS
    ):
        for number, one in enumerate(here):
            _fill(one, canary, homes, f"{number}.parquet")
        ignored = tuple(
            dict.fromkeys(name for one in here for name in one.entry["columns_ignored"])
        )
        what = "A copy of the original, whose unread columns were filled"
        return Twins(*homes, reading, what, ignored, whole=True)
    if here:
        rows = _first_rows(here[0], reading)
        what = f"The first {words.plural(rows.height, 'row')} of {here[0].entry['file']}, with a "
        what += "column of content added"
    else:
        rows = _town(events, reading)
        # Its times are real ones, whatever those of the original had to be told.
        reading = replace(reading, timestamp_unit=None, time_zone=None)
        what = f"A made-up town of {words.plural(rows.height, 'event')} in columns of the same "
        what += "names, with a column of content added: the original was not at hand"
    for home, content in zip(homes, (canary.decode(), None), strict=True):
        _with_content(rows, content).write_parquet(home / "0.parquet", row_group_size=5_000)
    added = replace(reading, ignore_columns=(*reading.ignore_columns, ADDED))
    return Twins(*homes, added, what, (ADDED,), whole=False)


def _laid_apart(one: Given) -> bool:
    """Tell whether a file has columns of content that stand apart from the others."""
    return one.entry["format"] == "parquet" and bool(one.entry["columns_ignored"])


def _rows(inputs: Sequence[Given]) -> int:
    return sum(int(one.entry["rows"]) for one in inputs)


def _fill(one: Given, canary: bytes, homes: Sequence[Path], name: str) -> None:
    """Write both twins of a Parquet file, reading its allowed columns and its footer alone."""
    guarded = GuardedParquet(one.path)
    size = one.path.stat().st_size
    kept = merge([(0, 4), *guarded.ranges_read, *guarded.allowed_ranges(one.entry["columns_read"])])
    canaries = (canary * (size // len(canary) + 1))[:size]
    for home, filling in zip(homes, (canaries, os.urandom(size)), strict=True):
        with (home / name).open("wb") as twin, one.path.open("rb", buffering=0) as original:
            twin.write(filling)
            for start, end in kept:
                original.seek(start)
                twin.seek(start)
                twin.write(original.read(end - start))


def _first_rows(one: Given, reading: Reading) -> pl.DataFrame:
    """Return the first rows of a file, with the columns that may be read alone."""
    assert one.file is not None
    source = one.file.open()
    decided = plan(source.name, source.columns, CONTRACTS["events"], reading)
    return pl.concat(_batches(source.batches(list(decided.read.values())))).head(MOST_ROWS)


def _batches(batches: Iterator[pl.DataFrame]) -> Iterator[pl.DataFrame]:
    rows = 0
    for batch in batches:
        yield batch
        rows += batch.height
        if rows >= MOST_ROWS:
            return


def _town(events: Sequence[Given], reading: Reading) -> pl.DataFrame:
    """Return a small town with a ring in it, in the columns that the run read."""
    ring = Ring(actors=12, targets=60, overlap=0.6, window=6 * 3_600.0)
    town = make_world(200, 14, (ring,), (), 1).events
    read = {name for one in events for name in one.entry["columns_read"]}
    names = {name: reading.mapping.get(name, name) for name in town.columns}
    if names["kind"] not in read:  # otherwise groups would pass for accounts
        town = town.filter(pl.col("kind") == "message")
    needed = {names[name] for name in ("sender", "recipient", "timestamp")}
    return town.rename(names).select(name for name in names.values() if name in read | needed)


def _with_content(frame: pl.DataFrame, content: str | None) -> pl.DataFrame:
    """Add a column of content: a text in every row, or garbage where there is none."""
    said: Any = [
        os.urandom(16).hex() if content is None else f"{content} {row}"
        for row in range(frame.height)
    ]
    return frame.with_columns(pl.Series(ADDED, said, dtype=pl.String))
