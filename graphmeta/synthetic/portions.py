"""How ordinary life is made a portion at a time, so that a world's size is not bounded by memory.

A part of life (talk among friends, group chats, the market, ...) first draws what its portions
have in common, and then is a list of portions: functions that take a generator and return about
``EVENTS_AT_ONCE`` events. How a part is cut depends on the town alone, and each portion has a
generator of its own, keyed by seed, part and number: the order in which portions are made, and on
how many threads, changes nothing. A small world is the case in which parts have one portion.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from graphmeta import seeds
from graphmeta.synthetic.sheet import Events, Floats

#: About how many events a portion holds: enough to be fast, few enough to fit many times.
EVENTS_AT_ONCE = 500_000

#: What makes a portion, given its own generator. It only reads what it shares with others.
Portion = Callable[[np.random.Generator], Events]


@dataclass(frozen=True)
class Part:
    """One part of ordinary life.

    Args:
        seed: Of the world.
        name: Of the part.
        portions: What makes each of its portions.
    """

    seed: int
    name: str
    portions: Sequence[Portion]

    def events(self) -> Iterator[Events]:
        """Make the portions, one after the other."""
        for number, portion in enumerate(self.portions):
            yield portion(seeds.generator("world", self.seed, "life", self.name, number))


def slices(expected: Floats) -> list[slice]:
    """Cut rows so that each piece expects about ``EVENTS_AT_ONCE`` events, or is one row.

    Args:
        expected: Events that each row is expected to have, shape (n,).

    Returns:
        At least one slice; together they hold every row once, in order.
    """
    number = np.floor(np.cumsum(expected) / EVENTS_AT_ONCE)
    cuts = np.flatnonzero(np.diff(number, prepend=0.0, append=np.inf))
    bounds = [0, *(int(cut) for cut in cuts if 0 < cut < len(expected)), len(expected)]
    return [slice(first, last) for first, last in pairwise(bounds)]


def counts(total: int, events_each: float) -> list[int]:
    """Cut a number of draws so that each piece expects about ``EVENTS_AT_ONCE`` events.

    Args:
        total: Number of draws.
        events_each: Events that one draw is expected to have.

    Returns:
        At least one count; their sum is ``total``.
    """
    most = max(1, int(EVENTS_AT_ONCE / events_each))
    whole, rest = divmod(total, most)
    return [most] * whole + ([rest] if rest or not whole else [])
