"""One list, split: the actors share it out, so that no two of them reach the same person."""

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
class SplitList:
    """Portions of one list go out in rounds; in a round each actor reaches its own few people.

    Args:
        actors: Number of accounts.
        targets: Strangers per account.
        rounds: How often a portion goes out.
        window: Seconds that a round takes.
        days: Length of the campaign.
        evasion: How it hides.
        name: Label in the truth.
    """

    actors: int
    targets: int
    rounds: int = 12
    window: float = 600.0
    days: float = 10.0
    evasion: Evasion = PLAIN
    name: str = "split_list"

    def plant(self, rng: np.random.Generator, town: Town) -> Planted:
        """Open the accounts and work through the list."""
        span = a_span(rng, town, self.days, self.days)
        actors, events = open_actors(rng, town, self.actors, self.evasion, span[0])
        targets = town.strangers(rng, town.scaled(self.actors * self.targets, 0.5))
        place = np.arange(len(targets))
        sender = actors[place % len(actors)]
        begun = working_times(rng, town, self.rounds, span, self.evasion.human_hours)
        portion = (place // len(actors)) % self.rounds
        time = begun[portion] + rng.uniform(0, self.window, len(targets))
        done = reach(rng, town, sender, targets, time, self.evasion)
        return all_actors(sheet.concat([events, done]), actors)


def draw(rng: np.random.Generator) -> SplitList:
    """Draw parameters."""
    targets = int(rng.integers(15, 70))
    return SplitList(
        actors=int(rng.integers(8, 36)),
        targets=targets,
        rounds=max(6, round(targets / rng.uniform(1.0, 5.0))),
        window=float(rng.uniform(180, 1_500)),
        days=float(rng.uniform(3, 18)),
        evasion=some_evasion(rng),
    )
