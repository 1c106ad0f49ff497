"""One clock: a scheduler wakes all actors together; each reaches somebody of its own choosing."""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass

import numpy as np

from graphmeta.synthetic.campaigns.base import Span
from graphmeta.synthetic.campaigns.senders import Contacts, Senders, as_usual, split_over
from graphmeta.synthetic.town import Town


@dataclass(frozen=True)
class OneClock(Senders):
    """At each tick most actors write to one stranger each, within a jitter.

    Args:
        ticks: How often the clock strikes.
        heeds: Share of the actors who heed a tick.
        jitter: Seconds within which they do.
    """

    ticks: int
    heeds: float = 0.7
    jitter: float = 180.0
    _: KW_ONLY
    name: str = "one_clock"

    def work(self, rng: np.random.Generator, town: Town, seats: int, span: Span) -> Contacts:
        """Strike the clock."""
        struck = self.moments(rng, town, self.ticks, span)
        tick, seat = np.nonzero(rng.random((self.ticks, seats)) < self.heeds)
        able = self.a_list(rng, town, np.inf, 0.25) if self.near else town.ordinary()
        time = struck[tick] + rng.uniform(0, self.jitter, len(tick))
        return Contacts(seat, rng.choice(able, size=len(tick)), time)


def draw(rng: np.random.Generator) -> OneClock:
    """Draw parameters."""
    campaign = OneClock(
        actors=int(rng.integers(6, 31)),
        ticks=int(rng.integers(25, 120)),
        heeds=float(rng.uniform(0.45, 0.95)),
        jitter=float(rng.uniform(20, 480)),
        days=float(rng.uniform(5, 19)),
    )
    return split_over(rng, as_usual(rng, campaign))
