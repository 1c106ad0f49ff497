"""A volunteer text-bank: ordinary people write to strangers from one list that is shared out."""

from __future__ import annotations

import numpy as np

from graphmeta.synthetic import sheet, talk
from graphmeta.synthetic.clock import DAY, HOUR
from graphmeta.synthetic.lookalikes.base import Posed
from graphmeta.synthetic.talk import Reaction
from graphmeta.synthetic.town import Town


def pose(rng: np.random.Generator, town: Town) -> Posed:
    """Volunteers of all parts of town, in evening shifts; many are answered, few are blocked."""
    volunteers = town.take_people(rng, town.scaled(rng.integers(12, 41), 0.02))
    listed = town.strangers(rng, town.scaled(rng.integers(400, 1_500), 0.3))
    room = max(1, town.days - 8)
    shifts = np.sort(rng.integers(town.days - room, town.days, int(rng.integers(3, 9))))
    shift = rng.integers(0, len(shifts), len(listed))
    there = rng.random((len(shifts), len(volunteers))) < 0.6
    there[:, 0] = True
    draw = np.where(there[shift], rng.random((len(listed), len(volunteers))), -1.0)
    who = volunteers[draw.argmax(axis=1)]
    begun = shifts[shift] * DAY + 18 * HOUR - float(town.people.zone[volunteers[0]])
    time = begun + rng.uniform(0, 2.5 * HOUR, len(listed))
    reply = float(rng.uniform(0.2, 0.4))
    met = Reaction(reply=reply, dialogue=4.0, block=float(rng.uniform(0.005, 0.02)), report=0.002)
    return Posed(sheet.concat([talk.approach(rng, town, who, listed, time, met)]), volunteers)
