"""Where recruiting leads: a hub of handlers and perhaps their group, and the way there."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from graphmeta.synthetic import sheet, talk
from graphmeta.synthetic.campaigns.base import Span, open_at
from graphmeta.synthetic.campaigns.evasion import Evasion, reach
from graphmeta.synthetic.clock import DAY, HOUR
from graphmeta.synthetic.sheet import NO_GROUP, Events, Floats, Ints
from graphmeta.synthetic.talk import Reaction
from graphmeta.synthetic.town import Town

#: How those react whom a recruiter approaches: he is polite, and some are curious.
PITCHED = Reaction(reply=0.35, dialogue=7.0, block=0.04, report=0.02)


@dataclass(frozen=True)
class Hub:
    """Handlers, and their group (``NO_GROUP`` where they have none)."""

    handlers: Ints
    group: int

    def accounts(self) -> Ints:
        """Return the numbers that carry the role of a hub."""
        return self.handlers if self.group == NO_GROUP else np.append(self.handlers, self.group)

    def announcements(self, rng: np.random.Generator, span: Span) -> Events:
        """Return the handlers' messages to their group."""
        if self.group == NO_GROUP:
            return sheet.concat([])
        count = int(rng.integers(40, 150))
        who, time = rng.choice(self.handlers, count), rng.uniform(*span, count)
        return sheet.make(who, self.group, time, "group_message", group=self.group)


@dataclass(frozen=True)
class Pull:
    """How people are brought to a hub.

    Args:
        converts: Share of those approached who go there.
        lag: Mean days until they do (at most three).
        invites: Whether recruiters send converts an invitation.
    """

    converts: float
    lag: float
    invites: bool = False


@dataclass(frozen=True)
class Won:
    """Who was converted, when they came to the hub, and all that happened."""

    events: Events
    convert: Ints
    came: Floats


def recruit(
    rng: np.random.Generator,
    town: Town,
    hub: Hub,
    pull: Pull,
    evasion: Evasion,
    sender: Ints,
    target: Ints,
    time: Floats,
) -> Won:
    """Approach targets, talk with those who are won, and bring them to the hub."""
    won = np.flatnonzero((rng.random(len(target)) < pull.converts) & open_at(town, target, time))
    who, whom, met = sender[won], target[won], time[won]
    came = met + 2 * HOUR + np.minimum(rng.exponential(pull.lag * DAY, len(won)), 3 * DAY)
    ringing = rng.random(len(won)) < 0.2
    on_phone = met[ringing] + rng.uniform(0.3, 1.5, int(ringing.sum())) * HOUR
    parts = [
        reach(rng, town, sender, target, time, evasion, PITCHED),
        talk.converse(rng, who, whom, met + 900, talk.turns(rng, len(won), 9.0), gap=90.0),
        talk.calls(rng, who[ringing], whom[ringing], on_phone),
    ]
    if pull.invites:
        asked = came - rng.uniform(0.1, 1.0, len(won)) * HOUR
        parts.append(sheet.make(who, whom, asked, "invite", group=hub.group))
    parts.append(_arrive(rng, town, hub, whom, came))
    return Won(sheet.concat(parts), whom, came)


def _arrive(rng: np.random.Generator, town: Town, hub: Hub, convert: Ints, came: Floats) -> Events:
    """Return how converts join the group, or write to a handler where there is none."""
    parts = []
    direct = np.ones(len(convert), dtype=bool)
    if hub.group != NO_GROUP:
        direct = rng.random(len(convert)) < 0.3
        town.join(hub.group, convert, came)
        says = np.flatnonzero(rng.random(len(convert)) < 0.5)
        later = came[says] + rng.exponential(DAY, len(says))
        parts = [
            sheet.make(convert, hub.group, came, "join", group=hub.group),
            sheet.make(convert[says], hub.group, later, "group_message", group=hub.group),
        ]
    handler = rng.choice(hub.handlers, size=int(direct.sum()))
    length = talk.turns(rng, len(handler), 8.0)
    parts.append(talk.converse(rng, convert[direct], handler, came[direct], length))
    return sheet.concat(parts)
