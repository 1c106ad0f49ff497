"""Greeters: old members of an open group who write to most newcomers, whoever they are."""

from __future__ import annotations

import numpy as np

from graphmeta.synthetic import sheet, talk
from graphmeta.synthetic.clock import HOUR
from graphmeta.synthetic.lookalikes.base import Posed, met_with
from graphmeta.synthetic.sheet import Bools, Events, Ints
from graphmeta.synthetic.town import Town

#: Share of the teams that say nothing in their group.
SILENT = 0.4


def pose(rng: np.random.Generator, town: Town) -> Posed:
    """In up to eight open groups one to eight members welcome newcomers within hours or a day.

    Often the group that most people come to is among them. In some groups a newcomer hears from
    one of them, in others from several. Some teams read along and greet, but never speak in the
    group: nothing in the data shows that they belong to it.
    """
    parts: list[Events] = []
    greeters: list[Ints] = []
    for group in _groups(rng, town):
        member, joined = town.members_of(int(group))
        silent = rng.random() < SILENT
        old = np.setdiff1d(town.ordinary(), member) if silent else member[joined < 0]
        old = np.setdiff1d(old, np.concatenate([[-1], *greeters]))
        old = old[town.people.ordinary[old] & ~town.has_part(old)]
        team = rng.integers(3, 9) if rng.random() < 0.5 else rng.integers(1, 4)
        greeting = rng.choice(old, size=min(len(old), int(team)), replace=False)
        if len(greeting):
            parts.append(_welcome(rng, town, greeting, member[joined >= 0], joined[joined >= 0]))
        town.assign(greeting)
        greeters.append(greeting)
    return Posed(sheet.concat(parts), np.concatenate(greeters))


def _groups(rng: np.random.Generator, town: Town) -> Ints:
    """Return the open groups that have greeters, often with the one that most people come to."""
    count = int(rng.integers(1, 1 + min(8, max(1, len(town.open_groups) // 3))))
    chosen = rng.choice(town.open_groups, size=count, replace=False)
    if rng.random() < 0.5:
        came = [int((town.members_of(int(group))[1] >= 0).sum()) for group in town.open_groups]
        busiest = town.open_groups[int(np.argmax(came))]
        chosen = np.append(busiest, chosen[chosen != busiest])[:count]
    return np.asarray(chosen)


def _welcome(
    rng: np.random.Generator, town: Town, greeting: Ints, newcomer: Ints, joined: Ints
) -> Events:
    """Return what the greeters of one group write to its newcomers, and what comes back."""
    guest, host = np.nonzero(_who_greets_whom(rng, len(newcomer), len(greeting)))
    delay = rng.lognormal(np.log(rng.uniform(0.3, 14.0) * HOUR), 1.0, len(guest))
    met = met_with(
        rng,
        reply=(0.35, 0.85),
        dialogue=(2.0, 8.0),
        block=(0.001, 0.03),
        report=(0.0002, 0.004),
    )
    time = joined[guest] + delay
    return talk.approach(rng, town, greeting[host], newcomer[guest], time, met)


def _who_greets_whom(rng: np.random.Generator, newcomers: int, greeters: int) -> Bools:
    """Draw who writes to whom, shape (newcomers, greeters): taking turns, or each as he likes."""
    if rng.random() < 0.6:
        return np.asarray(rng.random((newcomers, greeters)) < rng.uniform(0.25, 0.75))
    turns = np.zeros((newcomers, greeters), dtype=np.bool_)
    turns[np.arange(newcomers), rng.integers(0, greeters, newcomers)] = True
    return np.asarray(turns & (rng.random(newcomers) < rng.uniform(0.5, 0.9))[:, None])
