"""A congregation: one community that talks around the same service, and welcomes visitors."""

from __future__ import annotations

import numpy as np

from graphmeta.synthetic import sheet, talk
from graphmeta.synthetic.clock import DAY, HOUR
from graphmeta.synthetic.lookalikes.base import Posed, group_talk, invited, met_with
from graphmeta.synthetic.sheet import Events, Floats, Ints
from graphmeta.synthetic.talk import Reaction
from graphmeta.synthetic.town import Town


def pose(rng: np.random.Generator, town: Town) -> Posed:
    """Elders write to members before and after each service, and to visitors in the week after."""
    elders = town.take_people(rng, int(rng.integers(3, 9)))
    members = town.strangers(rng, town.scaled(rng.integers(60, 200), 0.1), near=True)
    members = np.setdiff1d(members, elders)
    visitors = town.strangers(rng, town.scaled(rng.integers(30, 120), 0.06), near=True)
    visitors = np.setdiff1d(visitors, elders)
    day_of_week = int(rng.choice([4, 5, 6]))
    services = np.arange(day_of_week, town.days, 7)
    hour = rng.uniform(9, 11) * HOUR - float(town.people.zone[elders[0]])
    known = Reaction(reply=0.6, dialogue=4.0)
    parts = []
    for service in services:
        called = members[rng.random(len(members)) < 0.5]
        who = rng.choice(elders, size=len(called))
        time = service * DAY + hour + rng.choice([-1.5, 2.0], len(called)) * HOUR
        time = time + rng.uniform(0, 0.7 * HOUR, len(called))
        parts.append(talk.approach(rng, town, who, called, time, known))
    came = rng.choice(services, size=len(visitors))
    host = rng.choice(elders, size=len(visitors))
    time = town.at_day(rng, host, came + rng.integers(1, 4, len(visitors)))
    met = met_with(
        rng, reply=(0.4, 0.7), dialogue=(3.0, 7.0), block=(0.002, 0.015), report=(0.0003, 0.003)
    )
    parts.append(talk.approach(rng, town, host, visitors, time, met))
    if rng.random() < 0.6:
        parts.append(_group(rng, town, elders, members, host, visitors, time))
    return Posed(sheet.concat(parts), elders)


def _group(
    rng: np.random.Generator,
    town: Town,
    elders: Ints,
    members: Ints,
    host: Ints,
    visitors: Ints,
    time: Floats,
) -> Events:
    """Return the congregation's group: members talk in it, visitors are invited into it."""
    group = town.found_group(np.append(elders, members), -1.0)
    asked = rng.random(len(visitors)) < 0.6
    later = time[asked] + rng.uniform(0.1, 2, int(asked.sum())) * DAY
    return sheet.concat(
        [
            group_talk(rng, town, members, group, 0.0, 3.0),
            invited(rng, town, host[asked], visitors[asked], group, later, comes=0.35),
        ]
    )
