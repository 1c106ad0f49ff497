"""From events to what layers look at: history, days, folds, habits and arrivals."""

from __future__ import annotations

import itertools

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tinyworld import DAY, HOUR, messages, store_events

from graphmeta.errors import UsageError
from graphmeta.signals.base import FOLDS
from graphmeta.signals.observe import (
    day_folds,
    habits,
    network,
    observe,
    quietest_hour,
)

CIRCLE = range(5)
Timed = tuple[int, int, int]


def friends(at: int) -> list[Timed]:
    """Return five accounts that have all written to each other by a moment."""
    pairs = itertools.permutations(CIRCLE, 2)
    return [(a, b, at + number) for number, (a, b) in enumerate(pairs)]


def names(count: int) -> list[str]:
    return [f"account {number}" for number in range(count)]


def test_the_first_quarter_of_the_data_is_history() -> None:
    graph = network(messages([(0, 1, 1_000), (2, 3, 1_250), (4, 5, 2_000)]), 6, None, 0)
    assert (graph.first, graph.since) == (1_000, 1_250)
    assert graph.judged["time"].to_list() == [1_250, 2_000]


def test_a_given_moment_ends_history() -> None:
    graph = network(messages([(0, 1, 1_000), (2, 3, 1_250), (4, 5, 2_000)]), 6, 1_251, 0)
    assert graph.judged["time"].to_list() == [2_000]


def test_accounts_without_a_circle_share_the_last_number() -> None:
    graph = network(messages([*friends(0), (7, 8, 5_000)]), 9, 1_000, 0)
    assert graph.circle_of.tolist() == [0] * 5 + [1] * 4


def test_contacts_within_the_circle_are_known_from_history_on() -> None:
    rows = [row for row in friends(0) if {row[0], row[1]} != {0, 1}]
    graph = network(messages([*rows, (0, 1, 5_000), (0, 8, 6_000)]), 9, 1_000, 0)
    assert graph.judged.select("sender", "recipient", "stranger").rows() == [
        (0, 1, False),
        (0, 8, True),
    ]


def test_days_are_cut_at_the_quietest_hour() -> None:
    rows = [
        (0, 1 + n, day * DAY + hour * HOUR + n)
        for day in range(3)
        for hour in range(24)
        for n in range(1 if hour == 4 else 3)
    ]
    events = messages(rows)
    assert quietest_hour(events) == 4
    graph = network(events, 4, 0, 0)
    seen = observe(events, graph, names(4), 0)
    turned = [(row["time"] - 4 * HOUR) for row in seen.strangers.iter_rows(named=True)]
    assert seen.strangers["hour"].to_list() == [at % DAY // HOUR for at in turned]
    assert seen.strangers["second_of_day"].to_list() == [at % DAY for at in turned]
    first = -4 * HOUR // DAY
    assert seen.strangers["day"].to_list() == [at // DAY - first for at in turned]


@given(st.integers(0, 100), st.integers(0, 5))
def test_of_every_three_days_each_fold_gets_one(days: int, seed: int) -> None:
    dealt = day_folds(days, seed)
    assert dealt.size == days
    for start in range(0, days - FOLDS + 1, FOLDS):
        assert sorted(dealt[start : start + FOLDS]) == list(range(FOLDS))


def test_another_seed_deals_days_and_accounts_otherwise() -> None:
    assert day_folds(90, 0).tolist() != day_folds(90, 1).tolist()


hours = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 200)), min_size=1, max_size=40)


@given(hours, st.integers(0, 23))
def test_habits_are_distinct_active_hours_pulled_towards_everybodys(
    rows: list[tuple[int, int]], turn: int
) -> None:
    events = messages([(sender, 5, hour * HOUR + 7) for sender, hour in [*rows, *rows]])
    counted = np.zeros((6, 24))
    for sender, hour in set(rows):
        counted[sender, (hour - turn) % 24] += 1
    everybody = (counted.sum(axis=0) + 1) / (counted.sum() + 24)
    expected = counted + 10 * everybody
    expected /= expected.sum(axis=1, keepdims=True)
    asked = pl.Series([0, 2, 3], dtype=pl.UInt32)
    found = habits(events, 6, turn, asked)
    assert found.of(asked.to_numpy()) == pytest.approx(expected[asked.to_numpy()])
    assert found.of(np.array([1, 5])) == pytest.approx(np.tile(everybody, (2, 1))), "not asked"
    assert found.shares.sum(axis=1) == pytest.approx(np.ones(4))


def test_folds_are_keyed_by_the_outside_name_and_by_nothing_else() -> None:
    rows = [(0, one, 10 * one) for one in range(1, 200)]
    events = messages(rows)
    graph = network(events, 200, 0, 0)
    one = observe(events, graph, names(200), 0).strangers
    again = observe(messages(rows[::-1]), graph, names(200), 0).strangers
    other = observe(events, graph, [name.upper() for name in names(200)], 0).strangers
    assert one.equals(again)
    assert not one["recipient_fold"].equals(other["recipient_fold"])
    assert one.drop("recipient_fold").equals(other.drop("recipient_fold"))
    sizes = np.bincount(one["recipient_fold"].to_numpy(), minlength=FOLDS)
    assert sizes.min() > 40


def test_arrivals_leave_the_circle_and_joins_are_arrivals() -> None:
    rows = [(a, b, at, "message", None) for a, b, at in friends(0) if {a, b} != {0, 1}]
    rows += [(0, 1, 5_000, "message", None), (0, 8, 6_000, "message", None)]
    rows += [(2, 9, 500, "join", None), (3, 9, 7_000, "join", None), (3, 9, 8_000, "join", None)]
    events = store_events(rows)
    graph = network(events, 10, 1_000, 0)
    seen = observe(events, graph, names(10), 0)
    assert seen.arrivals.select("account", "hub", "time").rows() == [(0, 8, 6_000), (3, 9, 7_000)]


def test_where_nothing_is_judged_there_is_nothing_to_see() -> None:
    events = messages([*friends(0), (0, 1, 20_000)])
    graph = network(events, 5, 10_000, 0)
    seen = observe(events, graph, names(5), 0)
    assert seen.strangers.is_empty()
    assert seen.arrivals.is_empty()


def test_a_moment_after_the_last_event_is_refused() -> None:
    with pytest.raises(UsageError, match="since"):
        network(messages(friends(0)), 5, 10_000, 0)
