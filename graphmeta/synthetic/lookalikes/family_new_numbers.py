"""Families that move to new numbers: young accounts that write to the friends of old ones."""

from __future__ import annotations

import numpy as np

from graphmeta.synthetic import sheet, talk
from graphmeta.synthetic.clock import DAY, HOUR
from graphmeta.synthetic.lookalikes.base import Posed
from graphmeta.synthetic.sheet import Events, Ints
from graphmeta.synthetic.talk import Reaction
from graphmeta.synthetic.town import Town

#: How many people the head of a family knows at least, where one of those asked does.
_KNOWN = 3


def pose(rng: np.random.Generator, town: Town) -> Posed:
    """Each family changes on one day: old accounts fall silent, new ones tell everybody."""
    parts, accounts = [], []
    for _ in range(int(rng.integers(2, 5))):
        # Whoever knows nobody has no family here: the first of a few who knows some.
        asked = town.take_people(rng, town.scaled(5, 0.01))
        head = asked[np.argmax(town.degree(asked) >= _KNOWN)]
        known = town.friends(int(head))
        home = known[np.argsort(np.abs(town.people.place[known] - town.people.place[head]))]
        family = np.append(head, home[: int(rng.integers(2, 5))])
        move = float(rng.uniform(0.3, 0.85)) * town.end
        new = town.open_accounts(
            rng, len(family), created=move + rng.uniform(0, 5 * HOUR, len(family))
        )
        # A number that would be opened after the move is given up at once: nobody else is touched.
        closed = np.minimum(town.people.closed[family], round(move + DAY))
        town.people.closed[family] = np.maximum(closed, town.people.created[family] + 1)
        town.people.closed_by[family] = 1
        for old, account in zip(family, new, strict=True):
            friends = np.union1d(town.friends(int(old)), new)
            friends = np.setdiff1d(friends, np.append(family, account))
            parts.append(_announce(rng, town, int(account), friends, move + 6 * HOUR))
        accounts.append(new)
    return Posed(sheet.concat(parts), np.concatenate(accounts))


def _announce(
    rng: np.random.Generator, town: Town, account: int, friends: Ints, start: float
) -> Events:
    """Return the new number's first messages, and life going on."""
    who = np.full(len(friends), account)
    told = start + np.sort(rng.exponential(5 * HOUR, len(friends)))
    times = rng.poisson(rng.gamma(0.7, 4.0, len(friends)))
    row = np.repeat(np.arange(len(friends)), times)
    day = np.floor(told[row] / DAY).astype(np.int64) + rng.integers(1, 12, len(row))
    swap = rng.random(len(row)) < 0.5
    opener = np.where(swap, friends[row], who[row])
    other = np.where(swap, who[row], friends[row])
    return sheet.concat(
        [
            talk.approach(rng, town, who, friends, told, Reaction(0.8, 4.0, 0.002)),
            talk.converse(
                rng, opener, other, town.at_day(rng, opener, day), talk.turns(rng, len(row))
            ),
        ]
    )
