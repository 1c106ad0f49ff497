"""How are CSV and NDJSON read, whose columns cannot be parted byte by byte?

Every value is read as text and decoded by the contract, so that CSV, NDJSON and Parquet of the
same events give the same store.
"""

from __future__ import annotations

import csv
import glob
import io
import json
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.csv as pacsv

from graphmeta.engines.local import stream
from graphmeta.errors import InputError
from graphmeta.ingest.columnar import from_arrow
from graphmeta.ingest.sources import BATCH_ROWS, Source
from graphmeta.privacy.guard import made_of_others

_BLOCK_BYTES = 1 << 24
_LONGEST_HEADER = 1 << 20
_NOTE = (
    "Text: bytes of ignored columns were passed over by the parser and discarded; they cannot be "
    "left unread."
)


class CsvSource(Source):
    """A CSV file with a header line; fields parted by comma, semicolon or tabulator."""

    def __init__(self, path: Path, name: str) -> None:
        self._path = path
        self._broken: list[int] = []
        header = _header_line(path, name)
        # The separator that occurs most often in the header.
        self._separator = max(",;\t", key=header.count)
        super().__init__(
            name=name,
            format="csv",
            columns=_names(header, self._separator, name),
            size_bytes=path.stat().st_size,
            rows=None,
            note=_NOTE,
        )

    def batches(self, columns: Sequence[str]) -> Iterator[pl.DataFrame]:
        """Yield the rows in order; see ``Source.batches``."""
        text = pa.string()
        try:
            reader = pacsv.open_csv(
                str(self._path),
                # Only the reader without threads numbers the rows that it has to skip.
                read_options=pacsv.ReadOptions(use_threads=False, block_size=_BLOCK_BYTES),
                parse_options=pacsv.ParseOptions(
                    delimiter=self._separator,
                    newlines_in_values=True,
                    invalid_row_handler=self._skip,
                ),
                convert_options=pacsv.ConvertOptions(
                    include_columns=list(columns),
                    column_types=dict.fromkeys(columns, text),
                    strings_can_be_null=True,
                    null_values=[""],
                ),
            )
            for batch in reader:
                yield from from_arrow(batch).iter_slices(BATCH_ROWS)
        except pa.ArrowException:
            # The parser's own error may repeat a value.
            raise InputError(
                f"{self.name} cannot be read as CSV in UTF-8.",
                "Look for an unclosed quotation mark, or convert the file to UTF-8.",
            ) from None

    def _skip(self, row: pacsv.InvalidRow) -> str:
        self._broken.append(row.number - 1)  # the parser counts the header as row 1
        return "skip"

    def row_numbers(self, start: int, length: int) -> pl.Series:
        """Return the 1-based numbers of some whole rows; see ``Source.row_numbers``."""
        index = np.arange(start + 1, start + length + 1)
        # Before the i-th whole row stand those broken rows of which fewer than i whole ones
        # came before.
        whole_before = np.array(self._broken, dtype=np.int64) - np.arange(len(self._broken))
        return pl.Series("row", index + np.searchsorted(whole_before, index, side="right"))

    def broken_rows(self) -> pl.DataFrame:
        """Return the rows whose number of fields is wrong; see ``Source.broken_rows``."""
        return pl.DataFrame({"row": self._broken}, schema={"row": pl.Int64}).with_columns(
            field=pl.lit("row"), reason=pl.lit("wrong number of fields")
        )


class NdjsonSource(Source):
    """A file with one JSON object per line.

    Any line may bring a new key, so a first pass over the file collects the keys of all lines,
    and values are decoded in a second pass, of the wanted keys alone.
    """

    def __init__(self, path: Path, name: str) -> None:
        self._path = path
        keys = _keys(path, name)
        self._nested = {key for key, nested in keys.items() if nested}
        super().__init__(
            name=name,
            format="ndjson",
            columns=tuple(keys),
            size_bytes=path.stat().st_size,
            rows=None,
            note=_NOTE + " A first pass over all lines collected their keys.",
        )

    def batches(self, columns: Sequence[str]) -> Iterator[pl.DataFrame]:
        """Yield the rows in order; see ``Source.batches``."""
        for name in columns:
            if name in self._nested:
                raise made_of_others(self.name, name)
        lines = pl.scan_ndjson(_this_alone(self._path), schema=dict.fromkeys(columns, pl.String))
        try:
            yield from stream(lines, BATCH_ROWS)
        except pl.exceptions.PolarsError:
            # The parser's own error may repeat a line.
            raise InputError(
                f"{self.name} cannot be read as NDJSON: a line is no JSON as RFC 8259 has it.",
                "Look for NaN, Infinity and numbers of more than 64 bits, and write them as text.",
            ) from None


def _this_alone(path: Path) -> str:
    """Return a path as Polars takes it for one file, whatever letters are in it."""
    # To Polars a star stands for anything and a tilde for the home of a user: for other files.
    return glob.escape(str(path.absolute()))


def _keys(path: Path, name: str) -> dict[str, bool]:
    """Return all keys of a file's objects, as they appear, and whether objects are nested there."""
    try:
        schema = pl.scan_ndjson(_this_alone(path), infer_schema_length=None).collect_schema()
        return {key: kind.is_nested() for key, kind in schema.items()}
    except pl.exceptions.PolarsError:
        # A line is malformed, or the values of a key have no type in common. Reading line by
        # line is slow; it finds the line, or the keys.
        return _keys_line_by_line(path, name)


def _keys_line_by_line(path: Path, name: str) -> dict[str, bool]:
    keys: dict[str, bool] = {}
    with path.open("rb") as file:
        rows = (line for line in file if line.strip())
        for row, line in enumerate(rows, 1):
            try:
                found = json.loads(line)
            except ValueError:
                found = None
            if not isinstance(found, dict):
                # The parser's own error would repeat the line.
                raise InputError(
                    f"{name}, row {row}: the line is not one whole JSON object in UTF-8.",
                    "Write one object per line; a cut-off last line means a cut-off file.",
                )
            for key, value in found.items():
                keys[key] = keys.get(key, False) or isinstance(value, dict | list)
    return keys


def _names(header: str, separator: str, name: str) -> tuple[str, ...]:
    """Return the names in a header line."""
    try:
        return tuple(next(csv.reader(io.StringIO(header), delimiter=separator)))
    except (csv.Error, StopIteration):
        raise InputError(
            f"{name} does not begin with a line of column names.",
            "Write names that are parted as the values are, and end lines with a line feed.",
        ) from None


def _header_line(path: Path, name: str) -> str:
    """Return the first line of a CSV file; no other line is read."""
    with path.open("rb") as file:
        line = file.readline(_LONGEST_HEADER)
    try:
        text = line.decode("utf-8-sig").rstrip("\r\n")
    except UnicodeDecodeError:
        text = "\0"
    if "\0" in text:
        raise InputError(f"{name} is not text in UTF-8.", "Convert the file to UTF-8.")
    return text
