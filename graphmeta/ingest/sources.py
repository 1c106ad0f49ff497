"""What is one input: its name, its columns, and its rows in batches?

Every format and every kind of frame becomes a ``Source``: opening it tells the columns and reads
no value; asking it for batches reads the named columns alone, as far as the format allows.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import polars as pl

from graphmeta.privacy.footer import Range

#: Rows handled at once: enough to keep columns fast, few enough to keep memory flat.
BATCH_ROWS = 1 << 18


@dataclass
class Source(ABC):
    """One input, opened.

    Args:
        name: What errors and the receipt call it.
        format: "parquet", "csv", "ndjson", "arrow" or "frame".
        columns: The names of its columns.
        size_bytes: Its size on disk, or None for a frame.
        rows: How many rows it has, where that is known without reading them.
        note: What a reviewer must know of how its bytes were passed over.
    """

    name: str
    format: str
    columns: tuple[str, ...]
    size_bytes: int | None
    rows: int | None
    note: str

    @abstractmethod
    def batches(self, columns: Sequence[str]) -> Iterator[pl.DataFrame]:
        """Yield the rows in order, with the named columns alone.

        Raises:
            InputError: The input is cut off or damaged.
            PrivacyRefusalError: Reading would touch what may not be read.
        """

    def row_numbers(self, start: int, length: int) -> pl.Series:
        """Return the 1-based numbers of ``length`` yielded rows, ``start`` having gone before."""
        first = start + 1
        return pl.int_range(first, first + length, dtype=pl.Int64, eager=True).alias("row")

    def broken_rows(self) -> pl.DataFrame:
        """Return the rows so far that could not be parted into fields: row, field, reason."""
        return pl.DataFrame(schema={"row": pl.Int64(), "field": pl.String(), "reason": pl.String()})

    def byte_ranges(self) -> list[Range] | None:
        """Return the byte ranges read so far, or None where the format does not tell them."""
        return None
