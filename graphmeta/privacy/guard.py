"""Which bytes of a Parquet file may be read, and which were?

A Parquet file keeps each column's values of a row group in one stretch of bytes, so a column can
be left unread altogether. Projection by a library does not give that: measured with pyarrow's
defaults, pre-buffering fetched all of a forbidden column, and memory-mapping brought its pages
in. Here pyarrow reads through a file object that knows the allowed stretches (the footer and the
chunks of the allowed columns), refuses every other read, and remembers what it served.

The footer, which may repeat values of forbidden columns as statistics, is read as bytes; a copy
without them is made for pyarrow, and the bytes are blanked (``footer.py``).

It misleads where more is expected: the kernel keeps pages of files that were read in its own
memory, and a page that holds allowed bytes may hold forbidden ones beside them.
"""

from __future__ import annotations

import bisect
import io
import os
from collections.abc import Iterator, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from graphmeta.errors import InputError, PrivacyRefusalError
from graphmeta.privacy.footer import Chunk, Range, first_overlap, without_values

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
        found = path.stat()
        self.length = found.st_size
        self._same = _identity(found)
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
        allowed = self._checked(size)
        if allowed == 0:
            return b""
        data = self._opened().read(allowed)
        self._served(len(data))
        return data

    def read_blankable(self, size: int) -> bytearray:
        """Read the next bytes into memory that can be blanked; otherwise as ``read``."""
        data = bytearray(self._checked(size))
        self._served(self._opened().readinto(data))
        return data

    def _checked(self, size: int) -> int:
        """Return how many bytes follow, at most ``size``, all of which may be read."""
        end = self.length if size < 0 else min(self._position + size, self.length)
        start = min(self._position, end)
        before = bisect.bisect_right(self._allowed, (start, self.length)) - 1
        if start < end and (before < 0 or end > self._allowed[before][1]):
            raise PrivacyRefusalError(
                f"{self.path.name}: a read of bytes {start} to {end} was stopped, "
                "because they hold columns that may not be read.",
                "The file's layout is unusual; write it again with a current Parquet library.",
            )
        return end - start

    def _opened(self) -> io.FileIO:
        if self._file is None:
            self._file = self.path.open("rb", buffering=0)
            # What may be read was told by the footer of this file, and of no other.
            if _identity(os.fstat(self._file.fileno())) != self._same:
                self.release()
                raise InputError(
                    f"{self.path.name} was changed while it was read.",
                    "Wait until whoever writes it has ended, or give a copy.",
                )
        self._file.seek(self._position)
        return self._file

    def _served(self, count: int) -> None:
        self._read.append((self._position, self._position + count))
        self._position += count

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
        PrivacyRefusalError: Columns share bytes, or stand where none can be.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file = GuardedFile(path)
        try:
            # pyarrow itself would fetch the last 64 KiB, columns and all, to find the footer, so
            # the footer is fetched here and handed over as a file that consists of nothing else.
            raw, self._end = _read_footer(self._file)
            footer = without_values(raw)
            self._metadata = pq.read_metadata(pa.BufferReader(_as_file(footer.thrift)))
            self.columns: tuple[str, ...] = tuple(self._metadata.schema.to_arrow_schema().names)
        except (pa.ArrowException, OSError, ValueError, KeyError) as error:
            raise damaged(path.name, "Parquet") from error
        finally:
            self._file.release()
        self.rows: int = self._metadata.num_rows
        self._leaves = footer.leaves
        self._chunks = [chunk for group in footer.chunks for chunk in group]
        self._refuse_misplaced()

    @property
    def ranges_read(self) -> list[Range]:
        """The byte ranges read so far, merged and in order."""
        return self._file.ranges_read

    def allowed_ranges(self, columns: Sequence[str]) -> list[Range]:
        """Return where some columns' values stand, merged and in order."""
        return merge([chunk.place for chunk in self._chunks if chunk.path[0] in columns])

    def _refuse_misplaced(self) -> None:
        """Refuse a file in which reading one column could touch bytes of another.

        Raises:
            PrivacyRefusalError: Chunks overlap, lie outside of where columns stand, or are not
                those of the schema.
        """
        leaves = [leaf.path for leaf in self._leaves]
        named = [chunk.path for chunk in self._chunks]
        if named != leaves * self._metadata.num_row_groups:
            raise _forged(self.path.name, "columns are not in the order that the file says")
        if not all(_in_place(chunk, self._end) for chunk in self._chunks):
            raise _forged(self.path.name, "a column is said to stand where no column can be")
        taken = [chunk.place for chunk in self._chunks]
        taken += [place for chunk in self._chunks for place in chunk.indexes]
        if first_overlap([place for place in taken if place[0] < place[1]]) is not None:
            raise _forged(
                self.path.name,
                "columns overlap in the file, so that one cannot be read without another",
            )

    def batches(self, columns: Sequence[str], batch_rows: int) -> Iterator[pa.RecordBatch]:
        """Yield record batches of some columns, reading their bytes alone.

        Raises:
            InputError: The file is damaged.
            PrivacyRefusalError: Reading would touch bytes of other columns, or one of these is made
                of others.
        """
        for leaf in self._leaves:
            if leaf.nested and leaf.path[0] in columns:
                raise made_of_others(self.path.name, leaf.path[0])
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
            # Of a row group without rows some writers give no place, and nothing is to be read.
            groups = range(self._metadata.num_row_groups)
            filled = [group for group in groups if self._metadata.row_group(group).num_rows > 0]
            yield from parquet.iter_batches(
                batch_size=batch_rows, row_groups=filled, columns=list(columns)
            )
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


def made_of_others(name: str, column: str) -> PrivacyRefusalError:
    """Return the error for a column of lists or structures, in which anything may be nested."""
    return PrivacyRefusalError(
        f"{name}: the column {column!r} holds lists or structures, in which content may stand. No "
        "value of it was taken.",
        "Write it as a column of single values.",
    )


def _identity(found: os.stat_result) -> tuple[int, ...]:
    """Return what tells one file, as it is, from another and from what it was."""
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns


def _forged(name: str, what: str) -> PrivacyRefusalError:
    return PrivacyRefusalError(
        f"{name}: {what}.",
        "Such a file is damaged or forged; write it again with a current library.",
    )


def _in_place(chunk: Chunk, footer: int) -> bool:
    """Say whether a column stands in this file, behind its magic word and before its footer."""
    start, end = chunk.place
    inside = start == end or len(_MAGIC) <= start < end <= footer
    return inside and not chunk.elsewhere


def _read_footer(file: GuardedFile) -> tuple[bytearray, int]:
    """Return the footer's bytes, and where they begin."""
    tail_start = max(file.length - _TAIL_BYTES, 0)
    file.allow([(tail_start, file.length)])
    file.seek(tail_start)
    tail = file.read(_TAIL_BYTES)
    start = tail_start - int.from_bytes(tail[:4], "little")
    if tail[4:] != _MAGIC or start < len(_MAGIC):
        raise damaged(file.path.name, "Parquet")
    file.allow([(start, tail_start)])
    file.seek(start)
    return file.read_blankable(tail_start - start), start


def _as_file(footer: bytes) -> bytes:
    """Return a footer as a Parquet file that consists of nothing else."""
    return _MAGIC + footer + len(footer).to_bytes(4, "little") + _MAGIC
