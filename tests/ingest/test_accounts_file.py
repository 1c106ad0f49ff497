"""The accounts file adds facts, and parts the lives of a recycled number."""

from __future__ import annotations

from pathlib import Path

import polars as pl
from ingest_kit import EVENTS, build, write

from graphmeta.ingest import Reading, ingest

ACCOUNTS = pl.DataFrame(
    {
        "account": ["ann", "eve", "nobody"],
        "created_at": ["2021-01-01T00:00:00Z", "2021-03-01T00:00:00Z", "2021-02-01T00:00:00Z"],
        "closed_at": [None, "2021-03-05T00:00:00Z", None],
        "closed_by": [None, "platform", None],
        "declared": ["business", None, None],
    }
)
#: ann closed her account before 12:05, and somebody else got her number.
RECYCLED = pl.DataFrame(
    {
        "account": ["ann", "ann", "ann"],
        "created_at": ["2021-03-04T12:05:00Z", "2020-01-01T00:00:00Z", "2021-03-04T12:05:30Z"],
        "declared": ["bot", "business", "helpline"],
    }
)


def test_facts_are_joined_to_accounts_that_have_events(tmp_path: Path) -> None:
    store = build(tmp_path, EVENTS, accounts=write(ACCOUNTS, tmp_path / "accounts.csv"))
    entities = store.entities.collect()
    facts = {row["name"]: row for row in entities.iter_rows(named=True)}
    assert "nobody" not in facts
    assert facts["ann"]["created_at"] == 1609459200
    assert facts["ann"]["declared"] == "business"
    assert (facts["eve"]["closed_at"], facts["eve"]["closed_by"]) == (1614902400, "platform")
    assert facts["bob"]["created_at"] is None
    assert store.receipt["counts"]["accounts"] == 5
    assert [item["table"] for item in store.receipt["inputs"]] == ["events", "accounts"]


def ends(store_of: pl.DataFrame, names: pl.Series) -> list[tuple[str, str]]:
    senders, recipients = (names.gather(store_of[end]) for end in ("sender", "recipient"))
    return list(zip(senders, recipients, strict=True))


def test_an_account_that_is_named_twice_has_separate_lives(tmp_path: Path) -> None:
    store = build(tmp_path, EVENTS, accounts=RECYCLED)
    entities = store.entities.collect()
    pairs = ends(store.events.collect(), entities["name"])
    assert pairs[:4] == [("ann", "bob"), ("bob", "ann"), ("ann#2", "cid"), ("ann#3", "bob")]
    facts = dict(entities.select("name", "declared").iter_rows())
    assert (facts["ann"], facts["ann#2"], facts["ann#3"]) == ("business", "bot", "helpline")


def test_events_before_the_first_life_belong_to_it(tmp_path: Path) -> None:
    late = RECYCLED.head(1).vstack(RECYCLED.tail(1))
    store = build(tmp_path, EVENTS, accounts=late)
    pairs = ends(store.events.collect(), store.entities.collect()["name"])
    assert pairs[:4] == [("ann", "bob"), ("bob", "ann"), ("ann", "cid"), ("ann#2", "bob")]


def test_lives_have_pseudonyms_of_their_own(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    reading = Reading(key_file=tmp_path / "key", accounts=RECYCLED)
    names = ingest(EVENTS, folder=tmp_path / "out", reading=reading).entities.collect()["name"]
    assert names.n_unique() == len(names) == 8
    assert names.str.contains(r"^[ag]_[a-z2-7]{20}$").all()


def test_a_life_that_is_said_twice_is_set_aside(tmp_path: Path) -> None:
    path = write(pl.concat([ACCOUNTS, ACCOUNTS.head(1)]), tmp_path / "accounts.parquet")
    store = build(tmp_path, EVENTS, accounts=path)
    assert store.quarantine.rows() == [
        ("accounts.parquet", 4, "created_at", "account and created_at repeated")
    ]
    assert store.receipt["counts"]["rejected_by_reason"] == {
        "created_at: account and created_at repeated": 1
    }


def test_the_accounts_file_names_no_new_entities_and_its_order_is_nothing(tmp_path: Path) -> None:
    straight = build(tmp_path, EVENTS, accounts=ACCOUNTS)
    turned = build(tmp_path, EVENTS, accounts=ACCOUNTS.reverse())
    assert straight.entities.collect().equals(turned.entities.collect())
