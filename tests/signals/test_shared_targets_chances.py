"""What chance expects of a group, reckoned where it turned and summed elsewhere, and one by one."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from numpy.typing import NDArray

from graphmeta.nulls import configuration, negative_binomial
from graphmeta.nulls.configuration import Choice
from graphmeta.nulls.target_classes import CLASSES, class_of
from graphmeta.signals.coordination.shared_targets.chances import (
    Chances,
    cells,
    elsewhere,
    turned,
    ways,
)
from graphmeta.signals.coordination.shared_targets.reach import Reach, Together, together

ACCOUNTS = 1_200
CIRCLES = 40
MEMBERS = range(0, 1_200, 120)


def null(seed: int) -> tuple[Choice, pl.DataFrame]:
    """Return the null of contacts of a town of forty circles."""
    rng = np.random.default_rng(seed)
    circle_of = np.arange(ACCOUNTS) % CIRCLES
    attractive = rng.gamma(1.0, size=ACCOUNTS)
    recipient = rng.choice(ACCOUNTS, 6_000, p=attractive / attractive.sum())
    contacts = (
        pl.DataFrame({"sender": rng.integers(0, ACCOUNTS, 6_000), "recipient": recipient})
        .filter(pl.col("sender") != pl.col("recipient"))
        .unique()
        .sort("sender", "recipient")
    )
    return configuration.fit(contacts, circle_of), contacts


def met_in(known: Choice, contacts: pl.DataFrame) -> Together:
    """Return what one group reached."""
    sender, target = (contacts[name].to_numpy() for name in ("sender", "recipient"))
    by_target = np.lexsort((sender, target))
    every = np.arange(ACCOUNTS + 1)
    reach = Reach(
        null=known,
        starts=np.searchsorted(sender, every).astype(np.int32),
        target=target,
        time=np.arange(sender.size),
        busy_starts_at=np.searchsorted(target[by_target], every).astype(np.int32),
        busy_sender_at=sender[by_target],
        busy_time_at=np.arange(sender.size),
    )
    return together(reach, pl.DataFrame({"group": 0, "account": list(MEMBERS)}))


def one_by_one(
    known: Choice, contacts: pl.DataFrame, level: int, lean: NDArray[np.float64]
) -> float:
    """Add up, target by target, the chance that so many of the group reach it."""
    own = contacts.filter(pl.col("sender").is_in(list(MEMBERS)))["recipient"].to_numpy()
    mine = np.bincount(own, minlength=ACCOUNTS)
    towards, totals = known.turning(np.array(MEMBERS))
    propensity = (towards.toarray() + known.pull) / totals[:, None]
    sent = known.activity[list(MEMBERS)] @ propensity
    others = np.maximum(
        known.circle_popularity - np.bincount(known.circle_of, weights=mine, minlength=CIRCLES), 0.5
    )
    rate = known.prior_rate(others, np.arange(CIRCLES))
    total = 0.0
    for target, circle in enumerate(known.circle_of):
        reached = known.popularity[target] - mine[target]
        size = reached + known.shape
        factor = float(lean[class_of(reached)])
        mean = sent[circle] / others[circle] * size / (rate[circle] + 1.0) * factor
        spread = size * max(factor, 1.0) ** 2
        total += float(negative_binomial.at_least(level, np.array(mean), np.array(spread)))
    return total


@pytest.mark.parametrize("level", [2, 3, 4, 6])
@pytest.mark.parametrize("seed", [1, 2])
def test_what_is_expected_is_what_adding_up_target_by_target_gives(level: int, seed: int) -> None:
    known, contacts = null(seed)
    met = met_in(known, contacts)
    where = turned(known, known, met)
    lean = np.linspace(0.6, 1.0, CLASSES)
    chances = Chances(known, met, where, cells(known, where), lean[None, :])
    expected = chances.expected(level, np.array([0]), [None])[0][0]
    truth = one_by_one(known, contacts, level, lean)
    # Sums by moments are bounds from above; they are of circles to which little is sent.
    assert truth * (1 - 1e-9) <= expected <= 1.02 * truth


def test_circles_that_a_group_turned_to_are_not_summed_twice() -> None:
    known, contacts = null(3)
    met = met_in(known, contacts)
    where = turned(known, known, met)
    there = cells(known, where)
    amount = ways(known, where, there, 2)
    elsewhere_alone = ~np.isin(there.circle, where.circle)
    by_class = np.bincount(
        there.kind[elsewhere_alone], weights=amount[elsewhere_alone], minlength=CLASSES
    )
    assert elsewhere_alone.any()
    assert elsewhere(known, where, there, amount)[0] == pytest.approx(by_class)
