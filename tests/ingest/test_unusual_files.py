"""Odd files leave no content in errors, and what is nested in a column is never read."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from graphmeta.errors import GraphmetaError, InputError, PrivacyRefusalError
from graphmeta.ingest import Reading, ingest

CANARY = "canary-51c2"
ROWS = [
    {"sender": f"u{row % 7}", "recipient": f"v{row}", "timestamp": f"2026-03-02T10:{row:02}:00Z"}
    for row in range(40)
]
IGNORED = Reading(identifiers="plain", ignore_columns=("body",))
HEADER = "sender,recipient,timestamp,body"


def read(path: Path, folder: Path, reading: Reading = IGNORED) -> dict[str, Any]:
    """Ingest a file, see that no canary is in the store, and return the receipt's counts."""
    store = folder / "store"
    store.mkdir()
    done = ingest(path, folder=store, reading=reading)
    assert not [one for one in store.iterdir() if CANARY.encode() in one.read_bytes()]
    assert not [row for row in done.quarantine.iter_rows() if CANARY in str(row)]
    counts: dict[str, Any] = done.receipt["counts"]
    return counts


def refusal(path: Path, folder: Path, reading: Reading = IGNORED) -> GraphmetaError:
    """Return the error with which a file is refused, whose whole text holds no canary."""
    with pytest.raises(GraphmetaError) as caught:
        read(path, folder, reading)
    error: BaseException | None = caught.value
    while error is not None:
        shown = None if error.__suppress_context__ else error.__context__
        assert CANARY not in str(error)
        error = error.__cause__ or shown
    return caught.value


def csv(path: Path, *lines: str) -> Path:
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return path


def csv_rows(body: str = CANARY) -> list[str]:
    return [f"{row['sender']},{row['recipient']},{row['timestamp']},{body}" for row in ROWS]


def ndjson(path: Path, *more: str, **extra: Any) -> Path:
    lines = [json.dumps({**row, **extra}) for row in ROWS]
    path.write_text("".join(f"{line}\n" for line in (*lines, *more)), encoding="utf-8")
    return path


def nested(kind: str) -> pl.Series:
    """Return senders in which content is nested."""
    if kind == "list":
        return pl.Series("sender", [[row["sender"], CANARY] for row in ROWS])
    return pl.Series("sender", [{"id": row["sender"], "body": CANARY} for row in ROWS])


@pytest.mark.parametrize("kind", ["list", "structure"])
@pytest.mark.parametrize("ending", ["parquet", "arrow", "ndjson"])
def test_content_nested_in_a_column_of_the_contract_is_refused_unread(
    tmp_path: Path, kind: str, ending: str
) -> None:
    frame = pl.DataFrame(ROWS).with_columns(nested(kind))
    path = tmp_path / f"e.{ending}"
    if ending == "parquet":
        frame.write_parquet(path)
    elif ending == "arrow":
        frame.write_ipc(path)
    else:
        frame.write_ndjson(path)
    error = refusal(path, tmp_path, Reading(identifiers="plain"))
    assert isinstance(error, PrivacyRefusalError)
    assert "'sender' holds lists or structures" in error.problem


def test_objects_that_are_nested_in_some_lines_alone_are_refused_too(tmp_path: Path) -> None:
    for value in ({"x": "hi"}, {}, ["hi"], [1, 2], [["hi"]], []):
        odd = json.dumps({**ROWS[0], "sender": value})
        error = refusal(ndjson(tmp_path / "e.ndjson", odd), tmp_path)
        assert "row 41: sender holds text" in error.problem
        assert "JSON" in error.problem
        (tmp_path / "store").rmdir()


@pytest.mark.parametrize("name", ["e*.ndjson", "e?.ndjson", "e[12].ndjson", "~/e.ndjson"])
def test_a_name_that_could_stand_for_other_files_stands_for_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    for other in (Path("e1.ndjson"), tmp_path / "home" / "e.ndjson"):
        other.parent.mkdir(exist_ok=True)
        ndjson(other, body=CANARY)
    Path("~").mkdir()
    given = ndjson(Path(name))
    assert read(given, tmp_path, Reading(identifiers="plain"))["rows_read"] == len(ROWS)


def test_arrow_hides_nothing_nested_behind_a_dictionary(tmp_path: Path) -> None:
    senders = pa.array([[row["sender"], CANARY] for row in ROWS])
    coded = pa.DictionaryArray.from_arrays(pa.array(range(len(ROWS)), pa.int32()), senders)
    rest = pl.DataFrame(ROWS).drop("sender").to_arrow()
    table = rest.append_column("sender", coded)
    with pa.ipc.new_stream(tmp_path / "e.arrow", table.schema) as writer:
        writer.write_table(table)
    assert "lists or structures" in refusal(tmp_path / "e.arrow", tmp_path).problem


@pytest.mark.parametrize("ending", ["parquet", "arrow"])
def test_metadata_of_a_file_and_of_a_column_reaches_no_store(tmp_path: Path, ending: str) -> None:
    table = pl.DataFrame(ROWS).with_columns(body=pl.lit(CANARY)).to_arrow()
    fields = [field.with_metadata({"note": CANARY}) for field in table.schema]
    table = pa.table(table.columns, schema=pa.schema(fields, metadata={"note": CANARY}))
    path = tmp_path / f"e.{ending}"
    if ending == "parquet":
        pq.write_table(table, path)
    else:
        with pa.ipc.new_file(path, table.schema) as writer:
            writer.write_table(table)
    assert read(path, tmp_path)["events_accepted"] == len(ROWS)


@pytest.mark.parametrize(
    "odd",
    [
        f'{{"sender": NaN, "recipient": "v", "timestamp": "x", "body": "{CANARY}"}}',
        f'{{"sender": {"9" * 40}, "recipient": "v", "timestamp": "x", "body": "{CANARY}"}}',
        f'{{"sender": "a", "body": "{CANARY} \\x"}}',
        f'{{"sender": "a", "body": "{CANARY}',
        f'"{CANARY}"',
    ],
)
def test_a_line_that_is_no_json_is_told_and_not_shown(tmp_path: Path, odd: str) -> None:
    path = ndjson(tmp_path / "e.ndjson", odd, body=CANARY)
    assert isinstance(refusal(path, tmp_path), InputError)


@pytest.mark.parametrize(
    "body", [f'"{CANARY} ""quoted"", and\nmore {CANARY}"', f"'{CANARY}'", f'"{CANARY},{CANARY}"']
)
def test_content_with_quotes_and_line_breaks_stays_in_its_column(tmp_path: Path, body: str) -> None:
    path = csv(tmp_path / "e.csv", HEADER, *csv_rows(body))
    assert read(path, tmp_path)["events_accepted"] == len(ROWS)


@pytest.mark.parametrize(
    "odd", [f"a,b,2026-03-02T10:00:00Z,x,{CANARY}", CANARY, f'a,b,c,"{CANARY}']
)
def test_a_row_that_cannot_be_parted_is_counted_and_not_shown(tmp_path: Path, odd: str) -> None:
    counts = read(csv(tmp_path / "e.csv", HEADER, *csv_rows(), odd), tmp_path)
    assert counts["events_accepted"] == len(ROWS)
    assert counts["rows_rejected"] == 1


@pytest.mark.parametrize(
    "first",
    [
        f"anna,bert,yesterday noon,{CANARY} said he to her",
        f"anna,bert,02/03/2026 10:00,{CANARY}",
        f"anna,bert,on 2 March 2026,{CANARY}",
        f"+49 30 1234,bert,10:15,{CANARY}",
    ],
)
def test_a_first_line_of_values_is_not_repeated(tmp_path: Path, first: str) -> None:
    error = refusal(csv(tmp_path / "e.csv", first, *csv_rows()), tmp_path)
    assert "line of values" in error.problem


def test_lines_that_end_otherwise_and_endless_names_are_told(tmp_path: Path) -> None:
    path = tmp_path / "e.csv"
    path.write_bytes("\r".join([HEADER, *csv_rows()]).encode())
    assert "does not begin with a line of column names" in refusal(path, tmp_path).problem
    csv(path, "sender,recipient,timestamp," + CANARY * 20_000)
    (tmp_path / "store").rmdir()
    assert "does not begin with a line of column names" in refusal(path, tmp_path).problem


@pytest.mark.parametrize("field", ["timestamp", "kind", "duration_s"])
def test_a_value_that_breaks_a_rule_is_set_aside_and_not_shown(tmp_path: Path, field: str) -> None:
    rows = [{**row, "kind": "message", "duration_s": "1"} for row in ROWS]
    rows[3][field] = CANARY
    path = tmp_path / "e.ndjson"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    assert read(path, tmp_path)["rows_rejected"] == 1


@pytest.mark.parametrize("sandbox", ["auto", "off"])
def test_a_traceback_of_an_analysis_holds_no_content(tmp_path: Path, sandbox: str) -> None:
    path = ndjson(tmp_path / "e.ndjson", f'{{"sender": NaN, "body": "{CANARY}"}}', body=CANARY)
    given = [sys.executable, "-P", "-m", "graphmeta", "--debug", "analyze", str(path)]
    given += ["--sandbox", sandbox, "--identifiers", "plain", "--ignore-column", "body"]
    given += ["--out", str(tmp_path / "RUN")]
    done = subprocess.run(given, capture_output=True, text=True, check=False, env={**os.environ})
    assert done.returncode == 2
    assert "Traceback" in done.stderr
    assert CANARY not in done.stdout + done.stderr
