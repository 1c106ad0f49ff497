"""Teachers and club leaders: they write to the same people in the same minute every morning."""

from __future__ import annotations

import numpy as np

from graphmeta.synthetic import sheet, talk
from graphmeta.synthetic.clock import DAY, HOUR
from graphmeta.synthetic.lookalikes.base import Posed
from graphmeta.synthetic.talk import Reaction
from graphmeta.synthetic.town import Town


def pose(rng: np.random.Generator, town: Town) -> Posed:
    """Three to seven leaders with classes that overlap; some classes begin during the world."""
    leaders = town.take_people(rng, int(rng.integers(3, 8)))
    pool = town.strangers(rng, town.scaled(80, 0.1), near=True)
    minute = rng.uniform(6.5, 9.0) * HOUR - float(town.people.zone[leaders[0]])
    parts = []
    for leader in leaders:
        size = min(len(pool), int(rng.integers(12, 30)))
        pupils = rng.choice(pool, size=size, replace=False)
        first = 0 if rng.random() < 0.6 else int(rng.integers(0, town.days))
        days = np.arange(first, town.days)
        days = days[(days % 7 < 5) & (rng.random(len(days)) < 0.9)]
        time = np.repeat(days * DAY + minute, size) + rng.uniform(0, 60, len(days) * size)
        target = np.tile(pupils, len(days))
        who = np.full(len(target), leader)
        met = Reaction(reply=0.25, dialogue=3.0)
        parts.append(talk.approach(rng, town, who, target, time, met, second=0.05))
    return Posed(sheet.concat(parts), leaders)
