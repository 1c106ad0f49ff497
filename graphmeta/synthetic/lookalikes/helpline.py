"""A crisis helpline: strangers who know few people write to it at night, and talk long."""

from __future__ import annotations

import numpy as np

from graphmeta.synthetic import sheet, talk
from graphmeta.synthetic.clock import DAY, HOUR
from graphmeta.synthetic.lookalikes.base import Posed, opened_before
from graphmeta.synthetic.town import Town


def pose(rng: np.random.Generator, town: Town) -> Posed:
    """One public account and its counsellors, who call or write back in the days after."""
    count = int(rng.integers(3, 8))
    declared = "helpline" if rng.random() < 0.7 else None
    line = town.open_accounts(rng, 1, created=opened_before(rng, 1), declared=declared, rhythm=4)
    counsellors = town.open_accounts(rng, count, created=opened_before(rng, count), rhythm=2)
    callers = town.strangers(rng, town.scaled(rng.integers(80, 250), 0.1))
    few = np.argsort(town.degree(callers) + rng.exponential(4, len(callers)))
    callers = callers[few[: max(20, 2 * len(callers) // 3)]]
    day = rng.integers(0, town.days, len(callers))
    start = day * DAY + rng.normal(22.5, 2.5, len(callers)) * HOUR - town.people.zone[callers]
    who = np.full(len(callers), line[0])
    first = talk.converse(rng, callers, who, start, talk.turns(rng, len(callers), 18.0), gap=70.0)
    kept = np.flatnonzero(rng.random(len(callers)) < 0.6)
    staff = rng.choice(counsellors, len(kept))
    times = rng.integers(1, 5, len(kept))
    row = np.repeat(np.arange(len(kept)), times)
    later = town.at_day(rng, staff[row], day[kept][row] + rng.integers(1, 6, len(row)))
    length = talk.turns(rng, len(row), 12.0)
    back = talk.converse(rng, staff[row], callers[kept][row], later, length, gap=70.0)
    ring = rng.random(len(row)) < 0.2
    phone = talk.calls(rng, staff[row][ring], callers[kept][row][ring], later[ring] + 2 * HOUR)
    return Posed(sheet.concat([first, back, phone]), np.append(line, counsellors))
