"""Group life: chats of communities, and open groups that anyone may join.

A group message is one row whose recipient is the group. Open groups matter for grooming: people
become visible in them by joining or by their first message.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from graphmeta.synthetic import sheet, talk
from graphmeta.synthetic.clock import DAY, HOUR
from graphmeta.synthetic.communities import Community
from graphmeta.synthetic.sheet import Events, Floats, Ints
from graphmeta.synthetic.talk import FRIENDLY
from graphmeta.synthetic.town import NEVER, Town


def chats(
    rng: np.random.Generator, town: Town, gathered: Sequence[Community], per_day: float
) -> Events:
    """Return the group chats of communities; about ``per_day`` messages per account and day."""
    first, members, sizes = town.groups, [], []
    for community in gathered:
        chatting = (rng.random(len(community.size)) < community.kind.chat) & (community.size > 2)
        members.append(community.member[chatting[community.which]])
        sizes.append(community.size[chatting])
    member, size = np.concatenate(members), np.concatenate(sizes)
    late = rng.random(len(member)) < 0.04
    joined = np.where(late, rng.uniform(0, town.end, len(member)), -1.0)
    joined = np.where(town.people.created[member] >= 0, town.people.created[member] + HOUR, joined)
    group = np.repeat(np.arange(len(size)), size)
    town.found_groups(group, member, joined)
    liveliness = rng.lognormal(0, 1.2, len(size)) * size**0.7
    total = per_day * town.days * len(town.people)
    talked = sessions(rng, town, size, member, joined, liveliness / liveliness.sum() * total)
    shifted = talked.recipient + sheet.FIRST_GROUP + first
    talked = Events(
        talked.sender, shifted, talked.time, talked.kind, talked.duration, shifted.copy()
    )
    return sheet.concat([talked, joins(member, group + sheet.FIRST_GROUP + first, joined)])


def joins(member: Ints, group: Ints, joined: Floats) -> Events:
    """Return join events of those who joined after the start."""
    seen = joined >= 0
    return sheet.make(member[seen], group[seen], joined[seen], "join", group=group[seen])


def sessions(
    rng: np.random.Generator, town: Town, size: Ints, member: Ints, joined: Floats, mean: Floats
) -> Events:
    """Return group messages in sessions, group numbers counted from 0.

    Args:
        rng: Where chance comes from.
        town: For rhythms and temper.
        size: Members per group, shape (g,).
        member: Members laid end to end, shape (m,).
        joined: When each joined, shape (m,).
        mean: Expected messages per group, shape (g,).
    """
    length_mean = 7.0
    which = np.repeat(np.arange(len(size)), rng.poisson(mean / length_mean))
    first = np.cumsum(size) - size
    leader = first[which] + np.floor(rng.random(len(which)) * size[which]).astype(np.int64)
    start = town.at_day(rng, member[leader], rng.integers(0, town.days, len(which)))
    length = talk.turns(rng, len(which), length_mean)
    session = np.repeat(np.arange(len(which)), length)
    group = which[session]
    one = first[group] + np.floor(rng.random(len(group)) * size[group]).astype(np.int64)
    two = first[group] + np.floor(rng.random(len(group)) * size[group]).astype(np.int64)
    sociable = town.people.sociable[member]
    row = np.where(sociable[one] >= sociable[two], one, two)
    passed = np.cumsum(rng.lognormal(np.log(45), 1.4, len(group)))
    begin = np.cumsum(length) - length
    time = start[session] + passed - passed[begin][session]
    present = joined[row] <= time
    return sheet.make(
        member[row][present], group[present], time[present], "group_message", group=group[present]
    )


def open_groups(rng: np.random.Generator, town: Town) -> Events:
    """Return large groups of common interest: newcomers all the time, and some who leave."""
    parts: list[Events] = []
    ordinary = town.ordinary()
    for _ in range(max(3, len(ordinary) // 200)):
        size = int(np.clip(rng.lognormal(np.log(60), 0.5), 20, len(ordinary) // 4))
        members = rng.choice(ordinary, size=size, replace=False)
        new = rng.random(size) < rng.uniform(0.2, 0.5)
        joined = np.where(new, rng.uniform(0, town.end, size), -1.0)
        joined = np.maximum(joined, np.where(new, town.people.created[members] + HOUR, -1.0))
        left = np.where(rng.random(size) < 0.06, rng.uniform(0, town.end, size), NEVER)
        left = np.where(left > joined + DAY, left, NEVER)
        group = town.found_group(members, joined)
        town.open_groups = np.append(town.open_groups, group)
        parts.append(_in_public(rng, town, group, members, joined, left))
        parts.append(_in_private(rng, town, members, joined))
    return sheet.concat(parts)


def _in_public(
    rng: np.random.Generator,
    town: Town,
    group: int,
    members: Ints,
    joined: Floats,
    left: Floats,
) -> Events:
    """Return joins, first words, talk and leaves."""
    size = np.array([len(members)])
    mean = np.array([len(members) * town.days * rng.uniform(0.1, 0.4)])
    talked = sessions(rng, town, size, members, joined, mean)
    row = np.argsort(members)[np.searchsorted(np.sort(members), talked.sender)]
    talked = talked.where(talked.time < left[row])
    number = np.full(len(talked), group)
    talked = Events(talked.sender, number, talked.time, talked.kind, talked.duration, number)
    hello = np.flatnonzero((joined >= 0) & (rng.random(len(joined)) < 0.6))
    said = joined[hello] + np.minimum(rng.exponential(4 * HOUR, len(hello)), 0.9 * DAY)
    gone = left < NEVER
    return sheet.concat(
        [
            talked,
            joins(members, np.full(len(members), group), joined),
            sheet.make(members[hello], group, said, "group_message", group=group),
            sheet.make(members[gone], group, left[gone], "leave", group=group),
        ]
    )


def _in_private(rng: np.random.Generator, town: Town, members: Ints, joined: Floats) -> Events:
    """Return private first contacts between members who met in the group."""
    count = rng.poisson(0.12 * len(members) * town.days / 28)
    weight = town.people.sociable[members]
    one = rng.choice(len(members), size=count, p=weight / weight.sum())
    other = rng.integers(0, len(members), count)
    since = np.maximum(np.maximum(joined[one], joined[other]), 0.0)
    time = since + rng.random(count) * (town.end - since)
    time = town.at_day(rng, members[one], (time // DAY).astype(np.int64))
    return talk.approach(rng, town, members[one], members[other], time, FRIENDLY)
