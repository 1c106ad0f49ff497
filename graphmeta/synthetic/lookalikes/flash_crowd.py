"""Flash crowds: hundreds of strangers contact the same few popular accounts in the same hours."""

from __future__ import annotations

import numpy as np

from graphmeta.synthetic import talk
from graphmeta.synthetic.clock import HOUR
from graphmeta.synthetic.lookalikes.base import Posed, staff
from graphmeta.synthetic.talk import Reaction
from graphmeta.synthetic.town import Town


def pose(rng: np.random.Generator, town: Town) -> Posed:
    """One to five popular accounts, a peak that fades within a day, fans who reach several."""
    count = int(rng.integers(1, 6))
    stars = staff(rng, town, count, declared="public", often=0.6)
    fans = town.strangers(rng, town.scaled(rng.integers(200, 900), 0.15))
    fans = fans[~town.has_part(fans)]
    town.assign(fans)
    peak = rng.uniform(0.5, 0.9) * town.end
    row, star = np.nonzero(rng.random((len(fans), count)) < rng.uniform(0.5, 0.9))
    fades = float(rng.uniform(0.3, 3.0)) * HOUR
    wait = rng.exponential(fades, len(fans))[row] + rng.exponential(0.3 * HOUR, len(row))
    met = Reaction(reply=float(rng.uniform(0, 0.1)), dialogue=2.0)
    time = peak + wait
    awake = rng.random(len(row)) < 0.15 + town.awake(fans[row], time)
    time = np.where(awake, time, time + 9 * HOUR)
    crowd = talk.approach(rng, town, fans[row], stars[star], time, met)
    return Posed(crowd, fans[np.unique(row)])
