"""Teachers and club leaders: they write to the same people in the same minute every morning."""

from __future__ import annotations

import numpy as np

from graphmeta.synthetic import sheet, talk
from graphmeta.synthetic.clock import DAY, HOUR
from graphmeta.synthetic.lookalikes.base import Posed, first_day, group_talk, invited, volunteers
from graphmeta.synthetic.talk import Reaction
from graphmeta.synthetic.town import Town


def pose(rng: np.random.Generator, town: Town) -> Posed:
    """Three to seven leaders with classes that overlap; some classes begin during the world.

    They write from their own accounts or from the school's, by hand or by a timer, and some
    invite their class into a group.
    """
    leaders = volunteers(rng, town, int(rng.integers(3, 8)), numbers=0.25)
    pool = town.strangers(rng, town.scaled(80, 0.1), near=bool(rng.random() < 0.7))
    minute = rng.uniform(6.5, 9.0) * HOUR - float(town.people.zone[leaders[0]])
    timer = float(rng.choice([2.0, 60.0, 300.0]))
    met = Reaction(reply=float(rng.uniform(0.05, 0.35)), dialogue=3.0, block=0.0005)
    open_on = first_day(town, leaders)
    parts = []
    for leader in leaders:
        size = min(len(pool), int(rng.integers(12, 30)))
        pupils = rng.choice(pool, size=size, replace=False)
        first = open_on if rng.random() < 0.6 else int(rng.integers(open_on, town.days))
        days = np.arange(first, town.days)
        days = days[(days % 7 < 5) & (rng.random(len(days)) < 0.9)]
        time = np.repeat(days * DAY + minute, size) + rng.uniform(0, timer, len(days) * size)
        target = np.tile(pupils, len(days))
        who = np.full(len(target), leader)
        parts.append(talk.approach(rng, town, who, target, time, met, second=0.05))
        if rng.random() < 0.4:
            group = town.found_group(np.array([leader]), first * DAY - HOUR)
            hosts, begun = np.full(size, leader), first * DAY + 17.0 * HOUR
            parts.append(invited(rng, town, hosts, pupils, group, begun, comes=0.9))
            parts.append(group_talk(rng, town, pupils, group, begun + DAY, 4.0))
    return Posed(sheet.concat(parts), leaders)
