"""Greeters: old members of an open group who write to most newcomers, whoever they are."""

from __future__ import annotations

import numpy as np

from graphmeta.synthetic import sheet, talk
from graphmeta.synthetic.clock import DAY
from graphmeta.synthetic.lookalikes.base import Posed, met_with
from graphmeta.synthetic.sheet import Events, Ints
from graphmeta.synthetic.town import Town


def pose(rng: np.random.Generator, town: Town) -> Posed:
    """In up to twelve open groups one to five members welcome newcomers within a day or so.

    In some groups a newcomer hears from one of them, in others from several.
    """
    parts: list[Events] = []
    greeters: list[Ints] = []
    count = min(12, max(1, len(town.open_groups) // 3))
    for group in rng.choice(town.open_groups, size=count, replace=False):
        member, joined = town.members_of(int(group))
        old = np.setdiff1d(member[joined < 0], np.concatenate([[-1], *greeters]))
        old = old[town.people.ordinary[old] & ~town.has_part(old)]
        greeting = rng.choice(old, size=min(len(old), int(rng.integers(1, 6))), replace=False)
        welcomed = (joined >= 0) & (rng.random(len(joined)) < rng.uniform(0.5, 0.9))
        newcomer = member[welcomed]
        each = np.zeros((len(newcomer), len(greeting)), dtype=np.bool_)
        each[np.arange(len(newcomer)), rng.integers(0, len(greeting), len(newcomer))] = True
        if rng.random() < 0.6:
            each |= rng.random(each.shape) < rng.uniform(0.2, 0.7)
        guest, host = np.nonzero(each)
        delay = rng.exponential(rng.uniform(0.05, 1.2) * DAY, len(guest))
        time = joined[welcomed][guest] + delay
        met = met_with(
            rng,
            reply=(0.35, 0.85),
            dialogue=(2.0, 8.0),
            block=(0.001, 0.015),
            report=(0.0002, 0.003),
        )
        who, whom = greeting[host], newcomer[guest]
        parts.append(talk.approach(rng, town, who, whom, time, met))
        town.assign(greeting)
        greeters.append(greeting)
    return Posed(sheet.concat(parts), np.concatenate(greeters))
