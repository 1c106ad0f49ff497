"""Does each measure of realism say what a slow and readable reading of the same log says?"""

from __future__ import annotations

from collections import Counter, defaultdict
from itertools import combinations, groupby, pairwise

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from realism_kit import Contact, Row, events, messages
from scipy import stats

from graphmeta.bench.realism import conversations, log, meeting, rhythm, ties
from graphmeta.bench.realism.log import DAY
from graphmeta.bench.realism.measures import MEASURES, distance, kolmogorov_smirnov, portrait
from graphmeta.errors import InputError

HOUR = 3_600

CONTACTS = st.lists(
    st.tuples(st.integers(0, 7), st.integers(0, 7), st.integers(0, 40)).map(
        lambda drawn: (drawn[0], drawn[1], drawn[2] * 1_700)
    ),
    min_size=1,
    max_size=60,
).map(lambda drawn: [(a, b, at) for a, b, at in drawn if a != b] or [(0, 1, 5)])


def by_pair(contacts: list[Contact]) -> dict[frozenset[int], list[Contact]]:
    """Return what each pair exchanged, in order of time."""
    found = defaultdict(list)
    for each in sorted(contacts, key=lambda row: (row[2], row[0], row[1])):
        found[frozenset(each[:2])].append(each)
    return found


def talks(contacts: list[Contact]) -> list[list[Contact]]:
    """Return conversations: what one pair exchanges until it is silent for an hour."""
    found = []
    for told in by_pair(contacts).values():
        found.append([told[0]])
        for before, after in pairwise(told):
            if after[2] - before[2] > HOUR:
                found.append([])
            found[-1].append(after)
    return found


@given(contacts=CONTACTS)
@settings(max_examples=40)
def test_ties_are_those_that_a_walk_through_the_contacts_finds(contacts: list[Contact]) -> None:
    seen = messages(contacts)
    directed = Counter((a, b) for a, b, _ in contacts)
    people = sorted({who for pair in directed for who in pair})
    assert seen.accounts == len(people)
    assert ties.out_degree(seen).tolist() == [sum(a == who for a, _ in directed) for who in people]
    assert ties.in_degree(seen).tolist() == [sum(b == who for _, b in directed) for who in people]
    mutual = [sum(a == who and (b, a) in directed for a, b in directed) for who in people]
    assert ties.mutual_degree(seen).tolist() == mutual
    returned = sum((b, a) in directed for a, b in directed) / len(directed)
    assert ties.reciprocity(seen) == pytest.approx(returned)
    matched = sum(min(count, directed[b, a]) for (a, b), count in directed.items())
    assert ties.weighted_reciprocity(seen) == pytest.approx(matched / len(contacts))
    strengths = sorted(len(told) for told in by_pair(contacts).values())
    assert sorted(ties.strength(seen)) == strengths


@given(contacts=CONTACTS)
@settings(max_examples=40)
def test_clustering_is_that_of_networkx(contacts: list[Contact]) -> None:
    graph: nx.Graph[int] = nx.Graph((a, b) for a, b, _ in contacts)
    expected = nx.clustering(graph)
    assert isinstance(expected, dict)
    wanted = sorted(expected[who] for who, degree in graph.degree if degree >= 2)
    assert sorted(ties.clustering(messages(contacts))) == pytest.approx(wanted)


def test_clustering_by_degree_is_the_mean_per_stretch_of_degrees() -> None:
    triangles = [(3 * k + a, 3 * k + b, 60) for k in range(4) for a, b in combinations(range(3), 2)]
    star = [(100, 101 + k, 60) for k in range(9)]
    curve = ties.clustering_by_degree(messages(triangles + star))
    assert curve[0] == 1.0, "twelve accounts of degree 2, each in a triangle"
    assert np.isnan(curve[1:]).all(), "one account is too few for a stretch of degrees"


def test_the_busiest_tenth_holds_its_share_of_all_ends_of_ties() -> None:
    star = [(0, 1 + k, 60) for k in range(19)]
    # Two of twenty accounts: the centre with 19 ends, and one with 1, of 38.
    assert ties.held_by_few(messages(star)) == pytest.approx(20 / 38)


@given(contacts=CONTACTS)
@settings(max_examples=40)
def test_conversations_are_those_that_a_walk_finds(contacts: list[Contact]) -> None:
    seen, walked = messages(contacts), talks(contacts)
    assert sorted(conversations.length(seen)) == sorted(map(len, walked))
    steps = [a[0] != b[0] for told in walked for a, b in pairwise(told)]
    turns = conversations.turn_taking(seen)
    assert turns == (pytest.approx(sum(steps) / len(steps)) if steps else None)
    both = sum(len({each[0] for each in told}) == 2 for told in walked)
    assert conversations.two_sided(seen) == pytest.approx(both / len(walked))


@given(contacts=CONTACTS)
@settings(max_examples=40)
def test_gaps_and_burstiness_are_those_of_each_pair_and_account(contacts: list[Contact]) -> None:
    seen = messages(contacts)
    told = [[each[2] for each in rows] for rows in by_pair(contacts).values()]
    gaps = sorted(max(1, b - a) for times in told for a, b in pairwise(times))
    assert sorted(rhythm.pair_gaps(seen)) == gaps
    assert sorted(rhythm.pair_burstiness(seen)) == pytest.approx(sorted(bursts(told)))
    sent = [
        sorted(at for _, _, at in rows)
        for _, rows in groupby(sorted(contacts), key=lambda row: row[0])
    ]
    assert sorted(rhythm.account_burstiness(seen)) == pytest.approx(sorted(bursts(sent)))
    assert len(rhythm.account_gaps(seen)) == sum(len(times) - 1 for times in sent)


def bursts(told: list[list[int]]) -> list[float]:
    """Return the burstiness of every list of times with five gaps and more."""
    found = []
    for times in told:
        gaps = np.diff(times)
        if len(gaps) >= 5 and gaps.sum() > 0:
            found.append(float((gaps.std() - gaps.mean()) / (gaps.std() + gaps.mean())))
    return found


def test_a_clock_has_burstiness_minus_one_and_a_burst_nearly_one() -> None:
    clock = [(0, 1, 600 * k) for k in range(50)]
    assert rhythm.pair_burstiness(messages(clock)) == pytest.approx([-1.0])
    burst = [(0, 1, k) for k in range(400)] + [(0, 1, 27 * DAY)]
    assert rhythm.pair_burstiness(messages(burst))[0] > 0.85


def test_hours_weekdays_and_busiest_hours_are_shares() -> None:
    contacts = [(0, 1, day * DAY + 23 * HOUR) for day in range(20)]
    contacts += [(0, 1, day * DAY + HOUR) for day in range(20)]
    seen = messages([*contacts, (0, 1, 9 * HOUR)], days=20)
    assert rhythm.hours(seen)[[1, 9, 23]] == pytest.approx(np.array([20, 1, 20]) / 41)
    # Two whole weeks of the twenty days count.
    assert rhythm.weekdays(seen) == pytest.approx(np.array([5, 4, 4, 4, 4, 4, 4]) / 29)
    assert rhythm.busiest_hours(seen) == pytest.approx([40 / 41]), "a stretch may span midnight"


def test_first_contacts_are_counted_after_the_first_quarter() -> None:
    old = [(0, 1, 60), (1, 0, 90)]
    new = [(0, 2, 8 * DAY), (0, 3, 9 * DAY), (3, 0, 9 * DAY + 60), (0, 4, 28 * DAY - 60)]
    seen = messages(old + new)
    assert meeting.first_contacts(seen) == pytest.approx([1.0, 0, 0, 0, 0])
    # The one on the last day could not yet be answered, and is left out.
    assert meeting.unanswered(seen) == pytest.approx(0.5)


def test_a_friend_of_a_friend_is_no_stranger() -> None:
    old = [(0, 1, 60), (1, 0, 90), (1, 2, 100), (2, 1, 160)]
    seen = messages([*old, (0, 2, 10 * DAY), (0, 3, 11 * DAY)])
    assert meeting.strangers(seen) == pytest.approx(0.5)


def test_calls_are_counted_where_there_are_any() -> None:
    rows: list[Row] = [
        (0, 1, 10, "message", None, None),
        (0, 1, 20, "call", 30.0, None),
        (0, 1, 30, "call", 0.0, None),
        (0, 1, 40, "call", None, None),
    ]
    seen = log.log("calls", events(rows), 0, 28)
    assert conversations.calls(seen) == pytest.approx(0.75)
    assert conversations.calls_not_taken(seen) == pytest.approx(2 / 3)
    assert conversations.call_seconds(seen) == pytest.approx([30.0])
    silent = messages([(0, 1, 10)])
    assert conversations.calls(silent) is None
    assert conversations.calls_not_taken(silent) is None
    assert conversations.call_seconds(silent) is None


def test_a_log_holds_contacts_and_neither_group_life_nor_deliveries() -> None:
    rows: list[Row] = [
        (0, 1, 10, "message", None, None),
        (0, 2, 20, "message", None, 9),
        (0, 9, 20, "group_message", None, 9),
        (0, 3, 30, "block", None, None),
        (0, 4, 40, "invite", None, 9),
    ]
    seen = log.log("mixed", events(rows), 0, 28)
    assert (len(seen), seen.accounts) == (2, 3)
    with pytest.raises(InputError, match="no message, call or invitation"):
        log.busiest("empty", events(rows[1:4]), 28)


def test_the_busiest_stretch_begins_where_most_contacts_follow() -> None:
    quiet: list[Row] = [(0, 1, day * DAY + 60, "message", None, None) for day in range(100, 190)]
    busy: list[Row] = [(0, 1, 150 * DAY + k, "message", None, None) for k in range(300)]
    seen = log.busiest("long", events(quiet + busy), 10)
    assert seen.days == 10
    assert len(seen) == 310
    assert seen.time.min() < DAY
    assert log.busiest("short", events(quiet), 400).days == 90


@given(
    one=st.lists(st.integers(0, 9), min_size=2, max_size=30),
    other=st.lists(st.integers(0, 9), min_size=2, max_size=30),
)
@settings(max_examples=60)
def test_the_distance_of_distributions_is_the_kolmogorov_smirnov_statistic(
    one: list[int], other: list[int]
) -> None:
    a, b = np.array(one, dtype=float), np.array(other, dtype=float)
    expected = stats.ks_2samp(a, b, method="asymp").statistic
    assert kolmogorov_smirnov(a, b) == pytest.approx(expected)


def test_a_log_is_at_no_distance_from_itself_and_a_shifted_clock_makes_none() -> None:
    rng = np.random.default_rng(3)
    times = np.sort(rng.integers(0, 28 * DAY - 6 * HOUR, 900) // 3 * 2)
    sender = rng.integers(0, 12, len(times))
    recipient = (sender + rng.integers(1, 12, len(times))) % 12
    contacts = list(zip(sender.tolist(), recipient.tolist(), times.tolist(), strict=True))
    seen = portrait(messages(contacts))
    later = portrait(messages([(a, b, at + 5 * HOUR) for a, b, at in contacts]))
    for measure in MEASURES:
        assert distance(measure, seen, seen) in (0.0, None), measure.name
    hours = next(measure for measure in MEASURES if measure.name == "hours")
    assert distance(hours, seen, later) == pytest.approx(0.0)


def test_what_a_set_does_not_tell_has_no_distance() -> None:
    told = portrait(messages([(0, 1, 10), (1, 0, 20)]))
    calls = next(measure for measure in MEASURES if measure.name == "calls")
    assert told.values["calls"] is None
    assert distance(calls, told, told) is None
