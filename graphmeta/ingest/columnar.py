"""How are Parquet and Arrow IPC files read, and which of their bytes?

Parquet columns stand apart in the file, so ignored ones stay unread; ``privacy.guard`` sees to
that and tells the byte ranges. Arrow IPC puts all columns of a batch into one message.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import polars as pl
import pyarrow as pa

from graphmeta.ingest.sources import BATCH_ROWS, Source
from graphmeta.privacy.footer import Range
from graphmeta.privacy.guard import GuardedParquet, damaged, made_of_others


class ParquetSource(Source):
    """A Parquet file, read through the guard."""

    def __init__(self, path: Path, name: str) -> None:
        self._guarded = GuardedParquet(path)
        super().__init__(
            name=name,
            format="parquet",
            columns=self._guarded.columns,
            size_bytes=path.stat().st_size,
            rows=self._guarded.rows,
            note="Bytes of ignored columns were not read. The footer, which may hold statistics "
            "of all columns, was read; its statistics and key-value metadata were stepped over "
            "undecoded and its bytes blanked.",
        )

    def batches(self, columns: Sequence[str]) -> Iterator[pl.DataFrame]:
        """Yield the rows in order; see ``Source.batches``."""
        for batch in self._guarded.batches(columns, BATCH_ROWS):
            yield from_arrow(batch)

    def byte_ranges(self) -> list[Range]:
        """Return the byte ranges read so far."""
        return self._guarded.ranges_read


class ArrowSource(Source):
    """An Arrow IPC file (Feather version 2) or stream."""

    def __init__(self, path: Path, name: str) -> None:
        self._path = path
        try:
            with _open(path, None) as reader:
                columns = tuple(reader.schema.names)
                self._nested = {field.name for field in reader.schema if _is_nested(field.type)}
        except (pa.ArrowException, OSError) as error:
            raise damaged(name, "Arrow IPC") from error
        super().__init__(
            name=name,
            format="arrow",
            columns=columns,
            size_bytes=path.stat().st_size,
            rows=None,
            note="Bytes of ignored columns may have been fetched together with those of columns "
            "that were read; they were discarded undecoded.",
        )

    def batches(self, columns: Sequence[str]) -> Iterator[pl.DataFrame]:
        """Yield the rows in order; see ``Source.batches``."""
        wanted = [self.columns.index(name) for name in columns]
        for name in columns:
            if name in self._nested:
                raise made_of_others(self.name, name)
        try:
            with _open(self._path, wanted) as reader:
                if isinstance(reader, pa.ipc.RecordBatchFileReader):
                    stored = (reader.get_batch(i) for i in range(reader.num_record_batches))
                else:
                    stored = iter(reader)
                for batch in stored:
                    yield from _sliced(batch)
        except (pa.ArrowException, OSError) as error:
            raise damaged(self.name, "Arrow IPC") from error


def _is_nested(kind: pa.DataType) -> bool:
    if isinstance(kind, pa.DictionaryType):
        return _is_nested(kind.value_type)
    if isinstance(kind, pa.BaseExtensionType):
        return _is_nested(kind.storage_type)
    return bool(pa.types.is_nested(kind))


def from_arrow(batch: pa.RecordBatch) -> pl.DataFrame:
    """Return a record batch as a Polars frame."""
    frame = pl.from_arrow(batch)
    assert isinstance(frame, pl.DataFrame)  # a record batch always becomes a frame
    return frame


def _sliced(batch: pa.RecordBatch) -> Iterator[pl.DataFrame]:
    for start in range(0, batch.num_rows, BATCH_ROWS):
        yield from_arrow(batch.slice(start, BATCH_ROWS))


def _open(
    path: Path, wanted: list[int] | None
) -> pa.ipc.RecordBatchFileReader | pa.ipc.RecordBatchStreamReader:
    """Open a file or, where it is none, a stream, without mapping it into memory."""
    options = pa.ipc.IpcReadOptions(included_fields=wanted)
    with path.open("rb") as file:
        is_file = file.read(6) == b"ARROW1"
    source = pa.OSFile(str(path), "rb")
    return (pa.ipc.open_file if is_file else pa.ipc.open_stream)(source, options=options)
