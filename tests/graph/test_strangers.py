"""Stranger contacts are judged with what was known at the moment of the contact."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from tinyworld import DAY, first_contacts, ties

from graphmeta.graph import strangers
from graphmeta.graph.strangers import common_acquaintance, judged, newness

NOBODY = pl.DataFrame(schema={"account": pl.UInt32, "circle": pl.Int64})
Tie = tuple[int, int, int]
Meeting = tuple[int, int, int]

accounts = st.integers(0, 7)
moments = st.integers(0, 12)


@st.composite
def some_ties(draw: st.DrawFn) -> list[Tie]:
    pairs = draw(st.sets(st.tuples(accounts, accounts).filter(lambda pair: pair[0] < pair[1])))
    return [(a, b, draw(moments)) for a, b in sorted(pairs)]


@st.composite
def some_meetings(draw: st.DrawFn) -> list[Meeting]:
    pairs = draw(st.sets(st.tuples(accounts, accounts).filter(lambda pair: pair[0] != pair[1])))
    return [(a, b, draw(moments)) for a, b in sorted(pairs)]


def slow_common(known: list[Tie], sender: int, recipient: int, time: int) -> bool:
    """Return whether somebody knew both before a moment, by looking at everybody."""

    def friends(account: int) -> set[int]:
        old = [(a, b) for a, b, since in known if since < time]
        return {b for a, b in old if a == account} | {a for a, b in old if b == account}

    return bool(friends(sender) & friends(recipient))


@given(some_ties(), some_meetings(), st.sampled_from([1, 3, 20_000_000]))
def test_a_common_acquaintance_is_one_whom_both_knew_before(
    known: list[Tie], met: list[Meeting], chunk: int
) -> None:
    rows = pl.DataFrame(
        [(row, *meeting) for row, meeting in enumerate(met)],
        schema={"row": pl.UInt32, "sender": pl.UInt32, "recipient": pl.UInt32, "time": pl.Int64},
        orient="row",
    )
    expected = [row for row, meeting in enumerate(met) if slow_common(known, *meeting)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(strangers, "_CHUNK_ROWS", chunk)
        assert common_acquaintance(rows, ties(known))["row"].to_list() == expected


@given(some_ties(), some_meetings(), st.dictionaries(accounts, st.integers(0, 1)), moments)
def test_a_stranger_has_no_common_acquaintance_and_another_circle(
    known: list[Tie], met: list[Meeting], circle: dict[int, int], since: int
) -> None:
    drawn = pl.DataFrame(
        list(circle.items()), schema={"account": pl.UInt32, "circle": pl.Int64}, orient="row"
    )
    firsts = first_contacts([(*meeting, None) for meeting in met])
    found = judged(firsts, ties(known), drawn, since)
    expected = {
        (sender, recipient, time): not slow_common(known, sender, recipient, time)
        and (sender not in circle or circle[sender] != circle.get(recipient))
        for sender, recipient, time in met
        if time >= since
    }
    rows = found.select("sender", "recipient", "time", "stranger").rows()
    assert {row[:3]: row[3] for row in rows} == expected
    assert found.select("time", "sender", "recipient").equals(
        found.select("time", "sender", "recipient").sort("time", "sender", "recipient")
    )


def test_a_recruit_who_later_knows_the_handler_was_a_stranger_to_the_recruiter() -> None:
    recruiter, recruit, handler = 0, 1, 2
    known = ties([(recruiter, handler, 5), (recruit, handler, 90)])
    found = judged(first_contacts([(recruiter, recruit, 50, None)]), known, NOBODY, 0)
    assert found["stranger"].to_list() == [True]
    introduced = ties([(recruiter, handler, 5), (recruit, handler, 49)])
    found = judged(first_contacts([(recruiter, recruit, 50, None)]), introduced, NOBODY, 0)
    assert found["stranger"].to_list() == [False]


def test_members_of_one_circle_are_no_strangers_even_without_a_common_acquaintance() -> None:
    drawn = pl.DataFrame(
        {"account": [0, 1, 2], "circle": [0, 0, 1]},
        schema={"account": pl.UInt32, "circle": pl.Int64},
    )
    firsts = first_contacts([(0, 1, 5, None), (0, 2, 6, None), (3, 4, 7, None)])
    assert judged(firsts, ties([]), drawn, 0)["stranger"].to_list() == [False, True, True]


def test_what_came_before_since_is_history_and_since_itself_is_judged() -> None:
    firsts = first_contacts([(0, 1, 9, None), (2, 3, 10, None)])
    assert judged(firsts, ties([]), NOBODY, 10)["time"].to_list() == [10]


def test_less_than_two_weeks_are_too_short_to_tell_old_ties() -> None:
    times = np.arange(0, 13 * DAY, 600)
    senders = np.arange(times.size) % 50
    assert (newness(senders, times, 0) == 1.0).all()


def test_where_old_ties_surface_early_contacts_are_less_surely_new() -> None:
    """Forty accounts a day at first, ten a day in the long run."""
    rows = [
        (day * 100 + one, day * DAY + one)
        for day in range(60)
        for one in range(10 + int(30 * 0.9**day))
    ]
    senders, times = (np.array(column) for column in zip(*rows, strict=True))
    new = newness(senders, times, 0)
    assert new[0] < 0.45
    assert new[-1] == pytest.approx(1.0)
    assert (np.diff(new) >= 0).all()


def test_one_account_that_blasts_on_one_day_does_not_make_the_others_old() -> None:
    calm = [(day * 10 + one, day * DAY + one) for day in range(40) for one in range(10)]
    blast = [(9_999, 2 * DAY + second) for second in range(5_000)]
    senders, times = (np.array(column) for column in zip(*sorted(calm + blast), strict=True))
    assert newness(senders, times, 0).min() > 0.9


@given(
    hnp.arrays(np.int64, st.integers(0, 60), elements=st.integers(0, 40 * DAY)),
    st.integers(-5 * DAY, 0),
)
def test_the_probability_of_being_new_lies_between_0_and_1_and_never_falls(
    times: np.ndarray, since: int
) -> None:
    times = np.sort(times)
    new = newness(np.arange(times.size), times, since)
    assert new.shape == times.shape
    assert ((new >= 0) & (new <= 1)).all()
    assert (np.diff(new) >= 0).all()


def test_where_nobody_else_met_anybody_nothing_speaks_against_being_new() -> None:
    """All contacts fall on the last day, which is seldom whole and is not counted."""
    times = np.full(5, 20 * DAY)
    assert newness(np.arange(5), times, 0).tolist() == [1.0] * 5


def test_nothing_to_judge_gives_nothing() -> None:
    found = judged(first_contacts([]), ties([]), NOBODY, 0)
    assert found.is_empty()
    assert {"stranger", "new", "circle_s", "circle_r"} <= set(found.columns)
