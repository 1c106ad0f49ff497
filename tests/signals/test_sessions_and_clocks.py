"""Sessions of independent accounts, and coarse clocks, explain the moments that they share."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray
from tinyworld import DAY, HOUR, Contact, groups_of, observed, rhythms

from graphmeta.signals.base import Observations, Part
from graphmeta.signals.coordination.shared_targets import SharedTargets
from graphmeta.signals.coordination.shared_timing import SharedTiming

LAYER = SharedTiming()
FOUND, HELD_OUT = Part(0), Part(0, held_out=True)
SENDERS, PEOPLE, DAYS = 120, 4_000, 21
CLOCKED = range(SENDERS, SENDERS + 8)
WAKING = np.where((np.arange(24) >= 9) & (np.arange(24) < 15), 1 / 6, 0.0)


def in_sessions(rng: np.random.Generator, sessions: int, each: int, step: int = 1) -> list[Contact]:
    """Let everybody write to strangers in sessions, by clocks that show so coarse steps."""
    rows: list[Contact] = []
    for sender in range(SENDERS):
        for _ in range(sessions):
            begin = int(rng.integers(DAYS)) * DAY + 9 * HOUR + int(rng.integers(6 * HOUR))
            for moment in begin + np.cumsum(rng.lognormal(np.log(45), 0.8, each)).astype(int):
                at = int(moment) // step * step
                rows.append((sender, int(rng.integers(1_000, PEOPLE)), at))
    return rows


def p_values(seen: Observations, rng: np.random.Generator, size: int) -> NDArray[np.float64]:
    """Ask about groups that nothing selected."""
    drawn = (rng.choice(SENDERS, size, replace=False) for _ in range(150))
    groups = groups_of(*(sorted(int(one) for one in accounts) for accounts in drawn))
    return LAYER.groups(seen, groups, FOUND, HELD_OUT)["p_value"].to_numpy()


def seen_with(rows: list[Contact]) -> Observations:
    return observed(rows, accounts=PEOPLE, habits=np.tile(WAKING, (PEOPLE, 1)))


@pytest.mark.parametrize("size", [3, 12])
@pytest.mark.parametrize(("sessions", "each"), [(12, 5), (6, 20), (3, 60)])
def test_sessions_of_independent_accounts_explain_the_moments_that_they_share(
    sessions: int, each: int, size: int
) -> None:
    every = []
    for seed in range(3):
        rng = np.random.default_rng(seed)
        every.append(p_values(seen_with(in_sessions(rng, sessions, each)), rng, size))
    found = np.concatenate(every)
    assert found.size > 400
    assert (found <= 0.05).mean() <= 0.06
    assert (found <= 0.001).mean() <= 0.005


@pytest.mark.parametrize("step", [60, 900, HOUR, DAY])
def test_coarse_clocks_explain_the_moments_that_accounts_share(step: int) -> None:
    rng = np.random.default_rng(5)
    seen = seen_with(in_sessions(rng, 30, 1, step))
    if step == DAY:
        at_midnight = np.where(np.arange(24) == 0, 1.0, 0.0)
        seen = replace(seen, habits=rhythms(np.tile(at_midnight, (PEOPLE, 1))))
    for size in (3, 12):
        found = p_values(seen, rng, size)
        assert (found <= 0.05).mean() <= 0.07
        assert (found <= 0.001).mean() <= 0.01


@pytest.mark.parametrize("each", [1, 5, 20])
def test_accounts_that_one_clock_wakes_are_told_from_sessions(each: int) -> None:
    rng = np.random.default_rng(9)
    rows = in_sessions(rng, 6, each)
    for tick in rng.integers(0, DAYS, 20) * DAY + rng.integers(9 * HOUR, 15 * HOUR, 20):
        for actor in CLOCKED:
            at = int(tick) + int(rng.integers(90))
            rows += [(actor, int(rng.integers(1_000, PEOPLE)), at + 45 * n) for n in range(each)]
    (test,) = LAYER.groups(seen_with(rows), groups_of(CLOCKED), FOUND, HELD_OUT).to_dicts()
    assert test["observed"] > 3 * test["expected"]
    assert test["p_value"] < 1e-5


def test_of_a_crowd_that_is_nearly_everybody_targets_say_nothing() -> None:
    rng = np.random.default_rng(3)
    popular = rng.pareto(1.6, PEOPLE - 1_000) + 0.3
    chance = popular / popular.sum()
    rows = [
        (sender, 1_000 + int(target), int(rng.integers(DAYS * DAY)))
        for sender in range(SENDERS)
        for target in rng.choice(PEOPLE - 1_000, 100, replace=False, p=chance)
    ]
    groups = groups_of(range(SENDERS - 2), range(SENDERS // 2))
    tests = SharedTargets().groups(seen_with(rows), groups, FOUND, HELD_OUT)
    assert tests["group"].to_list() == [1], "half of them can be held against the others"


@pytest.mark.parametrize(("size", "each"), [(30, 80), (10, 20)])
def test_accounts_that_choose_evenly_share_no_list_however_many_they_reach(
    size: int, each: int
) -> None:
    found = []
    for seed in range(3):
        rng = np.random.default_rng(seed)
        popular = rng.pareto(1.6, 800) + 0.3
        people, chance = np.arange(1_000, 1_800), popular / popular.sum()
        rows = [
            (sender, int(target), int(rng.integers(DAYS * DAY)))
            for sender in range(500)
            for target in (
                rng.choice(people, each, replace=False)
                if sender < SENDERS
                else rng.choice(people, 4, replace=False, p=chance)
            )
        ]
        seen = observed(rows, accounts=1_800, habits=np.tile(WAKING, (1_800, 1)))
        drawn = (rng.choice(SENDERS, size, replace=False) for _ in range(40))
        groups = groups_of(*(sorted(int(one) for one in accounts) for accounts in drawn))
        found.append(SharedTargets().groups(seen, groups, FOUND, HELD_OUT)["p_value"].to_numpy())
    assert (np.concatenate(found) <= 0.05).mean() <= 0.1
