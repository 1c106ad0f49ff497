"""Timestamps are accepted where their instant is certain, and refused where it is not."""

from __future__ import annotations

from datetime import UTC, date, datetime

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graphmeta.contract.times import Place, TimeRule, TimeUnit, to_seconds
from graphmeta.errors import InputError

NOON = int(datetime(2021, 3, 4, 12, tzinfo=UTC).timestamp())


def seconds(
    values: pl.Series, unit: TimeUnit | None = None, zone: str | None = None
) -> list[int | None]:
    place = Place("events.csv", pl.Series(range(1, len(values) + 1)))
    found, unparsable = to_seconds(values.alias("timestamp"), TimeRule(unit, zone), place)
    assert (unparsable == (found.is_null() & values.is_not_null())).all()
    return found.to_list()


@pytest.mark.parametrize(
    "text",
    [
        "2021-03-04T12:00:00Z",
        "2021-03-04t12:00:00z",
        "2021-03-04 12:00:00 UTC",
        "2021-03-04T12:00Z",
        "2021-03-04T12:00:00.999999Z",
        "2021-03-04T12:00:00,9+00:00",
        "2021-03-04T13:30:00+01:30",
        "2021-03-04T13:30:00 +0130",
        "2021-03-04T14:00:00+02",
        "2021-03-04 07:00:00-05:00",
        "  2021-03-04T12:00:00Z ",
    ],
)
def test_iso_text_with_an_offset_is_an_instant(text: str) -> None:
    assert seconds(pl.Series([text])) == [NOON]


@pytest.mark.parametrize(
    "text",
    [
        "noon",
        "04/03/2021 12:00",
        "2021-02-30T12:00:00Z",
        "2021-03-04T25:00:00Z",
        "2021-03-04T24:00:00Z",
        "2021-03-04",
        "20210304T120000Z",
        "2021-W09-4T12:00:00Z",
        "2021-063T12:00:00Z",
    ],
)
def test_text_that_is_no_instant_is_unparsable(text: str) -> None:
    assert seconds(pl.Series([text, "2021-03-04T12:00:00Z"])) == [None, NOON]


def test_a_leap_second_is_read_as_the_second_after_it() -> None:
    text = ["2021-03-04T11:59:60Z", "2021-03-04T12:00:00Z"]
    assert seconds(pl.Series(text)) == [NOON, NOON]


@pytest.mark.parametrize(
    ("unit", "factor"), [("s", 1), ("ms", 10**3), ("us", 10**6), ("ns", 10**9)]
)
def test_numbers_are_read_in_their_unit_and_floored(unit: TimeUnit, factor: int) -> None:
    numbers = [NOON * factor, NOON * factor + factor - 1, -1]
    assert seconds(pl.Series(numbers), unit) == [NOON, NOON, -1]
    assert seconds(pl.Series([str(number) for number in numbers]), unit) == [NOON, NOON, -1]


def test_fractional_seconds_are_floored() -> None:
    assert seconds(pl.Series([NOON + 0.75, float("nan"), None]), "s") == [NOON, None, None]
    assert seconds(pl.Series([f"{NOON}.75"]), "s") == [NOON]


@settings(deadline=None)
@given(st.datetimes(datetime(1950, 1, 1), datetime(2150, 1, 1)))
def test_zoned_timestamps_are_floored_in_every_unit(moment: datetime) -> None:
    expected = int((moment - datetime(1970, 1, 1)).total_seconds() // 1)
    column = pl.Series([moment]).dt.replace_time_zone("UTC")
    for unit in ("ms", "us", "ns"):
        cast = column.cast(pl.Datetime(unit, "Asia/Kathmandu"))
        assert seconds(cast) == [expected]


def test_naive_times_are_read_in_the_stated_zone() -> None:
    assert seconds(pl.Series([datetime(2021, 3, 4, 13)]), zone="Europe/Berlin") == [NOON]
    assert seconds(pl.Series(["2021-03-04 13:00:00"]), zone="Europe/Berlin") == [NOON]


def test_an_hour_that_the_clock_skips_is_no_instant_and_a_repeated_one_is_its_first_pass() -> None:
    skipped, repeated = datetime(2021, 3, 28, 2, 30), datetime(2021, 10, 31, 2, 30)
    first_pass = int(datetime(2021, 10, 31, 0, 30, tzinfo=UTC).timestamp())
    assert seconds(pl.Series([skipped, repeated]), zone="Europe/Berlin") == [None, first_pass]


@pytest.mark.parametrize(
    ("values", "row", "says"),
    [
        (pl.Series([datetime(2021, 3, 4)]), 1, "--time-zone"),
        (pl.Series(["2021-03-04T12:00:00Z", "2021-03-04T12:00:00"]), 2, "--time-zone"),
        (pl.Series([None, 1_600_000_000]), 2, "--timestamp-unit"),
        (pl.Series(["2021-03-04T12:00:00Z", "x", "1600000000"]), 3, "--timestamp-unit"),
        (pl.Series([1.6e9]), 1, "--timestamp-unit"),
        (pl.Series([date(2021, 3, 4)]), 1, "ISO 8601"),
        (pl.Series([True]), 1, "ISO 8601"),
    ],
)
def test_an_uncertain_instant_is_refused_with_file_row_and_remedy(
    values: pl.Series, row: int, says: str
) -> None:
    with pytest.raises(InputError) as refused:
        seconds(values)
    assert refused.value.exit_code == 2
    assert refused.value.problem.startswith(f"events.csv, row {row}: timestamp")
    assert says in refused.value.remedy
