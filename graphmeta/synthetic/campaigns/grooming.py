"""Grooming: a few handlers reach isolated newcomers of open groups soon after they show there."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from graphmeta.synthetic import sheet, talk
from graphmeta.synthetic.campaigns.accounts import open_actors
from graphmeta.synthetic.campaigns.base import Planted, Span, a_span, planted
from graphmeta.synthetic.campaigns.evasion import AGED, Evasion, reach
from graphmeta.synthetic.clock import DAY
from graphmeta.synthetic.sheet import Events, Floats, Ints
from graphmeta.synthetic.talk import Reaction
from graphmeta.synthetic.town import Town


@dataclass(frozen=True)
class Grooming:
    """Handlers sit in open groups and pick out newcomers who know few people.

    Args:
        handlers: Number of accounts.
        groups: Open groups that they watch.
        picks: Share of the isolated newcomers whom they reach.
        isolated: Quantile of acquaintances below which somebody counts as isolated.
        lag: Median hours from becoming visible to the first message.
        evasion: How it hides.
        name: Label in the truth.
    """

    handlers: int
    groups: int
    picks: float = 0.8
    isolated: float = 0.6
    lag: float = 8.0
    evasion: Evasion = AGED
    name: str = "grooming"

    def plant(self, rng: np.random.Generator, town: Town) -> Planted:
        """Open the accounts, join the groups, and reach the newcomers."""
        span = a_span(rng, town, float(rng.uniform(18, 21)))
        count = self.handlers * self.evasion.split
        handlers, life = open_actors(rng, town, count, self.evasion, span[0])
        count = min(self.groups, len(town.open_groups))
        few = float(np.quantile(town.degree(town.ordinary()), self.isolated))
        parts = [life]
        for group in rng.choice(town.open_groups, size=count, replace=False):
            watching = rng.choice(handlers, size=min(len(handlers), 3), replace=False)
            victims, shown = self._newcomers(rng, town, int(group), span, few)
            entered = np.maximum(span[0] - rng.uniform(0, 3, len(watching)) * DAY, town.begin)
            parts.append(sheet.make(watching, group, entered, "join", group=group))
            town.join(int(group), watching, entered)
            parts.append(self._reach(rng, town, watching, victims, shown))
        return planted(sheet.concat(parts), actor=handlers)

    def _newcomers(
        self, rng: np.random.Generator, town: Town, group: int, span: Span, few: float
    ) -> tuple[Ints, Floats]:
        """Return isolated members who joined while the handlers watched, and when."""
        member, joined = town.members_of(group)
        new = (joined >= span[0]) & (joined < span[1] - DAY) & town.people.ordinary[member]
        new &= (town.degree(member) <= few) & (rng.random(len(member)) < self.picks)
        return member[new], joined[new].astype(np.float64)

    def _reach(
        self, rng: np.random.Generator, town: Town, watching: Ints, victims: Ints, shown: Floats
    ) -> Events:
        """Return long dialogues over several days; some victims hear from a second handler."""
        second = rng.random(len(victims)) < 0.35
        victim = np.append(victims, victims[second])
        start = np.append(shown, shown[second] + rng.exponential(1.5 * DAY, int(second.sum())))
        first = rng.integers(0, len(watching), len(victims))
        handler = watching[np.append(first, (first[second] + 1) % len(watching))]
        start = start + rng.lognormal(np.log(self.lag * 3600), 0.8, len(victim))
        reaction = Reaction(reply=0.5, dialogue=8.0, block=0.03, report=0.015)
        stays = np.flatnonzero(rng.random(len(victim)) < 0.4)
        times = rng.poisson(5, len(stays))
        which = np.repeat(stays, times)
        day = np.floor(start[which] / DAY).astype(np.int64) + rng.integers(1, 9, len(which))
        again = town.at_day(rng, victim[which], day)
        length = talk.turns(rng, len(which), 14.0)
        return sheet.concat(
            [
                reach(rng, town, handler, victim, start, self.evasion, reaction),
                talk.converse(rng, handler[which], victim[which], again, length, gap=80.0),
            ]
        )


def draw(rng: np.random.Generator) -> Grooming:
    """Draw parameters."""
    return Grooming(
        handlers=int(rng.integers(3, 9)),
        groups=int(rng.integers(3, 7)),
        picks=float(rng.uniform(0.6, 1.0)),
        isolated=float(rng.uniform(0.4, 0.8)),
        lag=float(rng.uniform(2, 24)),
        evasion=Evasion(
            camouflage=float(rng.choice([0.0, 0.0, 0.4])),
            aged=1.0,
            tolerated=float(rng.uniform(0, 0.5)),
        ),
    )
