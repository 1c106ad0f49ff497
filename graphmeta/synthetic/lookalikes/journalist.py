"""Journalists: a desk that writes to strangers about one story, and shares its sources."""

from __future__ import annotations

import numpy as np

from graphmeta.synthetic import sheet, talk
from graphmeta.synthetic.clock import DAY
from graphmeta.synthetic.lookalikes.base import Posed, first_day, met_with, volunteers
from graphmeta.synthetic.town import Town


def pose(rng: np.random.Generator, town: Town) -> Posed:
    """Two to six reporters; sources who answer are talked to for days, often by two of them."""
    reporters = volunteers(rng, town, int(rng.integers(2, 7)), numbers=0.2)
    sources = town.strangers(rng, town.scaled(len(reporters) * rng.integers(20, 50), 0.12))
    begun = first_day(town, reporters) + int(rng.integers(2, max(3, town.days // 2)))
    begun = min(begun, town.days - 3)
    who = rng.choice(reporters, size=len(sources))
    day = begun + rng.integers(0, max(1, town.days - begun - 2), len(sources))
    start = town.at_day(rng, who, day)
    kept = np.flatnonzero(rng.random(len(sources)) < 0.4)
    row = np.repeat(kept, rng.integers(1, 5, len(kept)))
    second = np.where(rng.random(len(row)) < 0.35, rng.choice(reporters, len(row)), who[row])
    later = town.at_day(rng, second, day[row] + rng.integers(1, 6, len(row)))
    met = met_with(
        rng,
        reply=(0.2, 0.55),
        dialogue=(3.0, 9.0),
        block=(0.004, 0.03),
        report=(0.0005, 0.006),
        delay=0.1 * DAY,
    )
    return Posed(
        sheet.concat(
            [
                talk.approach(rng, town, who, sources, start, met),
                talk.converse(
                    rng, second, sources[row], later, talk.turns(rng, len(row), 9.0), gap=120.0
                ),
            ]
        ),
        reporters,
    )
