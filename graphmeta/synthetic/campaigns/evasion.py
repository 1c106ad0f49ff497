"""How a campaign hides: camouflage, bought answers, and how those whom it reaches react."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from graphmeta.synthetic import sheet, talk
from graphmeta.synthetic.clock import DAY, HOUR
from graphmeta.synthetic.sheet import Events, Floats, Ints
from graphmeta.synthetic.talk import FRIENDLY, UNWANTED, Reaction
from graphmeta.synthetic.town import Town


@dataclass(frozen=True)
class Evasion:
    """How a campaign hides.

    Args:
        camouflage: Innocent-looking contacts per contact made for the campaign.
        bought_replies: Share of contacts that are answered because somebody pays for answers.
        aged: Share of accounts opened long before the campaign, with a little life of their own.
        staggered: Whether fresh accounts are opened on different days, or in one batch.
        human_hours: Work at the waking hours of an ordinary person, or round the clock.
        charm: How welcome its messages are, from 0 (mass spam) to 1 (like a friendly stranger's).
        tolerated: Share of those who would block or report it who let it be.
        split: Accounts among which the work of one is shared out, so that each does little.
        declares: What its accounts falsely declare of themselves.
    """

    camouflage: float = 0.0
    bought_replies: float = 0.0
    aged: float = 0.0
    staggered: bool = True
    human_hours: bool = True
    charm: float = 0.0
    tolerated: float = 0.0
    split: int = 1
    declares: str | None = None


#: No camouflage, no bought replies, fresh accounts, human hours.
PLAIN = Evasion()
#: Accounts opened long before, and nothing else.
AGED = Evasion(aged=1.0)


def some_evasion(rng: np.random.Generator) -> Evasion:
    """Draw how an ordinary campaign hides: often hardly at all."""
    return Evasion(
        camouflage=float(rng.choice([0.0, 0.1, 0.3, 0.6])),
        bought_replies=float(rng.choice([0.0, 0.0, 0.05, 0.15])),
        aged=float(rng.choice([0.0, rng.uniform(0, 1), 1.0])),
        staggered=bool(rng.random() < 0.5),
        human_hours=bool(rng.random() < 0.7),
        charm=float(rng.uniform(0, 0.4)),
        declares="business" if rng.random() < 0.1 else None,
        tolerated=float(rng.uniform(0, 0.7)),
    )


def reach(
    rng: np.random.Generator,
    town: Town,
    sender: Ints,
    target: Ints,
    time: Floats,
    evasion: Evasion,
    reaction: Reaction = UNWANTED,
    *,
    calling: float = 0.0,
) -> Events:
    """Return a campaign's contacts with the reactions to them, and the camouflage around them.

    ``calling`` is the share of contacts that are calls.
    """
    met = softened(reaction, evasion)
    ringing = rng.random(len(sender)) < calling
    writing = ~ringing
    return sheet.concat(
        [
            _ring_up(rng, town, sender[ringing], target[ringing], time[ringing], met),
            talk.approach(rng, town, sender[writing], target[writing], time[writing], met),
            camouflage(rng, town, sender, time, evasion.camouflage),
        ]
    )


def softened(reaction: Reaction, evasion: Evasion) -> Reaction:
    """Return how a campaign's contacts are met, given how it is taken and what it buys."""
    charm, minded = evasion.charm, 1 - evasion.tolerated
    block = minded * (reaction.block + charm * (FRIENDLY.block - reaction.block))
    report = minded * (reaction.report + charm * (FRIENDLY.report - reaction.report))
    earned = reaction.reply + charm * max(0.0, FRIENDLY.reply - reaction.reply)
    reply = 1 - (1 - earned) * (1 - evasion.bought_replies)
    return Reaction(reply, reaction.dialogue, block, report, reaction.delay)


def _ring_up(
    rng: np.random.Generator,
    town: Town,
    sender: Ints,
    target: Ints,
    time: Floats,
    met: Reaction,
) -> Events:
    """Return unsolicited calls; some ring back, some block and report as after a message."""
    back = np.flatnonzero(rng.random(len(sender)) < met.reply)
    later = time[back] + rng.lognormal(np.log(met.delay), 1.3, len(back))
    return sheet.concat(
        [
            talk.calls(rng, sender, target, time),
            talk.calls(rng, target[back], sender[back], later),
            defended(rng, town, sender, target, time, met),
        ]
    )


def defended(
    rng: np.random.Generator,
    town: Town,
    sender: Ints,
    target: Ints,
    time: Floats,
    met: Reaction,
) -> Events:
    """Return the blocks and reports that a message would have met, without the message."""
    silent = replace(met, reply=0.0)
    events = talk.approach(rng, town, sender, target, time, silent, second=0.0)
    # An approach holds its messages first, one per entry, and then how they were met.
    return events.where(np.arange(len(events)) >= len(sender))


def camouflage(
    rng: np.random.Generator, town: Town, sender: Ints, time: Floats, fold: float
) -> Events:
    """Return ``fold`` innocent-looking contacts per entry, at other moments of the same days."""
    count = rng.poisson(fold, len(sender))
    who = np.repeat(sender, count)
    target = rng.choice(town.ordinary(), size=len(who))
    day = np.floor(np.repeat(time, count) / DAY).astype(np.int64)
    at = town.at_day(rng, who, day) + rng.normal(0, 1.5 * HOUR, len(who))
    late = at >= np.maximum(town.people.created[who], town.begin)
    return talk.approach(rng, town, who[late], target[late], at[late], FRIENDLY)
