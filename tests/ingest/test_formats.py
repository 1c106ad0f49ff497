"""The same events give the same store, whatever file or frame they come in."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from ingest_kit import EVENTS, build, write

from graphmeta.contract.events import STORE_ENTITIES, STORE_EVENTS
from graphmeta.ingest import Store

NAMES = ("e.parquet", "e.csv", "e.ndjson", "e.jsonl", "e.arrow", "e.feather", "e.ipc")


def tables(store: Store) -> tuple[pl.DataFrame, pl.DataFrame]:
    return store.events.collect(), store.entities.collect()


def test_a_store_holds_the_contracts_columns_in_its_order(tmp_path: Path) -> None:
    table, entities = tables(build(tmp_path, EVENTS))
    assert table.schema == STORE_EVENTS
    assert entities.schema == STORE_ENTITIES
    assert entities["entity"].to_list() == list(range(6))
    order = ["time", "sender", "recipient", "kind", "group", "duration_s"]
    assert table.equals(table.sort(order))
    assert set(entities.filter(~pl.col("is_group"))["name"]) == {"ann", "bob", "cid", "dan", "eve"}
    assert entities.filter("is_group")["name"].to_list() == ["club"]


def test_events_keep_their_meaning(tmp_path: Path) -> None:
    table, entities = tables(build(tmp_path, EVENTS))
    names = entities["name"]
    read = table.with_columns(
        names.gather(table[end]).alias(end) for end in ("sender", "recipient", "group")
    ).with_columns(pl.from_epoch("time").dt.replace_time_zone("UTC"))
    first, join = read.row(0, named=True), read.filter(kind="join").row(0, named=True)
    assert first["time"] == datetime(2021, 3, 4, 12, tzinfo=UTC)
    assert (first["sender"], first["recipient"], first["kind"]) == ("ann", "bob", "message")
    # The group of a join, leave or group message is its recipient, repeated or not.
    assert (join["sender"], join["recipient"], join["group"]) == ("dan", "club", "club")
    assert read.filter(kind="call")["duration_s"].to_list() == [61.5, 0.0]
    assert read["group"].null_count() == 7


@pytest.mark.parametrize("name", NAMES)
def test_every_file_format_gives_the_same_store_and_fingerprint(tmp_path: Path, name: str) -> None:
    expected = build(tmp_path, EVENTS)
    store = build(tmp_path, write(EVENTS, tmp_path / name))
    for left, right in zip(tables(store), tables(expected), strict=True):
        assert left.equals(right)
    fingerprints = [s.receipt["inputs"][0]["fingerprint"] for s in (store, expected)]
    assert fingerprints[0] == fingerprints[1]


def frames(events: pl.DataFrame) -> dict[str, Any]:
    arrow = events.to_arrow()
    return {
        "lazy": events.lazy(),
        "pandas": pd.DataFrame(events.to_dicts(), index=range(100, 112)),
        "arrow table": arrow,
        "arrow batches": pa.RecordBatchReader.from_batches(
            arrow.schema, arrow.to_batches(max_chunksize=5)
        ),
        "two frames": [events.head(5), events.tail(7).lazy()],
    }


@pytest.mark.parametrize("kind", ["lazy", "pandas", "arrow table", "arrow batches", "two frames"])
def test_every_kind_of_frame_gives_the_same_store(tmp_path: Path, kind: str) -> None:
    for left, right in zip(
        tables(build(tmp_path, frames(EVENTS)[kind])), tables(build(tmp_path, EVENTS)), strict=True
    ):
        assert left.equals(right)


def test_an_arrow_stream_on_disk_is_read_like_a_file(tmp_path: Path) -> None:
    path = tmp_path / "stream.arrow"
    EVENTS.write_ipc_stream(path)
    assert tables(build(tmp_path, path))[0].equals(tables(build(tmp_path, EVENTS))[0])


def test_files_may_be_split_over_a_folder_and_formats_in_any_order(tmp_path: Path) -> None:
    write(EVENTS[:3], tmp_path / "in/b/2.parquet")
    write(EVENTS[3:8], tmp_path / "in/a/3.csv")
    write(EVENTS[8:], tmp_path / "in/1.ndjson")
    (tmp_path / "in" / "_SUCCESS").touch()
    (tmp_path / "in" / "README.txt").write_text("not events")
    (tmp_path / "in" / ".hidden.csv").write_text("body\n")
    store = build(tmp_path, tmp_path / "in")
    assert tables(store)[0].equals(tables(build(tmp_path, EVENTS))[0])
    assert [item["file"] for item in store.receipt["inputs"]] == [
        "1.ndjson",
        "a/3.csv",
        "b/2.parquet",
    ]
    files = [tmp_path / "in" / "b" / "2.parquet", tmp_path / "in" / "1.ndjson"]
    files.append(tmp_path / "in" / "a" / "3.csv")
    assert tables(build(tmp_path, files))[0].equals(tables(build(tmp_path, EVENTS))[0])


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_csv_may_be_parted_by_comma_semicolon_or_tabulator(tmp_path: Path, separator: str) -> None:
    path = tmp_path / "e.csv"
    EVENTS.write_csv(path, separator=separator, include_bom=True, quote_style="always")
    assert tables(build(tmp_path, path))[0].equals(tables(build(tmp_path, EVENTS))[0])


def test_rows_of_csv_with_a_wrong_number_of_fields_are_rejected_by_their_numbers(
    tmp_path: Path,
) -> None:
    path = tmp_path / "e.csv"
    path.write_text(
        "sender,recipient,timestamp,body\n"
        '1,2,2021-03-04T12:00:00Z,"two\nlines, quoted"\n'
        "1,2\n"
        "\n"
        ",2,2021-03-04T12:00:00Z,x\n"
        "2,1,2021-03-04T12:00:00Z,x,too,many\n"
        "1,3,never,x\n"
        "1,3,2021-03-04T12:00:00Z,x\n"
    )
    store = build(tmp_path, path, ignore_columns=("body",))
    assert store.quarantine.rows() == [
        ("e.csv", 2, "row", "wrong number of fields"),
        ("e.csv", 3, "sender", "missing"),
        ("e.csv", 4, "row", "wrong number of fields"),
        ("e.csv", 5, "timestamp", "unparsable time"),
    ]
    assert store.receipt["inputs"][0]["rows"] == 6
    assert store.receipt["counts"]["events_accepted"] == 2


def test_json_lines_may_mix_types_and_leave_keys_out(tmp_path: Path) -> None:
    path = tmp_path / "e.jsonl"
    path.write_text(
        '{"sender": 1, "recipient": "2", "timestamp": 1600000000}\n'
        "\n"
        '{"sender": "1", "recipient": 12345678901234567890, "timestamp": "1600000001", "x": {}}\n'
        '{"sender": 2, "timestamp": 1600000002, "recipient": 1, "x": [1], "duration_s": 2.5}\n'
        '{"sender": 2, "timestamp": null, "recipient": 1}\n'
    )
    store = build(tmp_path, path, timestamp_unit="s", ignore_columns=("x",))
    assert set(store.entities.collect()["name"]) == {"1", "2", "12345678901234567890"}
    assert store.quarantine.rows() == [("e.jsonl", 4, "timestamp", "missing")]


def test_integer_and_text_ids_are_the_same_accounts(tmp_path: Path) -> None:
    numbered = pl.DataFrame(
        {"sender": [1, 2], "recipient": ["2", "3"], "timestamp": EVENTS["timestamp"][:2]}
    )
    assert build(tmp_path, numbered).receipt["counts"]["accounts"] == 3
