"""Newsletters: one account writes to all its subscribers within the hour, once or twice a week."""

from __future__ import annotations

import numpy as np

from graphmeta.synthetic import sheet, talk
from graphmeta.synthetic.clock import DAY, HOUR
from graphmeta.synthetic.lookalikes.base import Posed, opened_before
from graphmeta.synthetic.talk import Reaction
from graphmeta.synthetic.town import Town


def pose(rng: np.random.Generator, town: Town) -> Posed:
    """Two to four newsletters; subscribers come and go."""
    count = int(rng.integers(2, 5))
    declared = "public" if rng.random() < 0.5 else None
    senders = town.open_accounts(rng, count, created=opened_before(rng, count), declared=declared)
    parts = []
    for sender in senders:
        readers = town.strangers(rng, town.scaled(rng.lognormal(np.log(400), 0.6), 0.25))
        since = np.where(rng.random(len(readers)) < 0.2, rng.uniform(0, town.end, len(readers)), 0)
        every = int(rng.choice([2, 3, 7]))
        hour = float(rng.uniform(7, 20))
        for day in range(int(rng.integers(0, every)), town.days, every):
            begun = day * DAY + hour * HOUR + rng.normal(0, 300)
            reading = readers[since <= begun]
            time = begun + np.sort(rng.uniform(0, 0.3 * HOUR, len(reading)))
            who = np.full(len(reading), sender)
            met = Reaction(reply=0.004, block=0.0015, report=0.0002)
            parts.append(talk.approach(rng, town, who, reading, time, met, second=0.0))
    return Posed(sheet.concat(parts), senders)
