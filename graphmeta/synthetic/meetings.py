"""How people meet who did not know each other: through friends, in trade, and by accident.

Most new acquaintances have a friend in common; true strangers exist and mostly answer. Sellers
hear from buyers, and a good seller is recommended: friends of a buyer write to the same stranger
days later, which is coordination of the most ordinary kind.
"""

from __future__ import annotations

import numpy as np

from graphmeta.synthetic import sheet, talk
from graphmeta.synthetic.clock import DAY, HOUR
from graphmeta.synthetic.habits import Habits
from graphmeta.synthetic.sheet import Events, Floats, Ints
from graphmeta.synthetic.talk import FRIENDLY, Reaction
from graphmeta.synthetic.town import Town


def new_acquaintances(rng: np.random.Generator, town: Town, ways: Habits) -> Events:
    """Return first contacts between people who come to know one another, and what follows."""
    people = town.people
    count = round(len(people) * town.days / 28 * ways.meets)
    chosen = people.sociable / people.sociable.sum()
    opener = rng.choice(len(people), size=count, p=chosen)
    between = town.some_friend(rng, opener)
    through = town.some_friend(rng, np.maximum(between, 0))
    stranger = rng.choice(len(people), size=count, p=chosen)
    known = (between >= 0) & (through >= 0) & (rng.random(count) >= ways.meets_strangers)
    other = np.where(known, through, stranger)
    start = town.at_day(rng, opener, rng.integers(0, town.days, count))
    friendly = Reaction(reply=0.88, dialogue=6.0, block=0.002)
    return sheet.concat(
        [
            talk.approach(rng, town, opener[known], other[known], start[known], friendly),
            talk.approach(rng, town, opener[~known], other[~known], start[~known], FRIENDLY),
            keep_in_touch(rng, town, opener, other, start, np.where(known, 2.5, 0.8), ways),
        ]
    )


def keep_in_touch(
    rng: np.random.Generator,
    town: Town,
    one: Ints,
    other: Ints,
    met: Floats,
    mean: Floats,
    ways: Habits,
) -> Events:
    """Return later conversations of new acquaintances; most fade, some stay."""
    times = rng.poisson(rng.gamma(0.6, 1 / 0.6, len(one)) * mean)
    which = np.repeat(np.arange(len(one)), times)
    swap = rng.random(len(which)) < 0.5
    opener = np.where(swap, other[which], one[which])
    partner = np.where(swap, one[which], other[which])
    day = np.floor((met[which] + rng.exponential(5 * DAY, len(which))) / DAY).astype(np.int64) + 1
    start = town.at_day(rng, opener, day)
    length = talk.turns(rng, len(which), ways.length)
    ringing = rng.random(len(which)) < ways.calling
    return sheet.concat(
        [
            talk.calls(rng, opener[ringing], partner[ringing], start[ringing]),
            talk.converse(
                rng,
                opener[~ringing],
                partner[~ringing],
                start[~ringing],
                length[~ringing],
                gap=ways.gap,
            ),
        ]
    )


def market(rng: np.random.Generator, town: Town, ways: Habits) -> Events:
    """Return buyers writing to sellers they never met, and friends who follow their advice."""
    people = town.people
    sellers = rng.choice(len(people), size=max(2, len(people) // 30), replace=False)
    pull = rng.pareto(1.3, len(sellers)) + 0.2
    count = round(len(people) * town.days / 28 * ways.buys)
    buyer = rng.integers(0, len(people), count)
    seller = rng.choice(sellers, size=count, p=pull / pull.sum())
    start = town.at_day(rng, buyer, rng.integers(0, town.days, count))
    told = np.repeat(np.arange(count), rng.poisson(ways.recommends, count))
    friend = town.some_friend(rng, buyer[told])
    day = np.floor((start[told] + rng.exponential(2 * DAY, len(told))) / DAY).astype(np.int64) + 1
    buyer = np.append(buyer, np.where(friend >= 0, friend, buyer[told]))
    seller = np.append(seller, seller[told])
    start = np.append(start, town.at_day(rng, buyer[count:], day))
    reaction = Reaction(reply=0.8, dialogue=6.0, block=0.004, report=0.001)
    later = np.flatnonzero(rng.random(len(buyer)) < 0.4)
    again = start[later] + rng.uniform(8 * HOUR, 2 * DAY, len(later))
    length = talk.turns(rng, len(later), 3.0)
    return sheet.concat(
        [
            talk.approach(rng, town, buyer, seller, start, reaction),
            talk.converse(rng, buyer[later], seller[later], again, length),
        ]
    )


def forward_people(rng: np.random.Generator, town: Town) -> Events:
    """Return people who write to many strangers on their own account, welcome or not.

    Some network, some sell, some are a nuisance; none of them acts with another.
    """
    people = town.people
    forward = rng.choice(len(people), size=max(2, round(0.02 * len(people))), replace=False)
    times = rng.poisson(rng.gamma(1.2, 25.0, len(forward)) * town.days / 28)
    manner = rng.beta(1.5, 1.5, len(forward))
    row = np.repeat(np.arange(len(forward)), times)
    sender = forward[row]
    target = rng.integers(0, len(people), len(row))
    # Each has some busy days rather than a steady stream.
    busiest = rng.integers(0, town.days, len(forward))
    apart = np.floor(rng.random(len(row)) ** 2 * town.days).astype(np.int64)
    day = (busiest[row] + apart) % town.days
    start = town.at_day(rng, sender, day)
    nice = rng.random(len(row)) < manner[row]
    rude = Reaction(reply=0.15, dialogue=3.0, block=0.05, report=0.02)
    return sheet.concat(
        [
            talk.approach(rng, town, sender[nice], target[nice], start[nice], FRIENDLY),
            talk.approach(rng, town, sender[~nice], target[~nice], start[~nice], rude),
        ]
    )


def wrong_numbers(rng: np.random.Generator, town: Town) -> Events:
    """Return messages that reached nobody the sender meant."""
    count = round(len(town.people) * town.days / 28 * 0.15)
    sender = rng.integers(0, len(town.people), count)
    target = rng.integers(0, len(town.people), count)
    start = town.at_day(rng, sender, rng.integers(0, town.days, count))
    return talk.approach(rng, town, sender, target, start, Reaction(reply=0.3, dialogue=2.0))
