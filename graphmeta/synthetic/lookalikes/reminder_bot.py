"""Reminder bots: appointments and medicines, to the second on the full hour."""

from __future__ import annotations

import numpy as np

from graphmeta.synthetic import sheet, talk
from graphmeta.synthetic.clock import DAY, HOUR
from graphmeta.synthetic.lookalikes.base import Posed, opened_before
from graphmeta.synthetic.talk import Reaction
from graphmeta.synthetic.town import Town


def pose(rng: np.random.Generator, town: Town) -> Posed:
    """Two to six bots of one maker: they share the clock, and some people use several."""
    count = int(rng.integers(2, 7))
    declared = "bot" if rng.random() < 0.6 else None
    bots = town.open_accounts(rng, count, created=opened_before(rng, count), declared=declared)
    users = town.strangers(rng, town.scaled(rng.integers(200, 600), 0.15))
    hours = rng.choice(np.arange(6, 22), size=4, replace=False)
    parts = []
    for bot in bots:
        own = users[rng.random(len(users)) < 0.4]
        since = np.where(rng.random(len(own)) < 0.4, rng.uniform(0, town.end, len(own)), 0.0)
        day, user = np.nonzero(rng.random((town.days, len(own))) < 0.25)
        time = day * DAY + rng.choice(hours, len(day)) * HOUR + rng.integers(0, 4, len(day))
        keep = time >= since[user]
        who = np.full(int(keep.sum()), bot)
        met = Reaction(reply=0.12, dialogue=2.0, block=0.0005)
        parts.append(talk.approach(rng, town, who, own[user[keep]], time[keep], met, second=0.0))
    return Posed(sheet.concat(parts), bots)
