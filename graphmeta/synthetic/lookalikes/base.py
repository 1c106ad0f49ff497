"""What look-alikes share: whose accounts they are, since when, and how people come into groups."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from graphmeta.synthetic import sheet
from graphmeta.synthetic.clock import DAY, HOUR
from graphmeta.synthetic.sheet import Events, Floats, Ints
from graphmeta.synthetic.talk import Reaction
from graphmeta.synthetic.town import CLOSERS, Town

#: Lowest and highest value of what is drawn for each appearance.
Range = tuple[float, float]


@dataclass(frozen=True)
class Posed:
    """What a look-alike did: its events, and the accounts that look like a campaign."""

    events: Events
    account: Ints


@dataclass(frozen=True)
class Lookalike:
    """One kind of benign behaviour that resembles a campaign.

    Args:
        kind: The label that its accounts carry.
        pose: Draws its parameters, opens or picks its accounts, and acts.
    """

    kind: str
    pose: Callable[[np.random.Generator, Town], Posed]


def met_with(
    rng: np.random.Generator,
    *,
    reply: Range,
    dialogue: Range,
    block: Range,
    report: Range,
    delay: float = 1_200.0,
) -> Reaction:
    """Draw how those whom an organisation approaches react to it.

    Organisations of one kind are met very differently: blocks and reports are drawn by their
    logarithm, over a tenth of what the highest is at least.

    Args:
        rng: Where chance comes from.
        reply: Mean probability of an answer.
        dialogue: Mean number of messages once they answer.
        block: Mean probability of a block.
        report: Mean probability of a report.
        delay: Median seconds until they answer.
    """
    return Reaction(
        reply=float(rng.uniform(*reply)),
        dialogue=float(rng.uniform(*dialogue)),
        block=float(np.exp(rng.uniform(*np.log(block)))),
        report=float(np.exp(rng.uniform(*np.log(report)))),
        delay=delay,
    )


def opened_before(rng: np.random.Generator, count: int) -> Ints:
    """Draw opening times of established accounts: one month to three years before the start."""
    return (-rng.uniform(30, 1_000, count) * DAY).astype(np.int64)


def staff(
    rng: np.random.Generator,
    town: Town,
    count: int,
    *,
    declared: str | None = None,
    often: float = 0.5,
    young: float = 0.3,
    rhythm: int | None = None,
) -> Ints:
    """Open the accounts of an organisation: established ones, or a batch as fresh as a campaign's.

    Among the established ones there may be some that were hired of late.

    Args:
        rng: Where chance comes from.
        town: Where they are opened.
        count: How many.
        declared: What they may declare of themselves.
        often: Probability that they do.
        young: Probability that they are opened together, in the first half of the world.
        rhythm: Type of daily rhythm; drawn where absent.
    """
    if rng.random() < young:
        within = min(float(rng.choice([0.05, 1.0, 5.0])) * DAY, 0.2 * town.end)
        created = rng.uniform(0, 0.5) * town.end + rng.uniform(0, within, count)
    else:
        hired = rng.random(count) < rng.choice([0.0, 0.0, 0.5])
        recent = rng.uniform(-12 * DAY, 0.1 * town.end, count)
        created = np.where(hired, recent, opened_before(rng, count))
    says = declared if rng.random() < often else None
    accounts = town.open_accounts(rng, count, created=created, declared=says, rhythm=rhythm)
    _some_leave(rng, town, accounts)
    return accounts


def volunteers(rng: np.random.Generator, town: Town, count: int, *, numbers: float = 0.35) -> Ints:
    """Return accounts of ordinary people, or (probability ``numbers``) new ones they are lent."""
    if rng.random() < numbers:
        return staff(rng, town, count, young=0.8)
    return town.take_people(rng, count)


def _some_leave(rng: np.random.Generator, town: Town, accounts: Ints) -> None:
    """Close a few accounts towards the end; some of them by mistake of the platform."""
    leaving = accounts[rng.random(len(accounts)) < rng.uniform(0, 0.12)]
    when = rng.uniform(0.8, 1.0, len(leaving)) * town.end
    mistaken = rng.random(len(leaving)) < 0.3
    town.people.closed[leaving] = np.floor(when).astype(np.int64)
    town.people.closed_by[leaving] = np.where(
        mistaken, CLOSERS.index("platform"), CLOSERS.index("user")
    )


def first_day(town: Town, accounts: Ints) -> int:
    """Return the first whole day on which all of these accounts are open."""
    return max(0, -(-int(town.people.created[accounts].max()) // DAY))


def some_day(rng: np.random.Generator, town: Town, accounts: Ints, count: int) -> Ints:
    """Draw days on which all of these accounts are open, shape (count,)."""
    return rng.integers(first_day(town, accounts), town.days, count)


def invited(
    rng: np.random.Generator,
    town: Town,
    hosts: Ints,
    guests: Ints,
    group: int,
    time: ArrayLike,
    *,
    comes: float = 1.0,
) -> Events:
    """Return invitations into a group by its people, and the joins of those who come.

    Args:
        rng: Where chance comes from.
        town: Where memberships are remembered.
        hosts: Who invites each guest, shape (n,).
        guests: Who is invited, shape (n,).
        group: Into which group.
        time: When, one for all or one each.
        comes: Share of guests who join, most of them within the hour.
    """
    asked = np.broadcast_to(np.asarray(time, dtype=np.float64), len(guests))
    join = rng.random(len(guests)) < comes
    came: Floats = asked + rng.lognormal(np.log(0.4 * HOUR), 1.3, len(guests))
    town.join(group, guests[join], came[join])
    return sheet.concat(
        [
            sheet.make(hosts, guests, asked, "invite", group=group),
            sheet.make(guests[join], group, came[join], "join", group=group),
        ]
    )


def group_talk(
    rng: np.random.Generator, town: Town, speakers: Ints, group: int, since: ArrayLike, each: float
) -> Events:
    """Return about ``each`` messages per speaker in a group, after the time each has come."""
    row = np.repeat(np.arange(len(speakers)), rng.poisson(each, len(speakers)))
    begun = np.maximum(np.broadcast_to(np.asarray(since, dtype=np.float64), len(speakers)), 0)[row]
    day = np.floor((begun + rng.random(len(row)) * (town.end - begun)) / DAY).astype(np.int64)
    time = town.at_day(rng, speakers[row], day)
    late = time > begun
    return sheet.make(speakers[row][late], group, time[late], "group_message", group=group)
