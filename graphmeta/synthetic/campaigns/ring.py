"""Rings on shared targets: every target is reached by a share of the actors within a window.

Plain, tiny (two to four actors) and evasive rings differ in parameters alone.
"""

from __future__ import annotations

from collections.abc import Callable
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
from graphmeta.synthetic.clock import HOUR
from graphmeta.synthetic.town import Town


@dataclass(frozen=True)
class Ring:
    """Actors reach the same strangers.

    Args:
        actors: Number of accounts.
        targets: Strangers on the list.
        overlap: Share of the actors who reach each target (at least two do).
        window: Seconds within which they do.
        days: Length of the campaign.
        evasion: How it hides.
        name: Label in the truth.
    """

    actors: int
    targets: int
    overlap: float
    window: float
    days: float = 12.0
    evasion: Evasion = PLAIN
    name: str = "shared_targets"

    def plant(self, rng: np.random.Generator, town: Town) -> Planted:
        """Open the accounts and reach the list."""
        span = a_span(rng, town, self.days, self.days)
        actors, events = open_actors(rng, town, self.actors, self.evasion, span[0])
        targets = town.strangers(rng, town.scaled(self.targets, 0.25))
        moment = working_times(rng, town, len(targets), span, self.evasion.human_hours)
        rank = rng.random((len(targets), len(actors))).argsort(axis=1)
        share = np.maximum(2, rng.binomial(len(actors), self.overlap, len(targets)))
        target, actor = np.nonzero(rank < share[:, None])
        time = moment[target] + rng.uniform(0, self.window, len(target))
        done = reach(rng, town, actors[actor], targets[target], time, self.evasion)
        return all_actors(sheet.concat([events, done]), actors)


def draw(rng: np.random.Generator) -> Ring:
    """Draw an ordinary ring."""
    return Ring(
        actors=int(rng.integers(8, 41)),
        targets=int(rng.integers(50, 200)),
        overlap=float(rng.uniform(0.35, 0.9)),
        window=float(rng.choice([0.5, 2.0, 6.0, 24.0])) * HOUR,
        days=float(rng.uniform(4, 18)),
        evasion=some_evasion(rng),
    )


def draw_tiny(rng: np.random.Generator) -> Ring:
    """Draw a ring of two to four accounts."""
    return Ring(
        actors=int(rng.integers(2, 5)),
        targets=int(rng.integers(40, 140)),
        overlap=float(rng.uniform(0.75, 1.0)),
        window=float(rng.uniform(0.3, 8)) * HOUR,
        days=float(rng.uniform(4, 18)),
        evasion=some_evasion(rng),
        name="tiny",
    )


def evasive(
    name: str, hours: float, overlap: float, fold: float
) -> Callable[[np.random.Generator], Ring]:
    """Return a way to draw evasive rings of one window, overlap and camouflage."""

    def drawn(rng: np.random.Generator) -> Ring:
        return Ring(
            actors=int(rng.integers(16, 37)),
            targets=int(rng.integers(60, 140)),
            overlap=overlap,
            window=hours * HOUR,
            days=float(rng.uniform(12, 20)),
            evasion=Evasion(
                camouflage=fold,
                bought_replies=float(rng.uniform(0, 0.2)),
                aged=float(rng.uniform(0.6, 1.0)),
                human_hours=True,
                charm=float(rng.uniform(0.1, 0.5)),
            ),
            name=name,
        )

    return drawn
