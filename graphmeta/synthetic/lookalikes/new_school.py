"""A newly opened school or company: a cohort of young accounts gets to know one another."""

from __future__ import annotations

import numpy as np

from graphmeta.synthetic import sheet, talk
from graphmeta.synthetic.clock import DAY, HOUR
from graphmeta.synthetic.lookalikes.base import Posed
from graphmeta.synthetic.sheet import Events, Floats, Ints
from graphmeta.synthetic.talk import Reaction
from graphmeta.synthetic.town import Town


def pose(rng: np.random.Generator, town: Town) -> Posed:
    """Classes with a group chat each; friendships form fast at first, and then slower."""
    count = town.scaled(rng.integers(50, 141), 0.06)
    opened = float(rng.uniform(0.25, 0.7)) * town.end
    created = opened + rng.uniform(-3, 1, count) * DAY
    cohort = town.open_accounts(rng, count, created=created, rhythm=2)
    classes = np.sort(rng.integers(0, max(1, count // 22), count))
    start = np.maximum(created, opened) + HOUR
    parts = [_homes(rng, town, cohort, start)]
    for number in range(int(classes.max()) + 1):
        inside = np.flatnonzero(classes == number)
        if len(inside) > 2:
            parts.append(_class(rng, town, cohort[inside], start[inside]))
    parts.append(_across(rng, town, cohort, opened))
    return Posed(sheet.concat(parts), cohort)


def _class(rng: np.random.Generator, town: Town, pupils: Ints, start: Floats) -> Events:
    """Return a class's chat, and who began to talk with whom."""
    group = town.found_group(pupils, start)
    speaker = rng.choice(len(pupils), size=30 * len(pupils))
    time = start[speaker] + rng.exponential(6 * DAY, len(speaker))
    friends = rng.poisson(4, len(pupils))
    row = np.repeat(np.arange(len(pupils)), friends)
    other = (row + rng.integers(1, len(pupils), len(row))) % len(pupils)
    met = np.maximum(start[row], start[other]) + rng.exponential(2.5 * DAY, len(row))
    # In some classes whoever founded the chat invites the others.
    bids = len(pupils) - 1 if rng.random() < 0.5 else 0
    before = start[1 : 1 + bids] - rng.uniform(60, 1_800, bids)
    return sheet.concat(
        [
            sheet.make(
                pupils[:1].repeat(bids), pupils[1 : 1 + bids], before, "invite", group=group
            ),
            sheet.make(pupils, group, start, "join", group=group),
            sheet.make(pupils[speaker], group, time, "group_message", group=group),
            _befriend(rng, town, pupils[row], pupils[other], met),
        ]
    )


def _befriend(rng: np.random.Generator, town: Town, one: Ints, other: Ints, met: Floats) -> Events:
    """Return first contacts that are mostly answered, and the talk that follows."""
    reaction = Reaction(reply=0.9, dialogue=7.0)
    times = rng.poisson(3, len(one))
    row = np.repeat(np.arange(len(one)), times)
    day = np.floor(met[row] / DAY).astype(np.int64) + 1 + rng.geometric(0.2, len(row))
    later = town.at_day(rng, one[row], day)
    return sheet.concat(
        [
            talk.approach(rng, town, one, other, met, reaction),
            talk.converse(rng, one[row], other[row], later, talk.turns(rng, len(row))),
        ]
    )


def _across(rng: np.random.Generator, town: Town, cohort: Ints, opened: float) -> Events:
    """Return acquaintances between classes."""
    one = rng.choice(cohort, size=len(cohort))
    other = rng.choice(cohort, size=len(cohort))
    keep = one != other
    met = opened + 2 * DAY + rng.exponential(4 * DAY, len(cohort))
    return _befriend(rng, town, one[keep], other[keep], met[keep])


def _homes(rng: np.random.Generator, town: Town, cohort: Ints, start: Floats) -> Events:
    """Return talk with parents and friends from before, who are ordinary people."""
    homes = rng.integers(2, 5, len(cohort))
    row = np.repeat(np.arange(len(cohort)), homes)
    known = rng.choice(town.ordinary(), size=len(row))
    return _befriend(rng, town, cohort[row], known, start[row] + rng.exponential(DAY, len(row)))
