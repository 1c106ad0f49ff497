"""Group chats of communities: founded, talked in, joined by invitation, and left.

Most chats are older than the world. Some are founded in it: the founder invites, and the others
come within hours. Members invite friends later on, and some of these come. A group message is one
row whose recipient is the group; in a few small chats it goes out as a delivery to every member
instead, the way platforms without groups on their servers do it.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import numpy as np

from graphmeta.synthetic import clock, invitations, portions, sheet
from graphmeta.synthetic.clock import HOUR
from graphmeta.synthetic.communities import Community
from graphmeta.synthetic.groups import Groups, departures, founded_with, joins, leaves, sessions
from graphmeta.synthetic.habits import Habits
from graphmeta.synthetic.portions import Portion
from graphmeta.synthetic.sheet import Bools, Events, Floats, Ints
from graphmeta.synthetic.town import Town

#: Chats larger than this never send deliveries.
_SMALL = 8
#: Share of memberships that begin late without an invitation that the platform sees.
_LATE = 0.02


def chats(
    rng: np.random.Generator, town: Town, gathered: Sequence[Community], ways: Habits
) -> list[Portion]:
    """Return the group chats of communities; about ``ways.grouped`` messages per person and day."""
    month = town.days / 28
    group, member, founder, joined = _begun(rng, town, gathered, ways.new_chats * month)
    invited = [invitations.of_founders(group, founder, member, joined)]
    late = (joined < 0) & (rng.random(len(member)) < _LATE * month)
    joined = np.where(late, rng.uniform(0, town.end, len(member)), joined)
    opened = town.people.created[member]
    joined = np.where(opened >= 0, np.maximum(joined, opened + HOUR), joined)
    invited.append(
        invitations.among_friends(rng, town, group, member, joined, ways.invites * month)
    )
    group, member, joined = founded_with(invited[-1].accepted, group, member, joined)
    number = town.found_groups(group, member, joined)
    size = np.bincount(group, minlength=len(number))
    left = departures(rng, town, joined, ways.leaving * month)
    founded = Groups(number, size, member, joined, left)
    liveliness = rng.lognormal(0, 1.2, len(size)) * size**0.7
    mean = liveliness / liveliness.sum() * (ways.grouped * town.days * len(town.people))
    fanned = (size <= _SMALL) & (rng.random(len(size)) < ways.fanned)
    asked = invitations.joined_up(invited)
    return [
        partial(
            _chat,
            town=town,
            chatting=founded.some(few),
            mean=mean[few],
            fanned=fanned[few],
            asked=asked.within(few.start, few.stop).events(number),
            weekend=ways.weekend,
        )
        for few in portions.slices(mean * np.where(fanned, size, 1))
    ]


def _begun(
    rng: np.random.Generator, town: Town, gathered: Sequence[Community], new: float
) -> tuple[Ints, Ints, Ints, Floats]:
    """Return group, member, founder and time of joining (negative for old chats) of memberships."""
    members, sizes = [], []
    for community in gathered:
        chatting = (rng.random(len(community.size)) < community.kind.chat) & (community.size > 2)
        members.append(community.member[chatting[community.which]])
        sizes.append(community.size[chatting])
    member, size = np.concatenate(members), np.concatenate(sizes)
    group = np.repeat(np.arange(len(size)), size)
    first = np.cumsum(size) - size
    founder = member[first + np.floor(rng.random(len(size)) * size).astype(np.int64)]
    begun = town.at_day(rng, founder, clock.some_day(rng, town.days, 1.0, len(size)))
    begun = np.maximum(begun, town.people.created[founder] + HOUR)
    founder = founder[group]
    delay = np.where(member == founder, 0.0, rng.lognormal(np.log(HOUR), 1.3, len(group)))
    fresh = (rng.random(len(size)) < new)[group]
    return group, member, founder, np.where(fresh, begun[group] + delay, -1.0)


def _chat(
    rng: np.random.Generator,
    town: Town,
    chatting: Groups,
    mean: Floats,
    fanned: Bools,
    asked: Events,
    weekend: float,
) -> Events:
    talked = sessions(rng, town, chatting, mean, weekend)
    place = np.searchsorted(chatting.number, talked.group)
    return sheet.concat(
        [
            talked.where(~fanned[place]),
            _delivered(talked.where(fanned[place]), chatting),
            joins(chatting),
            leaves(chatting),
            asked,
        ]
    )


def _delivered(talked: Events, chatting: Groups) -> Events:
    """Return one message for every other member who is there, for each message to a group."""
    place = np.searchsorted(chatting.number, talked.group)
    size = chatting.size[place]
    which = np.repeat(np.arange(len(talked)), size)
    first = np.cumsum(chatting.size) - chatting.size
    row = np.repeat(first[place] - (np.cumsum(size) - size), size) + np.arange(len(which))
    sender, time = talked.sender[which], talked.time[which]
    there = (chatting.joined[row] <= time) & (time < chatting.left[row])
    there &= chatting.member[row] != sender
    return sheet.make(
        sender[there], chatting.member[row[there]], time[there], group=talked.group[which][there]
    )
