"""A canvass: volunteers call or write to strangers of their own streets, two evenings a week."""

from __future__ import annotations

import numpy as np

from graphmeta.synthetic import sheet, talk
from graphmeta.synthetic.clock import DAY, HOUR
from graphmeta.synthetic.lookalikes.base import Posed
from graphmeta.synthetic.talk import Reaction
from graphmeta.synthetic.town import Town


def pose(rng: np.random.Generator, town: Town) -> Posed:
    """Each volunteer has a list of neighbours; those not reached are tried again by another."""
    volunteers = town.take_people(rng, town.scaled(rng.integers(8, 26), 0.015))
    listed = town.strangers(rng, town.scaled(len(volunteers) * 35, 0.25), near=True)
    who = volunteers[np.arange(len(listed)) * len(volunteers) // len(listed)]
    evenings = np.flatnonzero(np.isin(np.arange(town.days) % 7, rng.choice(7, 2, replace=False)))
    evening = rng.choice(evenings, size=len(listed))
    zone = float(np.median(town.people.zone[volunteers]))
    start = evening * DAY + rng.uniform(17.0, 20.5, len(listed)) * HOUR - zone
    met = Reaction(reply=float(rng.uniform(0.25, 0.45)), dialogue=4.0, block=0.012, report=0.002)
    again = np.flatnonzero(rng.random(len(listed)) < 0.25)
    other = rng.choice(volunteers, size=len(again))
    ringing = rng.random(len(listed)) < 0.3
    return Posed(
        sheet.concat(
            [
                talk.calls(rng, who[ringing], listed[ringing], start[ringing]),
                talk.approach(rng, town, who[~ringing], listed[~ringing], start[~ringing], met),
                talk.approach(rng, town, other, listed[again], start[again] + 7 * DAY, met),
            ]
        ),
        volunteers,
    )
