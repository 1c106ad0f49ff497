"""One list, split: the actors share it out, so that no two of them reach the same person."""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass

import numpy as np

from graphmeta.synthetic.campaigns.base import Span
from graphmeta.synthetic.campaigns.senders import Contacts, Senders, as_usual, split_over
from graphmeta.synthetic.town import Town


@dataclass(frozen=True)
class SplitList(Senders):
    """Portions of one list go out in rounds; in a round each actor reaches its own few people.

    Args:
        targets: Strangers per account.
        rounds: How often a portion goes out.
        window: Seconds that a round takes.
    """

    targets: int
    rounds: int = 12
    window: float = 600.0
    _: KW_ONLY
    days: float = 10.0
    name: str = "split_list"

    def work(self, rng: np.random.Generator, town: Town, seats: int, span: Span) -> Contacts:
        """Deal the list out, and work through it round by round."""
        targets = self.a_list(rng, town, seats * self.targets, 0.5)
        turn, seat = np.divmod(np.arange(len(targets)), seats)
        begun = self.moments(rng, town, self.rounds, span)
        time = begun[turn % self.rounds] + rng.uniform(0, self.window, len(targets))
        return Contacts(seat, targets, time)


def draw(rng: np.random.Generator) -> SplitList:
    """Draw parameters."""
    targets = int(rng.integers(15, 70))
    campaign = SplitList(
        actors=int(rng.integers(8, 36)),
        targets=targets,
        rounds=max(6, round(targets / rng.uniform(1.0, 5.0))),
        window=float(rng.uniform(180, 1_500)),
        days=float(rng.uniform(3, 18)),
    )
    return split_over(rng, as_usual(rng, campaign))
