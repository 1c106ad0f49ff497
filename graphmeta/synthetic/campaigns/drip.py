"""Slow drip: many aged accounts, a few strangers each, about one shared target per pair."""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass

import numpy as np

from graphmeta.synthetic.campaigns.base import Span
from graphmeta.synthetic.campaigns.evasion import AGED, Evasion
from graphmeta.synthetic.campaigns.senders import Contacts, Senders
from graphmeta.synthetic.clock import DAY
from graphmeta.synthetic.sheet import Floats, Ints
from graphmeta.synthetic.town import Town


@dataclass(frozen=True)
class Drip(Senders):
    """Every account draws its few targets from one list, and takes its time.

    Two accounts with ``m`` of the ``L`` people on the list share ``m * m / L`` of them.

    Args:
        targets: Strangers per account.
        shared: Mean number of targets that two accounts share.
    """

    targets: int
    shared: float = 1.0
    _: KW_ONLY
    days: float = 20.0
    evasion: Evasion = AGED
    name: str = "drip"

    def work(self, rng: np.random.Generator, town: Town, seats: int, span: Span) -> Contacts:
        """Let each account draw its targets, and spread them over the days."""
        listed = self.a_list(rng, town, self.targets**2 / self.shared, 0.3)
        each = min(self.targets, len(listed))
        drawn = rng.random((seats, len(listed))).argsort(axis=1)[:, :each]
        seat = np.repeat(np.arange(seats), each)
        return Contacts(seat, listed[drawn.ravel()], self._unhurried(rng, town, seat, span))

    def _unhurried(self, rng: np.random.Generator, town: Town, seat: Ints, span: Span) -> Floats:
        """Return times by the hours of a different ordinary person for each seat."""
        like = rng.choice(town.ordinary(), size=int(seat.max()) + 1)
        first, last = int(span[0] // DAY) + 1, int(span[1] // DAY)
        return town.at_day(rng, like[seat], rng.integers(first, max(last, first + 1), len(seat)))


def draw(rng: np.random.Generator) -> Drip:
    """Draw parameters."""
    return Drip(
        actors=int(rng.integers(30, 61)),
        targets=int(rng.integers(12, 26)),
        shared=float(rng.uniform(0.7, 1.6)),
        days=float(rng.uniform(15, 20)),
        near=bool(rng.random() < 0.2),
        evasion=Evasion(
            camouflage=float(rng.uniform(0, 0.8)),
            bought_replies=float(rng.choice([0.0, 0.1])),
            aged=1.0,
            charm=float(rng.uniform(0, 0.4)),
            tolerated=float(rng.uniform(0, 0.7)),
        ),
    )
