"""Passing on: how a cascade is told from groups in which somebody now and then invites somebody."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from tinyworld import DAY, HOUR, Invited, invited, observed

from graphmeta.clusters.assemble import clusters
from graphmeta.engines.base import silent
from graphmeta.signals.base import WHOLE, Observations
from graphmeta.signals.coordination.invitations import Invitations
from graphmeta.signals.coordination.passing_on import (
    THRESHOLDS,
    compared,
    converts,
    tallies,
    validated_hubs,
)
from graphmeta.signals.coordination.thresholds import most_surprising

NOBODY = pl.Series(dtype=pl.UInt32)
CASCADES = (20_000, 20_001, 20_002)


def seen_with(rows: list[Invited]) -> Observations:
    return replace(observed([], accounts=30_000), invitations=invited(rows))


def many_clubs(rng: np.random.Generator) -> list[Invited]:
    """Two hundred and fifty clubs of five strangers each; two in a hundred invite one more."""
    rows: list[Invited] = []
    for number in range(1_250):
        account, club = 5_000 + 2 * number, 21_000 + number // 5
        at = int(rng.integers(0, 20 * DAY))
        rows.append((4_000 + number // 5, account, club, at, at + HOUR, True))
        if rng.random() < 0.02:
            rows.append((account, account + 1, club, at + DAY, None, True))
    return rows


def cascade(first: int, hub: int, onward: int, came: int = 24, passing: int = 6) -> list[Invited]:
    """Three founders bring ``came``, of whom ``passing`` invite ``onward`` strangers each."""
    rows: list[Invited] = []
    free = first + 3 + came
    for number in range(came):
        account, at = first + 3 + number, number * 6 * HOUR
        rows.append((first + number // 3 % 3, account, hub, at, at + HOUR, True))
        if number < passing:
            rows += [
                (account, free + one, hub, at + (2 + one) * HOUR, None, True)
                for one in range(onward)
            ]
            free += onward
    return rows


def confirmed_in(seen: Observations) -> set[int]:
    found = clusters(seen, (Invitations(),), 0.05, 3, 0, silent)
    confirmed = found.results.filter("confirmed")
    return set(found.groups.join(confirmed, on="group", how="semi")["account"])


def counted(groups: int, size: int, rate: float, rng: np.random.Generator) -> pl.DataFrame:
    """Return converts of groups that are all alike: a few invite, one stranger or many."""
    count = groups * size
    onward = np.where(rng.random(count) < rate, rng.geometric(0.4, count), 0)
    return pl.DataFrame(
        {
            "hub": np.repeat(np.arange(groups), size).astype(np.uint32),
            "onward": onward.astype(np.int64),
            "fold": rng.integers(0, 3, count),
        }
    )


@pytest.mark.parametrize("passing", [6, 5])
@pytest.mark.parametrize("seed", range(2))
def test_few_who_invite_many_are_found_among_many_who_invite_once(seed: int, passing: int) -> None:
    clubs = many_clubs(np.random.default_rng(seed))
    small = cascade(0, CASCADES[0], onward=10, passing=passing)
    found = confirmed_in(seen_with([*clubs, *small]))
    assert found >= {0, 1, 2}
    assert found <= set(range(3 + passing))


def test_a_few_who_invite_once_each_are_no_cascade() -> None:
    clubs = many_clubs(np.random.default_rng(0))
    assert not confirmed_in(seen_with([*clubs, *cascade(0, CASCADES[0], onward=1, passing=2)]))


def test_cascades_of_one_campaign_do_not_hide_one_another() -> None:
    rows = many_clubs(np.random.default_rng(0))[:400]
    for number, hub in enumerate(CASCADES):
        rows += cascade(1_000 * number, hub, onward=6, came=30, passing=(14, 10, 4)[number])
    seen = seen_with(rows)
    assert validated_hubs(seen, WHOLE)["hub"].to_list() == list(CASCADES)
    every = tallies(converts(seen, WHOLE))
    alone = compared(every.filter(hub=CASCADES[2]), every, NOBODY)
    together = compared(every.filter(hub=CASCADES[2]), every, pl.Series(CASCADES, dtype=pl.UInt32))
    assert alone["p_value"].min() > 0.01  # type: ignore[operator]
    assert together["p_value"].min() < 1e-4  # type: ignore[operator]


def test_onward_invitations_are_those_of_strangers_after_joining() -> None:
    seen = seen_with(
        [
            (1, 2, 20_000, 10, 20, True),
            (2, 3, 20_000, 15, None, True),
            (2, 4, 20_000, 30, None, True),
            (2, 5, 20_000, 31, None, True),
            (2, 6, 20_000, 32, None, False),
            (2, 7, 20_001, 33, None, True),
        ]
    )
    assert converts(seen, WHOLE).select("account", "onward", "passed_on").rows() == [(2, 2, True)]


def test_every_threshold_counts_those_who_invited_as_many_or_more() -> None:
    came = pl.DataFrame(
        {"hub": [7] * 4, "onward": [0, 1, 3, 9]}, schema_overrides={"hub": pl.UInt32}
    )
    assert tallies(came)["observed"].to_list() == [
        sum(one >= least for one in (0, 1, 3, 9)) for least in THRESHOLDS
    ]


def test_with_no_other_group_to_compare_with_nothing_is_surprising() -> None:
    every = tallies(counted(1, 30, 0.5, np.random.default_rng(0)))
    assert (compared(every, every, NOBODY)["p_value"] == 1.0).all()


@pytest.mark.parametrize(("groups", "size"), [(40, 20), (2, 50)])
def test_the_liveliest_of_groups_that_are_alike_is_seldom_confirmed(groups: int, size: int) -> None:
    """The threshold is chosen on two folds, and tested on the third."""
    confirmed, trials = 0, 120
    for seed in range(trials):
        came = counted(groups, size, 0.08, np.random.default_rng(seed))
        seen, held = came.filter(pl.col("fold") > 0), came.filter(fold=0)
        every = compared(tallies(seen), tallies(seen), NOBODY)
        liveliest = every.sort("p_value", "hub", "strangers")["hub"][0]
        asked = every.filter(hub=liveliest).with_columns(group=pl.lit(0))
        chosen = most_surprising(asked, ["strangers"])
        own = tallies(held.filter(hub=liveliest)).join(chosen, on="strangers", how="semi")
        confirmed += int((compared(own, tallies(came), NOBODY)["p_value"] <= 0.05).sum())
    assert confirmed <= 0.05 * trials + 2 * np.sqrt(0.05 * 0.95 * trials)
