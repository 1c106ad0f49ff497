"""Which bytes of a Parquet file may be read, and which were?

A Parquet file keeps each column's values of a row group in one stretch of bytes, so a column can
be left unread altogether. Projection by a library does not give that: measured with pyarrow's
defaults, pre-buffering fetched all of a forbidden column, and memory-mapping brought its pages
in. Here pyarrow reads through a file object that knows the allowed stretches (the footer and the
chunks of the allowed columns), refuses every other read, and remembers what it served.

What it does not give: the footer holds statistics, which may contain values of forbidden
columns. They are inside the footer's bytes and are never decoded into anything we keep.
"""

from __future__ import annotations

import io
import itertools
from collections.abc import Iterator, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from graphmeta.errors import InputError, PrivacyRefusalError

Range = tuple[int, int]

_MAGIC = b"PAR1"
#: At the end of a file stand the footer's length (4 bytes) and the magic word.
_TAIL_BYTES = 8


class GuardedFile(io.RawIOBase):
    """A read-only file that serves allowed byte ranges alone.

    Args:
        path: The file.

    Nothing is allowed at first; ``allow`` adds stretches. ``ranges_read`` lists what was served,
    merged and in order.
    """

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.path = path
        self._file: io.FileIO | None = None
        self.length = path.stat().st_size
        self._position = 0
        self._allowed: list[Range] = []
        self._read: list[Range] = []

    def allow(self, ranges: Sequence[Range]) -> None:
        """Allow the reading of some stretches, each given as [start, end)."""
        self._allowed = merge([*self._allowed, *ranges])

    @property
    def allowed(self) -> list[Range]:
        """The stretches that may be read, merged and in order."""
        return list(self._allowed)

    @property
    def ranges_read(self) -> list[Range]:
        """The stretches that were read, merged and in order."""
        self._read = merge(self._read)
        return list(self._read)

    def read(self, size: int = -1) -> bytes:
        """Read the next bytes.

        Raises:
            PrivacyRefusalError: Some of them are not allowed. None is read then.
        """
        end = self.length if size < 0 else min(self._position + size, self.length)
        wanted = (self._position, end)
        if wanted[0] >= wanted[1]:
            return b""
        if not any(start <= wanted[0] and wanted[1] <= stop for start, stop in self._allowed):
            raise PrivacyRefusalError(
                f"{self.path.name}: a read of bytes {wanted[0]} to {wanted[1]} was stopped, "
                "because they hold columns that may not be read.",
                "The file's layout is unusual; write it again with a current Parquet library.",
            )
        if self._file is None:
            self._file = self.path.open("rb", buffering=0)
        self._file.seek(wanted[0])
        data = self._file.read(wanted[1] - wanted[0])
        self._position += len(data)
        self._read.append((wanted[0], wanted[0] + len(data)))
        return data

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Move to a place in the file; moving reads nothing."""
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self.length}[whence]
        self._position = base + offset
        return self._position

    def tell(self) -> int:
        """Return the place in the file."""
        return self._position

    def readable(self) -> bool:
        """Say that the file can be read."""
        return True

    def seekable(self) -> bool:
        """Say that the file has places."""
        return True

    def release(self) -> None:
        """Close the file until the next read, so that thousands can be looked at in turn."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def close(self) -> None:
        """Close the file for good."""
        self.release()
        super().close()


class GuardedParquet:
    """A Parquet file of which the footer has been read, and nothing else.

    Args:
        path: The file.

    Raises:
        InputError: The file is no whole Parquet file.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file = GuardedFile(path)
        try:
            # pyarrow itself would fetch the last 64 KiB, columns and all, to find the footer, so
            # the footer is fetched here and handed over as a file that consists of nothing else.
            footer = _read_footer(self._file)
            self._metadata = pq.read_metadata(pa.BufferReader(footer))
            self.columns: tuple[str, ...] = tuple(self._metadata.schema.to_arrow_schema().names)
        except (pa.ArrowException, OSError) as error:
            raise damaged(path.name, "Parquet") from error
        finally:
            self._file.release()
        self.rows: int = self._metadata.num_rows

    @property
    def ranges_read(self) -> list[Range]:
        """The byte ranges read so far, merged and in order."""
        return self._file.ranges_read

    def allowed_ranges(self, columns: Sequence[str]) -> list[Range]:
        """Return where some columns' values stand, merged and in order.

        Raises:
            PrivacyRefusalError: They share bytes with a column that is not among them.
        """
        wanted: list[Range] = []
        others: list[Range] = []
        leaves = _leaf_owners(self._metadata.schema.to_arrow_schema())
        for group in range(self._metadata.num_row_groups):
            for leaf, owner in enumerate(leaves):
                chunk = _chunk_range(self._metadata.row_group(group).column(leaf))
                (wanted if owner in columns else others).append(chunk)
        allowed = merge(wanted)
        if _overlap(allowed, merge(others)):
            raise PrivacyRefusalError(
                f"{self.path.name}: columns overlap in the file, so that one cannot be read "
                "without another.",
                "Such a file is damaged or forged; write it again with a current library.",
            )
        return allowed

    def batches(self, columns: Sequence[str], batch_rows: int) -> Iterator[pa.RecordBatch]:
        """Yield record batches of some columns, reading their bytes alone.

        Raises:
            InputError: The file is damaged.
            PrivacyRefusalError: Reading would touch bytes of other columns.
        """
        self._file.allow(self.allowed_ranges(columns))
        try:
            parquet = pq.ParquetFile(
                pa.PythonFile(self._file, mode="r"),
                metadata=self._metadata,
                pre_buffer=False,
                buffer_size=0,
                memory_map=False,
                page_checksum_verification=True,
            )
            yield from parquet.iter_batches(batch_size=batch_rows, columns=list(columns))
        except (pa.ArrowException, OSError) as error:
            raise damaged(self.path.name, "Parquet") from error
        finally:
            self._file.release()


def merge(ranges: Sequence[Range]) -> list[Range]:
    """Return ranges in order, with those that touch or overlap joined."""
    merged: list[Range] = []
    for start, end in sorted(ranges):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        else:
            merged.append((start, end))
    return merged


def damaged(name: str, kind: str) -> InputError:
    """Return the error for a file that is cut off or damaged."""
    return InputError(
        f"{name} is not a whole {kind} file: it is cut off or damaged.",
        "Copy or export it again, and compare its size with the original's.",
    )


def _read_footer(file: GuardedFile) -> bytes:
    """Return the footer's bytes between two magic words, as a Parquet file without columns."""
    tail_start = max(file.length - _TAIL_BYTES, 0)
    file.allow([(tail_start, file.length)])
    file.seek(tail_start)
    tail = file.read(_TAIL_BYTES)
    start = tail_start - int.from_bytes(tail[:4], "little")
    if tail[4:] != _MAGIC or start < len(_MAGIC):
        raise damaged(file.path.name, "Parquet")
    file.allow([(start, tail_start)])
    file.seek(start)
    return _MAGIC + file.read(tail_start - start) + tail


def _leaf_owners(schema: pa.Schema) -> list[str]:
    """Return for each stored column the name of the top-level column that it belongs to."""
    return [field.name for field in schema for _ in range(_leaves(field.type))]


def _leaves(kind: pa.DataType) -> int:
    if kind.num_fields == 0 or pa.types.is_dictionary(kind):
        return 1
    return sum(_leaves(kind.field(index).type) for index in range(kind.num_fields))


def _chunk_range(chunk: pq.ColumnChunkMetaData) -> Range:
    start = chunk.data_page_offset
    # Some writers put 0 where there is no dictionary page.
    if chunk.has_dictionary_page and 0 < chunk.dictionary_page_offset < start:
        start = chunk.dictionary_page_offset
    return (start, start + chunk.total_compressed_size)


def _overlap(left: Sequence[Range], right: Sequence[Range]) -> bool:
    """Say whether any of some ordered, disjoint ranges meets any of some others."""
    tagged = sorted([(*item, 0) for item in left] + [(*item, 1) for item in right])
    return any(
        first[2] != second[2] and second[0] < first[1]
        for first, second in itertools.pairwise(tagged)
    )
