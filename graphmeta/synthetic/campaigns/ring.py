"""Rings on shared targets: every target is reached by a share of the actors within a window.

Plain, tiny (two to four actors) and evasive rings differ in parameters alone.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import KW_ONLY, dataclass

import numpy as np

from graphmeta.synthetic.campaigns.base import Span
from graphmeta.synthetic.campaigns.evasion import Evasion
from graphmeta.synthetic.campaigns.senders import Contacts, Senders, as_usual, split_over
from graphmeta.synthetic.clock import HOUR
from graphmeta.synthetic.town import Town


@dataclass(frozen=True)
class Ring(Senders):
    """Actors reach the same strangers.

    Args:
        targets: Strangers on the list.
        overlap: Share of the actors who reach each target (at least two do).
        window: Seconds within which they do.
    """

    targets: int
    overlap: float
    window: float
    _: KW_ONLY
    name: str = "shared_targets"

    def work(self, rng: np.random.Generator, town: Town, seats: int, span: Span) -> Contacts:
        """Reach the list, one target after the other."""
        targets = self.a_list(rng, town, self.targets, 0.25)
        moment = self.moments(rng, town, len(targets), span)
        rank = rng.random((len(targets), seats)).argsort(axis=1)
        share = np.maximum(2, rng.binomial(seats, self.overlap, len(targets)))
        target, seat = np.nonzero(rank < share[:, None])
        time = moment[target] + rng.uniform(0, self.window, len(target))
        return Contacts(seat, targets[target], time)


def draw(rng: np.random.Generator) -> Ring:
    """Draw an ordinary ring."""
    campaign = Ring(
        actors=int(rng.integers(8, 41)),
        targets=int(rng.integers(50, 200)),
        overlap=float(rng.uniform(0.35, 0.9)),
        window=float(rng.choice([0.5, 2.0, 6.0, 24.0])) * HOUR,
        days=float(rng.uniform(4, 18)),
    )
    return split_over(rng, as_usual(rng, campaign))


def draw_tiny(rng: np.random.Generator) -> Ring:
    """Draw a ring of two to four accounts."""
    campaign = Ring(
        actors=int(rng.integers(2, 5)),
        targets=int(rng.integers(40, 140)),
        overlap=float(rng.uniform(0.75, 1.0)),
        window=float(rng.uniform(0.3, 8)) * HOUR,
        days=float(rng.uniform(4, 18)),
        name="tiny",
    )
    return as_usual(rng, campaign)


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
                charm=float(rng.uniform(0.1, 0.5)),
                tolerated=float(rng.uniform(0, 0.5)),
            ),
            name=name,
        )

    return drawn
