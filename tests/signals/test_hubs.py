"""Hubs: either most who come had been contacted, or a few accounts send several of them."""

from __future__ import annotations

import math

import numpy as np
import polars as pl
import pytest
from scipy import stats
from tinyworld import DAY, HOUR, Arrival, Contact, observed

from graphmeta.signals.base import WHOLE, IntArray, Observations
from graphmeta.signals.coordination.conversions import arrivals
from graphmeta.signals.coordination.hubs import (
    LEAST_ARRIVALS,
    LEVELS,
    PRIOR_ARRIVALS,
    SEVERAL,
    concentrated,
    credited,
    followed,
    validated_hubs,
)

PEOPLE = range(200, 1_200)
SENDERS = range(20, 200)
RECRUITERS = range(6)
HUB = 10
PLACES = range(1_200, 1_220)
ACCOUNTS = 1_220


def talkative(rng: np.random.Generator) -> tuple[list[Contact], list[Arrival]]:
    """Everybody is contacted by strangers all the time, and comes somewhere now and then."""
    people = np.asarray(PEOPLE)
    contacted, went = np.repeat(people, 12), people
    by = rng.choice(SENDERS, contacted.size)
    when = rng.integers(28 * DAY, size=contacted.size)
    places, arrived = rng.choice(PLACES, went.size), rng.integers(28 * DAY, size=went.size)
    contacts = list(zip(by.tolist(), contacted.tolist(), when.tolist(), strict=True))
    came = list(zip(went.tolist(), places.tolist(), arrived.tolist(), strict=True))
    return contacts, came


def funnel(rng: np.random.Generator, each: int) -> tuple[list[Contact], list[Arrival]]:
    """Recruiters contact people, of whom so many each go on to the hub within a day."""
    contacts, came = [], []
    for recruiter in RECRUITERS:
        for number, one in enumerate(rng.choice(PEOPLE, 40, replace=False)):
            at = int(rng.integers(26 * DAY))
            contacts.append((recruiter, int(one), at))
            if number < each:
                came.append((int(one), HUB, at + HOUR))
    return contacts, came


def world(seed: int, each: int, circle_of: IntArray | None = None) -> Observations:
    rng = np.random.default_rng(seed)
    contacts, came = talkative(rng)
    more, arrived = funnel(rng, each)
    return observed([*contacts, *more], [*came, *arrived], accounts=ACCOUNTS, circle_of=circle_of)


def test_senders_of_several_converts_give_a_hub_away_where_everybody_is_contacted() -> None:
    seen = world(0, each=5)
    of_hub = pl.col("hub") == HUB
    assert followed(seen, WHOLE).filter(of_hub)["p_value"].item() > 1e-3
    assert concentrated(seen, WHOLE).filter(of_hub)["p_few"].item() < 1e-6
    assert validated_hubs(seen, WHOLE)["hub"].to_list() == [HUB]


@pytest.fixture(scope="module")
def without_recruiters() -> list[Observations]:
    return [world(seed, each=0) for seed in range(20)]


def test_without_recruiters_hubs_are_seldom_validated(
    without_recruiters: list[Observations],
) -> None:
    assert sum(validated_hubs(seen, WHOLE).height for seen in without_recruiters) <= 1


def test_p_values_of_places_that_nobody_sends_to_are_not_too_small(
    without_recruiters: list[Observations],
) -> None:
    tails = pl.concat([concentrated(seen, WHOLE) for seen in without_recruiters])["p_few"]
    assert len(tails) > 200
    for level in (0.01, 0.1):
        assert (tails <= level).sum() <= stats.binom.isf(1e-4, len(tails), level)


def test_a_club_that_gathers_somewhere_is_no_funnel_of_those_who_contact_its_members() -> None:
    circle_of = np.full(ACCOUNTS, 1, dtype=np.int64)
    club = np.arange(200, 400)
    circle_of[club] = 0
    rng = np.random.default_rng(3)
    contacts, came = talkative(rng)
    # The club's members go to its room, and many callers contact members alone, whenever.
    came += [(int(one), HUB, int(rng.integers(28 * DAY))) for one in club]
    contacts += [(n, int(one), int(rng.integers(28 * DAY))) for n in range(19, 39) for one in club]
    known = observed(contacts, came, accounts=ACCOUNTS, circle_of=circle_of)
    unknown = observed(contacts, came, accounts=ACCOUNTS)
    of_hub = pl.col("hub") == HUB
    assert concentrated(known, WHOLE).filter(of_hub)["p_few"].item() > 0.05
    assert concentrated(unknown, WHOLE).filter(of_hub)["p_few"].item() < 1e-4


def test_an_arrival_is_credited_to_the_last_who_contacted_the_account() -> None:
    contacts = [(0, 50, 0), (1, 50, HOUR), (2, 50, 3 * HOUR), (0, 51, 0)]
    seen = observed(contacts, [(50, 9, 2 * HOUR), (51, 9, 5 * DAY)], accounts=60)
    assert credited(seen, WHOLE).rows() == [(1, 50, 9)]


def slow_mean(seen: Observations, hub: int, mine: pl.DataFrame) -> float:
    """Add up, over those whom a sender sent anywhere, the hub's share of their circles."""
    every = arrivals(seen, WHOLE)
    circle, came = seen.circle_of[every["account"].to_numpy()], every["hub"].to_numpy() == hub
    mean = 0.0
    for one in mine["recipient"]:
        alike = circle == seen.circle_of[one]
        prior = PRIOR_ARRIVALS * came.mean()
        mean += float((came & alike).sum() + prior) / float(alike.sum() + PRIOR_ARRIVALS)
    return mean


def slow_counts(seen: Observations, hub: int, level: float) -> tuple[int, float]:
    """Count senders who are surprising at a hub, and expect them, one by one."""
    observed_, expected = 0, 0.0
    for _, mine in credited(seen, WHOLE).group_by("sender"):
        mean, sent = slow_mean(seen, hub, mine), int((mine["hub"] == hub).sum())
        observed_ += sent >= SEVERAL and stats.poisson.sf(sent - 1, mean) <= level
        least = SEVERAL
        while stats.poisson.sf(least - 1, mean) > level:
            least += 1
        expected += float(stats.poisson.sf(least - 1, mean))
    return observed_, expected


@pytest.mark.parametrize("circles", [2, 40])
def test_surprising_senders_are_counted_and_expected_as_by_a_slow_sum(circles: int) -> None:
    circle_of = np.random.default_rng(5).integers(0, circles, ACCOUNTS)
    seen = world(4, each=5, circle_of=circle_of)
    tails = []
    for level in LEVELS:
        count, expected = slow_counts(seen, HUB, level)
        tails.append(float(stats.poisson.sf(count - 1, expected)))
    told = concentrated(seen, WHOLE).filter(pl.col("hub") == HUB)["p_few"].item()
    slow = len(LEVELS) * min(tails)
    # Far senders are expected by an upper bound: never below the slow sum, and hardly above it.
    assert told >= slow * (1 - 1e-6)
    assert math.log(told / slow) < 1.0


def test_who_contacts_everybody_has_a_few_converts_anywhere_and_tells_nothing() -> None:
    rng = np.random.default_rng(6)
    contacts, came = talkative(rng)
    many = [(n, one, int(rng.integers(10 * DAY, 12 * DAY))) for n in range(3) for one in PEOPLE]
    # Three shout at everybody, and in the days after it as many come to the hub as elsewhere.
    came += [
        (one, place, int(rng.integers(12 * DAY, 13 * DAY)))
        for place in (HUB, *PLACES)
        for one in rng.choice(PEOPLE, 60, replace=False).tolist()
    ]
    seen = observed([*contacts, *many], came, accounts=ACCOUNTS)
    of_hub = pl.col("hub") == HUB
    sent = credited(seen, WHOLE).filter(of_hub).group_by("sender").len()["len"]
    assert (sent >= 5).sum() >= 3
    assert concentrated(seen, WHOLE).filter(of_hub)["p_few"].item() > 0.01


def test_few_arrivals_validate_no_hub() -> None:
    contacts, came = talkative(np.random.default_rng(7))
    pairs = [(n % 2, 200 + n, DAY) for n in range(LEAST_ARRIVALS)]
    arrived = [(person, HUB, at + HOUR) for _, person, at in pairs]
    enough = observed([*contacts, *pairs], [*came, *arrived], accounts=ACCOUNTS)
    fewer = observed([*contacts, *pairs], [*came, *arrived[1:]], accounts=ACCOUNTS)
    assert validated_hubs(enough, WHOLE)["hub"].to_list() == [HUB]
    assert validated_hubs(fewer, WHOLE).is_empty()
