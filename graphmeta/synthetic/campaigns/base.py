"""What every campaign is: how it is drawn and planted, what that returns, and when it works."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from graphmeta.synthetic.clock import DAY
from graphmeta.synthetic.sheet import Bools, Events, Floats, Ints
from graphmeta.synthetic.town import Town

#: Roles that truth may state. Those who were contacted are not in it.
ACTOR, RECRUITER, HUB = "actor", "recruiter", "hub"

#: First and last second of a campaign, since the world's start.
Span = tuple[float, float]


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


def planted(events: Events, **roles: Ints) -> Planted:
    """Return a planting from the accounts of each role, given by the role's name."""
    accounts = [np.asarray(who, dtype=np.int64) for who in roles.values()]
    names = [name for name, who in roles.items() for _ in range(len(who))]
    return Planted(events, np.concatenate(accounts), tuple(names))


def a_span(rng: np.random.Generator, town: Town, days: float) -> Span:
    """Draw when a campaign is at work: so many days (as many as fit), after the quiet time."""
    room = town.end - town.begin
    length = min(days * DAY, 0.95 * room)
    start = town.begin + rng.uniform(0, room - length)
    return start, start + length


def open_at(town: Town, who: Ints, time: Floats) -> Bools:
    """Say who has an account at a time, shape (n,)."""
    return np.asarray((town.people.created[who] <= time) & (time < town.people.closed[who]))


def working_times(
    rng: np.random.Generator, town: Town, count: int, span: Span, human: bool
) -> Floats:
    """Draw times at which an operator works, within a span of seconds."""
    if not human:
        return rng.uniform(*span, count)
    operator = np.full(8 * count + 64, rng.choice(town.ordinary()))
    day = rng.integers(int(span[0] // DAY), int(span[1] // DAY) + 1, len(operator))
    drawn = town.at_day(rng, operator, day)
    inside = drawn[(drawn >= span[0]) & (drawn < span[1])]
    return inside[:count] if len(inside) >= count else rng.uniform(*span, count)
