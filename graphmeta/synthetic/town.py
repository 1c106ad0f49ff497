"""Who lives in a world while it is being made, and who knows whom.

A :class:`Town` is the one mutable thing in the generator: look-alikes and campaigns open
accounts and found groups in it, and read whom ordinary people know. Everything is numbers;
:mod:`graphmeta.synthetic.world` names them at the end.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import ArrayLike

from graphmeta.errors import UsageError
from graphmeta.synthetic import clock
from graphmeta.synthetic.clock import DAY
from graphmeta.synthetic.sheet import FIRST_GROUP, Bools, Floats, Ints

#: Later than any event: an account that is never closed.
NEVER = 1 << 40
#: What an account may declare of itself, by number; 0 is nothing.
DECLARATIONS = (None, "business", "bot", "helpline", "public")
CLOSERS = (None, "user", "platform")


@dataclass
class People:
    """Accounts as arrays of shape (n,).

    Args:
        zone: Seconds that local time is ahead of UTC.
        rhythm: Type of daily rhythm, see :mod:`graphmeta.synthetic.clock`.
        sociable: How much the person talks, around 1, heavy-tailed.
        answers: Probability of answering a friendly stranger.
        defends: How readily the person blocks and reports, around 1.
        place: Position along the town, 0 to 1; neighbours are near.
        created: Second since the start, negative for older accounts.
        closed: Second since the start, or ``NEVER``.
        closed_by: Position in ``CLOSERS``.
        declared: Position in ``DECLARATIONS``.
        ordinary: Whether this is a person of ordinary life.
    """

    zone: Ints
    rhythm: Ints
    sociable: Floats
    answers: Floats
    defends: Floats
    place: Floats
    created: Ints
    closed: Ints
    closed_by: Ints
    declared: Ints
    ordinary: Bools

    def __len__(self) -> int:
        """Return the number of accounts."""
        return len(self.zone)

    def extend(self, more: People) -> None:
        """Append accounts."""
        for column in fields(self):
            both = np.concatenate([getattr(self, column.name), getattr(more, column.name)])
            setattr(self, column.name, both)


@dataclass
class Town:
    """A world in the making.

    Args:
        days: Length of the world.
        quiet: Days at the start during which no campaign is at work.
        people: All accounts so far.
    """

    days: int
    quiet: int
    people: People

    def __post_init__(self) -> None:
        """Begin without groups or acquaintances."""
        nothing = np.zeros(0, dtype=np.int64)
        self.groups = 0
        self.open_groups = nothing
        self._memberships: list[tuple[Ints, Ints, Ints]] = []
        self._taken: set[int] = set()
        self._ordinary = np.flatnonzero(self.people.ordinary)
        self._along = self._ordinary[np.argsort(self.people.place[self._ordinary], kind="stable")]
        self.set_ties(nothing, nothing)

    @property
    def end(self) -> int:
        """The second after the last."""
        return self.days * DAY

    @property
    def begin(self) -> int:
        """The second at which the quiet time is over."""
        return self.quiet * DAY

    def ordinary(self) -> Ints:
        """Return the numbers of ordinary people; all of them were there when the town began."""
        return self._ordinary

    def scaled(self, count: float | np.integer, share: float) -> int:
        """Return a count, held to a share of the ordinary people so that small worlds stay sane."""
        return max(1, round(min(float(count), share * len(self._ordinary))))

    def set_ties(self, one: Ints, other: Ints) -> None:
        """Say who knows whom in ordinary life (each tie given once)."""
        count = len(self.people)
        both = np.concatenate([one * count + other, other * count + one])
        both.sort()
        self._first = np.searchsorted(both, np.arange(count + 1) * count)
        self._far = both % max(count, 1)

    def friends(self, person: int) -> Ints:
        """Return whom a person knew in ordinary life."""
        if person + 1 >= len(self._first):
            return np.zeros(0, dtype=np.int64)
        return self._far[self._first[person] : self._first[person + 1]]

    def degree(self, who: Ints) -> Ints:
        """Return the number of friends of each, shape as given; 0 for accounts opened later."""
        known = who + 1 < len(self._first)
        safe = np.where(known, who, 0)
        return np.where(known, self._first[safe + 1] - self._first[safe], 0)

    def some_friend(self, rng: np.random.Generator, who: Ints) -> Ints:
        """Return one random friend of each ordinary person, or -1 for those without any."""
        count = self.degree(who)
        spot = self._first[who] + np.floor(rng.random(len(who)) * count).astype(np.int64)
        return np.where(count > 0, self._far[np.minimum(spot, len(self._far) - 1)], -1)

    def open_accounts(
        self,
        rng: np.random.Generator,
        count: int,
        *,
        created: ArrayLike,
        declared: str | None = None,
        zone: int | None = None,
        rhythm: int | None = None,
    ) -> Ints:
        """Open accounts outside ordinary life and return their numbers, shape (count,).

        Args:
            rng: Where chance comes from.
            count: How many.
            created: Seconds since the start, one for all or one each.
            declared: What they declare of themselves.
            zone: Time zone in seconds; that of a random ordinary person where absent.
            rhythm: Type of daily rhythm; drawn where absent.
        """
        first = len(self.people)
        like = rng.choice(self.ordinary())
        rhythms = rng.choice(clock.TYPES, size=count, p=clock.TYPE_SHARES)
        self.people.extend(
            People(
                zone=np.full(count, self.people.zone[like] if zone is None else zone),
                rhythm=rhythms if rhythm is None else np.full(count, rhythm),
                sociable=np.ones(count),
                answers=np.full(count, 0.5),
                defends=np.ones(count),
                place=np.full(count, self.people.place[like]),
                created=np.broadcast_to(np.asarray(created).astype(np.int64), count),
                closed=np.full(count, NEVER),
                closed_by=np.zeros(count, dtype=np.int64),
                declared=np.full(count, DECLARATIONS.index(declared)),
                ordinary=np.zeros(count, dtype=bool),
            )
        )
        return np.arange(first, first + count)

    def found_group(self, members: Ints, joined: ArrayLike) -> int:
        """Found a group and return its number; ``joined`` is negative for earlier members."""
        return int(self.found_groups(np.zeros(len(members), dtype=np.int64), members, joined)[0])

    def found_groups(self, which: Ints, members: Ints, joined: ArrayLike) -> Ints:
        """Found groups at once and return their numbers, shape (groups,).

        Args:
            which: The group of each row, counted from 0 and ascending, shape (n,).
            members: Who is in it, shape (n,).
            joined: Since when, negative for earlier members, one for all or one each.
        """
        first = FIRST_GROUP + self.groups
        self.groups += int(which.max(initial=0)) + 1
        self.join(which + first, members, joined)
        return np.arange(first, FIRST_GROUP + self.groups)

    def join(self, group: ArrayLike, members: Ints, joined: ArrayLike) -> None:
        """Remember that accounts joined a group (one for all, or one each and ascending)."""
        shape = len(members)
        when = np.broadcast_to(np.asarray(joined).astype(np.int64), shape)
        groups = np.broadcast_to(np.asarray(group, dtype=np.int64), shape)
        self._memberships.append((groups, members, when))

    def members_of(self, group: int) -> tuple[Ints, Ints]:
        """Return who joined a group and when, in the order in which it was remembered."""
        members, joined = [], []
        for groups, who, when in self._memberships:
            rows = slice(*np.searchsorted(groups, (group, group + 1)))
            members.append(who[rows])
            joined.append(when[rows])
        return np.concatenate(members), np.concatenate(joined)

    def take_people(self, rng: np.random.Generator, count: int) -> Ints:
        """Return ordinary people for a special part, each at most once per world.

        They were there before the world began and stay to its end.

        Raises:
            UsageError: There are not so many left.
        """
        people = self.people
        able = people.ordinary & (people.created < 0) & (people.closed >= NEVER)
        able[list(self._taken)] = False
        if int(able.sum()) < count:
            raise UsageError(
                f"The town has too few people ({len(self._ordinary)}) for what is hidden in it.",
                "Ask for more accounts, or for fewer campaigns and look-alikes.",
            )
        chosen = rng.choice(np.flatnonzero(able), size=count, replace=False)
        self.assign(chosen)
        return np.asarray(chosen)

    def assign(self, who: Ints) -> None:
        """Remember that ordinary people have a special part, so that none has two."""
        self._taken.update(who.tolist())

    def has_part(self, who: Ints) -> Bools:
        """Say who has a special part, shape as given."""
        return np.isin(who, np.fromiter(self._taken, dtype=np.int64))

    def strangers(self, rng: np.random.Generator, count: int, *, near: bool = False) -> Ints:
        """Return distinct random ordinary people; ``near`` keeps them in one stretch of town."""
        able = self._along if near else self.ordinary()
        if near:
            stretch = min(len(able), 4 * count)
            first = int(rng.integers(0, len(able) - stretch + 1))
            able = able[first : first + stretch]
        return np.asarray(rng.choice(able, size=min(count, len(able)), replace=False))

    def at_day(self, rng: np.random.Generator, who: Ints, day: Ints) -> Floats:
        """Draw a time on a local day for each account by its own rhythm, shape (n,)."""
        local = clock.second_of_day(rng, self.people.rhythm[who], day)
        return np.asarray(day * DAY + local - self.people.zone[who])

    def awake(self, who: Ints, time: Floats) -> Floats:
        """Return how lively accounts are at a time, 1 at their peak."""
        return clock.wakefulness(self.people.rhythm[who], time + self.people.zone[who])

    def by_place(self) -> Ints:
        """Return the numbers of ordinary people along the town, so that neighbours are near."""
        return self._along
