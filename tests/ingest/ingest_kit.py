"""What the tests of ingest share: twelve events, files of every format, stores."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import polars as pl
from pyarrow import feather

from graphmeta.ingest import Reading, Store, ingest

#: Twelve events of all kinds, timestamps as ISO 8601 text.
EVENTS = pl.DataFrame(
    [
        ("ann", "bob", "2021-03-04T12:00:00Z", "message", None, None),
        ("bob", "ann", "2021-03-04T12:00:30Z", "message", None, None),
        ("ann", "cid", "2021-03-04T12:05:00Z", "call", 61.5, None),
        ("ann", "bob", "2021-03-04T12:06:00Z", "message", None, "club"),
        ("dan", "club", "2021-03-04T13:00:00Z", "join", None, None),
        ("dan", "club", "2021-03-04T13:01:00Z", "group_message", None, "club"),
        ("dan", "eve", "2021-03-04T13:02:00Z", "invite", None, "club"),
        ("eve", "club", "2021-03-04T13:03:00Z", "leave", None, None),
        ("eve", "dan", "2021-03-04T13:04:00Z", "block", None, None),
        ("eve", "dan", "2021-03-04T13:05:00Z", "report", None, None),
        ("bob", "cid", "2021-03-04T13:06:00Z", "call", 0.0, None),
        ("cid", "bob", "2021-03-04T13:06:00Z", "message", None, None),
    ],
    schema=["sender", "recipient", "timestamp", "kind", "duration_s", "group"],
    orient="row",
    infer_schema_length=None,
)


def build(folder: Path, sources: Any, **settings: Any) -> Store:
    """Ingest sources with plain ids and the named settings, into a new folder in ``folder``."""
    reading = Reading(**{"identifiers": "plain", **settings})
    return ingest(sources, folder=Path(tempfile.mkdtemp(dir=folder)), reading=reading)


def write(frame: pl.DataFrame, path: Path) -> Path:
    """Write a frame in the format that the path's ending says, and return the path."""
    path.parent.mkdir(parents=True, exist_ok=True)
    match path.suffix:
        case ".parquet":
            frame.write_parquet(path)
        case ".csv":
            frame.write_csv(path)
        case ".ndjson" | ".jsonl":
            frame.write_ndjson(path)
        case ".feather":
            feather.write_feather(frame.to_arrow(), path)
        case _:
            frame.write_ipc(path)
    return path
