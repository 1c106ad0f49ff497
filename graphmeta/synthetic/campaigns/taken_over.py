"""Taken-over accounts: ordinary people's accounts send to one list; their own life goes on."""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass, replace

import numpy as np

from graphmeta.synthetic import talk
from graphmeta.synthetic.campaigns.base import Span
from graphmeta.synthetic.campaigns.ring import Ring
from graphmeta.synthetic.campaigns.senders import as_usual
from graphmeta.synthetic.clock import HOUR
from graphmeta.synthetic.sheet import Events, Ints
from graphmeta.synthetic.talk import Reaction
from graphmeta.synthetic.town import Town


@dataclass(frozen=True)
class TakenOver(Ring):
    """A ring whose accounts are stolen, and which writes to the victims' friends as well.

    Args:
        friends: Share of each account's friends who hear from it too.
    """

    friends: float = 0.0
    _: KW_ONLY
    days: float = 5.0
    name: str = "taken_over"

    def crew(self, rng: np.random.Generator, town: Town, span: Span) -> tuple[Ints, Events]:
        """Take accounts of ordinary people (few in a small town), and write to their friends."""
        seats = town.scaled(self.actors, 0.03)
        accounts = town.take_people(rng, seats * self.evasion.split)
        known = [town.friends(int(account)) for account in accounts]
        sender = np.repeat(accounts, [len(each) for each in known])
        target = np.concatenate(known)
        told = rng.random(len(target)) < self.friends
        time = self.moments(rng, town, int(told.sum()), span)
        # Friends ask what this is, and hardly report it.
        met = Reaction(reply=0.3, dialogue=3.0, block=0.03, report=0.005)
        return accounts, talk.approach(rng, town, sender[told], target[told], time, met)


def draw(rng: np.random.Generator) -> TakenOver:
    """Draw parameters."""
    campaign = TakenOver(
        actors=int(rng.integers(10, 41)),
        targets=int(rng.integers(60, 250)),
        overlap=float(rng.uniform(0.15, 0.5)),
        window=float(rng.choice([0.5, 2.0, 8.0])) * HOUR,
        friends=float(rng.choice([0.0, 0.0, rng.uniform(0.1, 0.8)])),
        days=float(rng.uniform(2, 8)),
    )
    usual = as_usual(rng, campaign)
    return replace(usual, evasion=replace(usual.evasion, camouflage=0.0, bought_replies=0.0))
