"""Support desks: agents share customers, most of whom write first; colleagues follow up."""

from __future__ import annotations

import numpy as np

from graphmeta.synthetic import sheet, talk
from graphmeta.synthetic.clock import DAY, HOUR
from graphmeta.synthetic.lookalikes.base import Posed, some_day, staff
from graphmeta.synthetic.talk import Reaction
from graphmeta.synthetic.town import Town


def pose(rng: np.random.Generator, town: Town) -> Posed:
    """One desk of four to twelve agents; many cases pass to a second one, some at once."""
    count = int(rng.integers(4, 13))
    agents = staff(rng, town, count, declared="business", rhythm=1)
    customers = town.strangers(rng, town.scaled(rng.integers(250, 700), 0.2))
    agent = rng.integers(0, count, len(customers))
    start = town.at_day(rng, agents[agent], some_day(rng, town, agents, len(customers)))
    opened = rng.random(len(customers)) < rng.uniform(0.55, 0.95)
    who, whom = agents[agent], customers
    met = Reaction(reply=0.92, dialogue=7.0, block=0.002)
    passed = np.flatnonzero(rng.random(len(customers)) < rng.uniform(0.4, 0.7))
    colleague = agents[(agent[passed] + rng.integers(1, count, len(passed))) % count]
    later = town.at_day(rng, colleague, (start[passed] // DAY).astype(np.int64) + 1)
    at_once = rng.random(len(passed)) < rng.uniform(0, 0.6)
    soon = start[passed] + rng.exponential(0.4 * HOUR, len(passed))
    later = np.where(at_once, soon, later)
    answer = Reaction(0.7, 5.0, 0.002)
    return Posed(
        sheet.concat(
            [
                talk.approach(rng, town, whom[opened], who[opened], start[opened], met),
                talk.approach(rng, town, who[~opened], whom[~opened], start[~opened], met),
                talk.approach(rng, town, colleague, customers[passed], later, answer),
            ]
        ),
        agents,
    )
