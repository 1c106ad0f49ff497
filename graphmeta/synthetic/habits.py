"""How a whole town tends to behave: drawn anew for every world, so that no two are of one mould.

The ranges lie around what the Copenhagen Networks Study (calls and text messages) and CollegeMsg
(messages on a college's site) show: reciprocity 0.64 to 0.87, local clustering 0.12 to 0.25,
burstiness of pairs 0.34 to 0.47, 1.8 to 4.7 messages per conversation.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Habits:
    """What a town's people have in common.

    Args:
        private: Private events per person and day among people who know one another.
        grouped: Group messages per person and day.
        talkers: Spread (standard deviation of the logarithm) of how sociable people are.
        favourites: Spread of the strength of ties.
        old_friends: Ties across town per person, beside those of communities.
        one_sided: Share of ties in which one side hardly answers.
        calling: Share of conversations that are calls.
        length: Mean number of messages of a conversation.
        gap: Median seconds between messages of a conversation.
        episode: Mean number of conversations on a day on which a pair talks at all.
        meets: New acquaintances per person and four weeks.
        meets_strangers: Share of them that come without a common friend.
        buys: Market-place contacts per person and four weeks.
        recommends: Friends per buyer who write to the same seller in the days after.
    """

    private: float
    grouped: float
    talkers: float
    favourites: float
    old_friends: float
    one_sided: float
    calling: float
    length: float
    gap: float
    episode: float
    meets: float
    meets_strangers: float
    buys: float
    recommends: float


def draw(rng: np.random.Generator) -> Habits:
    """Draw a town's habits."""
    return Habits(
        private=float(rng.uniform(4.5, 7.0)),
        grouped=float(rng.uniform(1.0, 2.6)),
        talkers=float(rng.uniform(0.75, 1.05)),
        favourites=float(rng.uniform(1.15, 1.55)),
        old_friends=float(rng.uniform(0.3, 1.3)),
        one_sided=float(rng.uniform(0.06, 0.2)),
        calling=float(rng.uniform(0.08, 0.4)),
        length=float(rng.uniform(3.5, 6.0)),
        gap=float(rng.uniform(35, 100)),
        episode=float(rng.uniform(1.4, 2.2)),
        meets=float(rng.uniform(0.8, 2.2)),
        meets_strangers=float(rng.uniform(0.12, 0.35)),
        buys=float(rng.uniform(0.25, 0.9)),
        recommends=float(rng.uniform(0.05, 0.4)),
    )
