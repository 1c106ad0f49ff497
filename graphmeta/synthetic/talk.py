"""How two accounts talk: turns, gaps, calls, and how strangers react to being approached.

Conversations alternate with some probability after every message; gaps between messages are
log-normal, as in studies of mobile messaging (heavy-tailed, median under a minute).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from graphmeta.synthetic import sheet
from graphmeta.synthetic.clock import DAY, HOUR
from graphmeta.synthetic.habits import Habits
from graphmeta.synthetic.sheet import Events, Floats, Ints
from graphmeta.synthetic.town import Town


def turns(rng: np.random.Generator, count: int, mean: float = 4.5) -> Ints:
    """Draw numbers of messages per conversation: heavy-tailed, at least 2, at most 80."""
    body = rng.lognormal(np.log(mean) - 0.5, 0.95, count)
    return np.clip(np.round(body), 2, 80).astype(np.int64)


def converse(
    rng: np.random.Generator,
    opener: Ints,
    other: Ints,
    start: ArrayLike,
    length: Ints,
    *,
    alternate: float = 0.62,
    gap: float = 40.0,
) -> Events:
    """Return the messages of conversations, one conversation per entry.

    Args:
        rng: Where chance comes from.
        opener: Who writes first, shape (n,).
        other: Whom to, shape (n,).
        start: Time of the first message, shape (n,).
        length: Number of messages, at least 1, shape (n,).
        alternate: Probability that the next message comes from the other side; with 0 the
            opener talks to a wall.
        gap: Median seconds between messages.
    """
    which = np.repeat(np.arange(len(length)), length)
    first = np.cumsum(length) - length
    opening = np.zeros(len(which), dtype=bool)
    opening[first] = True
    turned = np.cumsum((rng.random(len(which)) < alternate) & ~opening)
    side = (turned - turned[first][which]) % 2
    # Whole seconds, so that sums are exact and a conversation starts at its start.
    waits = np.floor(rng.lognormal(np.log(gap), 1.4, len(which))).astype(np.int64)
    passed = np.cumsum(np.where(opening, 0, waits))
    begun = np.broadcast_to(np.asarray(start, dtype=np.float64), len(length))
    time = begun[which] + passed - passed[first][which]
    return sheet.make(
        np.where(side == 0, opener[which], other[which]),
        np.where(side == 0, other[which], opener[which]),
        time,
    )


def calls(
    rng: np.random.Generator,
    caller: Ints,
    called: Ints,
    start: ArrayLike,
    *,
    median: float = 60.0,
    missed: float = 0.25,
) -> Events:
    """Return calls; some are not taken (0 seconds), the others have log-normal lengths.

    Args:
        rng: Where chance comes from.
        caller: Who calls, shape (n,).
        called: Whom, shape (n,).
        start: When, shape (n,).
        median: Median seconds of the calls that are taken.
        missed: Share of calls that are not taken.
    """
    length = np.maximum(1.0, np.round(rng.lognormal(np.log(median), 1.5, len(caller))))
    silent = rng.random(len(caller)) < missed
    return sheet.make(caller, called, start, "call", np.where(silent, 0.0, length))


def talk_or_call(
    rng: np.random.Generator,
    opener: Ints,
    other: Ints,
    start: Floats,
    ways: Habits,
    silent: float,
) -> Events:
    """Return conversations the way a town has them: calls, talk, and words without an answer.

    Args:
        rng: Where chance comes from.
        opener: Who begins, shape (n,).
        other: With whom, shape (n,).
        start: When, shape (n,).
        ways: The town's habits.
        silent: Share of conversations but calls that get no answer.
    """
    calling = rng.random(len(opener)) < ways.calling
    alone = ~calling & (rng.random(len(opener)) < silent)
    talking = ~calling & ~alone
    return sheet.concat(
        [
            calls(
                rng,
                opener[calling],
                other[calling],
                start[calling],
                median=ways.call_length,
                missed=ways.missed,
            ),
            sheet.make(opener[alone], other[alone], start[alone]),
            converse(
                rng,
                opener[talking],
                other[talking],
                start[talking],
                turns(rng, int(talking.sum()), ways.length),
                alternate=ways.alternate,
                gap=ways.gap,
            ),
        ]
    )


@dataclass(frozen=True)
class Reaction:
    """How those who are approached react.

    Args:
        reply: Mean probability of an answer.
        dialogue: Mean number of messages once they answer.
        block: Mean probability of a block.
        report: Mean probability of a report.
        delay: Median seconds until they answer.
    """

    reply: float
    dialogue: float = 4.0
    block: float = 0.0
    report: float = 0.0
    delay: float = 1_200.0


#: What unwanted mass contact meets.
UNWANTED = Reaction(reply=0.06, dialogue=2.5, block=0.09, report=0.04)
#: What an ordinary stranger's message meets.
FRIENDLY = Reaction(reply=0.55, dialogue=5.0, block=0.008, report=0.001)


def approach(
    rng: np.random.Generator,
    town: Town,
    sender: Ints,
    target: Ints,
    time: ArrayLike,
    reaction: Reaction,
    *,
    second: float = 0.15,
) -> Events:
    """Return unsolicited messages, one per entry, and how they were met.

    Args:
        rng: Where chance comes from.
        town: For how readily each target answers and defends itself.
        sender: Who writes, shape (n,).
        target: Whom to, shape (n,).
        time: When, shape (n,).
        reaction: Mean probabilities of the reactions.
        second: Probability of a second message right after the first.
    """
    begun = np.broadcast_to(np.asarray(time, dtype=np.float64), len(sender))
    people = town.people
    again = np.flatnonzero(rng.random(len(sender)) < second)
    friendly = people.answers[target] / max(float(people.answers.mean()), 1e-9)
    replied = rng.random(len(sender)) < np.minimum(reaction.reply * friendly, 0.97)
    who = np.flatnonzero(replied)
    reply_at = begun + rng.lognormal(np.log(reaction.delay), 1.3, len(sender))
    length = np.maximum(1, turns(rng, len(who), reaction.dialogue) - 1)
    parts = [
        sheet.make(sender, target, begun),
        sheet.make(sender[again], target[again], begun[again] + rng.uniform(3, 60, len(again))),
        converse(rng, target[who], sender[who], reply_at[who], length, gap=60.0),
    ]
    wait = rng.lognormal(np.log(HOUR), 1.5, len(sender))
    for kind, chance in (("block", reaction.block), ("report", reaction.report)):
        hit = rng.random(len(sender)) < np.minimum(chance * people.defends[target], 0.9)
        # Those who talk seldom complain.
        hit &= ~replied | (rng.random(len(sender)) < 0.2)
        at = np.flatnonzero(hit)
        later = begun[at] + np.minimum(wait[at], 3.0 * DAY)
        parts.append(sheet.make(target[at], sender[at], later, kind))
    return sheet.concat(parts)
