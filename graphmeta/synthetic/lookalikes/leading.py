"""How some of those whom an organisation met go on to its group, or to one of its people.

A canvass may lead those whom it won into the group of their street, or to its coordinator, as a
recruiting funnel does.
"""

from __future__ import annotations

import numpy as np

from graphmeta.synthetic import sheet, talk
from graphmeta.synthetic.clock import DAY, HOUR
from graphmeta.synthetic.lookalikes.base import group_talk
from graphmeta.synthetic.sheet import Events, Floats, Ints
from graphmeta.synthetic.town import Town


def led_on(
    rng: np.random.Generator, town: Town, staff: Ints, by: Ints, met: Ints, time: Floats
) -> Events:
    """Return how a share of those who were met come to a group or a coordinator within days.

    Args:
        rng: Where chance comes from.
        town: Where the group is founded.
        staff: The organisation's accounts; the first of them coordinates.
        by: Who of them met each person, shape (n,).
        met: Whom, distinct, shape (n,).
        time: When, seconds since the world's start, shape (n,).
    """
    came = time + 0.5 * HOUR + rng.exponential(rng.uniform(0.2, 2.0) * DAY, len(met))
    willing = (rng.random(len(met)) < rng.uniform(0.04, 0.3)) & (came < town.end)
    order = np.flatnonzero(willing)[np.argsort(came[willing], kind="stable")]
    by, guests, came = by[order], met[order], came[order]
    if rng.random() < 0.35:
        length = talk.turns(rng, len(guests), 5.0)
        return talk.converse(rng, guests, np.full(len(guests), staff[0]), came, length)
    founded = max(float(town.people.created[staff[0]]), -1.0)
    group = town.found_group(staff[:1], founded)
    town.join(group, guests, came)
    asked = rng.random(len(guests)) < rng.choice([0.0, 0.5, 1.0])
    before = came[asked] - rng.uniform(0.05, 0.4, int(asked.sum())) * HOUR
    return sheet.concat(
        [
            sheet.make(by[asked], guests[asked], before, "invite", group=group),
            sheet.make(guests, group, came, "join", group=group),
            group_talk(rng, town, guests, group, came, 0.7),
            group_talk(rng, town, staff[:1], group, max(founded, 0.0), 30.0),
        ]
    )
