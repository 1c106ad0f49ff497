"""Bulk blast: a few accounts write to very many strangers, as fast as a machine or nearly so."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from graphmeta.synthetic import sheet
from graphmeta.synthetic.campaigns.base import (
    PLAIN,
    Evasion,
    Planted,
    a_span,
    all_actors,
    open_actors,
    reach,
    some_evasion,
    working_times,
)
from graphmeta.synthetic.town import Town


@dataclass(frozen=True)
class Bulk:
    """Each actor works through random strangers in sessions of its own.

    Args:
        actors: Number of accounts.
        targets: Strangers per account.
        session: Strangers per sitting.
        pace: Mean seconds between messages of a sitting.
        days: Length of the campaign.
        evasion: How it hides.
        name: Label in the truth.
    """

    actors: int
    targets: int
    session: int = 60
    pace: float = 40.0
    days: float = 6.0
    evasion: Evasion = PLAIN
    name: str = "bulk"

    def plant(self, rng: np.random.Generator, town: Town) -> Planted:
        """Open the accounts and let them blast."""
        span = a_span(rng, town, self.days, self.days)
        actors, events = open_actors(rng, town, self.actors, self.evasion, span[0])
        parts = [events]
        for actor in actors:
            targets = town.strangers(rng, town.scaled(self.targets, 0.2))
            sittings = -(-len(targets) // self.session)
            begun = working_times(rng, town, sittings, span, self.evasion.human_hours)
            place = np.arange(len(targets)) % self.session
            time = begun[np.arange(len(targets)) // self.session] + self.pace * (
                place + rng.exponential(1.0, len(targets))
            )
            sender = np.full(len(targets), actor)
            parts.append(reach(rng, town, sender, targets, time, self.evasion))
        return all_actors(sheet.concat(parts), actors)


def draw(rng: np.random.Generator) -> Bulk:
    """Draw parameters."""
    return Bulk(
        actors=int(rng.integers(3, 13)),
        targets=int(rng.integers(150, 500)),
        session=int(rng.integers(20, 120)),
        pace=float(rng.uniform(8, 90)),
        days=float(rng.uniform(2, 12)),
        evasion=some_evasion(rng),
    )
