"""Recruiting funnel: recruiters talk to strangers, and bring some of them to one hub within days.

The hub is a handler, or a group that a handler runs. Some converts recruit in their turn, among
strangers and among friends. Converts who do not recruit are contacted people, not in the truth.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from graphmeta.synthetic import sheet, talk
from graphmeta.synthetic.campaigns.base import (
    HUB,
    PLAIN,
    RECRUITER,
    Evasion,
    Planted,
    a_span,
    open_actors,
    reach,
    some_evasion,
    working_times,
)
from graphmeta.synthetic.clock import DAY, HOUR
from graphmeta.synthetic.sheet import Events, Floats, Ints
from graphmeta.synthetic.talk import Reaction
from graphmeta.synthetic.town import Town


@dataclass(frozen=True)
class Funnel:
    """Recruiters, a hub, converts.

    Args:
        recruiters: Number of recruiting accounts.
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
        span = a_span(rng, town, self.days, self.days)
        handlers, first = open_actors(rng, town, int(rng.integers(1, 3)), self.evasion, span[0])
        recruiters, second = open_actors(rng, town, self.recruiters, self.evasion, span[0])
        hub = town.found_group(np.append(handlers, recruiters), span[0]) if self.into_group else -1
        targets = town.strangers(rng, town.scaled(self.recruiters * self.targets, 0.4))
        sender = recruiters[np.arange(len(targets)) % len(recruiters)]
        first_half = (span[0], span[0] + 0.75 * (span[1] - span[0]))
        time = working_times(rng, town, len(targets), first_half, self.evasion.human_hours)
        parts = [first, second]
        events, converted, when = self._wave(rng, town, sender, targets, time, handlers, hub)
        parts.append(events)
        late, chosen = self._second_wave(rng, town, converted, when, handlers, hub)
        parts.append(late)
        if self.into_group:
            parts.append(self._hub_talk(rng, handlers, hub, span))
        hubs = np.append(handlers, hub) if self.into_group else handlers
        accounts = np.concatenate([recruiters, chosen, hubs])
        roles = (RECRUITER,) * (len(recruiters) + len(chosen)) + (HUB,) * len(hubs)
        return Planted(sheet.concat(parts), accounts, roles)

    def _wave(
        self,
        rng: np.random.Generator,
        town: Town,
        sender: Ints,
        target: Ints,
        time: Floats,
        handlers: Ints,
        hub: int,
    ) -> tuple[Events, Ints, Floats]:
        """Return one wave of recruiting, who was converted, and when they reached the hub."""
        pitch = Reaction(reply=0.35, dialogue=7.0, block=0.04, report=0.02)
        won = np.flatnonzero(rng.random(len(target)) < self.converts)
        lag = np.minimum(rng.exponential(self.lag * DAY, len(won)), 3 * DAY)
        when = time[won] + 2 * HOUR + lag
        length = talk.turns(rng, len(won), 9.0)
        talked = talk.converse(rng, sender[won], target[won], time[won] + 900, length, gap=90.0)
        handler = rng.choice(handlers, size=len(won))
        parts = [reach(rng, town, sender, target, time, self.evasion, pitch), talked]
        if self.invites:
            asked = when - rng.uniform(0.1, 1.0, len(won)) * HOUR
            group = hub if self.into_group else sheet.NO_GROUP
            parts.append(sheet.make(sender[won], target[won], asked, "invite", group=group))
        if self.into_group:
            parts.append(sheet.make(target[won], hub, when, "join", group=hub))
            town.join(hub, target[won], when)
            says = np.flatnonzero(rng.random(len(won)) < 0.5)
            later = when[says] + rng.exponential(DAY, len(says))
            parts.append(sheet.make(target[won][says], hub, later, "group_message", group=hub))
            direct = rng.random(len(won)) < 0.3
        else:
            direct = np.ones(len(won), dtype=bool)
        length = talk.turns(rng, int(direct.sum()), 8.0)
        parts.append(talk.converse(rng, target[won][direct], handler[direct], when[direct], length))
        return sheet.concat(parts), target[won], when

    def _second_wave(
        self,
        rng: np.random.Generator,
        town: Town,
        converted: Ints,
        when: Floats,
        handlers: Ints,
        hub: int,
    ) -> tuple[Events, Ints]:
        """Let some converts recruit friends and strangers; return what happened, and who."""
        able = ~town.has_part(converted) & town.people.ordinary[converted]
        eager = np.flatnonzero(able & (rng.random(len(converted)) < self.passes_on))
        sender, target, time = [], [], []
        for row in eager:
            count = int(rng.integers(5, 16))
            friends = town.friends(int(converted[row]))
            near = rng.choice(friends, size=min(len(friends), count // 2), replace=False)
            listed = np.unique(np.append(near, town.strangers(rng, count - len(near))))
            listed = listed[listed != converted[row]]
            sender.append(np.full(len(listed), converted[row]))
            target.append(listed)
            day = np.floor(when[row] / DAY) + rng.integers(1, 5, len(listed))
            time.append(town.at_day(rng, sender[-1], day.astype(np.int64)))
        if not sender:
            return sheet.concat([]), converted[:0]
        events, _, _ = self._wave(
            rng,
            town,
            np.concatenate(sender),
            np.concatenate(target),
            np.concatenate(time),
            handlers,
            hub,
        )
        return events, converted[eager]

    @staticmethod
    def _hub_talk(
        rng: np.random.Generator, handlers: Ints, hub: int, span: tuple[float, float]
    ) -> Events:
        """Return the handlers' messages to their group."""
        count = int(rng.integers(40, 150))
        time = rng.uniform(*span, count)
        return sheet.make(rng.choice(handlers, count), hub, time, "group_message", group=hub)


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
