"""A footer is copied without the values that it repeats, and its bytes are blanked."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from graphmeta.privacy.footer import _Cursor, _Rule, first_overlap, without_values
from graphmeta.privacy.guard import GuardedParquet

CANARY = "canary-in-the-footer"
FRAME = pl.DataFrame(
    {
        "sender": [f"u{i % 7}" for i in range(60)],
        "body": [f"{CANARY} {i}" for i in range(60)],
        "flag": [i % 2 == 0 for i in range(60)],
        "more": [{"text": f"{CANARY} {i}", "list": [float(i)]} for i in range(60)],
        "timestamp": pl.Series(range(60)).cast(pl.Datetime("us", "UTC")),
    }
)


def footer(path: Path) -> bytearray:
    data = path.read_bytes()
    return bytearray(data[-8 - int.from_bytes(data[-8:-4], "little") : -8])


def by_polars(path: Path) -> None:
    FRAME.write_parquet(path, row_group_size=9, statistics="full", metadata={"note": CANARY})


def by_pyarrow(path: Path) -> None:
    table = FRAME.to_arrow().replace_schema_metadata({"note": CANARY})
    pq.write_table(table, path, row_group_size=9, write_page_index=True)


def without_rows(path: Path) -> None:
    pq.write_table(FRAME.clear().to_arrow(), path)


WRITERS = (by_polars, by_pyarrow, without_rows)


@pytest.mark.parametrize("write", [by_polars, by_pyarrow])
def test_statistics_and_metadata_are_left_out_and_the_original_is_blanked(
    tmp_path: Path, write: Callable[[Path], None]
) -> None:
    path = tmp_path / "e.parquet"
    write(path)
    raw = footer(path)
    assert CANARY.encode() in raw
    kept = without_values(raw)
    assert CANARY.encode() not in kept.thrift
    assert not any(raw)
    whole = b"PAR1" + kept.thrift + len(kept.thrift).to_bytes(4, "little") + b"PAR1"
    metadata = pq.read_metadata(pa.BufferReader(whole))
    assert metadata.metadata is None
    assert metadata.num_rows == 60
    for group in range(metadata.num_row_groups):
        for column in range(metadata.num_columns):
            assert not metadata.row_group(group).column(column).is_stats_set


@pytest.mark.parametrize("write", WRITERS)
def test_the_columns_are_told_where_pyarrow_finds_them(
    tmp_path: Path, write: Callable[[Path], None]
) -> None:
    path = tmp_path / "e.parquet"
    write(path)
    told = without_values(footer(path)).chunks
    metadata = pq.read_metadata(path)
    assert len(told) == metadata.num_row_groups
    for group, chunks in enumerate(told):
        for column, chunk in enumerate(chunks):
            expected = metadata.row_group(group).column(column)
            start = expected.dictionary_page_offset or expected.data_page_offset
            assert ".".join(chunk.path) == expected.path_in_schema
            size = expected.total_compressed_size if start else 0
            assert chunk.place == (start, start + size)
            indexes = expected.has_offset_index + expected.has_column_index
            assert len(chunk.indexes) == indexes
    guarded = GuardedParquet(path)
    assert guarded.columns == tuple(FRAME.columns)
    rows = sum(batch.num_rows for batch in guarded.batches(["sender"], 20))
    assert rows == metadata.num_rows


@pytest.mark.parametrize("write", WRITERS)
def test_leaves_are_told_as_pyarrow_finds_them(
    tmp_path: Path, write: Callable[[Path], None]
) -> None:
    path = tmp_path / "e.parquet"
    write(path)
    leaves = without_values(footer(path)).leaves
    schema = pq.read_metadata(path).schema
    assert [".".join(leaf.path) for leaf in leaves] == [
        schema.column(number).path for number in range(len(schema))
    ]
    assert [leaf.path[0] for leaf in leaves if leaf.nested] == ["more", "more"]


@pytest.mark.parametrize("write", WRITERS)
def test_a_copy_that_leaves_nothing_out_is_the_footer_byte_for_byte(
    tmp_path: Path, write: Callable[[Path], None]
) -> None:
    path = tmp_path / "e.parquet"
    write(path)
    raw = footer(path)
    assert _Cursor(raw).structure(_Rule(), {}) == raw


def test_who_wrote_the_file_is_left_out_too(tmp_path: Path) -> None:
    path = tmp_path / "e.parquet"
    by_pyarrow(path)
    raw = footer(path)
    assert b"parquet-cpp-arrow" in raw
    assert b"parquet-cpp-arrow" not in without_values(raw).thrift


@pytest.mark.parametrize(
    ("forged", "says"),
    [
        # Number of rows (field 3, i64), twice: 0x36 is field 3 after 0, 0x06 a field by its number.
        (bytes([0x36, 0x02, 0x06, 0x06, 0x04, 0x00]), "twice"),
        # A row group (field 4, list of one structure) whose column's size is an i32, not an i64.
        (
            bytes([0x49, 0x1C, 0x19, 0x1C, 0x3C, 0x75, 0x02, 0x00, 0x00, 0x00, 0x00]),
            "another type",
        ),
    ],
)
def test_a_footer_that_could_be_understood_in_two_ways_is_refused(forged: bytes, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        without_values(bytearray(forged))


@given(st.binary(max_size=200))
def test_what_is_no_footer_is_refused_or_copied_and_always_blanked(data: bytes) -> None:
    raw = bytearray(data)
    with suppress(ValueError):
        without_values(raw)
    assert raw == bytes(len(data))


@given(st.lists(st.tuples(st.integers(0, 40), st.integers(1, 8)), max_size=8))
def test_an_overlap_is_found_where_two_ranges_share_a_byte(drawn: list[tuple[int, int]]) -> None:
    ranges = [(start, start + size) for start, size in drawn]
    touched = [byte for start, end in ranges for byte in range(start, end)]
    assert (first_overlap(ranges) is not None) == (len(touched) > len(set(touched)))
