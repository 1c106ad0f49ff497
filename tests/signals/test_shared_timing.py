"""The layer of shared timing: distinct windows count, once is no pattern, targets are kept out."""

from __future__ import annotations

import tracemalloc
from collections import Counter, defaultdict
from itertools import combinations

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tinyworld import DAY, HOUR, Contact, groups_of, noise, observed

from graphmeta.signals.base import FOLDS, GROUPS, MEMBERS, PAIRS, WHOLE, Observations, Part
from graphmeta.signals.coordination.incidence import LEAST_CONTACTS
from graphmeta.signals.coordination.shared_timing import LEAST_SHARED, SharedTiming
from graphmeta.signals.coordination.shared_timing.windows import WIDTHS_S

LAYER = SharedTiming()
ACTORS = range(8)
ACCOUNTS = 2_000


def clocked(seed: int = 0) -> list[Contact]:
    """Sixty accounts at moments of their own, eight of whom a clock wakes forty times besides."""
    rng = np.random.default_rng(seed)
    rows = noise(rng, range(60), range(1_000, 2_000), 20, 28)
    for tick in rng.integers(0, 28 * DAY, 40):
        for actor in ACTORS:
            rows.append((actor, int(rng.integers(100, 1_000)), int(tick) + int(rng.integers(120))))
    return rows


def windows_of(rows: list[tuple[int, int, int]], width: int) -> dict[int, set[int]]:
    """Return the distinct windows in which each account met strangers."""
    active: dict[int, set[int]] = defaultdict(set)
    for sender, _, time in rows:
        active[sender].add(time // width)
    return active


def contacts_of(seen: Observations, part: Part = WHOLE) -> list[Contact]:
    kept = seen.strangers.filter(part.keeps("day_fold"))
    return kept.select("sender", "recipient", "time").rows()


def slow_shared(rows: list[Contact], a: int, b: int, width: int) -> int:
    """Return the windows that two share, without those in which they met one target.

    A window in which both reached one target counts as the other layer's, once per target.
    """
    active = windows_of(rows, width)
    met = [
        {(target, time // width) for sender, target, time in rows if sender == one}
        for one in (a, b)
    ]
    return len(active[a] & active[b]) - len(met[0] & met[1])


small = st.sets(
    st.tuples(st.integers(0, 4), st.integers(5, 9), st.integers(0, 30).map(lambda n: n * 97)),
    max_size=40,
)


@settings(max_examples=40)
@given(small)
def test_pairs_share_windows_and_not_targets(rows: set[Contact]) -> None:
    once = list({(a, b): (a, b, at) for a, b, at in sorted(rows)}.values())
    seen = observed(once, accounts=10)
    sent = Counter(sender for sender, _, _ in once)
    busy = [one for one in range(5) if sent[one] >= LEAST_CONTACTS]
    shared = {
        (a, b): {width: slow_shared(once, a, b, width) for width in WIDTHS_S}
        for a, b in combinations(busy, 2)
    }
    found = LAYER.pairs(seen, WHOLE)
    assert found.columns == PAIRS.names()
    several = {
        pair
        for pair, counts in shared.items()
        if any(counts[width] >= LEAST_SHARED[width] for width in WIDTHS_S)
    }
    assert set(found.select("a", "b").rows()) == several
    for a, b, count in found.select("a", "b", "observed").rows():
        assert count in shared[a, b].values()


def test_one_shared_hour_is_no_pattern() -> None:
    rows = [(a, 10 + a + 2 * n, at) for a in (0, 1) for n, at in enumerate((50, 5 * DAY, 9 * DAY))]
    apart = [(a, to, at + 1_500 * a + DAY * a * (at > DAY)) for a, to, at in rows]
    assert LAYER.pairs(observed(apart, accounts=20), WHOLE).is_empty()


def test_one_shared_minute_ties_two_weakly() -> None:
    rows = [
        (0, 10, 50),
        (1, 11, 55),
        *((a, 12 + a + 2 * n, (5 + n + 9 * a) * DAY) for a in (0, 1) for n in (0, 1)),
    ]
    pairs = LAYER.pairs(observed(rows, accounts=20), WHOLE)
    assert pairs["observed"].to_list() == [1.0]


def test_a_burst_within_one_window_is_one_window() -> None:
    rows = [(one, 10 + 20 * one + n, n) for one in (0, 1) for n in range(20)]
    assert LAYER.pairs(observed(rows, accounts=60), WHOLE)["observed"].to_list() == [1.0]


def test_each_pair_is_shown_once_at_the_width_of_the_largest_surprise() -> None:
    pairs = LAYER.pairs(observed(clocked(), accounts=ACCOUNTS), WHOLE)
    assert pairs.select("a", "b").is_unique().all()
    assert (pairs["a"] < pairs["b"]).all()
    assert pairs["p_value"].is_between(0, 1).all()


def test_accounts_on_one_clock_weigh_more_than_everybody_else() -> None:
    pairs = LAYER.pairs(observed(clocked(), accounts=ACCOUNTS), WHOLE)
    inside = pl.col("a").is_in(ACTORS) & pl.col("b").is_in(ACTORS)
    assert pairs.filter(inside).height == 28
    assert pairs.filter(inside)["weight"].min() > pairs.filter(~inside)["weight"].max()  # type: ignore[operator]


def test_accounts_on_one_clock_are_told_from_chance_on_days_that_had_no_say() -> None:
    seen = observed(clocked(), accounts=ACCOUNTS)
    for fold in range(FOLDS):
        found = LAYER.groups(
            seen, groups_of(ACTORS, range(20, 28)), Part(fold), Part(fold, held_out=True)
        )
        assert found.columns == GROUPS.names()
        p_value = dict(found.select("group", "p_value").rows())
        assert p_value[0] < 1e-6
        assert p_value[1] > 1e-3


@pytest.mark.parametrize("part", [WHOLE, Part(0), Part(2, held_out=True)])
def test_a_group_counts_distinct_windows_of_contacts_that_nobody_shares(part: Part) -> None:
    seen = observed([*clocked(), (0, 150, 7), (1, 150, 9)], accounts=ACCOUNTS)
    reached = Counter(
        target
        for sender, target in seen.strangers.select("sender", "recipient").rows()
        if sender in ACTORS
    )
    rows = [row for row in contacts_of(seen, part) if row[0] in ACTORS and reached[row[1]] == 1]
    possible = set()
    for width in WIDTHS_S:
        active = windows_of(rows, width)
        members = Counter(window for windows in active.values() for window in windows)
        possible |= {
            float(sum(many >= level for many in members.values())) for level in (2, 3, 4, 6, 9)
        }
    assert LAYER.groups(seen, groups_of(ACTORS), part, part)["observed"][0] in possible


def test_members_share_windows_with_the_rest_and_outsiders_are_not_tested() -> None:
    seen = observed(clocked(), accounts=ACCOUNTS)
    found = LAYER.members(seen, groups_of([*ACTORS, 30]), WHOLE)
    assert found.columns == MEMBERS.names()
    assert set(found["account"]) <= {*ACTORS, 30}
    p_value = dict(found.select("account", "p_value").rows())
    assert max(p_value[actor] for actor in ACTORS) < 1e-10
    assert p_value[30] > 1e-3


def test_years_in_which_nobody_acted_change_nothing_and_take_no_room() -> None:
    rows, years = clocked(), 100 * 365 * DAY
    late = [(a, b, at + years if at > 14 * DAY else at) for a, b, at in rows]
    (near, _), (far, room) = (judged(some) for some in (rows, late))
    assert far.equals(near)
    assert room < 10e6


def judged(rows: list[Contact]) -> tuple[pl.DataFrame, int]:
    """Return how the clocked accounts are tested, and how many bytes that took at most."""
    seen = observed(rows, accounts=ACCOUNTS)
    tracemalloc.start()
    found = LAYER.groups(seen, groups_of(ACTORS), WHOLE, WHOLE)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return found, most


def test_rhythm_explains_meetings_of_accounts_that_are_awake_together() -> None:
    """The same contacts surprise less where habits put all activity into the same hours."""
    rng = np.random.default_rng(5)
    rows = [
        (one, 1_000 + 20 * one + day, day * DAY + 20 * HOUR + int(rng.integers(HOUR)))
        for one in range(6)
        for day in range(20)
    ]
    evening = np.full((ACCOUNTS, 24), 0.001 / 23)
    evening[:, 20] = 0.999
    flat = LAYER.pairs(observed(rows, accounts=ACCOUNTS), WHOLE)
    aware = LAYER.pairs(observed(rows, accounts=ACCOUNTS, habits=evening), WHOLE)
    assert float(aware["weight"].sum()) < 0.1 * float(flat["weight"].sum())


def test_an_hour_that_is_busy_for_everybody_explains_itself() -> None:
    """A flash crowd: everybody meets strangers in one hour of a day."""
    rng = np.random.default_rng(6)
    crowd = [(one, 500 + one, 3 * DAY + 12 * HOUR + int(rng.integers(HOUR))) for one in range(400)]
    rows = noise(rng, range(400), range(1_000, 2_000), 5, 14) + crowd
    found = LAYER.groups(observed(rows, accounts=ACCOUNTS), groups_of(range(20)), WHOLE, WHOLE)
    assert found["p_value"][0] > 1e-3


@pytest.mark.parametrize("part", [WHOLE, Part(0), Part(0, held_out=True)])
def test_without_contacts_there_is_nothing(part: Part) -> None:
    seen = observed([], accounts=5)
    assert LAYER.pairs(seen, part).is_empty()
    assert LAYER.groups(seen, groups_of([0, 1]), part, part).is_empty()
    assert LAYER.members(seen, groups_of([0, 1]), part).is_empty()
