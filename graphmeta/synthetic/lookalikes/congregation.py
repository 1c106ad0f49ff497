"""A congregation: one community that talks around the same service, and welcomes visitors."""

from __future__ import annotations

import numpy as np

from graphmeta.synthetic import sheet, talk
from graphmeta.synthetic.clock import DAY, HOUR
from graphmeta.synthetic.lookalikes.base import Posed
from graphmeta.synthetic.talk import Reaction
from graphmeta.synthetic.town import Town


def pose(rng: np.random.Generator, town: Town) -> Posed:
    """Elders write to members before and after each service, and to visitors in the week after."""
    elders = town.take_people(rng, int(rng.integers(3, 7)))
    members = np.setdiff1d(town.strangers(rng, town.scaled(120, 0.1), near=True), elders)
    visitors = town.strangers(rng, town.scaled(60, 0.05), near=True)
    day_of_week = int(rng.choice([4, 5, 6]))
    services = np.arange(day_of_week, town.days, 7)
    hour = rng.uniform(9, 11) * HOUR - float(town.people.zone[elders[0]])
    parts = []
    for service in services:
        called = members[rng.random(len(members)) < 0.5]
        who = rng.choice(elders, size=len(called))
        time = service * DAY + hour + rng.choice([-1.5, 2.0], len(called)) * HOUR
        time = time + rng.uniform(0, 0.7 * HOUR, len(called))
        known = Reaction(reply=0.6, dialogue=4.0)
        parts.append(talk.approach(rng, town, who, called, time, known))
    came = rng.choice(services, size=len(visitors))
    host = rng.choice(elders, size=len(visitors))
    time = town.at_day(rng, host, came + rng.integers(1, 4, len(visitors)))
    parts.append(talk.approach(rng, town, host, visitors, time, Reaction(0.65, 5.0, 0.004, 0.001)))
    return Posed(sheet.concat(parts), elders)
