"""A charity's drive: fundraisers write to strangers and friends, and donors go on to the charity.

In shape it is a text-bank that ends in a hub.
"""

from __future__ import annotations

import numpy as np

from graphmeta.synthetic import sheet, talk
from graphmeta.synthetic.clock import DAY
from graphmeta.synthetic.lookalikes.base import Posed, first_day, met_with, staff, volunteers
from graphmeta.synthetic.lookalikes.leading import led_on
from graphmeta.synthetic.town import Town


def pose(rng: np.random.Generator, town: Town) -> Posed:
    """Five to thirty fundraisers share out a list over some days; the silent are asked again."""
    who = volunteers(rng, town, town.scaled(rng.integers(5, 31), 0.02))
    charity = staff(rng, town, 1, declared="public", often=0.4, young=0.2)
    asked = town.strangers(rng, town.scaled(len(who) * rng.integers(20, 90), 0.25))
    by = who[rng.integers(0, len(who), len(asked))]
    opens = max(first_day(town, who), first_day(town, charity))
    lasts = int(rng.integers(2, 15))
    begins = int(rng.integers(opens, max(town.days - lasts, opens + 1)))
    day = np.minimum(begins + rng.integers(0, lasts, len(asked)), town.days - 1)
    start = town.at_day(rng, by, day)
    met = met_with(
        rng, reply=(0.1, 0.5), dialogue=(2.0, 7.0), block=(0.003, 0.06), report=(0.0005, 0.012)
    )
    again = np.flatnonzero(rng.random(len(asked)) < rng.uniform(0.0, 0.5))
    other = rng.choice(who, size=len(again))
    later = start[again] + rng.uniform(1, 4, len(again)) * DAY
    parts = [
        talk.approach(rng, town, by, asked, start, met),
        talk.approach(rng, town, other, asked[again], later, met),
        led_on(rng, town, charity, by, asked, start),
    ]
    return Posed(sheet.concat(parts), np.concatenate([who, charity]))
