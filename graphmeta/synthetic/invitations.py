"""Who invites whom into which group, and who comes.

Most of those invited are friends of the one who invites; a few are people hardly known. Some do
not come. The platform sees an invitation, and later perhaps a join.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from graphmeta.synthetic import clock, sheet
from graphmeta.synthetic.clock import HOUR
from graphmeta.synthetic.sheet import Events, Floats, Ints
from graphmeta.synthetic.town import NEVER, Town

#: Share of invitations to somebody who is no friend.
_HARDLY_KNOWN = 0.15
#: How often friends come, and people hardly known.
_COMES, _COMES_HARDLY_KNOWN = 0.7, 0.35
#: Median seconds from an invitation to joining; a few take days.
_DELAY = 1.5 * HOUR


@dataclass(frozen=True)
class Invitations:
    """Invitations in order of their group, as arrays of shape (n,).

    Args:
        group: Group, counted from 0 by whoever asked for them.
        inviter: Who invites.
        invitee: Who is invited, once per group at most.
        sent: When.
        joined: When the invitee joins, ``NEVER`` where declined.
    """

    group: Ints
    inviter: Ints
    invitee: Ints
    sent: Floats
    joined: Floats

    @property
    def accepted(self) -> Invitations:
        """The invitations that were followed."""
        return self.where(np.flatnonzero(self.joined < NEVER))

    def within(self, first: int, last: int) -> Invitations:
        """Return those into groups from ``first`` to before ``last``."""
        rows = np.arange(*np.searchsorted(self.group, (first, last)))
        return self.where(rows)

    def where(self, rows: Ints) -> Invitations:
        """Return those in some rows."""
        return Invitations(
            self.group[rows],
            self.inviter[rows],
            self.invitee[rows],
            self.sent[rows],
            self.joined[rows],
        )

    def events(self, number: Ints) -> Events:
        """Return the events of inviting, given the numbers of all groups counted."""
        group = number[self.group]
        return sheet.make(self.inviter, self.invitee, self.sent, "invite", group=group)


def among_friends(
    rng: np.random.Generator,
    town: Town,
    group: Ints,
    member: Ints,
    joined: Floats,
    expected: float,
) -> Invitations:
    """Let members of groups invite people who are not in them.

    Args:
        rng: Where chance comes from.
        town: For who is whose friend, and rhythms.
        group: Group of each membership, counted from 0, shape (m,).
        member: Whose membership it is, shape (m,).
        joined: Since when, negative for earlier members, shape (m,).
        expected: Invitations per membership.
    """
    row = np.repeat(np.arange(len(member)), rng.poisson(expected, len(member)))
    inviter = member[row]
    hardly = rng.random(len(row)) < _HARDLY_KNOWN
    anybody = rng.integers(0, len(town.people), len(row))
    # Of two friends the one who talks more is thought of first.
    one, other = town.some_friend(rng, inviter), town.some_friend(rng, inviter)
    sociable = town.people.sociable
    friend = np.where(sociable[one] >= sociable[other], one, other)
    invitee = np.where(hardly, anybody, friend)
    day = clock.some_day(rng, town.days, 1.0, len(row))
    sent = town.at_day(rng, inviter, day)
    inside = np.isin(group[row] * len(town.people) + invitee, group * len(town.people) + member)
    able = (invitee >= 0) & (invitee != inviter) & ~inside
    able &= sent > np.maximum(joined[row], town.people.created[np.maximum(invitee, 0)])
    row, hardly, invitee, sent = row[able], hardly[able], invitee[able], sent[able]
    # Whoever is invited into one group by several counts the first of them.
    _, once = np.unique(group[row] * len(town.people) + invitee, return_index=True)
    row, hardly, invitee, sent = row[once], hardly[once], invitee[once], sent[once]
    comes = rng.random(len(row)) < np.where(hardly, _COMES_HARDLY_KNOWN, _COMES)
    delay = rng.lognormal(np.log(_DELAY), 1.6, len(row))
    return Invitations(
        group[row], member[row], invitee, sent, np.where(comes, sent + delay, float(NEVER))
    )


def of_founders(group: Ints, founder: Ints, member: Ints, joined: Floats) -> Invitations:
    """Return the invitations by which founders gather a new group, shapes (m,).

    Args:
        group: Group of each member, counted from 0.
        founder: Who founded it, one for each member.
        member: Who came.
        joined: When; the invitation went out a little before, by the founder's own joining.
    """
    came = np.flatnonzero(member != founder)
    begun = np.zeros(int(group.max(initial=-1)) + 1)
    begun[group[member == founder]] = joined[member == founder]
    at = begun[group[came]]
    sent = at + np.minimum(60.0 + 20.0 * (came % 30), 0.5 * (joined[came] - at))
    return Invitations(group[came], founder[came], member[came], sent, joined[came])


def joined_up(parts: list[Invitations]) -> Invitations:
    """Return the invitations of all parts, in order of their group."""
    whole = Invitations(
        *(
            np.concatenate([getattr(part, name) for part in parts])
            for name in ("group", "inviter", "invitee", "sent", "joined")
        )
    )
    return whole.where(np.argsort(whole.group, kind="stable"))
