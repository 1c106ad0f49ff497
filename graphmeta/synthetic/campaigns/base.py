"""What all campaigns share: how they hide, whose accounts they use, and what planting returns."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from graphmeta.synthetic import sheet, talk
from graphmeta.synthetic.clock import DAY, HOUR
from graphmeta.synthetic.sheet import Events, Floats, Ints
from graphmeta.synthetic.talk import FRIENDLY, UNWANTED, Reaction
from graphmeta.synthetic.town import Town

#: Roles that truth may state. Those who were contacted are not in it.
ACTOR, RECRUITER, HUB = "actor", "recruiter", "hub"


@dataclass(frozen=True)
class Evasion:
    """How a campaign hides.

    Args:
        camouflage: Innocent-looking contacts per contact made for the campaign.
        bought_replies: Share of contacts that are answered because somebody pays for answers.
        aged: Share of accounts opened long before the campaign, with a little life of their own.
        human_hours: Work at the waking hours of an ordinary person, or round the clock.
        charm: How welcome its messages are, from 0 (mass spam) to 1 (like a friendly stranger's).
    """

    camouflage: float = 0.0
    bought_replies: float = 0.0
    aged: float = 0.0
    human_hours: bool = True
    charm: float = 0.0


#: No camouflage, no bought replies, fresh accounts, human hours.
PLAIN = Evasion()
#: Accounts opened long before, and nothing else.
AGED = Evasion(aged=1.0)


@dataclass(frozen=True)
class Planted:
    """What a campaign did: its events, and the roles of its accounts (groups may be hubs)."""

    events: Events
    account: Ints
    role: tuple[str, ...]


class Campaign(Protocol):
    """Parameters of one campaign, able to plant itself."""

    @property
    def name(self) -> str:
        """The label that truth carries."""

    def plant(self, rng: np.random.Generator, town: Town) -> Planted:
        """Open accounts, act, and return what was done."""


@dataclass(frozen=True)
class Recipe:
    """A named way to draw a campaign's parameters at random."""

    name: str
    draw: Callable[[np.random.Generator], Campaign]


def some_evasion(rng: np.random.Generator, *, aged: float | None = None) -> Evasion:
    """Draw how an ordinary campaign hides: often hardly at all."""
    return Evasion(
        camouflage=float(rng.choice([0.0, 0.1, 0.3, 0.6])),
        bought_replies=float(rng.choice([0.0, 0.0, 0.05, 0.15])),
        aged=float(rng.uniform(0, 1)) if aged is None else aged,
        human_hours=bool(rng.random() < 0.7),
        charm=float(rng.uniform(0, 0.4)),
    )


def open_actors(
    rng: np.random.Generator, town: Town, count: int, evasion: Evasion, start: float
) -> tuple[Ints, Events]:
    """Open a campaign's accounts; return them and the little life that the aged ones had."""
    aged = rng.random(count) < evasion.aged
    age = np.where(aged, rng.uniform(60, 900, count), rng.uniform(0.1, 12, count)) * DAY
    actors = town.open_accounts(rng, count, created=start - age)
    return actors, small_life(rng, town, actors[aged])


def small_life(rng: np.random.Generator, town: Town, accounts: Ints) -> Events:
    """Return talk of each account with a few people of one neighbourhood, over the whole time."""
    parts = []
    for account in accounts:
        friends = town.strangers(rng, int(rng.integers(2, 8)), near=True)
        times = rng.poisson(rng.gamma(1.0, 4.0, len(friends)) * town.days / 28)
        other = np.repeat(friends, times)
        one = np.full(len(other), account)
        start = town.at_day(rng, one, rng.integers(0, town.days, len(one)))
        swap = rng.random(len(one)) < 0.5
        opener, partner = np.where(swap, other, one), np.where(swap, one, other)
        parts.append(talk.converse(rng, opener, partner, start, talk.turns(rng, len(one), 4.0)))
    return sheet.concat(parts)


def working_times(
    rng: np.random.Generator, town: Town, count: int, span: tuple[float, float], human: bool
) -> Floats:
    """Draw times at which an operator works, within a span of seconds."""
    if not human:
        return rng.uniform(*span, count)
    operator = np.full(8 * count + 64, rng.choice(town.ordinary()))
    day = rng.integers(int(span[0] // DAY), int(span[1] // DAY) + 1, len(operator))
    drawn = town.at_day(rng, operator, day)
    inside = drawn[(drawn >= span[0]) & (drawn < span[1])]
    return inside[:count] if len(inside) >= count else rng.uniform(*span, count)


def a_span(rng: np.random.Generator, town: Town, least: float, most: float) -> tuple[float, float]:
    """Draw when a campaign is at work: some days long (as many as fit), after the quiet time."""
    room = town.end - town.begin
    length = min(rng.uniform(least, most) * DAY, 0.95 * room)
    start = town.begin + rng.uniform(0, room - length)
    return start, start + length


def reach(
    rng: np.random.Generator,
    town: Town,
    sender: Ints,
    target: Ints,
    time: Floats,
    evasion: Evasion,
    reaction: Reaction = UNWANTED,
) -> Events:
    """Return a campaign's contacts with the reactions to them, and the camouflage around them."""
    met = _met(reaction, evasion)
    return sheet.concat(
        [
            talk.approach(rng, town, sender, target, time, met),
            camouflage(rng, town, sender, time, evasion.camouflage),
        ]
    )


def _met(reaction: Reaction, evasion: Evasion) -> Reaction:
    """Return how a campaign's contacts are met, given its charm and the answers it buys."""
    charm = evasion.charm
    block = reaction.block + charm * (FRIENDLY.block - reaction.block)
    report = reaction.report + charm * (FRIENDLY.report - reaction.report)
    earned = reaction.reply + charm * max(0.0, FRIENDLY.reply - reaction.reply)
    reply = 1 - (1 - earned) * (1 - evasion.bought_replies)
    return Reaction(reply, reaction.dialogue, block, report, reaction.delay)


def camouflage(
    rng: np.random.Generator, town: Town, sender: Ints, time: Floats, fold: float
) -> Events:
    """Return ``fold`` innocent-looking contacts per entry, at other moments of the same days."""
    count = rng.poisson(fold, len(sender))
    who = np.repeat(sender, count)
    target = rng.choice(town.ordinary(), size=len(who))
    day = np.floor(np.repeat(time, count) / DAY).astype(np.int64)
    at = town.at_day(rng, who, day) + rng.normal(0, 1.5 * HOUR, len(who))
    late = at >= np.maximum(town.people.created[who], town.begin)
    return talk.approach(rng, town, who[late], target[late], at[late], FRIENDLY)


def all_actors(events: Events, actors: Ints) -> Planted:
    """Return a planting in which every account is an actor."""
    return Planted(events, actors, (ACTOR,) * len(actors))
