"""Mixed operation: senders, recruiters and sybils of one hand, on one list, clock and hub.

Senders work through the list in rounds; sybils, who talk among themselves, write to some of the
same people hours later; recruiters follow up some of them within two days, and bring converts to
the handlers.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from graphmeta.synthetic import sheet
from graphmeta.synthetic.campaigns.accounts import open_actors
from graphmeta.synthetic.campaigns.base import Planted, Span, a_span, planted, working_times
from graphmeta.synthetic.campaigns.evasion import PLAIN, Evasion, reach, some_evasion
from graphmeta.synthetic.campaigns.hub import Hub, Pull, recruit
from graphmeta.synthetic.campaigns.sybil_farm import mutual_talk
from graphmeta.synthetic.clock import DAY, HOUR
from graphmeta.synthetic.sheet import NO_GROUP, Floats, Ints
from graphmeta.synthetic.town import Town


@dataclass(frozen=True)
class Mixed:
    """Three arms and a hub.

    Args:
        senders: Accounts that work through the list.
        recruiters: Accounts that follow up.
        sybils: Accounts that echo, and talk among themselves.
        targets: Strangers per sender.
        rounds: How often senders send, all together.
        window: Seconds that a round takes.
        echoes: Share of the list to whom a sybil writes as well.
        follows: Share of the list to whom a recruiter writes as well.
        converts: Share of those who go on to the hub.
        into_group: Whether the hub is a group.
        days: Length of the campaign.
        evasion: How it hides.
        name: Label in the truth.
    """

    senders: int
    recruiters: int
    sybils: int
    targets: int = 40
    rounds: int = 16
    window: float = 900.0
    echoes: float = 0.3
    follows: float = 0.4
    converts: float = 0.25
    into_group: bool = True
    days: float = 15.0
    evasion: Evasion = PLAIN
    name: str = "mixed"

    def plant(self, rng: np.random.Generator, town: Town) -> Planted:
        """Open all accounts, and let the arms work on one list."""
        span = a_span(rng, town, self.days)
        hide = self.evasion
        counts = np.array([self.senders, self.recruiters, self.sybils]) * hide.split
        handlers, first = open_actors(rng, town, int(rng.integers(1, 4)), hide, span[0])
        everyone, life = open_actors(rng, town, int(counts.sum()), hide, span[0])
        senders, recruiters, sybils = np.split(everyone, np.cumsum(counts)[:2])
        members = np.append(handlers, recruiters)
        hub = Hub(handlers, town.found_group(members, span[0]) if self.into_group else NO_GROUP)
        targets, time = self._list(rng, town, span)
        sender = senders[np.arange(len(targets)) % len(senders)]
        echo = np.flatnonzero(rng.random(len(targets)) < self.echoes)
        later = time[echo] + rng.exponential(3 * HOUR, len(echo))
        follow = np.flatnonzero(rng.random(len(targets)) < self.follows)
        soon = time[follow] + HOUR + rng.uniform(0, 1.5, len(follow)) * DAY
        by = recruiters[np.arange(len(follow)) % len(recruiters)]
        pull = Pull(self.converts, lag=0.9)
        parts = [
            first,
            life,
            mutual_talk(rng, town, sybils, 5.0, span[1]),
            reach(rng, town, sender, targets, time, hide),
            reach(rng, town, rng.choice(sybils, len(echo)), targets[echo], later, hide),
            recruit(rng, town, hub, pull, hide, by, targets[follow], soon).events,
            hub.announcements(rng, span),
        ]
        return planted(
            sheet.concat(parts),
            actor=np.append(senders, sybils),
            recruiter=recruiters,
            hub=hub.accounts(),
        )

    def _list(self, rng: np.random.Generator, town: Town, span: Span) -> tuple[Ints, Floats]:
        """Return the list, and when the senders come to each entry."""
        listed = town.strangers(rng, town.scaled(self.senders * self.targets, 0.4))
        early = (span[0], span[0] + 0.8 * (span[1] - span[0]))
        begun = working_times(rng, town, self.rounds, early, self.evasion.human_hours)
        turn = np.arange(len(listed)) // self.senders % self.rounds
        return listed, begun[turn] + rng.uniform(0, self.window, len(listed))


def draw(rng: np.random.Generator) -> Mixed:
    """Draw parameters."""
    return Mixed(
        senders=int(rng.integers(6, 21)),
        recruiters=int(rng.integers(3, 9)),
        sybils=int(rng.integers(5, 21)),
        targets=int(rng.integers(20, 60)),
        rounds=int(rng.integers(8, 30)),
        window=float(rng.uniform(180, 1_800)),
        echoes=float(rng.uniform(0.1, 0.6)),
        follows=float(rng.uniform(0.2, 0.7)),
        converts=float(rng.uniform(0.12, 0.35)),
        into_group=bool(rng.random() < 0.5),
        days=float(rng.uniform(8, 19)),
        evasion=some_evasion(rng),
    )
