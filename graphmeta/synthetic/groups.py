"""Group life: chats of communities, and open groups that anyone may join.

A group message is one row whose recipient is the group. Open groups matter for grooming: people
become visible in them by joining or by their first message.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from graphmeta.synthetic import portions, sheet, talk
from graphmeta.synthetic.clock import DAY, HOUR
from graphmeta.synthetic.communities import Community
from graphmeta.synthetic.portions import Portion
from graphmeta.synthetic.sheet import Events, Floats, Ints
from graphmeta.synthetic.talk import FRIENDLY
from graphmeta.synthetic.town import NEVER, Town

#: Mean number of messages of one session of a group.
_SESSION = 7.0


@dataclass(frozen=True)
class Groups:
    """Groups whose members are laid end to end.

    Args:
        number: Group numbers, shape (g,).
        size: Members per group, shape (g,).
        member: Members, those of one group together, shape (m,).
        joined: When each joined, negative for earlier members, shape (m,).
        left: When each left, or ``NEVER``, shape (m,).
    """

    number: Ints
    size: Ints
    member: Ints
    joined: Floats
    left: Floats

    def some(self, few: slice) -> Groups:
        """Return consecutive groups."""
        first = int(self.size[: few.start].sum())
        rows = slice(first, first + int(self.size[few].sum()))
        return Groups(
            self.number[few], self.size[few], self.member[rows], self.joined[rows], self.left[rows]
        )

    @property
    def group(self) -> Ints:
        """The group's number for each member, shape (m,)."""
        return np.repeat(self.number, self.size)


def chats(
    rng: np.random.Generator, town: Town, gathered: Sequence[Community], per_day: float
) -> list[Portion]:
    """Return the group chats of communities; about ``per_day`` messages per account and day."""
    members, sizes = [], []
    for community in gathered:
        chatting = (rng.random(len(community.size)) < community.kind.chat) & (community.size > 2)
        members.append(community.member[chatting[community.which]])
        sizes.append(community.size[chatting])
    member, size = np.concatenate(members), np.concatenate(sizes)
    late = rng.random(len(member)) < 0.04
    joined = np.where(late, rng.uniform(0, town.end, len(member)), -1.0)
    joined = np.where(town.people.created[member] >= 0, town.people.created[member] + HOUR, joined)
    number = town.found_groups(np.repeat(np.arange(len(size)), size), member, joined)
    founded = Groups(number, size, member, joined, np.full(len(member), float(NEVER)))
    liveliness = rng.lognormal(0, 1.2, len(size)) * size**0.7
    mean = liveliness / liveliness.sum() * (per_day * town.days * len(town.people))
    return [
        partial(_chat, town=town, chatting=founded.some(few), mean=mean[few])
        for few in portions.slices(mean)
    ]


def _chat(rng: np.random.Generator, town: Town, chatting: Groups, mean: Floats) -> Events:
    return sheet.concat([sessions(rng, town, chatting, mean), joins(chatting)])


def joins(founded: Groups) -> Events:
    """Return join events of those who joined after the start."""
    seen = founded.joined >= 0
    group = founded.group[seen]
    return sheet.make(founded.member[seen], group, founded.joined[seen], "join", group=group)


def sessions(rng: np.random.Generator, town: Town, talking: Groups, mean: Floats) -> Events:
    """Return group messages in sessions.

    Args:
        rng: Where chance comes from.
        town: For rhythms and temper.
        talking: Who is in which group.
        mean: Expected messages per group, shape (g,).
    """
    size, member = talking.size, talking.member
    which = np.repeat(np.arange(len(size)), rng.poisson(mean / _SESSION))
    first = np.cumsum(size) - size
    leader = first[which] + np.floor(rng.random(len(which)) * size[which]).astype(np.int64)
    start = town.at_day(rng, member[leader], rng.integers(0, town.days, len(which)))
    length = talk.turns(rng, len(which), _SESSION)
    session = np.repeat(np.arange(len(which)), length)
    group = which[session]
    one = first[group] + np.floor(rng.random(len(group)) * size[group]).astype(np.int64)
    two = first[group] + np.floor(rng.random(len(group)) * size[group]).astype(np.int64)
    sociable = town.people.sociable[member]
    row = np.where(sociable[one] >= sociable[two], one, two)
    passed = np.cumsum(rng.lognormal(np.log(45), 1.4, len(group)))
    begin = np.cumsum(length) - length
    time = start[session] + passed - passed[begin][session]
    present = (talking.joined[row] <= time) & (time < talking.left[row])
    number = talking.number[group[present]]
    return sheet.make(member[row][present], number, time[present], "group_message", group=number)


def open_groups(rng: np.random.Generator, town: Town) -> list[Portion]:
    """Return large groups of common interest: newcomers all the time, and some who leave."""
    ordinary = town.ordinary()
    count = max(3, len(ordinary) // 200)
    wanted = np.clip(rng.lognormal(np.log(60), 0.5, count), 20, len(ordinary) // 4)
    group = np.repeat(np.arange(count), wanted.astype(np.int64))
    # Whoever is drawn twice for one group is in it once.
    drawn = np.unique(group * len(ordinary) + rng.integers(0, len(ordinary), len(group)))
    group, members = drawn // len(ordinary), ordinary[drawn % len(ordinary)]
    size = np.bincount(group, minlength=count)
    new = rng.random(len(group)) < rng.uniform(0.2, 0.5, count)[group]
    joined = np.where(new, rng.uniform(0, town.end, len(group)), -1.0)
    joined = np.maximum(joined, np.where(new, town.people.created[members] + HOUR, -1.0))
    left = np.where(rng.random(len(group)) < 0.06, rng.uniform(0, town.end, len(group)), NEVER)
    left = np.where(left > joined + DAY, left, NEVER)
    number = town.found_groups(group, members, joined)
    town.open_groups = np.append(town.open_groups, number)
    founded = Groups(number, size, members, joined, left)
    mean = size * town.days * rng.uniform(0.1, 0.4, count)
    return [
        partial(_in_the_open, town=town, founded=founded.some(few), mean=mean[few])
        for few in portions.slices(1.5 * mean)
    ]


def _in_the_open(rng: np.random.Generator, town: Town, founded: Groups, mean: Floats) -> Events:
    return sheet.concat([_in_public(rng, town, founded, mean), _in_private(rng, town, founded)])


def _in_public(rng: np.random.Generator, town: Town, founded: Groups, mean: Floats) -> Events:
    """Return joins, first words, talk and leaves."""
    member, group, joined = founded.member, founded.group, founded.joined
    hello = np.flatnonzero((joined >= 0) & (rng.random(len(joined)) < 0.6))
    said = joined[hello] + np.minimum(rng.exponential(4 * HOUR, len(hello)), 0.9 * DAY)
    gone = founded.left < NEVER
    return sheet.concat(
        [
            sessions(rng, town, founded, mean),
            joins(founded),
            sheet.make(member[hello], group[hello], said, "group_message", group=group[hello]),
            sheet.make(member[gone], group[gone], founded.left[gone], "leave", group=group[gone]),
        ]
    )


def _in_private(rng: np.random.Generator, town: Town, founded: Groups) -> Events:
    """Return private first contacts between members who met in a group."""
    size, member, joined = founded.size, founded.member, founded.joined
    count = rng.poisson(0.12 * size * town.days / 28)
    group = np.repeat(np.arange(len(size)), count)
    past = np.cumsum(size)
    first = past - size
    # The sociable ones write: a spot among the sums of how sociable those before them are.
    total = np.concatenate([[0.0], np.cumsum(town.people.sociable[member])])
    low, high = total[first[group]], total[past[group]]
    spot = np.searchsorted(total, low + rng.random(len(group)) * (high - low), side="right") - 1
    one = np.clip(spot, first[group], past[group] - 1)
    other = first[group] + np.floor(rng.random(len(group)) * size[group]).astype(np.int64)
    since = np.maximum(np.maximum(joined[one], joined[other]), 0.0)
    time = since + rng.random(len(group)) * (town.end - since)
    time = town.at_day(rng, member[one], (time // DAY).astype(np.int64))
    return talk.approach(rng, town, member[one], member[other], time, FRIENDLY)
