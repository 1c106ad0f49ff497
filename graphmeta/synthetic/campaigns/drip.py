"""Slow drip: many aged accounts, a few strangers each, about one shared target per pair."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from graphmeta.synthetic import sheet
from graphmeta.synthetic.campaigns.base import (
    AGED,
    Evasion,
    Planted,
    a_span,
    all_actors,
    open_actors,
    reach,
)
from graphmeta.synthetic.town import Town


@dataclass(frozen=True)
class Drip:
    """Every account draws its few targets from one list, and takes its time.

    Two accounts with ``m`` of the ``L`` people on the list share ``m * m / L`` of them.

    Args:
        actors: Number of accounts.
        targets: Strangers per account.
        shared: Mean number of targets that two accounts share.
        days: Length of the campaign.
        evasion: How it hides.
        name: Label in the truth.
    """

    actors: int
    targets: int
    shared: float = 1.0
    days: float = 20.0
    evasion: Evasion = AGED
    name: str = "drip"

    def plant(self, rng: np.random.Generator, town: Town) -> Planted:
        """Open the accounts and let them drip."""
        span = a_span(rng, town, self.days, self.days)
        actors, events = open_actors(rng, town, self.actors, self.evasion, span[0])
        listed = town.strangers(rng, town.scaled(self.targets**2 / self.shared, 0.3))
        each = min(self.targets, len(listed))
        drawn = rng.random((len(actors), len(listed))).argsort(axis=1)[:, :each]
        sender = np.repeat(actors, each)
        first, last = int(span[0] // 86_400) + 1, int(span[1] // 86_400)
        time = town.at_day(rng, sender, rng.integers(first, max(last, first + 1), len(sender)))
        done = reach(rng, town, sender, listed[drawn.ravel()], time, self.evasion)
        return all_actors(sheet.concat([events, done]), actors)


def draw(rng: np.random.Generator) -> Drip:
    """Draw parameters."""
    return Drip(
        actors=int(rng.integers(30, 61)),
        targets=int(rng.integers(12, 26)),
        shared=float(rng.uniform(0.7, 1.6)),
        days=float(rng.uniform(15, 20)),
        evasion=Evasion(
            camouflage=float(rng.uniform(0, 0.8)),
            bought_replies=float(rng.choice([0.0, 0.1])),
            aged=1.0,
            charm=float(rng.uniform(0, 0.4)),
        ),
    )
