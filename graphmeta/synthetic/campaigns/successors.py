"""Successors: the platform closes accounts, and fresh ones take over their seats.

A seat keeps its neighbourhood, the rest of its list and its operator's hours; the accounts in it
change. A new account also writes to some of those whom its predecessor had reached.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from graphmeta.synthetic.campaigns.base import Planted, Span, a_span, planted, working_times
from graphmeta.synthetic.campaigns.evasion import PLAIN, Evasion, reach, some_evasion
from graphmeta.synthetic.clock import HOUR
from graphmeta.synthetic.sheet import Floats, Ints
from graphmeta.synthetic.town import CLOSERS, NEVER, Town


@dataclass(frozen=True)
class Life:
    """One account of a seat: when it opens and closes, whom it reaches and when."""

    opens: float
    closes: float
    target: Ints
    time: Floats


@dataclass(frozen=True)
class Successors:
    """Seats, each held by one account after another.

    Args:
        seats: Accounts at work at the same time.
        targets: Strangers on the list of each seat, all of one neighbourhood.
        lives: Mean number of contacts that an account makes before it is closed.
        gap: Median hours from a closure until the next account is at work.
        again: Share of a predecessor's contacts to whom its successor writes again.
        days: Length of the campaign.
        evasion: How it hides; all accounts are fresh, and each seat is one account at a time.
        name: Label in the truth.
    """

    seats: int
    targets: int
    lives: float = 40.0
    gap: float = 6.0
    again: float = 0.1
    days: float = 16.0
    evasion: Evasion = PLAIN
    name: str = "successors"

    def plant(self, rng: np.random.Generator, town: Town) -> Planted:
        """Let each seat work through its list, account by account."""
        span = a_span(rng, town, self.days)
        lives = [life for _ in range(self.seats) for life in self._seat(rng, town, span)]
        count = len(lives)
        opens = [life.opens for life in lives]
        hide = self.evasion
        accounts = town.open_accounts(rng, count, created=opens, declared=hide.declares)
        closes = np.array([life.closes for life in lives])
        town.people.closed[accounts] = np.floor(closes).astype(np.int64)
        town.people.closed_by[accounts] = np.where(closes < NEVER, CLOSERS.index("platform"), 0)
        sender = np.repeat(accounts, [len(life.target) for life in lives])
        target = np.concatenate([life.target for life in lives])
        time = np.concatenate([life.time for life in lives])
        return planted(reach(rng, town, sender, target, time, hide), actor=accounts)

    def _seat(self, rng: np.random.Generator, town: Town, span: Span) -> list[Life]:
        """Return the accounts of one seat, the first one first."""
        rest = town.strangers(rng, town.scaled(self.targets, 0.25), near=True)
        slots = np.sort(working_times(rng, town, 2 * len(rest), span, self.evasion.human_hours))
        lives: list[Life] = []
        opens, known = span[0] - rng.uniform(0.5, 48) * HOUR, rest[:0]
        while len(rest) and (slots > opens).any():
            free = slots[slots > opens]
            again = known[rng.random(len(known)) < self.again]
            share = len(again) + int(rng.geometric(1 / self.lives))
            listed = np.append(again, rest)[: min(share, len(free))]
            new = listed[len(again) :]
            rest, known = rest[len(new) :], np.union1d(known, new)
            time = free[: len(listed)]
            noticed = time[-1] + rng.lognormal(np.log(0.5 * HOUR), 1.0)
            closes = noticed if len(rest) else float(NEVER)
            lives.append(Life(opens, closes, listed, time))
            opens = closes + rng.lognormal(np.log(self.gap * HOUR), 0.7)
        return lives


def draw(rng: np.random.Generator) -> Successors:
    """Draw parameters."""
    return Successors(
        seats=int(rng.integers(3, 11)),
        targets=int(rng.integers(80, 250)),
        lives=float(rng.uniform(15, 90)),
        gap=float(rng.uniform(0.5, 48)),
        again=float(rng.choice([0.0, rng.uniform(0.05, 0.4)])),
        days=float(rng.uniform(10, 20)),
        evasion=some_evasion(rng),
    )
