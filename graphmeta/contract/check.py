"""Which rows of a file keep the contract, and why not the others?

A batch of rows goes through two steps. *Decoding* turns whatever types a file holds into the
contract's own (text ids, seconds, kind, duration), and refuses the file where a whole column
means nothing certain. *Judging* gives each row that breaks a rule exactly one reason, the first
in the order of ``EVENT_RULES`` or ``ACCOUNT_RULES``. Both are column operations over the batch.

Rows are numbered from 1 within their file, the header not counted. No reason and no error ever
repeats a value: a rejected value may be content.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from graphmeta.contract.events import CLOSED_BY, DECLARED, KINDS, KINDS_TO_GROUPS, MAX_ID_BYTES
from graphmeta.contract.idtext import find_text
from graphmeta.contract.times import EARLIEST, LATEST, Place, TimeRule, to_seconds
from graphmeta.errors import InputError, PrivacyRefusalError

#: No scheme makes an opaque id this long, so whatever it is, it is refused rather than set aside.
_ABSURD_ID_BYTES = 256


TOO_LONG = f"id over {MAX_ID_BYTES} bytes"


@dataclass(frozen=True)
class Rule:
    """One reason for which a row is rejected; ``broken`` is true on the rows it rejects."""

    field: str
    reason: str
    broken: pl.Expr


def _id_rules(field: str, *, required: bool) -> tuple[Rule, ...]:
    value = pl.col(field)
    too_long = Rule(field, TOO_LONG, value.str.len_bytes() > MAX_ID_BYTES)
    if not required:
        return (too_long,)
    return (
        Rule(field, "missing", value.is_null()),
        Rule(field, "empty id", value.str.strip_chars().str.len_bytes() == 0),
        too_long,
    )


def _time_rules(field: str, *, required: bool) -> tuple[Rule, ...]:
    value = pl.col(field)
    rules = (
        Rule(field, "unparsable time", pl.col(f"{field}_unparsable")),
        Rule(field, "outside the years 1900 to 2200", ~value.is_between(EARLIEST, LATEST)),
    )
    missing = Rule(field, "missing", value.is_null() & ~pl.col(f"{field}_unparsable"))
    return (missing, *rules) if required else rules


EVENT_RULES = (
    *_id_rules("sender", required=True),
    *_id_rules("recipient", required=True),
    *_time_rules("timestamp", required=True),
    Rule("kind", "unknown kind", ~pl.col("kind").is_in(KINDS)),
    Rule("duration_s", "unparsable number", pl.col("duration_s_unparsable")),
    Rule(
        "duration_s",
        "negative or not finite",
        ~(pl.col("duration_s").is_finite() & (pl.col("duration_s") >= 0)),
    ),
    *_id_rules("group", required=False),
    Rule(
        "group",
        "differs from the group that is the recipient",
        pl.col("kind").is_in(KINDS_TO_GROUPS) & (pl.col("group") != pl.col("recipient")),
    ),
)

ACCOUNT_RULES = (
    *_id_rules("account", required=True),
    *_time_rules("created_at", required=True),
    *_time_rules("closed_at", required=False),
    Rule("closed_at", "before created_at", pl.col("closed_at") < pl.col("created_at")),
    Rule("closed_by", "unknown value", ~pl.col("closed_by").is_in(CLOSED_BY)),
    Rule("declared", "unknown value", ~pl.col("declared").is_in(DECLARED)),
)


@dataclass(frozen=True)
class Judged:
    """A decoded batch, parted.

    Args:
        accepted: Rows that keep the contract, with all columns of the decoded batch.
        rejected: Columns row, field, reason; one row per rejected row.
    """

    accepted: pl.DataFrame
    rejected: pl.DataFrame


def decode_events(raw: pl.DataFrame, times: TimeRule, place: Place) -> pl.DataFrame:
    """Return a batch of events in the contract's own types, row for row.

    Args:
        raw: Columns named as in the contract; optional ones may be absent.
        times: What was stated about numbers and naive times.
        place: The file, and the number of each row.

    Returns:
        Columns row (Int64), sender, recipient, kind, group (String), timestamp (Int64 seconds),
        duration_s (Float32), and ``*_unparsable`` (Boolean) beside the last two.

    Raises:
        InputError: A column's type cannot hold what the column means.
        PrivacyRefusalError: An id is so long, or so worded, that it is text.
    """
    columns = [
        place.rows.alias("row"),
        *(_ids(raw[name], place) for name in ("sender", "recipient")),
        *_times(raw["timestamp"], times, place),
        _optional_text(raw, "kind", place).fill_null("message"),
        *_numbers(_optional(raw, "duration_s"), place),
        _blank_to_null(_ids(_optional(raw, "group"), place)),
    ]
    return pl.DataFrame(columns)


def decode_accounts(raw: pl.DataFrame, times: TimeRule, place: Place) -> pl.DataFrame:
    """Return a batch of the accounts file in the contract's own types, row for row.

    Returns:
        Columns row (Int64), account, closed_by, declared (String), created_at, closed_at (Int64
        seconds), and ``*_unparsable`` (Boolean) beside the last two.

    Raises:
        InputError: A column's type cannot hold what the column means.
        PrivacyRefusalError: An id is so long, or so worded, that it is text.
    """
    columns = [
        place.rows.alias("row"),
        _ids(raw["account"], place),
        *_times(raw["created_at"], times, place),
        *_times(_optional(raw, "closed_at"), times, place),
        _optional_text(raw, "closed_by", place),
        _optional_text(raw, "declared", place),
    ]
    return pl.DataFrame(columns)


def judge(decoded: pl.DataFrame, rules: Sequence[Rule]) -> Judged:
    """Part a decoded batch into accepted rows and rejected rows with their first reason."""
    verdict = decoded.select(
        pl.coalesce(
            pl.when(rule.broken).then(pl.lit(number, pl.UInt8)) for number, rule in enumerate(rules)
        ).alias("rule")
    ).to_series()
    bad = verdict.is_not_null()
    if not bad.any():
        return Judged(decoded, _REJECTED_NONE)
    numbers = verdict.filter(bad)
    rejected = pl.DataFrame(
        [
            decoded["row"].filter(bad),
            _name(numbers, "field", {n: rule.field for n, rule in enumerate(rules)}),
            _name(numbers, "reason", {n: rule.reason for n, rule in enumerate(rules)}),
        ]
    )
    return Judged(decoded.filter(~bad), rejected)


_REJECTED_NONE = pl.DataFrame(
    schema={"row": pl.Int64(), "field": pl.String(), "reason": pl.String()}
)


def refuse_long_text(decoded: pl.DataFrame, fields: Sequence[str], file: str) -> None:
    """Refuse a file in whose over-long ids somebody wrote.

    An id over the limit is quarantined with its row; one that reads like text, or that is longer
    than any scheme of ids makes them, says that the column is not one of ids.

    Raises:
        PrivacyRefusalError: An over-long id carries text.
    """
    for field in fields:
        size = decoded[field].str.len_bytes()
        long = decoded.filter(size > MAX_ID_BYTES)
        if long.is_empty():
            continue
        absurd = long.filter(long[field].str.len_bytes() > _ABSURD_ID_BYTES)
        if not absurd.is_empty():
            because = f"an id of more than {_ABSURD_ID_BYTES} bytes"
            raise _text_refusal(field, file, absurd["row"][0], because)
        refuse_text(long[field], long["row"], file)


def refuse_text(ids: pl.Series, rows: pl.Series, file: str) -> None:
    """Refuse a file in whose ids somebody wrote.

    Args:
        ids: Ids without nulls, String, named as their column; each is looked at once.
        rows: The 1-based rows in which they stand.
        file: The file's name.

    Raises:
        PrivacyRefusalError: One of them carries text.
    """
    first = ids.is_first_distinct()
    distinct, rows = ids.filter(first), rows.filter(first)
    found = find_text(distinct)
    if found is not None:
        raise _text_refusal(ids.name, file, rows[found.index], found.because)


def _text_refusal(field: str, file: str, row: int, because: str) -> PrivacyRefusalError:
    return PrivacyRefusalError(
        f"{file}, row {row}: {field} holds text instead of an opaque id ({because}).",
        "Replace the ids by opaque ones, for instance numbers or keyed hashes, and try again.",
    )


def _name(numbers: pl.Series, column: str, names: Mapping[int, str]) -> pl.Series:
    return numbers.replace_strict(names, return_dtype=pl.String).alias(column)


def _optional(raw: pl.DataFrame, name: str) -> pl.Series:
    if name in raw.columns:
        return raw[name]
    return pl.repeat(None, len(raw), dtype=pl.Null, eager=True).alias(name)


def _ids(column: pl.Series, place: Place) -> pl.Series:
    dtype = column.dtype
    if not (dtype in (pl.String, pl.Categorical, pl.Enum, pl.Null) or dtype.is_integer()):
        raise InputError(
            f"{place.first()}: {column.name} is of type {dtype}, and an id is text or an integer.",
            "Write the column as text or as integers.",
        )
    return column.cast(pl.String)


def _blank_to_null(column: pl.Series) -> pl.Series:
    blank = column.str.strip_chars().str.len_bytes() == 0
    return column.set(blank, None) if blank.any() else column


def _optional_text(raw: pl.DataFrame, name: str, place: Place) -> pl.Series:
    column = _optional(raw, name)
    if column.dtype not in (pl.String, pl.Categorical, pl.Enum, pl.Null):
        raise InputError(
            f"{place.first()}: {name} is of type {column.dtype}, not text.",
            "Write the column as text, or leave it out with --ignore-column.",
        )
    return _blank_to_null(column.cast(pl.String))


def _times(column: pl.Series, times: TimeRule, place: Place) -> tuple[pl.Series, pl.Series]:
    if column.dtype == pl.String:
        column = _blank_to_null(column)
    seconds, unparsable = to_seconds(column, times, place)
    return seconds.alias(column.name), unparsable.alias(f"{column.name}_unparsable")


def _numbers(column: pl.Series, place: Place) -> tuple[pl.Series, pl.Series]:
    dtype = column.dtype
    if dtype == pl.String:
        column = _blank_to_null(column.str.strip_chars())
    elif not (dtype.is_numeric() or dtype == pl.Null):
        raise InputError(
            f"{place.first()}: {column.name} is of type {dtype}, not a number of seconds.",
            "Write the column as a number of seconds, or leave it out with --ignore-column.",
        )
    values = column.cast(pl.Float32, strict=False)
    unparsable = values.is_null() & column.is_not_null()
    return values, unparsable.alias(f"{column.name}_unparsable")
