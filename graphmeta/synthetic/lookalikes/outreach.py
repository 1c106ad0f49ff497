"""Outreach workers: a public service that writes to isolated people, and stays with them."""

from __future__ import annotations

import numpy as np

from graphmeta.synthetic import sheet, talk
from graphmeta.synthetic.clock import DAY
from graphmeta.synthetic.lookalikes.base import (
    Posed,
    group_talk,
    invited,
    met_with,
    some_day,
    staff,
)
from graphmeta.synthetic.town import Town


def pose(rng: np.random.Generator, town: Town) -> Posed:
    """Three to eight workers on office hours, a case each; colleagues stand in for one another.

    Some services invite those they look after into a group, as a recruiting funnel does.
    """
    count = int(rng.integers(3, 9))
    workers = staff(rng, town, count, declared="public", often=0.4, rhythm=1)
    asked = town.strangers(rng, town.scaled(count * rng.integers(25, 60), 0.2))
    alone = asked[np.argsort(town.degree(asked), kind="stable")][: max(8, len(asked) // 2)]
    worker = rng.integers(0, count, len(alone))
    day = some_day(rng, town, workers, len(alone))
    start = town.at_day(rng, workers[worker], day)
    kept = np.flatnonzero(rng.random(len(alone)) < rng.uniform(0.4, 0.65))
    row = np.repeat(kept, rng.integers(1, 7, len(kept)))
    shift = np.where(rng.random(len(row)) < 0.25, rng.integers(1, count, len(row)), 0)
    stands_in = workers[(worker[row] + shift) % count]
    later = town.at_day(rng, stands_in, day[row] + rng.integers(1, 12, len(row)))
    met = met_with(
        rng,
        reply=(0.3, 0.65),
        dialogue=(3.0, 9.0),
        block=(0.003, 0.02),
        report=(0.0004, 0.004),
        delay=0.1 * DAY,
    )
    length = talk.turns(rng, len(row), 9.0)
    parts = [
        talk.approach(rng, town, workers[worker], alone, start, met),
        talk.converse(rng, stands_in, alone[row], later, length, gap=90.0),
    ]
    if rng.random() < 0.4:
        group = town.found_group(workers, np.maximum(town.people.created[workers], -1))
        when = start[kept] + rng.uniform(0.5, 3, len(kept)) * DAY
        hosts = workers[worker[kept]]
        parts.append(invited(rng, town, hosts, alone[kept], group, when, comes=0.5))
        parts.append(group_talk(rng, town, workers, group, 0.0, 8.0))
    return Posed(sheet.concat(parts), workers)
