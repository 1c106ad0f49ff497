"""Newsletters: one account writes to all its subscribers within the hour, once or twice a week.

Papers of one house share readers, and may send them out at the same minute.
"""

from __future__ import annotations

import numpy as np

from graphmeta.synthetic import sheet, talk
from graphmeta.synthetic.clock import DAY, HOUR
from graphmeta.synthetic.lookalikes.base import Posed, first_day, staff
from graphmeta.synthetic.talk import Reaction
from graphmeta.synthetic.town import Town


def pose(rng: np.random.Generator, town: Town) -> Posed:
    """Two to five newsletters; subscribers come and go, a few leave by blocking."""
    count = int(rng.integers(2, 6))
    papers = staff(rng, town, count, declared="public")
    one_house = rng.random() < 0.5
    house = town.strangers(rng, town.scaled(rng.lognormal(np.log(600), 0.5), 0.3))
    shared = float(rng.uniform(0.3, 0.8))
    hour, every = float(rng.uniform(7, 20)), int(rng.choice([2, 3, 7]))
    met = Reaction(reply=0.004, block=float(rng.uniform(0.0005, 0.006)), report=0.0003)
    parts = []
    for paper in papers:
        if one_house:
            readers = house[rng.random(len(house)) < shared]
        else:
            readers = town.strangers(rng, town.scaled(rng.lognormal(np.log(400), 0.6), 0.25))
            hour, every = float(rng.uniform(7, 20)), int(rng.choice([2, 3, 7]))
        since = np.where(rng.random(len(readers)) < 0.2, rng.uniform(0, town.end, len(readers)), 0)
        for day in range(first_day(town, papers) + int(rng.integers(0, every)), town.days, every):
            begun = day * DAY + hour * HOUR + rng.normal(0, 300)
            reading = readers[since <= begun]
            time = begun + np.sort(rng.uniform(0, 0.3 * HOUR, len(reading)))
            who = np.full(len(reading), paper)
            parts.append(talk.approach(rng, town, who, reading, time, met, second=0.0))
    return Posed(sheet.concat(parts), papers)
