"""Bad input is refused by name, with a remedy, and nothing is left behind."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from ingest_kit import EVENTS, write

from graphmeta.errors import GraphmetaError, InputError, PrivacyRefusalError, UsageError
from graphmeta.ingest import Reading, ingest


def refused(sources: Any, folder: Path, **settings: Any) -> GraphmetaError:
    """Ingest, expect a refusal, and see that nothing was written."""
    folder.mkdir()
    with pytest.raises(GraphmetaError) as caught:
        ingest(sources, folder=folder, reading=Reading(identifiers="plain", **settings))
    assert list(folder.iterdir()) == []
    assert caught.value.remedy
    return caught.value


@pytest.mark.parametrize("name", ["e.parquet", "e.csv", "e.ndjson", "e.arrow"])
def test_an_unknown_column_is_refused_by_name(tmp_path: Path, name: str) -> None:
    path = write(
        EVENTS.with_columns(body=pl.lit("canary"), subject=pl.lit("canary")), tmp_path / name
    )
    error = refused(path, tmp_path / "out")
    assert isinstance(error, PrivacyRefusalError)
    assert name in error.problem
    assert "'body', 'subject'" in error.problem
    assert "--ignore-column body --ignore-column subject" in error.remedy
    assert "canary" not in str(error)


def test_an_unknown_column_of_a_later_file_stops_all_before_any_is_read(tmp_path: Path) -> None:
    write(EVENTS.with_columns(sender=pl.lit(None, pl.String)), tmp_path / "in/a.parquet")
    write(EVENTS.with_columns(body=pl.lit("x")), tmp_path / "in/b.parquet")
    assert "b.parquet" in refused(tmp_path / "in", tmp_path / "out").problem


def test_an_unknown_key_deep_in_a_file_of_json_lines_is_refused(tmp_path: Path) -> None:
    line = '{"sender": 1, "recipient": 2, "timestamp": "2021-03-04T12:00:00Z"}\n'
    path = tmp_path / "e.ndjson"
    path.write_text(line * 5000 + line.replace("}", ', "body": "canary"}') + line)
    assert "'body'" in refused(path, tmp_path / "out").problem


@pytest.mark.parametrize("name", ["e.parquet", "e.csv", "e.ndjson", "e.arrow"])
def test_a_missing_column_is_refused_by_name(tmp_path: Path, name: str) -> None:
    error = refused(write(EVENTS.drop("recipient"), tmp_path / name), tmp_path / "out")
    assert isinstance(error, InputError)
    assert error.problem == f"{name} has no column 'recipient'."
    assert "--map recipient=" in error.remedy


def test_text_in_ids_is_refused_with_file_row_and_column(tmp_path: Path) -> None:
    smuggled = EVENTS.with_columns(
        recipient=pl.when(pl.int_range(pl.len()) == 6)
        .then(pl.lit("meet me at noon"))
        .otherwise("recipient")
    )
    error = refused(write(smuggled, tmp_path / "e.parquet"), tmp_path / "out")
    assert isinstance(error, PrivacyRefusalError)
    assert "e.parquet, row 7: recipient holds text" in error.problem
    assert "noon" not in str(error)


def test_a_file_in_which_all_ids_are_too_long_is_refused_for_privacy(tmp_path: Path) -> None:
    long = EVENTS.with_columns(recipient=pl.col("recipient") + "7" * 64)
    error = refused(long, tmp_path / "out")
    assert isinstance(error, PrivacyRefusalError)
    assert "recipient of row 1" in error.problem


def test_a_naive_timestamp_is_refused(tmp_path: Path) -> None:
    naive = EVENTS.with_columns(timestamp=pl.lit(datetime(2021, 3, 4)))
    assert "--time-zone" in refused(naive, tmp_path / "out").remedy


def test_a_number_without_a_unit_is_refused(tmp_path: Path) -> None:
    numbered = EVENTS.with_columns(timestamp=pl.lit(1_600_000_000))
    assert "--timestamp-unit" in refused(numbered, tmp_path / "out").remedy


def test_a_file_of_which_every_row_is_rejected_is_refused_with_its_first_reason(
    tmp_path: Path,
) -> None:
    path = write(EVENTS.with_columns(kind=pl.lit("sms")), tmp_path / "e.csv")
    problem = refused(path, tmp_path / "out").problem
    assert problem == (
        "e.csv: all 12 rows were rejected, the first (row 1) for its kind: unknown kind."
    )


def test_events_of_accounts_with_themselves_alone_are_refused(tmp_path: Path) -> None:
    alone = EVENTS.filter(kind="message").with_columns(recipient="sender")
    assert "No event is left" in refused(alone, tmp_path / "out").problem


def make_empty(path: Path) -> None:
    path.write_bytes(b"")


def make_rowless(path: Path) -> None:
    path.write_text("sender,recipient,timestamp\n")


def make_noise(path: Path) -> None:
    path.write_bytes(bytes(range(256)) * 20)


def make_truncated(path: Path) -> None:
    line = '{"sender": 1, "recipient": 2, "timestamp": "2021-03-04T12:00:00Z"}\n'
    path.write_text((line * 3)[:-20])


def make_twice(path: Path) -> None:
    path.write_text("sender,recipient,timestamp,sender\n1,2,2021-03-04T12:00:00Z,1\n")


@pytest.mark.parametrize(
    ("name", "make", "says"),
    [
        ("e.csv", make_empty, "is empty"),
        ("e.parquet", make_empty, "is empty"),
        ("e.csv", make_rowless, "has no rows"),
        ("e.parquet", make_noise, "cut off or damaged"),
        ("e.arrow", make_noise, "cut off or damaged"),
        ("e.csv", make_noise, "UTF-8"),
        ("e.ndjson", make_noise, "row 1"),
        ("e.ndjson", make_truncated, "row 3"),
        ("e.csv", make_twice, "more than once"),
        ("e.xlsx", make_noise, "unknown format"),
        ("e.csv.gz", make_noise, "unknown format"),
        ("events", make_noise, "unknown format"),
    ],
)
def test_a_bad_file_is_refused_by_name(
    tmp_path: Path, name: str, make: Callable[[Path], None], says: str
) -> None:
    path = tmp_path / name
    make(path)
    error = refused(path, tmp_path / "out")
    assert error.exit_code == 2
    assert error.problem.startswith(name)
    assert says in error.problem


@pytest.mark.parametrize("name", ["e.parquet", "e.arrow"])
def test_a_file_that_was_cut_off_is_refused(tmp_path: Path, name: str) -> None:
    path = write(EVENTS, tmp_path / name)
    path.write_bytes(path.read_bytes()[:-40])
    assert "cut off or damaged" in refused(path, tmp_path / "out").problem


def test_a_file_named_twice_an_absent_file_and_an_empty_folder_are_refused(tmp_path: Path) -> None:
    path = write(EVENTS, tmp_path / "e.csv")
    assert "twice" in refused([path, path], tmp_path / "a").problem
    assert "no file" in refused(tmp_path / "absent.csv", tmp_path / "b").problem
    (tmp_path / "none").mkdir()
    assert "known format" in refused(tmp_path / "none", tmp_path / "c").problem
    assert "No input" in refused([], tmp_path / "d").problem


def test_a_lazy_frame_that_cannot_be_computed_is_refused(tmp_path: Path) -> None:
    broken = EVENTS.lazy().with_columns(pl.col("kind").str.to_integer())
    assert "cannot be computed" in refused(broken, tmp_path / "a").problem
    assert "cannot be computed" in refused(EVENTS.lazy().select("x"), tmp_path / "b").problem


@pytest.mark.parametrize("thing", [None, 3, [3.5], {"sender": ["1"]}])
def test_what_is_neither_a_path_nor_a_frame_is_wrong_usage(tmp_path: Path, thing: Any) -> None:
    assert isinstance(refused(thing, tmp_path / "out"), UsageError)


def test_an_unknown_zone_or_mapped_name_is_wrong_usage() -> None:
    with pytest.raises(UsageError, match="Mars"):
        Reading(time_zone="Mars/Olympus")
    with pytest.raises(UsageError, match="'text'"):
        Reading(mapping={"text": "body"})
