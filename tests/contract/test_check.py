"""Rows that break the contract are rejected with one reason each; all others are accepted."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from graphmeta.contract.check import (
    ACCOUNT_RULES,
    EVENT_RULES,
    Judged,
    decode_accounts,
    decode_events,
    judge,
    refuse_long_text,
)
from graphmeta.contract.times import Place, TimeRule
from graphmeta.errors import InputError, PrivacyRefusalError

GOOD: dict[str, Any] = {
    "sender": "1",
    "recipient": "2",
    "timestamp": "2021-03-04T12:00:00Z",
    "kind": "call",
    "duration_s": 3.5,
    "group": None,
}
SCHEMA = {
    "sender": pl.String,
    "recipient": pl.String,
    "timestamp": pl.String,
    "kind": pl.String,
    "duration_s": pl.Float64,
    "group": pl.String,
}


def judged(*changes: dict[str, Any]) -> Judged:
    raw = pl.DataFrame([GOOD | change for change in changes], schema=SCHEMA)
    return judge(decode_events(raw, TimeRule(), place(raw)), EVENT_RULES)


def place(raw: pl.DataFrame) -> Place:
    return Place("events.csv", pl.Series(range(1, len(raw) + 1)))


@pytest.mark.parametrize(
    ("change", "field", "reason"),
    [
        ({"sender": None}, "sender", "missing"),
        ({"recipient": None}, "recipient", "missing"),
        ({"timestamp": None}, "timestamp", "missing"),
        ({"timestamp": " "}, "timestamp", "missing"),
        ({"sender": ""}, "sender", "empty id"),
        ({"recipient": "  "}, "recipient", "empty id"),
        ({"sender": "7" * 65}, "sender", "id over 64 bytes"),
        ({"recipient": "é" * 33}, "recipient", "id over 64 bytes"),
        ({"group": "7" * 65}, "group", "id over 64 bytes"),
        ({"timestamp": "yesterday"}, "timestamp", "unparsable time"),
        ({"timestamp": "1600-01-01T00:00:00Z"}, "timestamp", "outside the years 1900 to 2200"),
        ({"kind": "receipt"}, "kind", "unknown kind"),
        ({"kind": "Message"}, "kind", "unknown kind"),
        ({"duration_s": -1.0}, "duration_s", "negative or not finite"),
        ({"duration_s": float("nan")}, "duration_s", "negative or not finite"),
        ({"duration_s": float("inf")}, "duration_s", "negative or not finite"),
        (
            {"kind": "join", "group": "3"},
            "group",
            "differs from the group that is the recipient",
        ),
    ],
)
def test_a_row_that_breaks_a_rule_is_rejected_with_its_number_field_and_reason(
    change: dict[str, Any], field: str, reason: str
) -> None:
    result = judged({}, change, {})
    assert result.rejected.rows() == [(2, field, reason)]
    assert result.accepted["row"].to_list() == [1, 3]


@pytest.mark.parametrize(
    "change",
    [
        {},
        {"kind": None},
        {"kind": ""},
        {"duration_s": None},
        {"duration_s": 0.0},
        {"group": "3"},
        {"group": ""},
        {"sender": "7" * 64},
        {"kind": "join", "group": "2"},
        {"kind": "leave"},
        {"recipient": "1"},
    ],
)
def test_a_row_that_keeps_the_rules_is_accepted(change: dict[str, Any]) -> None:
    result = judged(change)
    assert len(result.accepted) == 1
    assert result.rejected.is_empty()


def test_a_row_that_breaks_several_rules_has_one_reason() -> None:
    result = judged({"sender": None, "timestamp": "x", "kind": "y"})
    assert result.rejected.rows() == [(1, "sender", "missing")]


def test_absent_optional_columns_mean_messages_without_duration_or_group() -> None:
    raw = pl.DataFrame([GOOD], schema=SCHEMA).select("sender", "recipient", "timestamp")
    decoded = decode_events(raw, TimeRule(), place(raw))
    assert decoded.select("kind", "duration_s", "group").row(0) == ("message", None, None)


def test_integer_and_categorical_ids_are_the_same_ids_as_text() -> None:
    raw = pl.DataFrame({"sender": [1], "recipient": ["2"], "timestamp": [GOOD["timestamp"]]})
    raw = raw.with_columns(pl.col("recipient").cast(pl.Categorical))
    decoded = decode_events(raw, TimeRule(), place(raw))
    assert decoded.select("sender", "recipient").row(0) == ("1", "2")


def test_durations_written_as_text_are_numbers_or_unparsable() -> None:
    raw = pl.DataFrame([GOOD] * 3, schema=SCHEMA).with_columns(
        duration_s=pl.Series(["1.5", "", "long"])
    )
    result = judge(decode_events(raw, TimeRule(), place(raw)), EVENT_RULES)
    assert result.accepted["duration_s"].to_list() == [1.5, None]
    assert result.rejected.rows() == [(3, "duration_s", "unparsable number")]


@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("sender", [1.5]),
        ("recipient", [b"x"]),
        ("kind", [1]),
        ("duration_s", [True]),
        ("group", [[1]]),
    ],
)
def test_a_column_of_the_wrong_type_is_refused_by_name(field: str, values: list[Any]) -> None:
    raw = pl.DataFrame([GOOD], schema=SCHEMA).with_columns(pl.Series(field, values))
    with pytest.raises(InputError, match=f"row 1: {field} is of type"):
        decode_events(raw, TimeRule(), place(raw))


@pytest.mark.parametrize(
    "text", ["we meet by the gate " * 5, "x" * 300, "meet_me_at_the_gate_" * 4]
)
def test_an_over_long_id_that_is_text_refuses_the_file(text: str) -> None:
    raw = pl.DataFrame([GOOD, GOOD | {"recipient": text}], schema=SCHEMA)
    decoded = decode_events(raw, TimeRule(), place(raw))
    with pytest.raises(PrivacyRefusalError, match=r"events\.csv, row 2: recipient") as refused:
        refuse_long_text(decoded, ("sender", "recipient"), "events.csv")
    assert text not in str(refused.value)
    assert refused.value.exit_code == 4


@pytest.mark.parametrize(
    ("change", "field", "reason"),
    [
        ({"account": None}, "account", "missing"),
        ({"created_at": None}, "created_at", "missing"),
        ({"closed_at": "x"}, "closed_at", "unparsable time"),
        ({"closed_at": "2019-01-01T00:00:00Z"}, "closed_at", "before created_at"),
        ({"closed_by": "nobody"}, "closed_by", "unknown value"),
        ({"declared": "robot"}, "declared", "unknown value"),
    ],
)
def test_an_account_that_breaks_a_rule_is_rejected(
    change: dict[str, Any], field: str, reason: str
) -> None:
    good = {
        "account": "1",
        "created_at": "2020-01-01T00:00:00Z",
        "closed_at": "2020-06-01T00:00:00Z",
        "closed_by": "user",
        "declared": "bot",
    }
    raw = pl.DataFrame([good, good | change], schema=dict.fromkeys(good, pl.String))
    result = judge(decode_accounts(raw, TimeRule(), place(raw)), ACCOUNT_RULES)
    assert result.rejected.rows() == [(2, field, reason)]
    assert len(result.accepted) == 1
