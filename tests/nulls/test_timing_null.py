"""The null of who is active when: against plain loops, and against accounts that draw from it."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import polars as pl
import pytest
from scipy import sparse

from graphmeta.nulls import timing

ACCOUNTS, DAYS = 40, 12


def windows(seed: int, width: int, sync: float = 0.0) -> tuple[pl.DataFrame, timing.Habits]:
    """Let accounts place their windows alone, each by its own daily rhythm.

    Returns:
        Columns account, day, hour, window; and the rhythms.
    """
    rng = np.random.default_rng(seed)
    habits = rng.dirichlet(np.full(24, 0.6), ACCOUNTS)
    clock = rng.integers(0, 3600 // width, (DAYS, 24))
    rows = set()
    for account in range(ACCOUNTS):
        for day in range(DAYS):
            for hour in rng.choice(24, rng.poisson(1.5), p=habits[account]):
                at = clock[day, hour] if rng.random() < sync else rng.integers(0, 3600 // width)
                rows.add((account, day, int(hour), int(hour * 3600 // width + at)))
    schema = ["account", "day", "hour", "window"]
    return pl.DataFrame(sorted(rows), schema=schema, orient="row"), timing.Habits(
        habits, np.arange(ACCOUNTS, dtype=np.int32)
    )


@pytest.mark.parametrize("power", [1, 2])
def test_rhythms_are_added_up_as_often_as_their_accounts_count(power: int) -> None:
    rng = np.random.default_rng(3)
    shares = rng.dirichlet(np.ones(24), 4)
    habits = timing.Habits(shares, np.array([0, 2, 2, 1, 3], dtype=np.int32))
    times = rng.integers(0, 3, (6, 5)).astype(float)
    wanted = sum(
        np.outer(times[:, one], habits.of(np.array([one]))[0] ** power) for one in range(5)
    )
    assert habits.summed(sparse.csr_array(times), power) == pytest.approx(wanted)


def met(rows: pl.DataFrame) -> dict[tuple[int, int], int]:
    of: dict[int, set[tuple[int, int]]] = {account: set() for account in range(ACCOUNTS)}
    for account, day, _, window in rows.iter_rows():
        of[account].add((day, window))
    return {(a, b): len(of[a] & of[b]) for a, b in combinations(range(ACCOUNTS), 2)}


@pytest.mark.parametrize("width", [60, 600, 3600])
def test_pairs_are_expected_to_meet_as_often_as_plain_loops_say(width: int) -> None:
    rows, rhythms = windows(1, width)
    days, shares = timing.active_days(rows, rhythms, DAYS, width), rhythms.shares
    active = {(a, d): n for a, d, n in rows.group_by("account", "day").len().iter_rows()}
    for a, b in [(0, 1), (3, 17), (20, 39)]:
        wanted = sum(
            active.get((a, day), 0) * active.get((b, day), 0) * shares[a, hour] * shares[b, hour]
            for day in range(DAYS)
            for hour in range(24)
        ) / (3600 // width)
        assert days.expected_shared(np.array([a]), np.array([b]))[0] == pytest.approx(wanted)


@pytest.mark.parametrize("width", [600, 3600])
def test_accounts_that_choose_alone_meet_as_often_as_expected(width: int) -> None:
    observed = expected = 0.0
    for seed in range(6):
        rows, rhythms = windows(seed, width)
        a, b = np.array(list(combinations(range(ACCOUNTS), 2))).T
        expected += timing.active_days(rows, rhythms, DAYS, width).expected_shared(a, b).sum()
        observed += sum(met(rows).values())
    assert observed / expected == pytest.approx(1.0, abs=0.15)


def test_accounts_on_one_clock_meet_far_more_often() -> None:
    rows, rhythms = windows(1, 60, sync=0.5)
    a, b = np.array(list(combinations(range(ACCOUNTS), 2))).T
    expected = timing.active_days(rows, rhythms, DAYS, 60).expected_shared(a, b).sum()
    assert sum(met(rows).values()) > 5 * expected
