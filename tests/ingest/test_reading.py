"""What is stated about an input is obeyed, and what was left out is counted."""

from __future__ import annotations

import json
import random
from pathlib import Path

import polars as pl
import pyarrow.parquet as pq
import pytest
from ingest_kit import EVENTS, build, write

from graphmeta.contract.tables import QUARANTINE
from graphmeta.errors import InputError, PrivacyRefusalError
from graphmeta.ingest import Reading, ingest
from graphmeta.ingest.quarantine import MAX_EXAMPLES
from graphmeta.privacy.keys import Key, load_key
from graphmeta.privacy.pseudonyms import pseudonyms

OTHER_NAMES = {"sender": "caller_id", "recipient": "callee", "timestamp": "at"}


def test_columns_under_other_names_are_mapped(tmp_path: Path) -> None:
    renamed = EVENTS.rename(OTHER_NAMES)
    mapping = OTHER_NAMES
    store = build(tmp_path, write(renamed, tmp_path / "e.csv"), mapping=mapping)
    assert store.events.collect().equals(build(tmp_path, EVENTS).events.collect())
    assert store.receipt["inputs"][0]["columns_read"][:3] == ["caller_id", "callee", "at"]


def test_a_mapped_column_that_is_absent_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"'dur' \(mapped to duration_s\)"):
        build(tmp_path, EVENTS.drop("duration_s"), mapping={"duration_s": "dur"})


def test_a_column_whose_name_is_taken_by_the_mapping_has_no_other_meaning(tmp_path: Path) -> None:
    grouped = EVENTS.drop("group").rename({"recipient": "group"})
    store = build(tmp_path, grouped, mapping={"recipient": "group"})
    assert store.receipt["counts"]["events_accepted"] == 12
    with pytest.raises(PrivacyRefusalError, match="'sender'"):
        build(
            tmp_path, EVENTS.with_columns(x="sender"), mapping={"sender": "x"}
        )  # what was called sender has no meaning left


@pytest.mark.parametrize("name", ["e.parquet", "e.csv", "e.ndjson", "e.arrow"])
def test_ignored_columns_change_nothing_and_are_named(tmp_path: Path, name: str) -> None:
    path = write(EVENTS.with_columns(body=pl.lit("x y"), more=pl.lit(3)), tmp_path / name)
    expected = build(tmp_path, EVENTS)
    for settings in ({"ignore_columns": ("body", "more")}, {"ignore_unknown_columns": True}):
        store = build(tmp_path, path, **settings)
        item = store.receipt["inputs"][0]
        assert store.events.collect().equals(expected.events.collect())
        assert item["columns_ignored"] == ["body", "more"]
        assert item["columns_seen"] == [*EVENTS.columns, "body", "more"]
        assert item["fingerprint"] == expected.receipt["inputs"][0]["fingerprint"]
        assert (item["byte_ranges"] is not None) == (name == "e.parquet")


def test_a_column_of_the_contract_may_be_ignored_unless_it_is_required(tmp_path: Path) -> None:
    store = build(tmp_path, EVENTS, ignore_columns=("duration_s",))
    assert store.events.collect()["duration_s"].null_count() == 12
    with pytest.raises(InputError, match="'sender'"):
        build(tmp_path, EVENTS, ignore_columns=("sender",))


def test_ignored_kinds_are_left_out_before_the_contract_is_checked(tmp_path: Path) -> None:
    receipts = EVENTS.with_columns(kind=pl.lit("receipt"), sender=pl.lit(None, pl.String))
    store = build(tmp_path, pl.concat([receipts, EVENTS]), ignore_kinds=("receipt", "block"))
    counts = store.receipt["counts"]
    assert counts["ignored_by_kind"] == 13
    assert counts["events_accepted"] == 11
    assert counts["rows_rejected"] == 0


def test_a_file_of_ignored_kinds_alone_is_no_reason_to_refuse_the_others(tmp_path: Path) -> None:
    receipts = EVENTS.with_columns(kind=pl.lit("receipt"))
    store = build(tmp_path, [receipts, EVENTS], ignore_kinds=("receipt",))
    assert store.receipt["counts"]["events_accepted"] == 12


def test_duplicates_within_a_second_are_collapsed_on_demand(tmp_path: Path) -> None:
    copies = EVENTS.with_columns(
        timestamp=pl.col("timestamp").str.replace("Z", ".7Z"), duration_s=pl.col("duration_s") + 1
    )
    both = [EVENTS, copies]
    assert build(tmp_path, both).receipt["counts"]["events_accepted"] == 24
    store = build(tmp_path, both, collapse_duplicates=True)
    assert store.receipt["counts"]["duplicates_collapsed"] == 12
    table = store.events.collect()
    assert table.filter(kind="call")["duration_s"].to_list() == [62.5, 1.0]
    same = build(tmp_path, EVENTS).events.collect()
    assert table.drop("duration_s").equals(same.drop("duration_s"))


def test_contacts_of_an_account_with_itself_are_counted_and_left_out(tmp_path: Path) -> None:
    more = pl.concat([EVENTS, EVENTS.filter(kind="call").with_columns(recipient="sender")])
    store = build(tmp_path, more)
    assert store.receipt["counts"]["self_contacts"] == 2
    assert store.events.collect().equals(build(tmp_path, EVENTS).events.collect())


def test_an_account_and_a_group_of_one_name_are_two(tmp_path: Path) -> None:
    events = EVENTS.with_columns(pl.col("recipient", "group").replace({"club": "dan"}))
    store = build(tmp_path, events)
    entities = store.entities.collect()
    assert entities.filter("is_group")["name"].to_list() == ["group:dan"]
    assert "dan" in entities.filter(~pl.col("is_group"))["name"]
    assert store.receipt["counts"]["self_contacts"] == 0
    assert store.events.collect().equals(build(tmp_path, EVENTS).events.collect())


def test_rejected_rows_are_counted_whole_and_shown_capped(tmp_path: Path) -> None:
    bad = pl.concat([EVENTS.with_columns(kind=pl.lit("sms"))] * 200)
    late = EVENTS.head(1).with_columns(timestamp=pl.lit("never"))
    store = build(tmp_path, write(pl.concat([bad, late, EVENTS]), tmp_path / "e.parquet"))
    assert store.receipt["counts"]["rejected_by_reason"] == {
        "kind: unknown kind": 2400,
        "timestamp: unparsable time": 1,
    }
    assert store.receipt["counts"]["rows_rejected"] == 2401
    assert store.quarantine.schema == QUARANTINE
    assert len(store.quarantine) == MAX_EXAMPLES
    assert store.quarantine.row(-1) == ("e.parquet", 2401, "timestamp", "unparsable time")


def test_rows_read_are_all_accounted_for(tmp_path: Path) -> None:
    chance = random.Random(5)
    rows = [
        {
            "sender": chance.choice(["1", "2", "3", "", None]),
            "recipient": chance.choice(["1", "2", "3"]),
            "timestamp": chance.choice(["2021-03-04T12:00:00Z", "2021-03-04T12:00:01Z", "x"]),
            "kind": chance.choice(["message", "call", "receipt", "sms"]),
        }
        for _ in range(3000)
    ]
    store = build(tmp_path, pl.DataFrame(rows), ignore_kinds=("receipt",), collapse_duplicates=True)
    counts = store.receipt["counts"]
    assert counts["rows_read"] == 3000
    assert counts["rows_read"] == sum(
        counts[name]
        for name in (
            "events_accepted",
            "rows_rejected",
            "ignored_by_kind",
            "self_contacts",
            "duplicates_collapsed",
        )
    )
    assert counts["rows_rejected"] == sum(counts["rejected_by_reason"].values())


def test_ids_leave_as_pseudonyms_and_the_numbering_stays(tmp_path: Path) -> None:
    # Three letters turn up in random pseudonyms now and then; a long name does not.
    name = "ann0123456789abcdef0123456789abcdef"
    events = EVENTS.with_columns(pl.col("sender", "recipient").replace("ann", name))
    settings = Reading(key_file=tmp_path / "key", dataset="d")
    (tmp_path / "out").mkdir()
    store = ingest(events, folder=tmp_path / "out", reading=settings)
    key = load_key(tmp_path / "key")
    plain = build(tmp_path, events)
    expected = plain.entities.collect()
    names = store.entities.collect()["name"]
    for purpose, mask in (("account", ~expected["is_group"]), ("group", expected["is_group"])):
        ids = expected["name"].filter(mask)
        assert names.filter(mask).equals(
            pseudonyms(ids, key, "d", "account" if purpose == "account" else "group")
        )
    assert store.events.collect().equals(plain.events.collect())
    assert store.receipt["privacy"] == {
        "identifiers": "pseudonymous",
        "dataset": "d",
        "epoch": 1,
        "key_id": key.key_id,
        "reverse_map": None,
        "state": None,
    }
    written = b"".join(file.read_bytes() for file in (tmp_path / "out").iterdir())
    assert name in expected["name"]
    assert name.encode() not in written
    assert Key(key.secret).secret not in written


def test_a_bad_key_stops_all_before_anything_is_read(tmp_path: Path) -> None:
    load_key(tmp_path / "key")
    (tmp_path / "key").chmod(0o644)
    with pytest.raises(PrivacyRefusalError, match="key file"):
        ingest("absent.csv", folder=tmp_path, reading=Reading(key_file=tmp_path / "key"))


def test_the_receipt_can_be_written_as_json(tmp_path: Path) -> None:
    receipt = build(tmp_path, write(EVENTS, tmp_path / "e.parquet")).receipt
    assert json.loads(json.dumps(receipt)) == receipt
    assert receipt["span"] == {
        "first_event": "2021-03-04T12:00:00+00:00",
        "last_event": "2021-03-04T13:06:00+00:00",
    }
    assert receipt["counts"]["accounts"] == 5
    assert receipt["counts"]["groups"] == 1


@pytest.mark.parametrize("group_rows", [1, 5, 100])
@pytest.mark.parametrize("compression", ["none", "snappy", "zstd"])
def test_the_fingerprint_depends_on_values_alone(
    tmp_path: Path, group_rows: int, compression: str
) -> None:
    path = tmp_path / "e.parquet"
    pq.write_table(
        EVENTS.to_arrow(),
        path,
        row_group_size=group_rows,
        compression=compression,
        use_dictionary=group_rows > 1,
    )
    fingerprints = [
        build(tmp_path, source).receipt["inputs"][0]["fingerprint"] for source in (path, EVENTS)
    ]
    assert fingerprints[0] == fingerprints[1]


@pytest.mark.parametrize("column", EVENTS.columns)
def test_the_fingerprint_changes_with_any_value(tmp_path: Path, column: str) -> None:
    """Moving the values of one column down by one row makes other rows of the same values."""
    moved = EVENTS.with_columns(
        pl.concat([EVENTS[column].tail(1), EVENTS[column].head(11)]).alias(column)
    ).filter(pl.col("sender") != pl.col("recipient"))
    kept = EVENTS.filter(pl.col("sender") != pl.col("recipient"))
    assert (
        build(tmp_path, moved).receipt["inputs"][0]["fingerprint"]
        != build(tmp_path, kept).receipt["inputs"][0]["fingerprint"]
    )
