"""Who belongs together: families, workplaces and schools, clubs, and the ties inside them.

People stand along a line; families are neighbours on it, workplaces and clubs are drawn by place
with growing noise, so that communities overlap the way those of one town do. Each tie has a
strength, log-normal and raised by how sociable both ends are, which makes degree and strength
heavy-tailed.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from graphmeta.synthetic import clock
from graphmeta.synthetic.clock import DAY, HOUR
from graphmeta.synthetic.habits import Habits
from graphmeta.synthetic.sheet import Floats, Ints
from graphmeta.synthetic.town import NEVER, People

#: Zones in hours ahead of UTC, from which each world draws a few.
_ZONES = (-8.0, -5.0, -3.0, 0.0, 1.0, 2.0, 3.0, 5.5, 8.0, 9.0)


@dataclass(frozen=True)
class Kinds:
    """What one kind of community is like.

    Args:
        name: What it is.
        share: Share of people in one of this kind.
        size: Median size; sizes are log-normal with ``tail``.
        tail: Standard deviation of the logarithm of size.
        noise: How far across town its members come from (1 is the whole line).
        mates: How many members each person talks with.
        strength: How strong its ties are, relative to others.
        chat: Share of communities with a group chat.
    """

    name: str
    share: float
    size: float
    tail: float
    noise: float
    mates: float
    strength: float
    chat: float


COMMUNITIES = (
    Kinds("family", 0.97, 3.5, 0.35, 0.0, 9.0, 3.0, 0.6),
    Kinds("work", 0.85, 9.0, 0.7, 0.02, 8.0, 1.0, 0.45),
    Kinds("club", 0.5, 11.0, 0.5, 0.04, 4.5, 0.6, 0.6),
    Kinds("friends", 0.8, 5.5, 0.4, 0.004, 9.0, 1.6, 0.4),
)


@dataclass(frozen=True)
class Community:
    """All communities of one kind: member lists laid end to end.

    Args:
        kind: What they are like.
        member: People, those of one community together, shape (m,).
        which: Number of the community each row belongs to, ascending, shape (m,).
        first: Row at which each community begins, shape (communities,).
        size: Number of members, shape (communities,).
    """

    kind: Kinds
    member: Ints
    which: Ints
    first: Ints
    size: Ints


@dataclass(frozen=True)
class Ties:
    """Undirected ties between ordinary people, each once (``one`` below ``other``)."""

    one: Ints
    other: Ints
    strength: Floats


def settle(rng: np.random.Generator, count: int, days: int, habits: Habits) -> People:
    """Draw ordinary people: zones, rhythms, temper, and when their accounts open and close."""
    regions = int(rng.integers(2, 5))
    offsets = rng.choice(_ZONES, size=regions, replace=False)
    weights = rng.dirichlet(np.full(regions, 3.0))
    region = np.sort(rng.choice(regions, size=count, p=weights))
    born = rng.random(count) < min(0.5, habits.births * days / 28)
    created = np.where(born, rng.uniform(0, days * DAY, count), -rng.exponential(500 * DAY, count))
    gone = rng.random(count) < min(0.5, habits.departures * days / 28)
    closed = np.where(gone, rng.uniform(0, days * DAY, count), NEVER)
    closed = np.where(closed > created + DAY, closed, NEVER).astype(np.int64)
    banned = rng.random(count) < habits.expelled
    return People(
        zone=(offsets[region] * HOUR + rng.normal(0, 0.7 * HOUR, count)).astype(np.int64),
        rhythm=rng.choice(clock.TYPES, size=count, p=clock.TYPE_SHARES),
        sociable=_sociable(rng, count, habits),
        answers=rng.beta(2.2, 1.8, count),
        defends=rng.gamma(0.7, 1 / 0.7, count),
        # One line for all regions: each has a stretch of its own.
        place=(region + rng.random(count)) / regions,
        created=created.astype(np.int64),
        closed=closed,
        closed_by=np.where(closed < NEVER, np.where(banned, 2, 1), 0).astype(np.int64),
        declared=np.zeros(count, dtype=np.int64),
        ordinary=np.ones(count, dtype=bool),
    )


def _sociable(rng: np.random.Generator, count: int, habits: Habits) -> Floats:
    """Draw how much people talk: log-normal, with a few whom everybody knows (a Pareto tail)."""
    body = rng.lognormal(-0.5 * habits.talkers**2, habits.talkers, count)
    known = rng.random(count) < habits.known
    return np.asarray(np.where(known, body * (1 + rng.pareto(1.6, count)) * 2, body))


def gather(rng: np.random.Generator, people: People, kind: Kinds) -> Community:
    """Divide people into communities of one kind."""
    inside = np.flatnonzero(rng.random(len(people)) < kind.share)
    spot = people.place[inside] + kind.noise * rng.standard_t(3, len(inside))
    ordered = inside[np.argsort(spot, kind="stable")]
    sizes = np.round(rng.lognormal(np.log(kind.size), kind.tail, len(inside))).astype(np.int64)
    sizes = np.clip(sizes, 2, max(3, len(inside) // 4))
    enough = int(np.searchsorted(np.cumsum(sizes), len(inside))) + 1
    sizes = sizes[:enough]
    sizes[-1] -= int(sizes.sum()) - len(inside)
    return Community(
        kind, ordered, np.repeat(np.arange(enough), sizes), np.cumsum(sizes) - sizes, sizes
    )


def ties_within(
    rng: np.random.Generator, people: People, community: Community, habits: Habits
) -> Ties:
    """Draw ties inside communities: sociable people know more of the others and are chosen more."""
    sociable = people.sociable[community.member]
    size = community.size[community.which]
    wanted = np.minimum(rng.poisson(0.6 * habits.mates * community.kind.mates * sociable), size - 1)
    row = np.repeat(np.arange(len(size)), wanted)
    first, room = community.first[community.which][row], size[row]
    one = first + np.floor(rng.random(len(row)) * room).astype(np.int64)
    two = first + np.floor(rng.random(len(row)) * room).astype(np.int64)
    chosen = np.where(sociable[one] >= sociable[two], one, two)
    # People who hardly use the platform have few of their ties on it.
    least = np.minimum(sociable[row], sociable[chosen])
    used = rng.random(len(row)) < 0.3 + 2.5 * least
    a, b = community.member[row[used]], community.member[chosen[used]]
    strength = community.kind.strength * rng.lognormal(0, habits.favourites, len(a))
    return merged(Ties(np.minimum(a, b), np.maximum(a, b), strength))


def acquaintances(rng: np.random.Generator, people: People, habits: Habits) -> Ties:
    """Draw ties across the town and across regions: old friends, relatives abroad."""
    count = round(habits.old_friends * len(people))
    a = rng.choice(len(people), size=count, p=people.sociable / people.sociable.sum())
    hop = np.round(rng.standard_t(1.2, count) * 30).astype(np.int64)
    order = np.argsort(people.place, kind="stable")
    rank = np.empty_like(order)
    rank[order] = np.arange(len(order))
    b = order[np.mod(rank[a] + hop, len(people))]
    # Of two neighbours the more sociable one is known: popularity feeds on itself.
    beside = order[np.mod(rank[a] + hop + 1, len(people))]
    b = np.where(people.sociable[beside] > people.sociable[b], beside, b)
    strength = rng.lognormal(-0.3, habits.favourites, count)
    return merged(Ties(np.minimum(a, b), np.maximum(a, b), strength))


def merged(ties: Ties) -> Ties:
    """Return each pair once, with its strongest tie, and nobody tied to themselves."""
    order = np.lexsort((-ties.strength, ties.other, ties.one))
    one, other, strength = ties.one[order], ties.other[order], ties.strength[order]
    fresh = np.ones(len(one), dtype=bool)
    fresh[1:] = (one[1:] != one[:-1]) | (other[1:] != other[:-1])
    fresh &= one != other
    return Ties(one[fresh], other[fresh], strength[fresh])


def joined(parts: list[Ties]) -> Ties:
    """Return the ties of all parts, each pair once."""
    return merged(
        Ties(
            np.concatenate([part.one for part in parts]),
            np.concatenate([part.other for part in parts]),
            np.concatenate([part.strength for part in parts]),
        )
    )
