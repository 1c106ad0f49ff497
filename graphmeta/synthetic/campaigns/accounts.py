"""Whose accounts a campaign uses: opened, aged with a little life, and closed by the platform."""

from __future__ import annotations

import numpy as np

from graphmeta.synthetic import talk
from graphmeta.synthetic.campaigns.base import Span
from graphmeta.synthetic.campaigns.evasion import Evasion
from graphmeta.synthetic.clock import DAY, HOUR
from graphmeta.synthetic.sheet import Events, Ints
from graphmeta.synthetic.town import CLOSERS, Town


def open_actors(
    rng: np.random.Generator, town: Town, count: int, evasion: Evasion, start: float
) -> tuple[Ints, Events]:
    """Open a campaign's accounts; return them and the little life that the aged ones had."""
    aged = rng.random(count) < evasion.aged
    if evasion.staggered:
        young = rng.uniform(0.1, 12, count)
    else:
        young = rng.uniform(0.3, 12) - rng.uniform(0, 0.2, count)
    age = np.where(aged, rng.uniform(60, 900, count), young) * DAY
    actors = town.open_accounts(rng, count, created=start - age, declared=evasion.declares)
    return actors, small_life(rng, town, actors[aged])


def small_life(rng: np.random.Generator, town: Town, accounts: Ints) -> Events:
    """Return talk of each account with a few people of one neighbourhood, over the whole time."""
    along = town.by_place()
    friends = rng.integers(2, 8, len(accounts))
    centre = rng.integers(0, len(along), len(accounts))
    owner = np.repeat(np.arange(len(accounts)), friends)
    beside = rng.integers(-2 * friends[owner], 2 * friends[owner] + 1)
    friend = along[np.clip(centre[owner] + beside, 0, len(along) - 1)]
    times = rng.poisson(rng.gamma(1.0, 4.0, len(friend)) * town.days / 28)
    one, other = accounts[np.repeat(owner, times)], np.repeat(friend, times)
    start = town.at_day(rng, one, rng.integers(0, town.days, len(one)))
    swap = rng.random(len(one)) < 0.5
    opener, partner = np.where(swap, other, one), np.where(swap, one, other)
    return talk.converse(rng, opener, partner, start, talk.turns(rng, len(one), 4.0))


def close_some(
    rng: np.random.Generator, town: Town, accounts: Ints, share: float, span: Span
) -> None:
    """Let the platform close a share of accounts, once they have been at work for a while."""
    caught = accounts[rng.random(len(accounts)) < share]
    when = span[0] + rng.uniform(0.2, 1.0, len(caught)) * (span[1] - span[0]) + HOUR
    town.people.closed[caught] = np.minimum(town.people.closed[caught], when.astype(np.int64))
    town.people.closed_by[caught] = CLOSERS.index("platform")
