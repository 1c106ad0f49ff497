"""A volunteer text-bank (union, election, charity): one list of strangers, shared out in shifts.

In who, whom and when it is a split list: strangers, one clock, disjoint targets, perhaps from
numbers opened for the occasion. Only how it is met differs: many answer, few block.
"""

from __future__ import annotations

import numpy as np

from graphmeta.synthetic import sheet, talk
from graphmeta.synthetic.clock import DAY, HOUR
from graphmeta.synthetic.lookalikes.base import (
    Posed,
    first_day,
    group_talk,
    invited,
    met_with,
    volunteers,
)
from graphmeta.synthetic.town import Town


def pose(rng: np.random.Generator, town: Town) -> Posed:
    """Volunteers of all parts of town, in evening shifts; some are tried again, or twice."""
    who = volunteers(rng, town, town.scaled(rng.integers(12, 41), 0.02))
    listed = town.strangers(rng, town.scaled(rng.integers(400, 1_500), 0.3))
    first = max(first_day(town, who), min(8, town.days // 3))
    shifts = np.sort(rng.integers(first, town.days, int(rng.integers(3, 9))))
    shift = rng.integers(0, len(shifts), len(listed))
    there = rng.random((len(shifts), len(who))) < 0.6
    there[:, 0] = True
    draw = np.where(there[shift], rng.random((len(listed), len(who))), -1.0)
    by = who[draw.argmax(axis=1)]
    zone = float(town.people.zone[who[0]])
    length = float(rng.uniform(0.5, 2.5)) * HOUR
    time = shifts[shift] * DAY + 18 * HOUR - zone + rng.uniform(0, length, len(listed))
    met = met_with(
        rng, reply=(0.08, 0.4), dialogue=(2.0, 6.0), block=(0.003, 0.035), report=(0.0005, 0.008)
    )
    parts = [talk.approach(rng, town, by, listed, time, met)]
    tried = rng.choice([0.0, rng.uniform(0, 0.6)])
    for _ in range(rng.choice([1, 1, 2])):
        again = rng.random(len(listed)) < tried
        listed, time = listed[again], time[again] + 2 * DAY
        other = rng.choice(who, size=len(listed))
        parts.append(talk.approach(rng, town, other, listed, time, met))
    if rng.random() < 0.5:
        begun = float(first * DAY - rng.uniform(0, 0.5) * DAY)
        group = town.found_group(who[:1], begun)
        hosts = np.full(len(who) - 1, who[0])
        parts.append(invited(rng, town, hosts, who[1:], group, begun + HOUR, comes=0.95))
        parts.append(group_talk(rng, town, who, group, begun + DAY, 5.0))
    return Posed(sheet.concat(parts), who)
