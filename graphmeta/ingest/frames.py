"""How is a data frame from Python read?

Polars, pandas, pyarrow and everything that offers the Arrow C stream interface. Columns are
selected before rows are taken, so ignored columns are not even looked at.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import polars as pl
import pyarrow as pa

from graphmeta.engines.local import stream
from graphmeta.errors import InputError
from graphmeta.ingest.columnar import from_arrow
from graphmeta.ingest.sources import BATCH_ROWS, Source

_NOTE = "The frame was in memory already; ignored columns were not looked at."


def is_frame(thing: object) -> bool:
    """Say whether something is a frame that can be read."""
    return isinstance(thing, pl.LazyFrame) or hasattr(thing, "__arrow_c_stream__")


class FrameSource(Source):
    """A frame in memory, or one that streams."""

    def __init__(self, frame: Any, name: str) -> None:
        self._frame = _as_known(frame)
        super().__init__(
            name=name,
            format="frame",
            columns=tuple(_columns(self._frame)),
            size_bytes=None,
            rows=None,
            note=_NOTE,
        )

    def batches(self, columns: Sequence[str]) -> Iterator[pl.DataFrame]:
        """Yield the rows in order; see ``Source.batches``."""
        frame = self._frame
        if isinstance(frame, pl.LazyFrame):
            yield from _computed(frame.select(columns))
        elif isinstance(frame, pl.DataFrame):
            yield from frame.select(columns).iter_slices(BATCH_ROWS)
        else:
            for batch in frame:
                yield from from_arrow(batch.select(list(columns))).iter_slices(BATCH_ROWS)


def _computed(frame: pl.LazyFrame) -> Iterator[pl.DataFrame]:
    try:
        yield from stream(frame, BATCH_ROWS)
    except pl.exceptions.PolarsError as error:
        raise _uncomputable() from error


def _uncomputable() -> InputError:
    return InputError(
        "The lazy frame cannot be computed.", "Collect it yourself to see the reason."
    )


def _as_known(frame: Any) -> pl.LazyFrame | pl.DataFrame | pa.RecordBatchReader:
    if isinstance(frame, (pl.LazyFrame, pl.DataFrame, pa.RecordBatchReader)):
        return frame
    if type(frame).__module__.partition(".")[0] == "pandas":
        # An index is no column; pandas would export it as one.
        frame = frame.reset_index(drop=True)
    return pa.RecordBatchReader.from_stream(frame)


def _columns(frame: pl.LazyFrame | pl.DataFrame | pa.RecordBatchReader) -> list[str]:
    if isinstance(frame, pa.RecordBatchReader):
        return list(frame.schema.names)
    try:
        return frame.collect_schema().names()
    except pl.exceptions.PolarsError as error:
        raise _uncomputable() from error
