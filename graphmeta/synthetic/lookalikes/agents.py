"""Agents who share leads: of estates, of insurers, of employers who seek staff.

The look-alike nearest to a recruiting funnel: several accounts write to the same strangers, and
those who are interested go on to one office.
"""

from __future__ import annotations

import numpy as np

from graphmeta.synthetic import sheet, talk
from graphmeta.synthetic.clock import DAY
from graphmeta.synthetic.lookalikes.base import Posed, met_with, some_day, staff
from graphmeta.synthetic.lookalikes.leading import led_on
from graphmeta.synthetic.town import Town


def pose(rng: np.random.Generator, town: Town) -> Posed:
    """Three to sixteen agents and their office; a lead hears from one to three of them."""
    count = int(rng.integers(3, 17))
    rhythm = 1 if rng.random() < 0.6 else None
    house = staff(rng, town, count + 1, declared="business", often=0.3, young=0.4, rhythm=rhythm)
    office, agents = house[:1], house[1:]
    leads = town.strangers(rng, town.scaled(count * rng.integers(8, 60), 0.2))
    first = rng.integers(0, count, len(leads))
    day = some_day(rng, town, house, len(leads))
    start = town.at_day(rng, agents[first], day)
    met = met_with(
        rng, reply=(0.15, 0.6), dialogue=(2.0, 9.0), block=(0.003, 0.05), report=(0.0005, 0.01)
    )
    shared = np.flatnonzero(rng.random(len(leads)) < rng.uniform(0.1, 0.9))
    row = np.repeat(shared, rng.integers(1, 3, len(shared)))
    other = agents[(first[row] + rng.integers(1, count, len(row))) % count]
    later = start[row] + rng.exponential(rng.choice([0.1, 1.0, 3.0]) * DAY, len(row))
    parts = [
        talk.approach(rng, town, agents[first], leads, start, met),
        talk.approach(rng, town, other, leads[row], later, met),
        led_on(rng, town, office, agents[first], leads, start),
    ]
    return Posed(sheet.concat(parts), house)
