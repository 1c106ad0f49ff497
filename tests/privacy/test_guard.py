"""Only allowed bytes of a Parquet file are read, and what was read is told exactly."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import polars as pl
import pyarrow.parquet as pq
import pytest

from graphmeta.errors import InputError, PrivacyRefusalError
from graphmeta.privacy.footer import Chunk, Footer, without_values
from graphmeta.privacy.guard import GuardedFile, GuardedParquet, merge

WANTED = ["sender", "timestamp"]


def written(
    path: Path,
    *,
    group_rows: int = 1000,
    compression: str = "snappy",
    dictionary: bool = True,
) -> Path:
    frame = pl.DataFrame(
        {
            "sender": [f"u{i % 37}" for i in range(5000)],
            "body": [f"canary {i} canary" for i in range(5000)],
            "nested": [{"text": f"canary {i}", "more": [i]} for i in range(5000)],
            "timestamp": range(5000),
        }
    )
    pq.write_table(
        frame.to_arrow(),
        path,
        row_group_size=group_rows,
        compression=compression,
        use_dictionary=dictionary,
        write_page_checksum=True,
        write_page_index=True,
    )
    return path


def chunks(path: Path, wanted: bool) -> list[tuple[int, int]]:
    """Return where the wanted (or the other) columns stand, from pyarrow's own reading."""
    metadata = pq.read_metadata(path)
    ranges = []
    for group in range(metadata.num_row_groups):
        for leaf in range(metadata.num_columns):
            chunk = metadata.row_group(group).column(leaf)
            start = chunk.dictionary_page_offset or chunk.data_page_offset
            if (chunk.path_in_schema in WANTED) == wanted:
                ranges.append((start, start + chunk.total_compressed_size))
    return ranges


@pytest.mark.parametrize("group_rows", [10, 1000, 100_000])
@pytest.mark.parametrize("compression", ["none", "snappy", "zstd"])
@pytest.mark.parametrize("dictionary", [True, False])
def test_the_ranges_read_are_the_footer_and_the_wanted_columns_exactly(
    tmp_path: Path, group_rows: int, compression: str, dictionary: bool
) -> None:
    path = written(
        tmp_path / "e.parquet",
        group_rows=group_rows,
        compression=compression,
        dictionary=dictionary,
    )
    guarded = GuardedParquet(path)
    footer = guarded.ranges_read
    assert footer == [(path.stat().st_size - footer_bytes(path), path.stat().st_size)]
    rows = sum(batch.num_rows for batch in guarded.batches(WANTED, 1024))
    assert rows == guarded.rows == 5000
    assert guarded.ranges_read == merge([*chunks(path, wanted=True), *footer])


def footer_bytes(path: Path) -> int:
    return int.from_bytes(path.read_bytes()[-8:-4], "little") + 8


def test_overwriting_the_forbidden_columns_changes_nothing(tmp_path: Path) -> None:
    clean, poisoned = written(tmp_path / "a.parquet"), written(tmp_path / "b.parquet")
    data = bytearray(poisoned.read_bytes())
    for start, end in chunks(poisoned, wanted=False):
        data[start:end] = b"\xff" * (end - start)
    poisoned.write_bytes(data)
    left, right = (list(GuardedParquet(path).batches(WANTED, 512)) for path in (clean, poisoned))
    assert left == right


def test_a_bit_flip_in_a_column_that_is_read_is_found(tmp_path: Path) -> None:
    path = written(tmp_path / "e.parquet", compression="none")
    start, end = chunks(path, wanted=True)[0]
    data = bytearray(path.read_bytes())
    data[(start + end) // 2] ^= 1
    path.write_bytes(data)
    with pytest.raises(InputError, match="damaged"):
        list(GuardedParquet(path).batches(WANTED, 512))


def test_a_read_outside_the_allowed_ranges_is_stopped_before_it_happens(tmp_path: Path) -> None:
    path = tmp_path / "f"
    path.write_bytes(bytes(range(100)))
    file = GuardedFile(path)
    file.allow([(10, 20), (20, 30)])
    file.seek(15)
    assert file.read(10) == bytes(range(15, 25))
    for start, size in ((5, 10), (25, 10), (40, 1), (0, -1)):
        file.seek(start)
        with pytest.raises(PrivacyRefusalError, match="stopped"):
            file.read(size)
    assert file.ranges_read == [(15, 25)]


def shared(chunks: list[Chunk]) -> list[Chunk]:
    return [chunks[0], replace(chunks[1], place=chunks[0].place), *chunks[2:]]


def over_an_index(chunks: list[Chunk]) -> list[Chunk]:
    start, _ = chunks[0].place
    return [*chunks[:-1], replace(chunks[-1], indexes=((start + 1, start + 2),))]


def in_the_footer(chunks: list[Chunk]) -> list[Chunk]:
    start, _ = chunks[-1].place
    return [*chunks[:-1], replace(chunks[-1], place=(start, start + 1_000_000))]


def before_the_file(chunks: list[Chunk]) -> list[Chunk]:
    return [replace(chunks[0], place=(0, 4)), *chunks[1:]]


def elsewhere(chunks: list[Chunk]) -> list[Chunk]:
    return [replace(chunks[0], elsewhere=True), *chunks[1:]]


def swapped(chunks: list[Chunk]) -> list[Chunk]:
    return [replace(chunks[0], path=chunks[1].path), *chunks[1:]]


@pytest.mark.parametrize(
    ("forge", "says"),
    [
        (shared, "overlap"),
        (over_an_index, "overlap"),
        (in_the_footer, "no column can be"),
        (before_the_file, "no column can be"),
        (elsewhere, "no column can be"),
        (swapped, "order"),
    ],
)
def test_columns_that_share_bytes_or_stand_out_of_place_are_refused(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    forge: Callable[[list[Chunk]], list[Chunk]],
    says: str,
) -> None:
    def forged(raw: bytearray) -> Footer:
        footer = without_values(raw)
        chunks = forge([chunk for group in footer.chunks for chunk in group])
        return replace(footer, chunks=(tuple(chunks),))

    path = written(tmp_path / "e.parquet")
    monkeypatch.setattr("graphmeta.privacy.guard.without_values", forged)
    with pytest.raises(PrivacyRefusalError, match=says):
        GuardedParquet(path)


def test_pyarrow_reads_the_wanted_columns_without_fetching_ahead(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[dict[str, object]] = []
    opened = pq.ParquetFile

    def noted(source: object, **options: object) -> pq.ParquetFile:
        asked.append(options)
        return opened(source, **options)

    monkeypatch.setattr("graphmeta.privacy.guard.pq.ParquetFile", noted)
    list(GuardedParquet(written(tmp_path / "e.parquet")).batches(WANTED, 512))
    (options,) = asked
    assert options["pre_buffer"] is False
    assert options["memory_map"] is False
    assert options["buffer_size"] == 0


@pytest.mark.parametrize("keep", [0, 3, 11, 200, -1, -9])
def test_a_file_that_is_cut_off_is_refused(tmp_path: Path, keep: int) -> None:
    path = written(tmp_path / "e.parquet")
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(InputError, match="cut off or damaged"):
        GuardedParquet(path)


def test_a_column_in_which_something_is_nested_is_refused_before_a_byte_of_it_is_read(
    tmp_path: Path,
) -> None:
    path = written(tmp_path / "e.parquet")
    guarded = GuardedParquet(path)
    footer = guarded.ranges_read
    for frame in ({"sender": [["a", "hello"]]}, {"sender": [{"id": "a", "body": "hello"}]}):
        pl.DataFrame(frame).write_parquet(tmp_path / "nested.parquet")
        with pytest.raises(PrivacyRefusalError, match="lists or structures"):
            list(GuardedParquet(tmp_path / "nested.parquet").batches(["sender"], 10))
    with pytest.raises(PrivacyRefusalError, match="'nested' holds lists or structures"):
        list(guarded.batches(["sender", "nested"], 10))
    assert guarded.ranges_read == footer


def test_a_name_with_a_dot_is_no_name_within_a_column(tmp_path: Path) -> None:
    """The column sender.body is another than sender, however its name is written."""
    frame = pl.DataFrame({"sender": ["a", "b"], "sender.body": ["canary", "canary"]})
    frame.write_parquet(tmp_path / "e.parquet", compression="uncompressed")
    guarded = GuardedParquet(tmp_path / "e.parquet")
    assert guarded.columns == ("sender", "sender.body")
    (batch,) = guarded.batches(["sender"], 10)
    assert batch.schema.names == ["sender"]
    data = (tmp_path / "e.parquet").read_bytes()
    body = data.index(b"canary")
    assert not any(start <= body < end for start, end in guarded.ranges_read)


def test_a_file_that_says_a_dotted_name_in_two_ways_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its schema has a column sender.body; its row group calls it the body within sender."""
    pl.DataFrame({"sender": ["a"], "sender.body": ["canary"]}).write_parquet(tmp_path / "e.parquet")

    def forged(raw: bytearray) -> Footer:
        footer = without_values(raw)
        first, second = footer.chunks[0]
        return replace(footer, chunks=((first, replace(second, path=("sender", "body"))),))

    monkeypatch.setattr("graphmeta.privacy.guard.without_values", forged)
    with pytest.raises(PrivacyRefusalError, match="order"):
        GuardedParquet(tmp_path / "e.parquet")


def test_a_file_that_is_exchanged_after_its_footer_was_read_is_not_read(tmp_path: Path) -> None:
    path = written(tmp_path / "e.parquet", dictionary=False)
    guarded = GuardedParquet(path)
    footer = guarded.ranges_read
    pl.DataFrame({"sender": ["canary"] * 50_000}).write_parquet(tmp_path / "other")
    (tmp_path / "other").rename(path)
    with pytest.raises(InputError, match="was changed while it was read"):
        list(guarded.batches(WANTED, 512))
    assert guarded.ranges_read == footer


def test_merging_joins_ranges_that_touch_or_overlap() -> None:
    assert merge([(5, 9), (0, 2), (2, 3), (6, 7), (9, 9)]) == [(0, 3), (5, 9)]
