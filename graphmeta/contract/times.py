"""When did an event happen, in whole seconds of UTC, and can that be known at all?

A timestamp is accepted where its instant is certain: a zoned timestamp, ISO 8601 text with an
offset, or a number whose unit was stated. A naive time or a bare number could be hours or
decades off, which would bend every daily rhythm that graphmeta measures, so such a file is
refused until the zone or unit is stated. Instants are floored to the second: finer resolution
identifies devices and no signal needs it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import polars as pl

from graphmeta.errors import InputError

TimeUnit = Literal["s", "ms", "us", "ns"]
_PER_SECOND: dict[str, int] = {"s": 1, "ms": 1_000, "us": 1_000_000, "ns": 1_000_000_000}

#: Instants outside 1900 to 2200 come from a wrong unit or a placeholder, never from a log.
EARLIEST, LATEST = -2_208_988_800, 7_258_118_400

_ISO = (
    r"^\s*(?P<date>\d{4}-\d{2}-\d{2})[Tt ](?P<minute>\d{2}:\d{2})(?P<second>:\d{2})?"
    r"(?:[.,]\d+)?\s*(?P<zone>Z|z|UTC|[+-]\d{2}(?::?\d{2})?)?\s*$"
)
_NUMBER = r"^\s*[+-]?\d+(?:\.\d*)?\s*$"
_UNIT_REMEDY = "State the unit, for instance --timestamp-unit s (or ms, us, ns)."
_ZONE_REMEDY = "State the zone in which they were written, for instance --time-zone Europe/Berlin."


@dataclass(frozen=True)
class TimeRule:
    """What was stated about timestamps that do not speak for themselves.

    Args:
        unit: The unit of numbers, or None where none was stated.
        zone: The IANA zone of naive times, or None where none was stated.
    """

    unit: TimeUnit | None = None
    zone: str | None = None


@dataclass(frozen=True)
class Place:
    """Where a batch of rows stands: the file, and the 1-based number of each row in it."""

    file: str
    rows: pl.Series

    def of(self, mask: pl.Series) -> str:
        """Return file and row of the first row at which ``mask`` is true."""
        return f"{self.file}, row {int(self.rows.filter(mask)[0])}"

    def first(self) -> str:
        """Return file and row of the batch's first row."""
        return f"{self.file}, row {int(self.rows[0])}"


def describe_times(dtype: pl.DataType, rule: TimeRule) -> str:
    """Return in words how timestamps of a type are understood."""
    naive = f"those without a zone in {rule.zone}" if rule.zone else "a zone in every one"
    numbers = f"numbers in {rule.unit}" if rule.unit else "no bare numbers"
    if isinstance(dtype, pl.Datetime):
        zone = dtype.time_zone or f"{rule.zone or 'no zone'} (none in the file)"
        return f"timestamps in {dtype.time_unit}, zone {zone}"
    if dtype == pl.String:
        return f"ISO 8601 text: {naive}; {numbers}"
    return f"{dtype}: {numbers}"


def to_seconds(column: pl.Series, rule: TimeRule, place: Place) -> tuple[pl.Series, pl.Series]:
    """Return seconds since 1970 UTC, and where a value stands that is no time.

    Args:
        column: Timestamps of any type that a file can hold; its name is the field's name.
        rule: The unit and zone that were stated.
        place: The file and its row, for errors.

    Returns:
        Two series of the column's length: Int64 seconds (null where missing or unparsable),
        and Boolean, true where a value was present and could not be parsed.

    Raises:
        InputError: The instants are not certain (no zone, no unit) or the type holds no time.
    """
    dtype = column.dtype
    if isinstance(dtype, pl.Datetime):
        seconds = _from_datetime(column, dtype, rule, place)
    elif dtype.is_integer() or dtype.is_float():
        _require_unit(column.is_not_null(), column.name, rule, place)
        seconds = _from_number(column, rule.unit)
    elif dtype == pl.String:
        seconds = _from_text(column, rule, place)
    elif dtype == pl.Null:
        seconds = column.cast(pl.Int64)
    else:
        raise InputError(
            f"{place.first()}: {column.name} is of type {dtype}, which holds no instant.",
            "Write it as a timestamp with a zone, as ISO 8601 text with an offset, or as an "
            "integer whose unit you state.",
        )
    return seconds, seconds.is_null() & column.is_not_null()


def _from_datetime(
    column: pl.Series, dtype: pl.Datetime, rule: TimeRule, place: Place
) -> pl.Series:
    if dtype.time_zone is None:
        _require_zone(column.is_not_null(), column.name, rule, place)
        column = _in_zone(column, rule.zone)
    return column.to_physical() // _PER_SECOND[dtype.time_unit]


def _in_zone(naive: pl.Series, zone: str | None) -> pl.Series:
    # The hour that is repeated when clocks go back is read as its first pass; the hour that is
    # skipped when they go forward does not exist and becomes null.
    return naive.dt.replace_time_zone(zone, ambiguous="earliest", non_existent="null")


def _from_number(column: pl.Series, unit: TimeUnit | None) -> pl.Series:
    per_second = _PER_SECOND[unit or "s"]
    if column.dtype.is_float():
        whole = (column.fill_nan(None) / per_second).floor()
        return whole.cast(pl.Int64, strict=False)
    return column.cast(pl.Int64, strict=False) // per_second


def _from_text(column: pl.Series, rule: TimeRule, place: Place) -> pl.Series:
    parts = column.str.extract_groups(_ISO).struct.unnest()
    is_iso = parts["date"].is_not_null()
    numbers = ~is_iso & column.str.contains(_NUMBER)
    _require_unit(numbers, column.name, rule, place)
    naive = is_iso & parts["zone"].is_null()
    _require_zone(naive, column.name, rule, place)
    seconds = _zoned_text(parts)
    if naive.any():
        local = _clock(parts).str.to_datetime("%Y-%m-%dT%H:%M:%S", time_unit="ms", strict=False)
        seconds = seconds.zip_with(~naive, _in_zone(local, rule.zone).to_physical() // 1_000)
    if numbers.any():
        # Digits after the point are below the resolution of the unit.
        whole = column.str.extract(r"^\s*([+-]?\d+)").cast(pl.Int64, strict=False)
        seconds = seconds.zip_with(~numbers, _from_number(whole, rule.unit))
    return seconds


def _clock(parts: pl.DataFrame) -> pl.Series:
    second = pl.col("second").fill_null(":00")
    return parts.select(pl.concat_str("date", pl.lit("T"), "minute", second)).to_series()


def _zoned_text(parts: pl.DataFrame) -> pl.Series:
    # Under a space, Z, z and UTC all mean that the offset is nought.
    zone = parts["zone"].replace(["Z", "z", "UTC"], ["+00:00"] * 3)
    text = _clock(parts) + zone
    instants = text.str.to_datetime("%Y-%m-%dT%H:%M:%S%#z", time_unit="ms", strict=False)
    return instants.to_physical() // 1_000


def _require_unit(present: pl.Series, field: str, rule: TimeRule, place: Place) -> None:
    if rule.unit is None and present.any():
        raise InputError(
            f"{place.of(present)}: {field} is a number without a unit.",
            _UNIT_REMEDY,
        )


def _require_zone(present: pl.Series, field: str, rule: TimeRule, place: Place) -> None:
    if rule.zone is None and present.any():
        raise InputError(
            f"{place.of(present)}: {field} has no time zone.",
            _ZONE_REMEDY,
        )
