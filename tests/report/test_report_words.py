"""Are figures, times and names written the way people read them?"""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graphmeta.report import words


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (0.0, "< 1e-10"),
        (9e-11, "< 1e-10"),
        (3.2e-5, "3e-5"),
        (0.0061, "0.0061"),
        (0.34, "0.34"),
        (1.0, "1"),
        (None, "–"),
        (float("nan"), "–"),
    ],
)
def test_a_probability_is_written_no_finer_than_it_means(value: float | None, written: str) -> None:
    assert words.probability(value) == written


def test_an_equation_does_not_say_equals_and_less_at_once() -> None:
    assert words.equation("q", 1e-30) == "q < 1e-10"
    assert words.equation("q", 0.02) == "q = 0.02"


@pytest.mark.parametrize(
    ("value", "written"), [(1.844, "+1.84"), (-0.6, "−0.60"), (-0.001, "0.00"), (0.0, "0.00")]
)
def test_a_contribution_carries_its_sign(value: float, written: str) -> None:
    assert words.log_odds(value) == written


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (548.0, "548"),
        (1240.4, "1,240"),
        (0.0832, "0.0832"),
        (21.44, "21.4"),
        (-3.0, "−3"),
        (0.00002, "2e-05"),
        (None, "–"),
    ],
)
def test_a_quantity_keeps_three_digits(value: float | None, written: str) -> None:
    assert words.number(value) == written


@given(st.floats(allow_infinity=False))
def test_any_quantity_can_be_written(value: float) -> None:
    assert words.number(value)
    assert words.score(value)
    assert words.probability(abs(value))


@pytest.mark.parametrize(
    ("value", "written"),
    [(812, "812 bytes"), (12_400_000, "12.4 MB"), (3.1e9, "3.1 GB"), (None, "–")],
)
def test_a_size_is_written_in_its_unit(value: float | None, written: str) -> None:
    assert words.size(value) == written


@pytest.mark.parametrize(
    ("first", "last", "written"),
    [
        (datetime(2024, 5, 3), datetime(2024, 5, 3, 9), "3 May 2024"),
        (datetime(2024, 5, 3), datetime(2024, 5, 21), "3 to 21 May 2024"),
        (datetime(2024, 4, 26), datetime(2024, 5, 21), "26 April to 21 May 2024"),
        (datetime(2023, 12, 30), datetime(2024, 1, 2), "30 December 2023 to 2 January 2024"),
        (None, datetime(2024, 1, 2), "–"),
    ],
)
def test_a_period_says_nothing_twice(
    first: datetime | None, last: datetime | None, written: str
) -> None:
    assert words.period(first, last) == written


def test_times_of_a_manifest_are_shown_in_utc() -> None:
    assert words.minute(words.parse_time("2024-05-03T01:30:00+02:00")) == "2 May 2024, 23:30 UTC"
    assert words.parse_time("2024-05-03T01:30:00") == datetime(2024, 5, 3, 1, 30, tzinfo=UTC)
    assert words.parse_time(None) is None


def test_small_shares_are_not_written_as_none() -> None:
    assert [words.share(value) for value in (0.0, 0.004, 0.61, None)] == [
        "0 %",
        "under 1 %",
        "61 %",
        "–",
    ]


def test_prose_is_joined_and_closed() -> None:
    assert words.listing([]) == ""
    assert words.listing(["a"]) == "a"
    assert words.listing(["a", "b", "c"]) == "a, b and c"
    assert words.sentence("few replied..") == "Few replied."
    assert words.plural(1, "account") == "1 account"
    assert words.plural(2000, "account") == "2,000 accounts"
