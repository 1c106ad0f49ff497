"""What tests of the realism report share: logs so small that a person can check them."""

from __future__ import annotations

from collections.abc import Iterable

import polars as pl

from graphmeta.bench.realism import log as logs
from graphmeta.bench.realism.log import Log
from graphmeta.contract.events import STORE_EVENTS

#: Sender, recipient, second.
Contact = tuple[int, int, int]
#: Sender, recipient, second, kind, duration, group.
Row = tuple[int, int, int, str, float | None, int | None]


def events(rows: Iterable[Row]) -> pl.DataFrame:
    """Return events as a store holds them."""
    frame = pl.DataFrame(
        list(rows),
        schema=["sender", "recipient", "time", "kind", "duration_s", "group"],
        orient="row",
    )
    return frame.select(pl.col(name).cast(dtype) for name, dtype in STORE_EVENTS.items())


def messages(contacts: Iterable[Contact], days: int = 28) -> Log:
    """Return a log of plain messages."""
    rows: list[Row] = [(a, b, at, "message", None, None) for a, b, at in contacts]
    return logs.log("made by hand", events(rows), 0, days)
