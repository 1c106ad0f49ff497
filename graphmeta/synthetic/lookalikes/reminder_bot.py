"""Reminder bots: appointments and medicines, to the second on the full hour."""

from __future__ import annotations

import numpy as np

from graphmeta.synthetic import sheet, talk
from graphmeta.synthetic.clock import DAY, HOUR
from graphmeta.synthetic.lookalikes.base import Posed, first_day, staff
from graphmeta.synthetic.talk import Reaction
from graphmeta.synthetic.town import Town


def pose(rng: np.random.Generator, town: Town) -> Posed:
    """Two to eight bots of one maker: they share the clock, and some people use several."""
    count = int(rng.integers(2, 9))
    bots = staff(rng, town, count, declared="bot", often=0.6)
    users = town.strangers(rng, town.scaled(rng.integers(200, 600), 0.15))
    hours = rng.choice(np.arange(6, 22), size=4, replace=False)
    uses, daily = float(rng.uniform(0.15, 0.6)), float(rng.uniform(0.1, 0.5))
    met = Reaction(float(rng.uniform(0.0, 0.15)), 2.0, float(rng.uniform(0, 0.002)))
    begun = first_day(town, bots) * DAY
    spread = int(rng.choice([1, 4, 30]))
    parts = []
    for bot in bots:
        own = users[rng.random(len(users)) < uses]
        since = np.where(rng.random(len(own)) < 0.4, rng.uniform(0, town.end, len(own)), begun)
        day, user = np.nonzero(rng.random((town.days, len(own))) < daily)
        hour = rng.choice(hours, len(day)) * HOUR
        time = day * DAY + hour + rng.integers(0, spread, len(day))
        keep = time >= np.maximum(since[user], begun)
        who = np.full(int(keep.sum()), bot)
        parts.append(talk.approach(rng, town, who, own[user[keep]], time[keep], met, second=0.0))
    return Posed(sheet.concat(parts), bots)
