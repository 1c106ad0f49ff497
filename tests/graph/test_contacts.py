"""Contacts, first contacts, acquaintances and conversations, checked against plain loops."""

from __future__ import annotations

import polars as pl
from hypothesis import given
from hypothesis import strategies as st
from tinyworld import messages, store_events

from graphmeta.contract.events import KINDS, KINDS_TO_GROUPS
from graphmeta.graph import contacts

Row = tuple[int, int, int, str, int | None]


@st.composite
def histories(draw: st.DrawFn) -> list[Row]:
    """Draw a few events of a few accounts; recipients of group kinds are groups (9)."""
    rows = []
    for _ in range(draw(st.integers(0, 25))):
        sender, recipient = draw(st.permutations(range(5)))[:2]
        kind = draw(st.sampled_from(KINDS))
        group = draw(st.sampled_from([None, 9]))
        to = 9 if kind in KINDS_TO_GROUPS else recipient
        rows.append((sender, to, draw(st.integers(0, 20)) * 600, kind, group))
    return rows


def reached(rows: list[Row]) -> list[tuple[int, int, int]]:
    """Return the rows by which one account chose to reach another, the slow way."""
    kept = []
    for sender, recipient, time, kind, group in rows:
        if kind in ("call", "invite") or (kind == "message" and group is None):
            kept.append((sender, recipient, time))
    return kept


def slow_contacts(rows: list[Row]) -> dict[tuple[int, int], list[int]]:
    times: dict[tuple[int, int], list[int]] = {}
    for sender, recipient, time in reached(rows):
        times.setdefault((sender, recipient), []).append(time)
    return times


@given(histories())
def test_contacts_are_directed_pairs_with_their_counts_and_times(rows: list[Row]) -> None:
    found = contacts.contacts(contacts.reaches(store_events(rows))).collect()
    expected = {
        (*pair, len(times), min(times), max(times)) for pair, times in slow_contacts(rows).items()
    }
    assert set(found.select("sender", "recipient", "events", "first", "last").rows()) == expected
    assert found.height == len(expected)


@given(histories())
def test_the_first_to_write_begins_and_the_other_may_answer(rows: list[Row]) -> None:
    times = slow_contacts(rows)
    expected: set[tuple[int, int, int, int, int | None, int]] = set()
    for sender, recipient in times:
        mine, theirs = times[sender, recipient], times.get((recipient, sender), [])
        if not theirs:
            expected.add((sender, recipient, min(mine), len(mine), None, 0))
        elif (min(mine), sender) < (min(theirs), recipient):
            expected.add((sender, recipient, min(mine), len(mine), min(theirs), len(theirs)))
    pairs = contacts.contacts(contacts.reaches(store_events(rows)))
    found = contacts.first_contacts(pairs).collect()
    columns = ["sender", "recipient", "time", "events", "replied_at", "replies"]
    assert set(found.select(columns).rows()) == expected
    assert found.height == len(expected)


@given(histories())
def test_acquaintances_have_both_written_and_know_each_other_since_the_second(
    rows: list[Row],
) -> None:
    times = slow_contacts(rows)
    expected = {
        (a, b, max(min(times[a, b]), min(times[b, a])))
        for a, b in times
        if a < b and (b, a) in times
    }
    pairs = contacts.contacts(contacts.reaches(store_events(rows)))
    found = contacts.acquaintances(contacts.first_contacts(pairs)).collect()
    assert set(found.select("a", "b", "since").rows()) == expected
    assert found.height == len(expected)


@given(histories(), st.sampled_from([0, 600, 3600]))
def test_a_conversation_opens_after_the_pair_was_silent(rows: list[Row], silence: int) -> None:
    ordered = sorted(reached(rows), key=lambda row: (row[2], row[0], row[1]))
    last: dict[frozenset[int], int] = {}
    expected = []
    for sender, recipient, time in ordered:
        pair = frozenset((sender, recipient))
        if pair not in last or time - last[pair] > silence:
            expected.append((sender, recipient, time))
        last[pair] = time
    found = contacts.openings(contacts.reaches(store_events(rows)), silence).collect()
    assert found.select("sender", "recipient", "time").rows() == expected


@given(histories(), st.randoms(use_true_random=False))
def test_the_order_of_rows_has_no_say(rows: list[Row], random: object) -> None:
    shuffled = list(rows)
    random.shuffle(shuffled)  # type: ignore[attr-defined]

    def all_of(events: pl.LazyFrame) -> list[pl.DataFrame]:
        reaches = contacts.reaches(events)
        pairs = contacts.contacts(reaches)
        firsts = contacts.first_contacts(pairs)
        frames = [pairs, firsts, contacts.acquaintances(firsts), contacts.openings(reaches)]
        return [frame.collect().sort(pl.all()) for frame in frames]

    for one, other in zip(all_of(store_events(rows)), all_of(store_events(shuffled)), strict=True):
        assert one.equals(other)


def test_a_delivery_of_a_group_fan_out_is_no_contact() -> None:
    events = store_events([(0, 1, 5, "message", 9), (0, 2, 5, "message", 9)])
    assert contacts.reaches(events).collect().is_empty()


def test_an_invitation_to_a_group_reaches_the_invited() -> None:
    events = store_events([(0, 1, 5, "invite", 9)])
    assert contacts.reaches(events).collect().rows() == [(0, 1, 5)]


def test_of_two_that_write_in_the_same_second_the_smaller_number_begins() -> None:
    pairs = contacts.contacts(contacts.reaches(messages([(4, 2, 60), (2, 4, 60)])))
    found = contacts.first_contacts(pairs).collect()
    assert found.select("sender", "recipient", "replied_at").rows() == [(2, 4, 60)]


def test_an_answer_within_the_hour_opens_no_conversation() -> None:
    rows = [(0, 1, 0), (1, 0, 3600), (0, 1, 7201)]
    found = contacts.openings(contacts.reaches(messages(rows))).collect()
    assert found.rows() == [(0, 1, 0), (0, 1, 7201)]
