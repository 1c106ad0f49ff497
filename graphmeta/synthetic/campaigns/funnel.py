"""Recruiting funnel: recruiters talk to strangers, and bring some of them to one hub within days.

The hub is a handler, or a group that a handler runs. Some converts recruit in their turn, among
strangers and among friends. Converts who do not recruit are contacted people, not in the truth.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from graphmeta.synthetic import sheet
from graphmeta.synthetic.campaigns.accounts import open_actors
from graphmeta.synthetic.campaigns.base import Planted, a_span, planted, working_times
from graphmeta.synthetic.campaigns.evasion import PLAIN, Evasion, some_evasion
from graphmeta.synthetic.campaigns.hub import Hub, Pull, Won, recruit
from graphmeta.synthetic.clock import DAY
from graphmeta.synthetic.sheet import NO_GROUP, Events, Floats, Ints
from graphmeta.synthetic.town import Town


@dataclass(frozen=True)
class Funnel:
    """Recruiters, a hub, converts.

    Args:
        recruiters: Number of recruiting accounts (times ``evasion.split``).
        targets: Strangers per recruiter.
        converts: Share of the targets who go on to the hub.
        lag: Mean days until they do (at most three).
        passes_on: Share of converts who recruit.
        into_group: Whether the hub is a group.
        invites: Whether recruiters send an invitation to converts.
        days: Length of the campaign.
        evasion: How it hides.
        name: Label in the truth.
    """

    recruiters: int
    targets: int
    converts: float = 0.2
    lag: float = 0.9
    passes_on: float = 0.15
    into_group: bool = True
    invites: bool = False
    days: float = 16.0
    evasion: Evasion = PLAIN
    name: str = "funnel"

    def plant(self, rng: np.random.Generator, town: Town) -> Planted:
        """Open the accounts and recruit in two waves."""
        span = a_span(rng, town, self.days)
        count = self.recruiters * self.evasion.split
        handlers, first = open_actors(rng, town, int(rng.integers(1, 3)), self.evasion, span[0])
        recruiters, second = open_actors(rng, town, count, self.evasion, span[0])
        everyone = np.append(handlers, recruiters)
        hub = Hub(handlers, town.found_group(everyone, span[0]) if self.into_group else NO_GROUP)
        targets = town.strangers(rng, town.scaled(self.recruiters * self.targets, 0.4))
        sender = recruiters[np.arange(len(targets)) % len(recruiters)]
        early = (span[0], span[0] + 0.75 * (span[1] - span[0]))
        time = working_times(rng, town, len(targets), early, self.evasion.human_hours)
        wave = self._wave(rng, town, hub, sender, targets, time)
        late, chosen = self._second_wave(rng, town, hub, wave)
        told = hub.announcements(rng, span)
        return planted(
            sheet.concat([first, second, wave.events, late, told]),
            recruiter=np.append(recruiters, chosen),
            hub=hub.accounts(),
        )

    def _wave(
        self,
        rng: np.random.Generator,
        town: Town,
        hub: Hub,
        sender: Ints,
        target: Ints,
        time: Floats,
    ) -> Won:
        pull = Pull(self.converts, self.lag, self.invites)
        return recruit(rng, town, hub, pull, self.evasion, sender, target, time)

    def _second_wave(
        self, rng: np.random.Generator, town: Town, hub: Hub, first: Won
    ) -> tuple[Events, Ints]:
        """Let some converts recruit friends and strangers; return what happened, and who."""
        able = ~town.has_part(first.convert) & town.people.ordinary[first.convert]
        eager = np.flatnonzero(able & (rng.random(len(able)) < self.passes_on))
        town.assign(first.convert[eager])
        sender, target, time = [first.convert[:0]], [first.convert[:0]], [first.came[:0]]
        for row in eager:
            convert = first.convert[row]
            count = int(rng.integers(5, 16))
            friends = town.friends(int(convert))
            near = rng.choice(friends, size=min(len(friends), count // 2), replace=False)
            listed = np.setdiff1d(np.append(near, town.strangers(rng, count - len(near))), convert)
            day = np.floor(first.came[row] / DAY) + rng.integers(1, 5, len(listed))
            sender.append(np.full(len(listed), convert))
            target.append(listed)
            time.append(town.at_day(rng, sender[-1], day.astype(np.int64)))
        by, whom, when = np.concatenate(sender), np.concatenate(target), np.concatenate(time)
        # Who was won too late to recruit within the world's days does not.
        within = when < town.end
        wave = self._wave(rng, town, hub, by[within], whom[within], when[within])
        return wave.events, np.unique(by[within])


def draw(rng: np.random.Generator) -> Funnel:
    """Draw parameters."""
    return Funnel(
        recruiters=int(rng.integers(4, 13)),
        targets=int(rng.integers(25, 90)),
        converts=float(rng.uniform(0.12, 0.3)),
        lag=float(rng.uniform(0.4, 1.5)),
        passes_on=float(rng.uniform(0.05, 0.25)),
        into_group=bool(rng.random() < 0.5),
        invites=bool(rng.random() < 0.4),
        days=float(rng.uniform(10, 20)),
        evasion=some_evasion(rng),
    )
