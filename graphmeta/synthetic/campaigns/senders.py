"""What all campaigns that send to strangers have in common: seats, accounts in them, reactions.

A campaign says which of its seats reaches whom and when. A seat is held by one account, or by
several that share its work out. Everything else is the same for all of them.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import KW_ONLY, dataclass, replace
from typing import TypeVar

import numpy as np

from graphmeta.synthetic import sheet
from graphmeta.synthetic.campaigns.accounts import close_some, open_actors
from graphmeta.synthetic.campaigns.base import Planted, Span, a_span, planted, working_times
from graphmeta.synthetic.campaigns.evasion import PLAIN, Evasion, reach, some_evasion
from graphmeta.synthetic.sheet import Events, Floats, Ints
from graphmeta.synthetic.town import Town


@dataclass(frozen=True)
class Contacts:
    """Which seat (counted from 0) is to reach whom at which second, arrays of shape (n,)."""

    seat: Ints
    target: Ints
    time: Floats


@dataclass(frozen=True)
class Senders(ABC):
    """A campaign of accounts that send to strangers.

    Args:
        actors: Number of seats, each held by ``evasion.split`` accounts.
        days: Length of the campaign.
        near: Whether its targets live in one stretch of town.
        calling: Share of contacts that are calls.
        banned: Share of accounts that the platform closes while they are at work.
        evasion: How it hides.
        name: Label in the truth.
    """

    actors: int
    _: KW_ONLY
    days: float = 12.0
    near: bool = False
    calling: float = 0.0
    banned: float = 0.0
    evasion: Evasion = PLAIN
    name: str = "senders"

    @abstractmethod
    def work(self, rng: np.random.Generator, town: Town, seats: int, span: Span) -> Contacts:
        """Say which seat reaches whom, and when."""

    def crew(self, rng: np.random.Generator, town: Town, span: Span) -> tuple[Ints, Events]:
        """Return the accounts of all seats, and what they do besides the campaign."""
        return open_actors(rng, town, self.actors * self.evasion.split, self.evasion, span[0])

    def plant(self, rng: np.random.Generator, town: Town) -> Planted:
        """Open the accounts, and let them send."""
        span = a_span(rng, town, self.days)
        accounts, beside = self.crew(rng, town, span)
        holders = accounts.reshape(-1, self.evasion.split)
        work = self.work(rng, town, len(holders), span)
        sender = holders[work.seat, rng.integers(0, self.evasion.split, len(work.seat))]
        done = reach(rng, town, sender, work.target, work.time, self.evasion, calling=self.calling)
        close_some(rng, town, accounts, self.banned, span)
        # An account that never had a turn is no actor.
        return planted(sheet.concat([beside, done]), actor=np.unique(sender))

    def a_list(self, rng: np.random.Generator, town: Town, count: float, most: float) -> Ints:
        """Return strangers to reach, at most a share ``most`` of all ordinary people."""
        return town.strangers(rng, town.scaled(count, most), near=self.near)

    def moments(self, rng: np.random.Generator, town: Town, count: int, span: Span) -> Floats:
        """Return times at which the operator is at work."""
        return working_times(rng, town, count, span, self.evasion.human_hours)


S = TypeVar("S", bound=Senders)


def as_usual(rng: np.random.Generator, campaign: S) -> S:
    """Return a campaign that hides as ordinary ones do, with the habits of one of them."""
    evasion = some_evasion(rng)
    caught = rng.random() < 0.5
    return replace(
        campaign,
        near=bool(rng.random() < 0.2),
        calling=float(rng.choice([0.0, 0.0, 0.0, 0.0, rng.uniform(0.1, 0.7)])),
        banned=float(rng.uniform(0.05, 0.5) * (1 - evasion.charm)) if caught else 0.0,
        evasion=evasion,
    )


def split_over(rng: np.random.Generator, campaign: S) -> S:
    """Return a campaign that, one time in four, splits its work over more accounts."""
    split = int(rng.choice([1, 1, 1, 1, 1, 1, 2, 4]))
    return replace(campaign, evasion=replace(campaign.evasion, split=split))
