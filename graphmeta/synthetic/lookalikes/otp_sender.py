"""One-time passwords and notices: brands write to thousands of strangers, none of whom answer.

A brand may send from several numbers in turn, so that its notices go out like a split list: the
same minutes, strangers, disjoint targets, no replies.
"""

from __future__ import annotations

import numpy as np

from graphmeta.synthetic import sheet, talk
from graphmeta.synthetic.clock import DAY, HOUR
from graphmeta.synthetic.lookalikes.base import Posed, first_day, some_day, staff
from graphmeta.synthetic.sheet import Events, Ints
from graphmeta.synthetic.talk import Reaction
from graphmeta.synthetic.town import Town


def pose(rng: np.random.Generator, town: Town) -> Posed:
    """One to three brands: passwords come when customers ask, notices go to all at once."""
    parts, accounts = [], []
    for _ in range(int(rng.integers(1, 4))):
        count = int(rng.choice([1, 1, 2, 4, 6]))
        numbers = staff(rng, town, count, declared="business", often=0.6)
        customers = town.strangers(rng, town.scaled(rng.integers(600, 3_000), 0.3))
        met = Reaction(reply=0.004, block=float(rng.uniform(0, 0.004)), report=0.0002)
        uses = rng.poisson(rng.gamma(0.8, 2.0, len(customers)) * town.days / 28)
        target = np.repeat(customers, uses)
        time = town.at_day(rng, target, some_day(rng, town, numbers, len(target)))
        who = rng.choice(numbers, size=len(target))
        parts.append(talk.approach(rng, town, who, target, time, met, second=0.05))
        parts.append(_notices(rng, town, numbers, customers, met))
        accounts.append(numbers)
    return Posed(sheet.concat(parts), np.concatenate(accounts))


def _notices(
    rng: np.random.Generator, town: Town, numbers: Ints, customers: Ints, met: Reaction
) -> Events:
    """Return notices to part of the customers, within minutes; the numbers share them out."""
    parts = []
    for _ in range(int(rng.integers(0, 4))):
        told = customers[rng.random(len(customers)) < rng.uniform(0.2, 0.9)]
        day = float(rng.integers(first_day(town, numbers), town.days))
        begun = day * DAY + rng.uniform(8, 20) * HOUR - town.people.zone[numbers[0]]
        time = begun + rng.uniform(0, rng.uniform(60, 1_800), len(told))
        who = numbers[np.arange(len(told)) % len(numbers)]
        parts.append(talk.approach(rng, town, who, told, time, met, second=0.0))
    return sheet.concat(parts)
