"""One clock: a scheduler wakes all actors together; each reaches somebody of its own choosing."""

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
class OneClock:
    """At each tick most actors write to one stranger each, within a jitter.

    Args:
        actors: Number of accounts.
        ticks: How often the clock strikes.
        heeds: Share of the actors who heed a tick.
        jitter: Seconds within which they do.
        days: Length of the campaign.
        evasion: How it hides.
        name: Label in the truth.
    """

    actors: int
    ticks: int
    heeds: float = 0.7
    jitter: float = 180.0
    days: float = 12.0
    evasion: Evasion = PLAIN
    name: str = "one_clock"

    def plant(self, rng: np.random.Generator, town: Town) -> Planted:
        """Open the accounts and start the clock."""
        span = a_span(rng, town, self.days, self.days)
        actors, events = open_actors(rng, town, self.actors, self.evasion, span[0])
        struck = working_times(rng, town, self.ticks, span, self.evasion.human_hours)
        tick, actor = np.nonzero(rng.random((self.ticks, len(actors))) < self.heeds)
        targets = rng.choice(town.ordinary(), size=len(tick))
        time = struck[tick] + rng.uniform(0, self.jitter, len(tick))
        done = reach(rng, town, actors[actor], targets, time, self.evasion)
        return all_actors(sheet.concat([events, done]), actors)


def draw(rng: np.random.Generator) -> OneClock:
    """Draw parameters."""
    return OneClock(
        actors=int(rng.integers(6, 31)),
        ticks=int(rng.integers(25, 120)),
        heeds=float(rng.uniform(0.45, 0.95)),
        jitter=float(rng.uniform(20, 480)),
        days=float(rng.uniform(5, 19)),
        evasion=some_evasion(rng),
    )
