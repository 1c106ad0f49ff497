"""Support desks: agents share customers, who write first; colleagues follow up."""

from __future__ import annotations

import numpy as np

from graphmeta.synthetic import sheet, talk
from graphmeta.synthetic.clock import DAY
from graphmeta.synthetic.lookalikes.base import Posed, opened_before
from graphmeta.synthetic.talk import Reaction
from graphmeta.synthetic.town import Town


def pose(rng: np.random.Generator, town: Town) -> Posed:
    """One desk of four to ten agents; about half of the cases pass to a second agent."""
    count = int(rng.integers(4, 11))
    declared = "business" if rng.random() < 0.5 else None
    agents = town.open_accounts(
        rng, count, created=opened_before(rng, count), declared=declared, rhythm=1
    )
    customers = town.strangers(rng, town.scaled(rng.integers(250, 700), 0.2))
    agent = rng.integers(0, count, len(customers))
    start = town.at_day(rng, agents[agent], rng.integers(0, town.days, len(customers)))
    opened = rng.random(len(customers)) < 0.8
    who, whom = agents[agent], customers
    met = Reaction(reply=0.92, dialogue=7.0, block=0.002)
    passed = np.flatnonzero(rng.random(len(customers)) < 0.55)
    colleague = agents[(agent[passed] + rng.integers(1, count, len(passed))) % count]
    later = town.at_day(rng, colleague, (start[passed] // DAY).astype(np.int64) + 1)
    return Posed(
        sheet.concat(
            [
                talk.approach(rng, town, whom[opened], who[opened], start[opened], met),
                talk.approach(rng, town, who[~opened], whom[~opened], start[~opened], met),
                talk.approach(
                    rng, town, colleague, customers[passed], later, Reaction(0.7, 5.0, 0.002)
                ),
            ]
        ),
        agents,
    )
