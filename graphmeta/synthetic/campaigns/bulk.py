"""Bulk blast: one tool pushes a long list through several accounts at once, as fast as it can."""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass

import numpy as np

from graphmeta.synthetic.campaigns.base import Span
from graphmeta.synthetic.campaigns.senders import Contacts, Senders, as_usual
from graphmeta.synthetic.sheet import Floats, Ints
from graphmeta.synthetic.town import Town


@dataclass(frozen=True)
class Bulk(Senders):
    """Sittings in which all actors work through their portions of the list side by side.

    Args:
        targets: Strangers per account.
        session: Strangers per account and sitting.
        pace: Mean seconds between messages of a sitting.
        jitter: Seconds within which the accounts begin a sitting.
        repeats: Accounts that reach each stranger on the list.
        independent: Whether each actor has a list and sittings of its own instead, so that
            nothing ties them together and nothing can be found.
    """

    targets: int
    session: int = 60
    pace: float = 40.0
    jitter: float = 120.0
    repeats: int = 1
    independent: bool = False
    _: KW_ONLY
    days: float = 6.0
    name: str = "bulk"

    def work(self, rng: np.random.Generator, town: Town, seats: int, span: Span) -> Contacts:
        """Deal the list out, and work through it sitting by sitting."""
        if self.independent:
            targets = [self.a_list(rng, town, self.targets, 0.2) for _ in range(seats)]
            place = np.concatenate([np.arange(len(each)) for each in targets])
            seat = np.repeat(np.arange(seats), [len(each) for each in targets])
            return self._sit(rng, town, seat, place, np.concatenate(targets), span)
        repeats = min(self.repeats, seats)
        listed = self.a_list(rng, town, seats * self.targets / repeats, 0.6)
        turn, row = np.divmod(np.arange(repeats * len(listed)), len(listed))
        # One seat further with each pass over the list: nobody hears twice from one account.
        seat = (row + turn) % seats
        place = row // seats + turn * -(-len(listed) // seats)
        return self._sit(rng, town, seat, place, listed[row], span)

    def _sit(
        self,
        rng: np.random.Generator,
        town: Town,
        seat: Ints,
        place: Ints,
        target: Ints,
        span: Span,
    ) -> Contacts:
        """Say when each seat comes to each place of its portion."""
        seats, sittings = int(seat.max()) + 1, int(place.max()) // self.session + 1
        begun: Floats
        if self.independent:
            begun = self.moments(rng, town, seats * sittings, span).reshape(seats, sittings)
        else:
            begun = self.moments(rng, town, sittings, span)[None, :]
            begun = begun + rng.uniform(0, self.jitter, (seats, sittings))
        passed = self.pace * (place % self.session + rng.exponential(1.0, len(place)))
        return Contacts(seat, target, begun[seat, place // self.session] + passed)


def draw(rng: np.random.Generator) -> Bulk:
    """Draw parameters."""
    campaign = Bulk(
        actors=int(rng.integers(3, 13)),
        targets=int(rng.integers(150, 500)),
        session=int(rng.integers(20, 120)),
        pace=float(rng.uniform(8, 90)),
        jitter=float(rng.uniform(0, 900)),
        repeats=int(rng.choice([1, 1, 2, 3])),
        independent=bool(rng.random() < 0.15),
        days=float(rng.uniform(2, 12)),
    )
    return as_usual(rng, campaign)
