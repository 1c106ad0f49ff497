"""Events of an earlier run and new ones come to the store that all of them would have made."""

from __future__ import annotations

import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from ingest_kit import EVENTS, write

from graphmeta.contract.events import KINDS_TO_GROUPS
from graphmeta.errors import GraphmetaError, InputError, PrivacyRefusalError, UsageError
from graphmeta.ingest import Reading, Store, ingest
from graphmeta.privacy.keys import load_key
from graphmeta.privacy.rotation import rotate
from graphmeta.privacy.sealing import new_identity
from graphmeta.run import STATE

START = datetime(2026, 3, 2, tzinfo=UTC)
NAMES = ("a", "b", "c", "d", "e")
#: One number that was given away twice, and a closed account.
LIVES = pl.DataFrame(
    {
        "account": ["a", "a", "a", "b"],
        "created_at": [START + timedelta(seconds=at) for at in (0, 7, 15, 0)],
        "closed_at": [None, None, None, START + timedelta(seconds=30)],
    }
)
#: Sender, recipient or group, second, kind, duration, group, and in which part it comes.
ROWS = st.lists(
    st.tuples(
        st.sampled_from(NAMES),
        st.sampled_from(NAMES),
        st.integers(0, 20),
        st.sampled_from(["message", "call", "join", "group_message", "block"]),
        st.sampled_from([None, 1.0, 2.5]),
        st.sampled_from([None, "a", "club"]),
        st.integers(0, 2),
    ),
    min_size=3,
    max_size=30,
)


def frame(rows: list[Any]) -> pl.DataFrame:
    """Return drawn events; whoever is at both ends of one reaches f instead."""
    told = []
    for sender, reached, second, kind, duration, group, _ in rows:
        to_group = kind in KINDS_TO_GROUPS
        recipient = reached if to_group or reached != sender else "f"
        at = START + timedelta(seconds=second)
        told.append((sender, recipient, at, kind, duration, None if to_group else group))
    schema = {
        "sender": pl.String(),
        "recipient": pl.String(),
        "timestamp": pl.Datetime("us", "UTC"),
        "kind": pl.String(),
        "duration_s": pl.Float64(),
        "group": pl.String(),
    }
    return pl.DataFrame(told, schema=schema, orient="row")


def store(folder: Path, sources: Any, kept: Store | None = None, **stated: Any) -> Store:
    """Ingest into a new folder, adding to what another store kept, and keep the whole."""
    reading = Reading(**{"key_file": folder / "key", "keep_state": True, **stated})
    state = None if kept is None else kept.folder / STATE
    home = Path(tempfile.mkdtemp(dir=folder))
    return ingest(sources, folder=home, reading=reading, kept=state)


def content(made: Store) -> list[bytes]:
    """Return the bytes of the store that the analysis reads."""
    return [(made.folder / name).read_bytes() for name in ("events.arrow", "entities.parquet")]


@settings(max_examples=10)
@given(
    rows=ROWS,
    identifiers=st.sampled_from(["plain", "pseudonymous"]),
    collapse=st.booleans(),
    lives=st.booleans(),
    start=st.sampled_from([None, START + timedelta(seconds=6)]),
)
def test_however_events_are_split_the_store_is_that_of_all_of_them(
    rows: list[Any], identifiers: str, collapse: bool, lives: bool, start: datetime | None
) -> None:
    """Whole days, halves of days and stragglers alike: in any order, twice over, with ties."""
    parts = [frame(of) for part in range(3) if (of := [row for row in rows if row[-1] == part])]
    assume(all(start is None or (part["timestamp"] >= start).any() for part in parts))
    stated: dict[str, Any] = {
        "identifiers": identifiers,
        "collapse_duplicates": collapse,
        "accounts": LIVES if lives else None,
        "not_before": start,
    }
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        whole = store(folder, parts, **stated)
        grown = None
        for part in parts:
            grown = store(folder, part, grown, **stated)
        assert grown is not None
        assert content(grown) == content(whole)
        assert grown.receipt["counts"] == whole.receipt["counts"]
        assert grown.receipt["span"] == whole.receipt["span"]
        kept = grown.receipt["privacy"]["state"]
        assert kept["first_event"] == grown.receipt["span"]["first_event"]


def test_what_was_set_aside_is_told_as_if_all_files_had_been_read(tmp_path: Path) -> None:
    odd = EVENTS.with_columns(
        timestamp=pl.when(pl.int_range(pl.len()) % 5 == 1)
        .then(pl.lit("yesterday"))
        .otherwise("timestamp"),
        kind=pl.when(pl.col("kind") == "call").then(pl.lit("receipt")).otherwise("kind"),
    )
    monday, tuesday = write(odd, tmp_path / "b.csv"), write(EVENTS, tmp_path / "a.csv")
    third = write(odd.head(7), tmp_path / "c.csv")
    stated: dict[str, Any] = {"ignore_kinds": ("receipt",)}
    whole = store(tmp_path, [monday, tuesday, third], **stated)
    grown = store(tmp_path, tuesday, store(tmp_path, [monday, third], **stated), **stated)
    assert grown.quarantine.height == 3 + 2
    assert grown.quarantine.equals(whole.quarantine)
    assert grown.receipt["counts"] == whole.receipt["counts"]
    assert [one["file"] for one in grown.receipt["inputs"]] == ["a.csv"]
    assert [one["file"] for one in grown.receipt["update"]["inputs"]] == ["b.csv", "c.csv"]
    assert grown.receipt["privacy"]["state"]["carried_over"] == 1


def test_the_accounts_file_is_the_present_one(tmp_path: Path) -> None:
    """What is known of accounts changes: a number was given away since, and that is known now."""
    before, since = LIVES.unique("account", keep="first", maintain_order=True), LIVES
    old, new = EVENTS.head(6), EVENTS.tail(6)
    grown = store(tmp_path, new, store(tmp_path, old, accounts=before), accounts=since)
    assert content(grown) == content(store(tmp_path, [old, new], accounts=since))


def test_a_window_moves_with_the_days_and_leaves_nothing_behind(tmp_path: Path) -> None:
    """Each update lets more go, and none of it is counted twice or forgotten."""
    noon = datetime(2021, 3, 4, 12, tzinfo=UTC)
    early, late = (noon + timedelta(minutes=minutes) for minutes in (4, 61))
    parts = EVENTS.head(5), EVENTS[5:9], EVENTS.tail(3)
    first = store(tmp_path, parts[0])
    second = store(tmp_path, parts[1], first, not_before=early)
    third = store(tmp_path, parts[2], second, not_before=late)
    whole = store(tmp_path, list(parts), not_before=late)
    assert content(third) == content(whole)
    assert third.receipt["counts"] == whole.receipt["counts"]
    assert whole.receipt["counts"]["too_early"] == 5
    assert third.receipt["update"]["events"] < second.receipt["counts"]["events_accepted"]


def test_a_file_that_was_read_already_is_refused_as_one_named_twice(tmp_path: Path) -> None:
    file = write(EVENTS, tmp_path / "events.parquet")
    old = store(tmp_path, file)
    with pytest.raises(InputError, match="named twice"):
        store(tmp_path, file, old)
    copy = write(EVENTS, tmp_path / "copy.parquet")
    twice = store(tmp_path, copy, old)
    assert content(twice) == content(store(tmp_path, [file, copy])), "a copy counts as it does else"


SEAL_TO = tuple(new_identity().recipient for _ in range(2))


@pytest.mark.parametrize(
    ("then", "now", "error", "says"),
    [
        ({}, {"dataset": "other"}, PrivacyRefusalError, "does not open"),
        ({}, {"collapse_duplicates": True}, UsageError, "collapse_duplicates = False"),
        ({}, {"ignore_kinds": ("call",)}, UsageError, "ignore_kinds"),
        ({}, {"identifiers": "plain"}, UsageError, "identifiers"),
        ({"accounts": LIVES}, {}, UsageError, "--accounts"),
        ({"not_before": START - timedelta(days=9999)}, {}, UsageError, "--not-before 1998"),
        (
            {},
            {"seal_to": SEAL_TO, "people": {n: n * 64 for n in "abc"}},
            UsageError,
            "the ids of earlier days are not known",
        ),
    ],
)
def test_what_would_make_another_run_is_refused(
    tmp_path: Path,
    then: dict[str, Any],
    now: dict[str, Any],
    error: type[GraphmetaError],
    says: str,
) -> None:
    old = store(tmp_path, EVENTS, **then)
    with pytest.raises(error, match=says):
        store(tmp_path, EVENTS.head(3), old, **now)


def test_nobody_opens_a_state_without_its_epochs_key(tmp_path: Path) -> None:
    old = store(tmp_path, EVENTS)
    rotate(tmp_path / "key")
    with pytest.raises(PrivacyRefusalError, match="does not open"):
        store(tmp_path, EVENTS.head(3), old)


def test_a_state_holds_no_id_and_no_name_in_the_open(tmp_path: Path) -> None:
    long = EVENTS.with_columns(sender=pl.format("account-of-{}", "sender"))
    for identifiers in ("plain", "pseudonymous"):
        made = store(tmp_path, long, identifiers=identifiers)
        sealed = (made.folder / STATE).read_bytes()
        names = made.entities.collect()["name"].to_list() + long["sender"].to_list()
        assert not [name for name in names if len(name) > 11 and name.encode() in sealed]
        assert (made.folder / STATE).stat().st_mode & 0o077 == 0
    assert load_key(tmp_path / "key").secret not in sealed
