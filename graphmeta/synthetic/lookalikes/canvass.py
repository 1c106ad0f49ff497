"""A canvass: volunteers call or write to strangers of their own streets, two evenings a week."""

from __future__ import annotations

import numpy as np

from graphmeta.synthetic import sheet, talk
from graphmeta.synthetic.clock import DAY, HOUR
from graphmeta.synthetic.lookalikes.base import Posed, first_day, met_with, volunteers
from graphmeta.synthetic.lookalikes.leading import led_on
from graphmeta.synthetic.town import Town


def pose(rng: np.random.Generator, town: Town) -> Posed:
    """Each volunteer has a list of neighbours; those not reached are tried again by another.

    Some canvasses lead those who are won into a group, or to their coordinator.
    """
    who = volunteers(rng, town, town.scaled(rng.integers(8, 26), 0.015), numbers=0.2)
    near = bool(rng.random() < 0.7)
    listed = town.strangers(rng, town.scaled(len(who) * rng.integers(20, 50), 0.25), near=near)
    by = who[np.arange(len(listed)) * len(who) // len(listed)]
    days = np.arange(first_day(town, who), town.days)
    evenings = days[np.isin(days % 7, rng.choice(np.unique(days % 7), 2, replace=False))]
    evening = rng.choice(evenings, size=len(listed))
    zone = float(np.median(town.people.zone[who]))
    start = evening * DAY + rng.uniform(17.0, 20.5, len(listed)) * HOUR - zone
    met = met_with(
        rng, reply=(0.12, 0.45), dialogue=(2.0, 8.0), block=(0.003, 0.03), report=(0.0005, 0.006)
    )
    again = np.flatnonzero(rng.random(len(listed)) < rng.uniform(0.05, 0.5))
    other = rng.choice(who, size=len(again))
    ringing = rng.random(len(listed)) < rng.uniform(0, 0.6)
    quiet = ~ringing
    parts = [
        talk.calls(rng, by[ringing], listed[ringing], start[ringing]),
        talk.approach(rng, town, by[quiet], listed[quiet], start[quiet], met),
        talk.approach(rng, town, other, listed[again], start[again] + 7 * DAY, met),
    ]
    if rng.random() < 0.35:
        parts.append(led_on(rng, town, who, by, listed, start))
    return Posed(sheet.concat(parts), who)
