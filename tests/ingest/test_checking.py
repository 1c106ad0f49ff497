"""A check reads all that an analysis would, lists every refusal, and writes nothing."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
from ingest_kit import EVENTS, write

from graphmeta.ingest import Reading, check

PLAIN = Reading(identifiers="plain")


def test_a_good_input_is_described(tmp_path: Path) -> None:
    path = write(EVENTS.with_columns(body=pl.lit("x")), tmp_path / "e.parquet")
    report = check(path, Reading(ignore_columns=("body",)))
    assert report.problems == ()
    assert report.exit_code == 0
    assert (report.rows, report.accounts, report.groups) == (12, 5, 1)
    assert report.kinds["message"] == 4
    assert report.first_event == "2021-03-04T12:00:00+00:00"
    [file] = report.files
    assert (file.format, file.rows, file.bytes) == ("parquet", 12, path.stat().st_size)
    assert file.columns_read == {name: name for name in EVENTS.columns}
    assert file.columns_ignored == ("body",)
    assert file.timestamps == "ISO 8601 text: a zone in every one; no bare numbers"
    assert report.cost["seconds"] >= 0
    assert report.cost["memory_bytes"] > 0
    assert report.cost["error"] > 1, "an estimate says how far off it may be"
    assert [item.name for item in tmp_path.iterdir()] == ["e.parquet"]


def test_every_refusal_is_listed_with_its_remedy_and_exit_code(tmp_path: Path) -> None:
    write(EVENTS.with_columns(body=pl.lit("x")), tmp_path / "a.csv")
    write(EVENTS.drop("sender"), tmp_path / "b.parquet")
    write(EVENTS.with_columns(timestamp=pl.lit(17)), tmp_path / "c.ndjson")
    (tmp_path / "d.parquet").write_bytes(b"PAR1")
    write(EVENTS, tmp_path / "e.arrow")
    report = check(tmp_path, PLAIN)
    assert [(item.file, item.exit_code) for item in report.problems] == [
        ("a.csv", 4),
        ("b.parquet", 2),
        ("c.ndjson", 2),
        ("d.parquet", 2),
    ]
    assert all(item.problem and item.remedy for item in report.problems)
    assert report.exit_code == 4
    assert report.files[0].columns_refused == ("body",)
    assert report.kinds["message"] == 4


def test_rejected_rows_are_counted_by_reason() -> None:
    bad = EVENTS.head(3).with_columns(kind=pl.lit("sms"))
    report = check([EVENTS, bad.vstack(EVENTS.head(1))], PLAIN)
    assert report.rejected_by_reason == {"kind: unknown kind": 3}


def test_the_accounts_file_is_checked_too() -> None:
    accounts = pl.DataFrame({"account": ["1"], "created_at": ["2021-01-01T00:00:00Z"]})
    good = check(EVENTS, Reading(accounts=accounts))
    assert [file.table for file in good.files] == ["events", "accounts"]
    bad = check(EVENTS, Reading(accounts=accounts.with_columns(email=pl.lit("x"))))
    assert [item.exit_code for item in bad.problems] == [4]


def test_an_absent_input_is_a_problem_and_the_report_is_json(tmp_path: Path) -> None:
    report = check(tmp_path / "absent.csv", PLAIN)
    assert report.exit_code == 2
    again = json.loads(json.dumps(report.to_dict()))
    assert again["problems"][0]["remedy"]
    assert json.loads(json.dumps(check(EVENTS, PLAIN).to_dict()))["exit_code"] == 0
