"""How people meet who did not know each other: through friends, in trade, and by accident.

Most new acquaintances have a friend in common; true strangers exist and mostly answer. Sellers
hear from buyers, and a good seller is recommended: friends of a buyer write to the same stranger
days later, which is coordination of the most ordinary kind.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import numpy as np

from graphmeta.synthetic import clock, portions, sheet, talk
from graphmeta.synthetic.clock import DAY, HOUR
from graphmeta.synthetic.habits import Habits
from graphmeta.synthetic.portions import Portion
from graphmeta.synthetic.sheet import Events, Floats, Ints
from graphmeta.synthetic.talk import FRIENDLY, Reaction
from graphmeta.synthetic.town import CLOSERS, NEVER, Town

#: Of those who write to many, the ones with worse manners than this may be closed.
_RUDE = 0.4


def new_acquaintances(town: Town, ways: Habits) -> list[Portion]:
    """Return first contacts between people who come to know one another, and what follows."""
    total = round(len(town.people) * town.days / 28 * ways.meets)
    return [
        partial(_meet, town=town, ways=ways, count=count)
        for count in portions.counts(total, events_each=14.0)
    ]


def _meet(rng: np.random.Generator, town: Town, ways: Habits, count: int) -> Events:
    people = town.people
    chosen = people.sociable / people.sociable.sum()
    opener = rng.choice(len(people), size=count, p=chosen)
    between = town.some_friend(rng, opener)
    through = town.some_friend(rng, np.maximum(between, 0))
    stranger = rng.choice(len(people), size=count, p=chosen)
    known = (between >= 0) & (through >= 0) & (rng.random(count) >= ways.meets_strangers)
    other = np.where(known, through, stranger)
    start = town.at_day(rng, opener, clock.some_day(rng, town.days, ways.weekend, count))
    friendly = Reaction(reply=0.88, dialogue=6.0, block=0.002)
    civil = replace(FRIENDLY, reply=FRIENDLY.reply * ways.welcome)
    return sheet.concat(
        [
            talk.approach(rng, town, opener[known], other[known], start[known], friendly),
            talk.approach(rng, town, opener[~known], other[~known], start[~known], civil),
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
    return talk.talk_or_call(rng, opener, partner, start, ways, ways.silent)


def market(rng: np.random.Generator, town: Town, ways: Habits) -> list[Portion]:
    """Return buyers writing to sellers they never met, and friends who follow their advice."""
    people = town.people
    sellers = rng.choice(len(people), size=max(2, len(people) // 30), replace=False)
    pull = rng.pareto(1.3, len(sellers)) + 0.2
    total = round(len(people) * town.days / 28 * ways.buys)
    return [
        partial(_buy, town=town, ways=ways, sellers=sellers, pull=pull / pull.sum(), count=count)
        for count in portions.counts(total, events_each=9.0)
    ]


def _buy(
    rng: np.random.Generator, town: Town, ways: Habits, sellers: Ints, pull: Floats, count: int
) -> Events:
    buyer = rng.integers(0, len(town.people), count)
    seller = rng.choice(sellers, size=count, p=pull)
    start = town.at_day(rng, buyer, clock.some_day(rng, town.days, ways.weekend, count))
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


def forward_people(rng: np.random.Generator, town: Town, ways: Habits) -> list[Portion]:
    """Return people who write to many strangers on their own account, welcome or not.

    Some network, some sell, some are a nuisance; none of them acts with another. The platform
    closes some of the worst.
    """
    people = town.people
    count = max(2, round(ways.nuisances * len(people)))
    forward = rng.choice(len(people), size=count, replace=False)
    times = rng.poisson(rng.gamma(1.2, 25.0, len(forward)) * town.days / 28)
    manner = rng.beta(1.5, 1.5, len(forward))
    closed = (manner < _RUDE) & (rng.random(len(forward)) < ways.expelled)
    closed &= people.closed[forward] >= NEVER
    moment = rng.uniform(town.end / 4, town.end, int(closed.sum()))
    people.closed[forward[closed]] = np.maximum(moment, people.created[forward[closed]] + DAY)
    people.closed_by[forward[closed]] = CLOSERS.index("platform")
    return [
        partial(
            _press,
            town=town,
            ways=ways,
            forward=forward[some],
            times=times[some],
            manner=manner[some],
        )
        for some in portions.slices(4.0 * times.astype(np.float64))
    ]


def _press(
    rng: np.random.Generator, town: Town, ways: Habits, forward: Ints, times: Ints, manner: Floats
) -> Events:
    row = np.repeat(np.arange(len(forward)), times)
    sender = forward[row]
    target = rng.integers(0, len(town.people), len(row))
    # Each has some busy days rather than a steady stream.
    busiest = rng.integers(0, town.days, len(forward))
    apart = np.floor(rng.random(len(row)) ** 2 * town.days).astype(np.int64)
    day = (busiest[row] + apart) % town.days
    start = town.at_day(rng, sender, day)
    nice = rng.random(len(row)) < manner[row]
    civil = replace(FRIENDLY, reply=FRIENDLY.reply * ways.welcome)
    rude = Reaction(reply=0.15, dialogue=3.0, block=0.05, report=0.02)
    return sheet.concat(
        [
            talk.approach(rng, town, sender[nice], target[nice], start[nice], civil),
            talk.approach(rng, town, sender[~nice], target[~nice], start[~nice], rude),
        ]
    )


def wrong_numbers(town: Town, ways: Habits) -> list[Portion]:
    """Return messages that reached nobody the sender meant."""
    total = round(len(town.people) * town.days / 28 * 0.15)
    return [
        partial(_misdial, town=town, ways=ways, count=count)
        for count in portions.counts(total, events_each=2.0)
    ]


def _misdial(rng: np.random.Generator, town: Town, ways: Habits, count: int) -> Events:
    sender = rng.integers(0, len(town.people), count)
    target = rng.integers(0, len(town.people), count)
    start = town.at_day(rng, sender, clock.some_day(rng, town.days, ways.weekend, count))
    return talk.approach(rng, town, sender, target, start, Reaction(reply=0.3, dialogue=2.0))
