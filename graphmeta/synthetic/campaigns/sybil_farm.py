"""Sybil farm: accounts that befriend one another and outsiders, so that they look like people.

They come from one hand, talk among themselves, win outside friends (of whom some introduce them
to their own friends), and reach a list of strangers.
"""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass

import numpy as np

from graphmeta.synthetic import sheet, talk
from graphmeta.synthetic.campaigns.accounts import open_actors
from graphmeta.synthetic.campaigns.base import Span
from graphmeta.synthetic.campaigns.senders import Contacts, Senders, as_usual
from graphmeta.synthetic.clock import DAY, HOUR
from graphmeta.synthetic.sheet import Events, Floats, Ints
from graphmeta.synthetic.talk import Reaction
from graphmeta.synthetic.town import Town


@dataclass(frozen=True)
class SybilFarm(Senders):
    """Sybils with a life among themselves.

    Args:
        targets: Strangers per account.
        reached_by: Accounts that reach each target, on average: 1 splits the list.
        mates: Other sybils with whom each talks.
        outsiders: Ordinary people whom each tries to befriend.
        accepts: Share of them who become its friends.
        warm: Days of such life before the first stranger is reached.
        window: Hours within which the accounts that share a target reach it.
    """

    targets: int
    reached_by: float = 1.5
    mates: float = 5.0
    outsiders: float = 8.0
    accepts: float = 0.4
    warm: float = 5.0
    window: float = 6.0
    _: KW_ONLY
    name: str = "sybil_farm"

    def crew(self, rng: np.random.Generator, town: Town, span: Span) -> tuple[Ints, Events]:
        """Open the accounts some days early, and let them make friends."""
        count, opened = self.actors * self.evasion.split, span[0] - self.warm * DAY
        accounts, life = open_actors(rng, town, count, self.evasion, opened)
        among = mutual_talk(rng, town, accounts, self.mates, span[1])
        outside = _outside_friends(rng, town, accounts, self.outsiders, self.accepts, span[1])
        return accounts, sheet.concat([life, among, outside])

    def work(self, rng: np.random.Generator, town: Town, seats: int, span: Span) -> Contacts:
        """Reach each stranger on the list from one account, or from a few."""
        listed = self.a_list(rng, town, seats * self.targets / max(1.0, self.reached_by), 0.4)
        times = 1 + rng.poisson(max(0.0, self.reached_by - 1), len(listed))
        row = np.repeat(np.arange(len(listed)), np.minimum(times, seats))
        turn = np.arange(len(row)) - np.searchsorted(row, row)
        first = rng.integers(0, seats, len(listed))
        moment = self.moments(rng, town, len(listed), span)
        time = moment[row] + rng.uniform(0, self.window * HOUR, len(row)) * (turn > 0)
        return Contacts((first[row] + turn) % seats, listed[row], time)


def mutual_talk(
    rng: np.random.Generator, town: Town, accounts: Ints, mates: float, until: float
) -> Events:
    """Return talk among accounts, in which each has about ``mates`` partners."""
    count = len(accounts)
    if count < 2:
        return sheet.concat([])
    wanted = np.minimum(rng.poisson(mates / 2, count) + 1, count - 1)
    row = np.repeat(np.arange(count), wanted)
    other = (row + rng.integers(1, count, len(row))) % count
    return _keep_talking(rng, town, accounts[row], accounts[other], until)


def _outside_friends(
    rng: np.random.Generator,
    town: Town,
    accounts: Ints,
    outsiders: float,
    accepts: float,
    until: float,
) -> Events:
    """Return attempts to befriend ordinary people, half of them through the first ones."""
    tries = rng.poisson(outsiders / 2, len(accounts))
    one = np.repeat(accounts, tries)
    direct = rng.choice(town.ordinary(), size=len(one))
    through = town.some_friend(rng, direct)
    one = np.append(one, one[through >= 0])
    other = np.append(direct, through[through >= 0])
    won = rng.random(len(one)) < accepts
    time = _some_day(rng, town, one[~won], other[~won], until)
    declined = Reaction(reply=0.1, dialogue=2.0, block=0.02, report=0.004)
    return sheet.concat(
        [
            _keep_talking(rng, town, one[won], other[won], until),
            talk.approach(rng, town, one[~won], other[~won], time, declined),
        ]
    )


def _keep_talking(
    rng: np.random.Generator, town: Town, one: Ints, other: Ints, until: float
) -> Events:
    """Return a few conversations of each pair; who began one answers the next."""
    times = 1 + rng.poisson(rng.gamma(1.0, 3.0, len(one)))
    row = np.repeat(np.arange(len(one)), times)
    begun = _some_day(rng, town, one[row], other[row], until)
    first = np.zeros(len(row), dtype=bool)
    first[np.lexsort((begun, row))[np.cumsum(times) - times]] = True
    swap = ~first & (rng.random(len(row)) < 0.5)
    opener = np.where(swap, other[row], one[row])
    partner = np.where(swap, one[row], other[row])
    return talk.converse(rng, opener, partner, begun, talk.turns(rng, len(row), 4.0))


def _some_day(rng: np.random.Generator, town: Town, one: Ints, other: Ints, until: float) -> Floats:
    """Draw times at which both accounts are open, by the hours of the first."""
    created = town.people.created
    since = np.maximum(np.maximum(created[one], created[other]), 0)
    day = np.floor((since + rng.random(len(one)) * np.maximum(until - since, 0)) / DAY)
    at = town.at_day(rng, one, day.astype(np.int64))
    return np.asarray(np.where(at < since, since + rng.uniform(0, DAY / 2, len(one)), at))


def draw(rng: np.random.Generator) -> SybilFarm:
    """Draw parameters."""
    campaign = SybilFarm(
        actors=int(rng.integers(10, 41)),
        targets=int(rng.integers(15, 60)),
        reached_by=float(rng.choice([1.0, rng.uniform(1.2, 4.0)])),
        mates=float(rng.uniform(2, 10)),
        outsiders=float(rng.uniform(2, 16)),
        accepts=float(rng.uniform(0.15, 0.6)),
        warm=float(rng.uniform(0, 10)),
        window=float(rng.uniform(0.2, 24)),
        days=float(rng.uniform(6, 18)),
    )
    return as_usual(rng, campaign)
