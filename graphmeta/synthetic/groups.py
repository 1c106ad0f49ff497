"""Group life: what all groups have in common, and open groups that anyone may join.

A group message is one row whose recipient is the group. Open groups matter for grooming: people
become visible in them by joining or by their first message.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np

from graphmeta.synthetic import clock, invitations, portions, sheet, talk
from graphmeta.synthetic.clock import DAY, HOUR
from graphmeta.synthetic.habits import Habits
from graphmeta.synthetic.invitations import Invitations
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


def founded_with(
    came: Invitations, group: Ints, member: Ints, joined: Floats
) -> tuple[Ints, Ints, Floats]:
    """Return memberships together with those of people who followed an invitation, by group."""
    both = np.concatenate([group, came.group])
    order = np.argsort(both, kind="stable")
    return (
        both[order],
        np.concatenate([member, came.invitee])[order],
        np.concatenate([joined, came.joined])[order],
    )


def departures(rng: np.random.Generator, town: Town, joined: Floats, share: float) -> Floats:
    """Return when each member leaves, a day after joining at the earliest, or ``NEVER``."""
    left = np.where(rng.random(len(joined)) < share, rng.uniform(0, town.end, len(joined)), NEVER)
    return np.where(left > joined + DAY, left, float(NEVER))


def joins(founded: Groups) -> Events:
    """Return join events of those who joined after the start."""
    seen = founded.joined >= 0
    group = founded.group[seen]
    return sheet.make(founded.member[seen], group, founded.joined[seen], "join", group=group)


def leaves(founded: Groups) -> Events:
    """Return leave events of those who left."""
    gone = founded.left < NEVER
    group = founded.group[gone]
    return sheet.make(founded.member[gone], group, founded.left[gone], "leave", group=group)


def sessions(
    rng: np.random.Generator, town: Town, talking: Groups, mean: Floats, weekend: float
) -> Events:
    """Return group messages in sessions.

    Args:
        rng: Where chance comes from.
        town: For rhythms and temper.
        talking: Who is in which group.
        mean: Expected messages per group, shape (g,).
        weekend: How much is said on a day of the weekend, against a working day.
    """
    size, member = talking.size, talking.member
    which = np.repeat(np.arange(len(size)), rng.poisson(mean / _SESSION))
    first = np.cumsum(size) - size
    leader = first[which] + np.floor(rng.random(len(which)) * size[which]).astype(np.int64)
    start = town.at_day(rng, member[leader], clock.some_day(rng, town.days, weekend, len(which)))
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


def open_groups(rng: np.random.Generator, town: Town, ways: Habits) -> list[Portion]:
    """Return large groups of common interest: newcomers all the time, and some who leave."""
    ordinary = town.ordinary()
    count = max(3, len(ordinary) // 200)
    wanted = np.clip(rng.lognormal(np.log(60), 0.5, count), 20, len(ordinary) // 4)
    group = np.repeat(np.arange(count), wanted.astype(np.int64))
    # Whoever is drawn twice for one group is in it once.
    drawn = np.unique(group * len(ordinary) + rng.integers(0, len(ordinary), len(group)))
    group, members = drawn // len(ordinary), ordinary[drawn % len(ordinary)]
    new = rng.random(len(group)) < rng.uniform(0.2, 0.5, count)[group]
    joined = np.where(new, rng.uniform(0, town.end, len(group)), -1.0)
    joined = np.maximum(joined, np.where(new, town.people.created[members] + HOUR, -1.0))
    asked = invitations.among_friends(
        rng, town, group, members, joined, ways.invites * town.days / 28
    )
    group, members, joined = founded_with(asked.accepted, group, members, joined)
    size = np.bincount(group, minlength=count)
    left = departures(rng, town, joined, 0.06)
    number = town.found_groups(group, members, joined)
    town.open_groups = np.append(town.open_groups, number)
    founded = Groups(number, size, members, joined, left)
    mean = size * town.days * rng.uniform(0.1, 0.4, count)
    return [
        partial(
            _in_the_open,
            town=town,
            founded=founded.some(few),
            mean=mean[few],
            asked=asked.within(few.start, few.stop).events(number),
            weekend=ways.weekend,
        )
        for few in portions.slices(1.5 * mean)
    ]


def _in_the_open(
    rng: np.random.Generator,
    town: Town,
    founded: Groups,
    mean: Floats,
    asked: Events,
    weekend: float,
) -> Events:
    """Return joins, first words, talk and leaves, and what comes of it in private."""
    member, group, joined = founded.member, founded.group, founded.joined
    hello = np.flatnonzero((joined >= 0) & (rng.random(len(joined)) < 0.6))
    said = joined[hello] + np.minimum(rng.exponential(4 * HOUR, len(hello)), 0.9 * DAY)
    return sheet.concat(
        [
            sessions(rng, town, founded, mean, weekend),
            joins(founded),
            sheet.make(member[hello], group[hello], said, "group_message", group=group[hello]),
            leaves(founded),
            asked,
            _in_private(rng, town, founded),
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
