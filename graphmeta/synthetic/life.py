"""Ordinary life: what people write and say to those they know and to those they meet.

Ties talk in episodes (a few conversations on one day), so that pairs are bursty; new
acquaintances come mostly through common friends, some are true strangers, and most of them
answer; sellers hear from buyers; wrong numbers and everyday blocks happen.
"""

from __future__ import annotations

import numpy as np

from graphmeta.synthetic import communities, groups, habits, sheet, talk
from graphmeta.synthetic.clock import DAY, HOUR
from graphmeta.synthetic.communities import COMMUNITIES, Ties
from graphmeta.synthetic.habits import Habits
from graphmeta.synthetic.sheet import Events, Floats, Ints
from graphmeta.synthetic.talk import FRIENDLY, Reaction
from graphmeta.synthetic.town import Town


def live(rng: np.random.Generator, accounts: int, days: int, quiet: int) -> tuple[Town, Events]:
    """Return a town of ordinary people and everything they do.

    Args:
        rng: Where chance comes from.
        accounts: Number of ordinary people.
        days: Length of the world.
        quiet: Days before campaigns may begin.
    """
    ways = habits.draw(rng)
    people = communities.settle(rng, accounts, days, ways)
    town = Town(days, quiet, people)
    gathered = [communities.gather(rng, people, kind) for kind in COMMUNITIES]
    parts = [communities.ties_within(rng, people, each, ways) for each in gathered]
    parts.append(communities.acquaintances(rng, people, ways))
    ties = communities.joined(parts)
    town.set_ties(ties.one, ties.other)
    return town, sheet.concat(
        [
            among_friends(rng, town, ties, ways),
            new_acquaintances(rng, town, ways),
            market(rng, town, ways),
            wrong_numbers(rng, town),
            everyday_blocks(rng, town, ties),
            groups.chats(rng, town, gathered, ways.grouped),
            groups.open_groups(rng, town, ways.greets),
        ]
    )


def among_friends(rng: np.random.Generator, town: Town, ties: Ties, ways: Habits) -> Events:
    """Return conversations and calls along ties."""
    sociable = town.people.sociable
    weight = ties.strength * np.sqrt(sociable[ties.one] * sociable[ties.other])
    # Calls are one event, other conversations ``length``, but for those that nobody answers.
    each = ways.calling + (1 - ways.calling) * (0.12 + 0.88 * ways.length)
    episodes = ways.private * town.days * len(town.people) / each / ways.episode
    tie = np.repeat(np.arange(len(weight)), rng.poisson(weight / weight.sum() * episodes))
    day = rng.integers(0, town.days, len(tie))
    times = rng.geometric(1 / ways.episode, len(tie))
    who = np.repeat(np.arange(len(tie)), times)
    one, other = ties.one[tie][who], ties.other[tie][who]
    cold = (rng.random(len(weight)) < ways.one_sided)[tie][who]
    lead = np.where(cold, 1.0, sociable[one] / (sociable[one] + sociable[other]))
    swap = rng.random(len(one)) > lead
    opener, partner = np.where(swap, other, one), np.where(swap, one, other)
    start = town.at_day(rng, opener, day[who])
    return sheet.concat(
        [
            _talk_or_call(rng, opener[~cold], partner[~cold], start[~cold], ways, 0.12),
            _talk_or_call(rng, opener[cold], partner[cold], start[cold], ways, 0.97),
        ]
    )


def _talk_or_call(
    rng: np.random.Generator,
    opener: Ints,
    other: Ints,
    start: Floats,
    ways: Habits,
    unanswered: float = 0.12,
) -> Events:
    calling = rng.random(len(opener)) < ways.calling
    silent = ~calling & (rng.random(len(opener)) < unanswered)
    talking = ~calling & ~silent
    return sheet.concat(
        [
            talk.calls(rng, opener[calling], other[calling], start[calling]),
            sheet.make(opener[silent], other[silent], start[silent]),
            talk.converse(
                rng,
                opener[talking],
                other[talking],
                start[talking],
                talk.turns(rng, int(talking.sum()), ways.length),
                gap=ways.gap,
            ),
        ]
    )


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
    keep = opener != other
    opener, other, known = opener[keep], other[keep], known[keep]
    start = town.at_day(rng, opener, rng.integers(0, town.days, len(opener)))
    friendly = Reaction(reply=0.88, dialogue=6.0, block=0.002)
    return sheet.concat(
        [
            talk.approach(rng, town, opener[known], other[known], start[known], friendly),
            talk.approach(rng, town, opener[~known], other[~known], start[~known], FRIENDLY),
            _keep_in_touch(rng, town, opener, other, start, np.where(known, 2.5, 0.8), ways),
        ]
    )


def _keep_in_touch(
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
    return _talk_or_call(rng, opener, partner, town.at_day(rng, opener, day), ways)


def market(rng: np.random.Generator, town: Town, ways: Habits) -> Events:
    """Return buyers writing to sellers they never met, a few messages over a day or two."""
    people = town.people
    sellers = rng.choice(len(people), size=max(2, len(people) // 30), replace=False)
    pull = rng.pareto(1.3, len(sellers)) + 0.2
    count = round(len(people) * town.days / 28 * ways.buys)
    buyer = rng.integers(0, len(people), count)
    seller = rng.choice(sellers, size=count, p=pull / pull.sum())
    keep = buyer != seller
    buyer, seller = buyer[keep], seller[keep]
    start = town.at_day(rng, buyer, rng.integers(0, town.days, len(buyer)))
    reaction = Reaction(reply=0.8, dialogue=6.0, block=0.004, report=0.001)
    later = np.flatnonzero(rng.random(len(buyer)) < 0.4)
    return sheet.concat(
        [
            talk.approach(rng, town, buyer, seller, start, reaction),
            talk.converse(
                rng,
                buyer[later],
                seller[later],
                start[later] + rng.uniform(8 * HOUR, 2 * DAY, len(later)),
                talk.turns(rng, len(later), 3.0),
            ),
        ]
    )


def wrong_numbers(rng: np.random.Generator, town: Town) -> Events:
    """Return messages and calls that reached nobody the sender meant."""
    count = round(len(town.people) * town.days / 28 * 0.15)
    sender = rng.integers(0, len(town.people), count)
    target = (sender + rng.integers(1, len(town.people), count)) % len(town.people)
    start = town.at_day(rng, sender, rng.integers(0, town.days, count))
    return talk.approach(rng, town, sender, target, start, Reaction(reply=0.3, dialogue=2.0))


def everyday_blocks(rng: np.random.Generator, town: Town, ties: Ties) -> Events:
    """Return quarrels: blocks, and fewer reports, between people who know each other."""
    count = round(len(town.people) * town.days / 28 * 0.03)
    tie = rng.integers(0, len(ties.one), count)
    swap = rng.random(count) < 0.5
    one = np.where(swap, ties.one[tie], ties.other[tie])
    other = np.where(swap, ties.other[tie], ties.one[tie])
    time = town.at_day(rng, one, rng.integers(0, town.days, count))
    few = rng.random(count) < 0.15
    return sheet.concat(
        [
            sheet.make(one, other, time, "block"),
            sheet.make(one[few], other[few], time[few], "report"),
        ]
    )
