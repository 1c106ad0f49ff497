"""Couriers: each writes or calls dozens of strangers a day to say that a parcel is coming."""

from __future__ import annotations

import numpy as np

from graphmeta.synthetic import sheet, talk
from graphmeta.synthetic.clock import DAY, HOUR
from graphmeta.synthetic.lookalikes.base import Posed, first_day, staff
from graphmeta.synthetic.talk import Reaction
from graphmeta.synthetic.town import Town


def pose(rng: np.random.Generator, town: Town) -> Posed:
    """Three to nine couriers with routes that overlap, on six days of the week."""
    count = int(rng.integers(3, 10))
    couriers = staff(rng, town, count, declared="business", often=0.3)
    customers = town.strangers(rng, town.scaled(rng.integers(400, 1_000), 0.3))
    routes = np.array_split(customers[np.argsort(town.people.place[customers])], count)
    zone = float(town.people.zone[couriers[0]])
    first, ring = first_day(town, couriers), float(rng.uniform(0.05, 0.6))
    met = Reaction(float(rng.uniform(0.1, 0.45)), 2.5, float(rng.uniform(0, 0.004)), delay=300.0)
    parts = []
    for number, courier in enumerate(couriers):
        # A courier also stands in for the next one.
        route = np.concatenate([routes[number], routes[(number + 1) % count][::3]])
        days = np.arange(first, town.days)
        days = days[(days % 7 < 6) & (rng.random(len(days)) < 0.85)]
        stops = rng.integers(12, 40, len(days))
        target = rng.choice(route, size=int(stops.sum()))
        time = np.repeat(days * DAY, stops) + rng.uniform(8, 17.5, len(target)) * HOUR - zone
        who = np.full(len(target), courier)
        ringing = rng.random(len(target)) < ring
        quiet = ~ringing
        parts.append(talk.calls(rng, who[ringing], target[ringing], time[ringing]))
        parts.append(talk.approach(rng, town, who[quiet], target[quiet], time[quiet], met))
    return Posed(sheet.concat(parts), couriers)
