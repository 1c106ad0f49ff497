"""How a whole town tends to behave: drawn anew for every world, so that no two are of one mould.

The ranges are set by a fit of ordinary life to the Copenhagen Networks Study (calls and text
messages among students) and CollegeMsg (messages on a college's site), which
``benchmarks/fit_ordinary_life.py`` repeats: each spans about what fits the one and the other, and
is drawn evenly on a logarithmic scale. ``private`` and ``mates`` reach higher, because both sets
show only a part of what their people write. What the sets do not show (groups, invitations,
market, nuisances, closings) is set by judgement, widely.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Habits:
    """What a town's people have in common.

    Args:
        private: Private events per person and day among people who know one another.
        mates: How many of their communities people talk with, against ``Kinds.mates``.
        talkers: Spread (standard deviation of the logarithm) of how sociable people are.
        known: Share of people whom everybody knows.
        favourites: Spread of the strength of ties.
        old_friends: Ties across town per person, beside those of communities.
        one_sided: Share of ties in which one side hardly answers.
        calling: Share of conversations that are calls.
        missed: Share of calls that are not taken.
        call_length: Median seconds of calls that are taken.
        silent: Share of conversations that get no answer within the hour.
        length: Mean number of messages of a conversation.
        alternate: Probability that the next message comes from the other side.
        gap: Median seconds between messages of a conversation.
        episode: Mean number of conversations on a day on which a pair talks at all.
        weekend: How much is said on a day of the weekend, against a working day.
        meets: New acquaintances per person and four weeks.
        meets_strangers: Share of them that come without a common friend.
        welcome: How readily strangers answer, around 1.
        buys: Market-place contacts per person and four weeks.
        recommends: Friends per buyer who write to the same seller in the days after.
        nuisances: Share of people who write to many strangers on their own account.
        quarrels: Blocks among people who know each other, per person and four weeks.
        grouped: Group messages per person and day.
        invites: Invitations into chats per membership and four weeks.
        new_chats: Share of chats that are founded within four weeks.
        leaving: Share of memberships in chats that end within four weeks.
        fanned: Share of small chats whose messages go out as a delivery to each member.
        births: Share of accounts opened within four weeks.
        departures: Share of accounts closed within four weeks.
        expelled: Share of those closings that are the platform's.
    """

    private: float
    mates: float
    talkers: float
    known: float
    favourites: float
    old_friends: float
    one_sided: float
    calling: float
    missed: float
    call_length: float
    silent: float
    length: float
    alternate: float
    gap: float
    episode: float
    weekend: float
    meets: float
    meets_strangers: float
    welcome: float
    buys: float
    recommends: float
    nuisances: float
    quarrels: float
    grouped: float
    invites: float
    new_chats: float
    leaving: float
    fanned: float
    births: float
    departures: float
    expelled: float


#: From where to where each habit is drawn.
RANGES: dict[str, tuple[float, float]] = {
    "private": (0.8, 5.0),
    "mates": (0.15, 0.8),
    "talkers": (0.95, 1.9),
    "known": (0.02, 0.08),
    "favourites": (0.9, 1.6),
    "old_friends": (0.4, 3.0),
    "one_sided": (0.03, 0.3),
    "calling": (0.12, 0.5),
    "missed": (0.15, 0.4),
    "call_length": (14.0, 60.0),
    "silent": (0.1, 0.75),
    "length": (3.2, 7.5),
    "alternate": (0.62, 0.82),
    "gap": (40.0, 130.0),
    "episode": (1.25, 2.1),
    "weekend": (0.5, 0.9),
    "meets": (0.3, 1.5),
    "meets_strangers": (0.1, 0.5),
    "welcome": (0.5, 1.3),
    "buys": (0.2, 0.9),
    "recommends": (0.05, 0.4),
    "nuisances": (0.008, 0.04),
    "quarrels": (0.02, 0.12),
    "grouped": (0.8, 3.0),
    "invites": (0.04, 0.2),
    "new_chats": (0.04, 0.2),
    "leaving": (0.01, 0.08),
    "fanned": (0.01, 0.1),
    "births": (0.03, 0.12),
    "departures": (0.01, 0.05),
    "expelled": (0.1, 0.4),
}


def draw(rng: np.random.Generator) -> Habits:
    """Draw a town's habits."""
    drawn = {
        name: float(np.exp(rng.uniform(np.log(low), np.log(high))))
        for name, (low, high) in RANGES.items()
    }
    return Habits(**drawn)
