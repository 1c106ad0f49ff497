"""A crisis helpline: strangers who know few people write to it at night, and talk long."""

from __future__ import annotations

import numpy as np

from graphmeta.synthetic import sheet, talk
from graphmeta.synthetic.clock import DAY, HOUR
from graphmeta.synthetic.lookalikes.base import Posed, met_with, some_day, staff
from graphmeta.synthetic.town import Town


def pose(rng: np.random.Generator, town: Town) -> Posed:
    """One public account and its counsellors, who call or write back in the days after.

    Counsellors are strangers to those they write to; some people hear from several, and some do
    not answer.
    """
    line = staff(rng, town, 1, declared="helpline", often=0.7, young=0.2, rhythm=4)
    count = int(rng.integers(3, 10))
    counsellors = staff(rng, town, count, declared="helpline", often=0.2, rhythm=2)
    everyone = np.append(line, counsellors)
    callers = town.strangers(rng, town.scaled(rng.integers(80, 250), 0.1))
    few = np.argsort(town.degree(callers) + rng.exponential(4, len(callers)))
    callers = callers[few[: max(20, 2 * len(callers) // 3)]]
    day = some_day(rng, town, everyone, len(callers))
    start = day * DAY + rng.normal(22.5, 2.5, len(callers)) * HOUR - town.people.zone[callers]
    who = np.full(len(callers), line[0])
    first = talk.converse(rng, callers, who, start, talk.turns(rng, len(callers), 18.0), gap=70.0)
    kept = np.flatnonzero(rng.random(len(callers)) < 0.6)
    row = np.repeat(kept, rng.integers(1, 5, len(kept)))
    # The same counsellor mostly; another one where that one is off duty.
    same = rng.choice(counsellors, len(callers))[row]
    by = np.where(rng.random(len(row)) < 0.3, rng.choice(counsellors, len(row)), same)
    later = town.at_day(rng, by, day[row] + rng.integers(1, 6, len(row)))
    met = met_with(
        rng, reply=(0.5, 0.8), dialogue=(8.0, 14.0), block=(0.001, 0.01), report=(0.0001, 0.001)
    )
    back = talk.approach(rng, town, by, callers[row], later, met)
    ring = rng.random(len(row)) < 0.2
    phone = talk.calls(rng, by[ring], callers[row][ring], later[ring] + 2 * HOUR)
    return Posed(sheet.concat([first, back, phone]), everyone)
