"""Target partitioning: accounts that share out one list reach the same stranger hardly ever."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tinyworld import Contact, first_contacts, groups_of, observed, ties

from graphmeta.graph.strangers import judged
from graphmeta.signals.base import GROUPS, Observations
from graphmeta.signals.coordination.partitioning import (
    LEAST_EXPECTED,
    shared_out,
)

PEOPLE = 2_000
CIRCLES = 10
#: The last accounts are those who contact; the people before them are contacted.
SENDERS = range(PEOPLE, PEOPLE + 60)
EVERYBODY = PEOPLE + 60
CIRCLE_OF = np.arange(EVERYBODY, dtype=np.int64) % CIRCLES


def alone(rng: np.random.Generator, senders: range, each: int, popular: float) -> list[Contact]:
    """Let accounts contact strangers independently, the popular ones more often."""
    weight = rng.pareto(popular, PEOPLE) + 0.1
    chance = weight / weight.sum()
    return [
        (sender, int(one), 0)
        for sender in senders
        for one in rng.choice(PEOPLE, each, replace=False, p=chance)
    ]


def at_home(rng: np.random.Generator, senders: range, each: int) -> list[Contact]:
    """Let every account turn to a circle of its own, by equal chances."""
    return [
        (sender, int(one) * CIRCLES + sender % CIRCLES, 0)
        for sender in senders
        for one in rng.choice(PEOPLE // CIRCLES, each, replace=False)
    ]


def split(rng: np.random.Generator, senders: range, each: int) -> list[Contact]:
    """Let accounts share out one list."""
    listed = rng.permutation(PEOPLE)[: each * len(senders)]
    return [(senders[n % len(senders)], int(one), 0) for n, one in enumerate(listed)]


def slow(contacts: list[Contact], group: range) -> tuple[float, float]:
    """Count meetings pair by pair, and what equal chances within each circle expect."""
    reached = {one: {b for a, b, _ in contacts if a == one} - set(group) for one in group}
    people = np.bincount(CIRCLE_OF)
    met, expected = 0.0, 0.0
    for a, b in combinations(group, 2):
        met += len(reached[a] & reached[b])
        for circle in range(CIRCLES):
            one, other = (sum(CIRCLE_OF[x] == circle for x in reached[y]) for y in (a, b))
            expected += one * other / people[circle]
    return met, expected


@given(
    st.lists(st.tuples(st.sampled_from(SENDERS[:6]), st.integers(0, 30), st.just(0)), min_size=1)
)
def test_meetings_are_counted_pair_by_pair(contacts: list[Contact]) -> None:
    group = SENDERS[:4]
    seen = observed(contacts, accounts=EVERYBODY, circle_of=CIRCLE_OF)
    met, expected = slow(contacts, group)
    found = shared_out(seen, groups_of(group))
    if expected < LEAST_EXPECTED:
        assert found.is_empty()
    else:
        assert found.row(0)[1:3] == pytest.approx((met, expected))


def test_it_counts_as_the_slow_way_does() -> None:
    rng = np.random.default_rng(5)
    contacts = alone(rng, SENDERS[:12], 40, 2.0)
    contacts += [(SENDERS[0], SENDERS[1], 0), (SENDERS[2], SENDERS[1], 0)]  # among themselves
    seen = observed(contacts, accounts=EVERYBODY, circle_of=CIRCLE_OF)
    found = shared_out(seen, groups_of(SENDERS[:12]))
    assert found.schema == GROUPS
    assert found.row(0)[1:3] == pytest.approx(slow(contacts, SENDERS[:12]))


@pytest.mark.parametrize("popular", [1.5, 3.0, 50.0])
def test_independent_accounts_seldom_seem_to_share_out_a_list(popular: float) -> None:
    p_values = []
    for seed in range(40):
        contacts = alone(np.random.default_rng(seed), SENDERS, 40, popular)
        seen = observed(contacts, accounts=EVERYBODY, circle_of=CIRCLE_OF)
        groups = groups_of(*(SENDERS[start : start + 12] for start in range(0, 60, 12)))
        p_values.append(shared_out(seen, groups)["p_value"])
    every = pl.concat(p_values).to_numpy()
    assert every.size == 200
    for level in (0.2, 0.05, 0.01):
        assert (every <= level).mean() <= level + 2.5 * np.sqrt(level * (1 - level) / every.size)


def among_colleagues(rng: np.random.Generator, senders: range, each: int) -> Observations:
    """Let accounts that know one another contact strangers alone, half of whom answer."""
    asked = [
        (sender, int(one), 100 * turn, int(rng.integers(2)))
        for turn, (sender, one) in enumerate(
            rng.permutation([(a, b) for a in senders for b in rng.choice(PEOPLE, each, False)])
        )
    ]
    first = first_contacts(
        [(a, b, at, at + 50 if answered else None) for a, b, at, answered in asked]
    )
    known = [(a, b, -1) for a, b in combinations(senders, 2)]
    known += [(b, a, at + 50) for a, b, at, answered in asked if answered]
    circles = pl.DataFrame(
        {"account": np.arange(EVERYBODY), "circle": np.repeat([0, 1], [PEOPLE, 60])}
    ).cast({"account": pl.UInt32, "circle": pl.Int32})
    outward = judged(first, ties(known), circles, 0).select(
        "sender", "recipient", "time", "stranger"
    )
    met = outward.filter("stranger").drop("stranger").rows()
    seen = observed(met, accounts=EVERYBODY, circle_of=np.repeat([0, 1], [PEOPLE, 60]))
    return replace(seen, introduced=outward.filter(~pl.col("stranger")).drop("stranger"))


def test_colleagues_to_whom_strangers_answer_share_out_no_list() -> None:
    p_values = []
    for seed in range(30):
        seen = among_colleagues(np.random.default_rng(seed), SENDERS[:10], 60)
        assert seen.introduced.height > 0, "an answer makes a colleague no stranger"
        p_values.append(shared_out(seen, groups_of(SENDERS[:10]))["p_value"][0])
    assert np.mean(np.array(p_values) <= 0.05) <= 0.15


def test_accounts_that_turn_to_different_circles_share_out_nothing() -> None:
    contacts = at_home(np.random.default_rng(1), SENDERS[:20], 60)
    seen = observed(contacts, accounts=EVERYBODY, circle_of=CIRCLE_OF)
    assert (shared_out(seen, groups_of(SENDERS[:20]))["p_value"] > 0.01).all()
    told_apart = observed(contacts, accounts=EVERYBODY)  # circles are not known
    assert shared_out(told_apart, groups_of(SENDERS[:20]))["p_value"][0] < 1e-6


@pytest.mark.parametrize(("accounts", "each"), [(6, 60), (12, 30), (24, 15), (40, 12)])
def test_a_list_that_is_shared_out_is_told_from_chance(accounts: int, each: int) -> None:
    for seed in range(5):
        contacts = split(np.random.default_rng(seed), SENDERS[:accounts], each)
        seen = observed(contacts, accounts=EVERYBODY, circle_of=CIRCLE_OF)
        row = shared_out(seen, groups_of(SENDERS[:accounts])).row(0, named=True)
        assert row["observed"] == 0
        assert row["p_value"] < 1e-6


def test_where_hardly_a_meeting_is_expected_nothing_is_asked() -> None:
    contacts = split(np.random.default_rng(0), SENDERS[:10], 4)
    seen = observed(contacts, accounts=EVERYBODY, circle_of=CIRCLE_OF)
    assert shared_out(seen, groups_of(SENDERS[:10])).is_empty()
    assert shared_out(observed([], accounts=EVERYBODY), groups_of(SENDERS[:3])).is_empty()
