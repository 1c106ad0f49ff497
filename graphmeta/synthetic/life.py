"""Ordinary life: a town of people, and what they write and say to those they know.

Ties talk in episodes (a few conversations on one day), so that pairs are bursty; people have
livelier and quieter days, and some are away for a while; now and then something happens that
everybody talks about in the same hour.
"""

from __future__ import annotations

import numpy as np

from graphmeta.synthetic import communities, groups, habits, meetings, sheet, talk
from graphmeta.synthetic.clock import HOUR
from graphmeta.synthetic.communities import COMMUNITIES, Ties
from graphmeta.synthetic.habits import Habits
from graphmeta.synthetic.sheet import Events, Floats, Ints
from graphmeta.synthetic.town import Town

#: How often as many episodes are drawn as are kept: room for days twice as lively as the mean.
_ROOM = 2.0


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
            meetings.new_acquaintances(rng, town, ways),
            meetings.market(rng, town, ways),
            meetings.forward_people(rng, town),
            meetings.wrong_numbers(rng, town),
            everyday_blocks(rng, town, ties),
            groups.chats(rng, town, gathered, ways.grouped),
            groups.open_groups(rng, town),
        ]
    )


def among_friends(rng: np.random.Generator, town: Town, ties: Ties, ways: Habits) -> Events:
    """Return conversations and calls along ties."""
    sociable = town.people.sociable
    weight = ties.strength * np.sqrt(sociable[ties.one] * sociable[ties.other])
    # Calls are one event, other conversations ``length``, but for those that nobody answers.
    each = ways.calling + (1 - ways.calling) * (0.12 + 0.88 * ways.length)
    episodes = _ROOM * ways.private * town.days * len(town.people) / each / ways.episode
    tie = np.repeat(np.arange(len(weight)), rng.poisson(weight / weight.sum() * episodes))
    cold = (rng.random(len(weight)) < ways.one_sided)[tie]
    one, other = ties.one[tie], ties.other[tie]
    lead = np.where(cold, 1.0, sociable[one] / (sociable[one] + sociable[other]))
    swap = rng.random(len(one)) > lead
    opener, partner = np.where(swap, other, one), np.where(swap, one, other)
    day = rng.integers(0, town.days, len(tie))
    kept = rng.random(len(tie)) * _ROOM < _liveliness(rng, town)[opener, day]
    row = np.repeat(np.flatnonzero(kept), rng.geometric(1 / ways.episode, int(kept.sum())))
    opener, partner, cold = opener[row], partner[row], cold[row]
    start = _news(rng, town, town.at_day(rng, opener, day[row]))
    return sheet.concat(
        [
            _talk_or_call(rng, opener[~cold], partner[~cold], start[~cold], ways, 0.12),
            _talk_or_call(rng, opener[cold], partner[cold], start[cold], ways, 0.97),
        ]
    )


def _liveliness(rng: np.random.Generator, town: Town) -> Floats:
    """Return how lively each person is on each day, mean about 1, shape (people, days)."""
    count = len(town.people)
    lively = np.minimum(rng.gamma(4.0, 1 / 4.0, (count, town.days)), _ROOM)
    away = rng.random(count) < 0.1 * town.days / 28
    first = rng.integers(0, town.days, count)
    last = first + rng.integers(2, 10, count)
    day = np.arange(town.days)
    absent = away[:, None] & (day >= first[:, None]) & (day < last[:, None])
    return np.asarray(np.where(absent, 0.1 * lively, lively))


def _news(rng: np.random.Generator, town: Town, start: Floats) -> Floats:
    """Move a few conversations to moments that the whole town talks about."""
    moments = rng.uniform(0, town.end, max(2, town.days // 4))
    moved = rng.random(len(start)) < 0.02
    moment = rng.choice(moments, size=len(start)) + rng.exponential(0.8 * HOUR, len(start))
    return np.asarray(np.where(moved, moment, start))


def _talk_or_call(
    rng: np.random.Generator,
    opener: Ints,
    other: Ints,
    start: Floats,
    ways: Habits,
    unanswered: float,
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


def everyday_blocks(rng: np.random.Generator, town: Town, ties: Ties) -> Events:
    """Return quarrels: blocks, and fewer reports, between people who know each other."""
    count = round(len(town.people) * town.days / 28 * 0.05)
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
