"""Taken-over accounts: ordinary people's accounts send to one list; their own life goes on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from graphmeta.synthetic.campaigns.base import (
    PLAIN,
    Evasion,
    Planted,
    a_span,
    all_actors,
    reach,
    working_times,
)
from graphmeta.synthetic.clock import HOUR
from graphmeta.synthetic.town import Town


@dataclass(frozen=True)
class TakenOver:
    """Stolen accounts work on one list.

    Args:
        actors: Number of accounts.
        targets: Strangers on the list.
        overlap: Share of the actors who reach each target.
        window: Seconds within which they do.
        days: Length of the campaign.
        evasion: How it hides.
        name: Label in the truth.
    """

    actors: int
    targets: int
    overlap: float
    window: float
    days: float = 5.0
    evasion: Evasion = PLAIN
    name: str = "taken_over"

    def plant(self, rng: np.random.Generator, town: Town) -> Planted:
        """Take the accounts and use them."""
        span = a_span(rng, town, self.days, self.days)
        actors = town.take_people(rng, town.scaled(self.actors, 0.03))
        targets = town.strangers(rng, town.scaled(self.targets, 0.25))
        moment = working_times(rng, town, len(targets), span, self.evasion.human_hours)
        reached = rng.random((len(targets), len(actors))) < self.overlap
        target, actor = np.nonzero(reached)
        time = moment[target] + rng.uniform(0, self.window, len(target))
        done = reach(rng, town, actors[actor], targets[target], time, self.evasion)
        return all_actors(done, actors)


def draw(rng: np.random.Generator) -> TakenOver:
    """Draw parameters."""
    return TakenOver(
        actors=int(rng.integers(10, 41)),
        targets=int(rng.integers(60, 250)),
        overlap=float(rng.uniform(0.15, 0.5)),
        window=float(rng.choice([0.5, 2.0, 8.0])) * HOUR,
        days=float(rng.uniform(2, 8)),
        evasion=Evasion(human_hours=bool(rng.random() < 0.5), charm=float(rng.uniform(0, 0.4))),
    )
