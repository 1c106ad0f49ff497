"""One-time passwords and notices: one account writes to thousands of strangers, none answer."""

from __future__ import annotations

import numpy as np

from graphmeta.synthetic import sheet, talk
from graphmeta.synthetic.lookalikes.base import Posed, opened_before
from graphmeta.synthetic.talk import Reaction
from graphmeta.synthetic.town import Town


def pose(rng: np.random.Generator, town: Town) -> Posed:
    """One to three senders; customers trigger each message, so it comes at their hours."""
    count = int(rng.integers(1, 4))
    declared = "business" if rng.random() < 0.6 else None
    senders = town.open_accounts(rng, count, created=opened_before(rng, count), declared=declared)
    parts = []
    for sender in senders:
        customers = town.strangers(rng, town.scaled(rng.integers(800, 3_000), 0.3))
        uses = rng.poisson(rng.gamma(0.8, 2.0, len(customers)) * town.days / 28)
        target = np.repeat(customers, uses)
        time = town.at_day(rng, target, rng.integers(0, town.days, len(target)))
        quiet = Reaction(reply=0.004, block=0.001)
        who = np.full(len(target), sender)
        parts.append(talk.approach(rng, town, who, target, time, quiet, second=0.05))
    return Posed(sheet.concat(parts), senders)
