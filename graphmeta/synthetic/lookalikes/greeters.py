"""Greeters: old members of an open group who write to most newcomers, whoever they are."""

from __future__ import annotations

import numpy as np

from graphmeta.synthetic import sheet, talk
from graphmeta.synthetic.clock import DAY
from graphmeta.synthetic.lookalikes.base import Posed
from graphmeta.synthetic.sheet import Events, Ints
from graphmeta.synthetic.talk import Reaction
from graphmeta.synthetic.town import Town


def pose(rng: np.random.Generator, town: Town) -> Posed:
    """In up to twelve open groups one to three members welcome newcomers within a day or so."""
    parts: list[Events] = []
    greeters: list[Ints] = []
    count = min(12, max(1, len(town.open_groups) // 3))
    for group in rng.choice(town.open_groups, size=count, replace=False):
        member, joined = town.members_of(int(group))
        old = np.setdiff1d(member[joined < 0], np.concatenate([[-1], *greeters]))
        old = old[town.people.ordinary[old] & ~town.has_part(old)]
        greeting = rng.choice(old, size=min(len(old), int(rng.integers(1, 4))), replace=False)
        welcomed = (joined >= 0) & (rng.random(len(joined)) < rng.uniform(0.5, 0.9))
        newcomer = member[welcomed]
        time = joined[welcomed] + rng.exponential(rng.uniform(0.2, 1.2) * DAY, len(newcomer))
        who = rng.choice(greeting, size=len(newcomer))
        met = Reaction(reply=0.75, dialogue=4.0, block=0.003)
        parts.append(talk.approach(rng, town, who, newcomer, time, met))
        town.assign(greeting)
        greeters.append(greeting)
    return Posed(sheet.concat(parts), np.concatenate(greeters))
