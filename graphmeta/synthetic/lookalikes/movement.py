"""A movement (union, charity, protest): it grows along friendships towards one organiser."""

from __future__ import annotations

import numpy as np

from graphmeta.synthetic import sheet, talk
from graphmeta.synthetic.clock import DAY, HOUR
from graphmeta.synthetic.lookalikes.base import Posed
from graphmeta.synthetic.sheet import Events, Floats, Ints
from graphmeta.synthetic.town import NEVER, Town


def pose(rng: np.random.Generator, town: Town) -> Posed:
    """Members talk to friends and invite them; those who are won join, or write to an organiser."""
    # Who knows nobody cannot move anybody.
    able = town.take_people(rng, town.scaled(20, 0.03))
    count = int(rng.integers(1, 4))
    organisers = able[np.argsort(-town.degree(able), kind="stable")[:count]]
    parents, members, times = _grow(rng, town, organisers, town.scaled(150, 0.08))
    town.assign(members)
    hub = town.found_group(organisers, -1.0)
    town.join(hub, members, times)
    chat = talk.converse(
        rng,
        parents,
        members,
        times - rng.uniform(0.05, 1.5, len(members)) * DAY,
        talk.turns(rng, len(members), 6.0),
    )
    writes = np.flatnonzero(rng.random(len(members)) < 0.5)
    asks = talk.converse(
        rng,
        members[writes],
        rng.choice(organisers, len(writes)),
        times[writes] + rng.exponential(0.3 * DAY, len(writes)),
        talk.turns(rng, len(writes), 5.0),
    )
    joins = sheet.make(members, hub, times, "join", group=hub)
    asked = rng.random(len(members)) < rng.choice([0.0, 0.4, 0.9])
    before = times[asked] - rng.exponential(0.5 * HOUR, int(asked.sum()))
    bids = sheet.make(parents[asked], members[asked], before, "invite", group=hub)
    spoken = _group_talk(rng, town, np.append(organisers, members), hub)
    return Posed(sheet.concat([chat, asks, bids, joins, spoken]), np.append(organisers, members))


def _grow(
    rng: np.random.Generator, town: Town, organisers: Ints, most: int
) -> tuple[Ints, Ints, Floats]:
    """Return who was won by whom and when, generation by generation."""
    start = rng.uniform(0.3, 0.6) * town.end
    waiting = [(int(person), start) for person in organisers]
    seen = {person for person, _ in waiting}
    able = town.people.ordinary & (town.people.created < 0) & (town.people.closed >= NEVER)
    able &= ~town.has_part(np.arange(len(able)))
    won: list[tuple[int, int, float]] = []
    while waiting and len(won) < most:
        person, since = waiting.pop(0)
        for friend in rng.permutation(town.friends(person)):
            if int(friend) in seen or not able[friend] or rng.random() > 0.3:
                continue
            when = since + 1.6 * DAY + float(rng.exponential(1.5 * DAY))
            seen.add(int(friend))
            if when < town.end:
                won.append((person, int(friend), when))
                waiting.append((int(friend), when))
    table = np.array(won, dtype=np.float64).reshape(-1, 3)
    return table[:, 0].astype(np.int64), table[:, 1].astype(np.int64), table[:, 2]


def _group_talk(rng: np.random.Generator, town: Town, members: Ints, hub: int) -> Events:
    """Return what is said in the movement's group in its second half."""
    speaker = rng.choice(members, size=6 * len(members))
    day = rng.integers(town.days // 2, town.days, len(speaker))
    time = town.at_day(rng, speaker, day)
    inside, when = town.members_of(hub)
    joined = dict(zip(inside.tolist(), when.tolist(), strict=True))
    since = np.array([joined[person] for person in speaker.tolist()])
    late = time >= since
    return sheet.make(speaker[late], hub, time[late], "group_message", group=hub)
