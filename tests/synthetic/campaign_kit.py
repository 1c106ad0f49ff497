"""What the tests of campaigns and look-alikes share: small towns in which nobody else talks."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from graphmeta import seeds
from graphmeta.contract.events import KINDS
from graphmeta.synthetic import communities, habits, naming
from graphmeta.synthetic.campaigns import Campaign, Planted
from graphmeta.synthetic.communities import COMMUNITIES
from graphmeta.synthetic.lookalikes import LOOKALIKES, Posed
from graphmeta.synthetic.sheet import Bools, Events, Floats, Ints
from graphmeta.synthetic.town import Town

DAYS, QUIET = 28, 7


@dataclass(frozen=True)
class Stage:
    """A town, what was put into it, and what of it can have happened."""

    town: Town
    events: Events
    account: Ints
    role: tuple[str, ...]

    def of_role(self, *roles: str) -> Ints:
        """Return the accounts of some roles."""
        return self.account[np.isin(self.role, roles)]

    def kind(self, *kinds: str) -> Events:
        """Return the events of some kinds."""
        return self.events.where(np.isin(self.events.kind, [KINDS.index(kind) for kind in kinds]))

    def openings(self, senders: Ints) -> Events:
        """Return the first message or call of each pair, where one of the senders made it."""
        talked = self.kind("message", "call")
        low = np.minimum(talked.sender, talked.recipient)
        high = np.maximum(talked.sender, talked.recipient)
        order = np.lexsort((talked.time, high, low))
        fresh = np.ones(len(order), dtype=bool)
        fresh[1:] = (np.diff(low[order]) != 0) | (np.diff(high[order]) != 0)
        first = talked.where(order[fresh])
        return first.where(np.isin(first.sender, senders))

    def answered(self, contacts: Events) -> Bools:
        """Say which contacts were ever answered by a message or a call."""
        talked = self.kind("message", "call")
        back = pairs(talked.recipient, talked.sender)
        return np.isin(pairs(contacts.sender, contacts.recipient), back)


def pairs(one: Ints, other: Ints) -> Ints:
    """Return a number for each ordered pair of accounts."""
    return one * (1 << 30) + other


def a_town(seed: int = 0, people: int = 900, days: int = DAYS) -> Town:
    """Return a town of people who know one another, with a few open groups, and nobody talking."""
    rng = seeds.generator("kit", seed, people)
    ways = habits.draw(rng)
    settled = communities.settle(rng, people, days, ways)
    town = Town(days, QUIET, settled)
    gathered = [communities.gather(rng, settled, kind) for kind in COMMUNITIES]
    ties = communities.joined(
        [communities.ties_within(rng, settled, each, ways) for each in gathered]
    )
    town.set_ties(ties.one, ties.other)
    for _ in range(5):
        members = rng.choice(people, size=min(90, people // 4), replace=False)
        late = rng.random(len(members)) < 0.5
        joined = np.where(late, rng.uniform(0, town.end, len(members)), -1.0)
        group = town.found_group(members, joined)
        town.open_groups = np.append(town.open_groups, group)
    return town


def stage(campaign: Campaign, seed: int = 0, people: int = 900, days: int = DAYS) -> Stage:
    """Plant a campaign in a quiet town."""
    town = a_town(seed, people, days)
    planting: Planted = campaign.plant(seeds.generator("plant", seed), town)
    events = naming.lived(town, planting.events)
    return Stage(town, events, planting.account, planting.role)


def pose(kind: str, seed: int = 0, people: int = 900, days: int = DAYS) -> Stage:
    """Pose a look-alike in a quiet town."""
    town = a_town(seed, people, days)
    (lookalike,) = [each for each in LOOKALIKES if each.kind == kind]
    posed: Posed = lookalike.pose(seeds.generator("pose", seed), town)
    events = naming.lived(town, posed.events)
    return Stage(town, events, posed.account, (kind,) * len(posed.account))


def shared_per_pair(contacts: Events) -> float:
    """Return how many recipients two senders share on average."""
    senders, row = np.unique(contacts.sender, return_inverse=True)
    people, column = np.unique(contacts.recipient, return_inverse=True)
    reach = np.zeros((len(senders), len(people)), dtype=bool)
    reach[row, column] = True
    per_target = reach.sum(axis=0)
    both = (per_target * (per_target - 1) / 2).sum()
    return float(both / (len(senders) * (len(senders) - 1) / 2))


def per_recipient(contacts: Events) -> tuple[Ints, Floats]:
    """Return for each recipient how many contacts it got, and within how many seconds."""
    order = np.lexsort((contacts.time, contacts.recipient))
    who, time = contacts.recipient[order], contacts.time[order]
    _, first, count = np.unique(who, return_index=True, return_counts=True)
    return count, (time[first + count - 1] - time[first]).astype(np.float64)
