"""Outreach workers: a public service that writes to isolated people, and stays with them."""

from __future__ import annotations

import numpy as np

from graphmeta.synthetic import sheet, talk
from graphmeta.synthetic.clock import DAY
from graphmeta.synthetic.lookalikes.base import Posed, opened_before
from graphmeta.synthetic.talk import Reaction
from graphmeta.synthetic.town import Town


def pose(rng: np.random.Generator, town: Town) -> Posed:
    """Three to six workers on office hours, a case each; colleagues stand in for one another."""
    count = int(rng.integers(3, 7))
    declared = "public" if rng.random() < 0.5 else None
    workers = town.open_accounts(
        rng, count, created=opened_before(rng, count), declared=declared, rhythm=1
    )
    asked = town.strangers(rng, town.scaled(count * 40, 0.2))
    alone = asked[np.argsort(town.degree(asked), kind="stable")][: max(8, len(asked) // 2)]
    worker = rng.integers(0, count, len(alone))
    day = rng.integers(0, town.days, len(alone))
    start = town.at_day(rng, workers[worker], day)
    kept = np.flatnonzero(rng.random(len(alone)) < 0.55)
    row = np.repeat(kept, rng.integers(1, 7, len(kept)))
    shift = np.where(rng.random(len(row)) < 0.25, rng.integers(1, count, len(row)), 0)
    stands_in = workers[(worker[row] + shift) % count]
    later = town.at_day(rng, stands_in, day[row] + rng.integers(1, 12, len(row)))
    met = Reaction(reply=0.55, dialogue=6.0, block=0.01, report=0.001, delay=0.1 * DAY)
    length = talk.turns(rng, len(row), 9.0)
    return Posed(
        sheet.concat(
            [
                talk.approach(rng, town, workers[worker], alone, start, met),
                talk.converse(rng, stands_in, alone[row], later, length, gap=90.0),
            ]
        ),
        workers,
    )
