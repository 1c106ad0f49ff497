"""Ordinary life: a town of people, and what they write and say to those they know.

Ties talk in episodes (a few conversations on one day), so that pairs are bursty; people have
livelier and quieter days, and some are away for a while; now and then something happens that
everybody talks about in the same hour.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from scipy.special import gammaincinv

from graphmeta import seeds
from graphmeta.synthetic import (
    chats,
    clock,
    communities,
    groups,
    habits,
    meetings,
    portions,
    sheet,
    talk,
)
from graphmeta.synthetic.clock import HOUR
from graphmeta.synthetic.communities import COMMUNITIES, Community, Ties
from graphmeta.synthetic.habits import Habits
from graphmeta.synthetic.portions import Part, Portion
from graphmeta.synthetic.sheet import Events, Floats, Ints
from graphmeta.synthetic.town import Town

#: How often as many episodes are drawn as are kept: room for days twice as lively as the mean.
_ROOM = 2.0
#: Share of conversations that get no answer on a tie in which one side hardly answers.
_COLD = 0.97


@dataclass(frozen=True)
class Settled:
    """A town before anything happens in it.

    Args:
        town: Its people, and who knows whom.
        ways: Its habits.
        ties: Who knows whom, and how well.
        gathered: Its communities, by kind.
    """

    town: Town
    ways: Habits
    ties: Ties
    gathered: Sequence[Community]


def settle(seed: int, accounts: int, days: int, quiet: int, ways: Habits | None = None) -> Settled:
    """Return a town of ordinary people.

    Args:
        seed: Of the world.
        accounts: Number of ordinary people.
        days: Length of the world.
        quiet: Days before campaigns may begin.
        ways: The town's habits; drawn by seed where absent.
    """
    ways = ways or habits.draw(seeds.generator("world", seed, "habits"))
    rng = seeds.generator("world", seed, "people")
    people = communities.settle(rng, accounts, days, ways)
    town = Town(days, quiet, people)
    gathered = [communities.gather(rng, people, kind) for kind in COMMUNITIES]
    parts = [communities.ties_within(rng, people, each, ways) for each in gathered]
    parts.append(communities.acquaintances(rng, people, ways))
    ties = communities.joined(parts)
    town.set_ties(ties.one, ties.other)
    return Settled(town, ways, ties, gathered)


def live(seed: int, settled: Settled) -> list[Part]:
    """Return what ordinary people do, in parts that are made when they are asked for.

    Groups are founded at once, so that the town is whole before a portion is made.
    """
    town, ways, ties = settled.town, settled.ways, settled.ties
    makers: dict[str, Callable[[np.random.Generator], list[Portion]]] = {
        "friends": lambda rng: among_friends(rng, town, ties, ways),
        "new acquaintances": lambda _: meetings.new_acquaintances(town, ways),
        "market": lambda rng: meetings.market(rng, town, ways),
        "forward people": lambda rng: meetings.forward_people(rng, town, ways),
        "wrong numbers": lambda _: meetings.wrong_numbers(town, ways),
        "quarrels": lambda _: everyday_blocks(town, ties, ways),
        "chats": lambda rng: chats.chats(rng, town, settled.gathered, ways),
        "open groups": lambda rng: groups.open_groups(rng, town, ways),
    }
    return [
        Part(seed, name, maker(seeds.generator("world", seed, "life", name)))
        for name, maker in makers.items()
    ]


def among_friends(rng: np.random.Generator, town: Town, ties: Ties, ways: Habits) -> list[Portion]:
    """Return conversations and calls along ties."""
    sociable = town.people.sociable
    weight = ties.strength * np.sqrt(sociable[ties.one] * sociable[ties.other])
    # Calls are one event, other conversations ``length``, but for those that nobody answers.
    each = ways.calling + (1 - ways.calling) * (ways.silent + (1 - ways.silent) * ways.length)
    events = ways.private * town.days * len(town.people)
    episodes = weight * (_ROOM * events / each / ways.episode / weight.sum())
    moods = Moods(rng, town)
    news = rng.uniform(0, town.end, max(2, town.days // 4))
    return [
        partial(
            _along_ties,
            town=town,
            ties=Ties(ties.one[some], ties.other[some], ties.strength[some]),
            episodes=episodes[some],
            moods=moods,
            news=news,
            ways=ways,
        )
        for some in portions.slices(episodes * (each * ways.episode / _ROOM))
    ]


def _along_ties(
    rng: np.random.Generator,
    town: Town,
    ties: Ties,
    episodes: Floats,
    moods: Moods,
    news: Floats,
    ways: Habits,
) -> Events:
    """Return the talk along some ties, given how many episodes each may be expected to have."""
    sociable = town.people.sociable
    tie = np.repeat(np.arange(len(episodes)), rng.poisson(episodes))
    cold = (rng.random(len(episodes)) < ways.one_sided)[tie]
    one, other = ties.one[tie], ties.other[tie]
    lead = np.where(cold, 1.0, sociable[one] / (sociable[one] + sociable[other]))
    swap = rng.random(len(one)) > lead
    opener, partner = np.where(swap, other, one), np.where(swap, one, other)
    day = clock.some_day(rng, town.days, ways.weekend, len(tie))
    kept = rng.random(len(tie)) * _ROOM < moods.liveliness(opener, day)
    row = np.repeat(np.flatnonzero(kept), rng.geometric(1 / ways.episode, int(kept.sum())))
    opener, partner, cold = opener[row], partner[row], cold[row]
    start = _moved_by(rng, news, town.at_day(rng, opener, day[row]))
    return sheet.concat(
        [
            talk.talk_or_call(rng, opener[~cold], partner[~cold], start[~cold], ways, ways.silent),
            talk.talk_or_call(rng, opener[cold], partner[cold], start[cold], ways, _COLD),
        ]
    )


#: Quantiles of how lively a day is: gamma of shape 4 and mean 1, cut where ``_ROOM`` ends.
_LIVELY = np.minimum(gammaincinv(4.0, (np.arange(4_096) + 0.5) / 4_096) / 4.0, _ROOM)


class Moods:
    """How lively each person is on each day, and who is away when.

    A day's liveliness is looked up by a hash of person and day instead of being kept for all
    people and days, so that every portion meets the same mood without a table of them.
    """

    def __init__(self, rng: np.random.Generator, town: Town) -> None:
        count = len(town.people)
        self._days = town.days
        self._salt = int(rng.integers(0, 2**63))
        away = rng.random(count) < 0.1 * town.days / 28
        first = rng.integers(0, town.days, count)
        self._first = np.where(away, first, town.days)
        self._last = first + rng.integers(2, 10, count)

    def liveliness(self, who: Ints, day: Ints) -> Floats:
        """Return how lively accounts are on days, mean about 1, shape (n,)."""
        spot = seeds.mix(who * self._days + day, self._salt) >> np.uint64(64 - 12)
        absent = (day >= self._first[who]) & (day < self._last[who])
        return np.asarray(np.where(absent, 0.1, 1.0) * _LIVELY[spot])


def _moved_by(rng: np.random.Generator, news: Floats, start: Floats) -> Floats:
    """Move a few conversations to moments that the whole town talks about."""
    moved = rng.random(len(start)) < 0.02
    moment = rng.choice(news, size=len(start)) + rng.exponential(0.8 * HOUR, len(start))
    return np.asarray(np.where(moved, moment, start))


def everyday_blocks(town: Town, ties: Ties, ways: Habits) -> list[Portion]:
    """Return quarrels: blocks, and fewer reports, between people who know each other."""
    total = round(len(town.people) * town.days / 28 * ways.quarrels)
    return [
        partial(_quarrels, town=town, ties=ties, count=count)
        for count in portions.counts(total, events_each=1.2)
    ]


def _quarrels(rng: np.random.Generator, town: Town, ties: Ties, count: int) -> Events:
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
