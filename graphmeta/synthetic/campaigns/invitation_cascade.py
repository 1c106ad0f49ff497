"""Invitation cascade: strangers are invited into groups, and some of those who join invite more.

Those who founded the groups and all who invite are recruiters, the groups are hubs. Members who
do not invite are contacted people, not in the truth.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from graphmeta.contract.events import KINDS
from graphmeta.synthetic import sheet, talk
from graphmeta.synthetic.campaigns.accounts import open_actors
from graphmeta.synthetic.campaigns.base import Planted, a_span, open_at, planted
from graphmeta.synthetic.campaigns.evasion import (
    PLAIN,
    Evasion,
    camouflage,
    defended,
    softened,
    some_evasion,
)
from graphmeta.synthetic.clock import DAY, HOUR
from graphmeta.synthetic.sheet import Events, Floats, Ints
from graphmeta.synthetic.talk import Reaction
from graphmeta.synthetic.town import Town

#: How invitations into a group of strangers are met.
INVITED = Reaction(reply=0.12, dialogue=3.0, block=0.05, report=0.025)


@dataclass(frozen=True)
class Inviters:
    """Accounts that invite, into which group, and from when on; arrays of shape (n,)."""

    account: Ints
    group: Ints
    since: Floats


@dataclass(frozen=True)
class InvitationCascade:
    """Founders invite; a share of those who join invites in its turn, to a given depth.

    Args:
        founders: Number of accounts that begin.
        first: Invitations per founder.
        invites: Mean invitations per member who invites.
        accepts: Share of invitations that lead to joining.
        passes_on: Share of those who join and invite.
        depth: Generations of invitations, the founders' own included.
        lag: Mean hours from joining to each invitation.
        strangers: Share of members' invitations that go to strangers, the rest to friends.
        greets: Share of invitations with a message before them.
        groups: Number of groups.
        days: Length of the campaign.
        evasion: How it hides.
        name: Label in the truth.
    """

    founders: int
    first: int = 40
    invites: float = 10.0
    accepts: float = 0.25
    passes_on: float = 0.4
    depth: int = 4
    lag: float = 10.0
    strangers: float = 0.7
    greets: float = 0.4
    groups: int = 1
    days: float = 14.0
    evasion: Evasion = PLAIN
    name: str = "invitation_cascade"

    @property
    def branching(self) -> float:
        """Return how many further inviters each inviting member brings on average."""
        return self.invites * self.accepts * self.passes_on

    def plant(self, rng: np.random.Generator, town: Town) -> Planted:
        """Found the groups, and invite generation by generation."""
        span = a_span(rng, town, self.days)
        count = self.founders * self.evasion.split
        founders, life = open_actors(rng, town, count, self.evasion, span[0])
        which = np.sort(np.arange(count) % self.groups)
        groups = town.found_groups(which, founders, span[0])
        inviters = Inviters(founders, groups[which], np.full(count, span[0]))
        parts, inside = [life], founders
        for generation in range(self.depth):
            mean = self.first / self.evasion.split if generation == 0 else self.invites
            sent, joined = self._invite(rng, town, inviters, mean, inside, span[1])
            parts.append(sent)
            inside = np.append(inside, joined.account)
            able = ~town.has_part(joined.account) & town.people.ordinary[joined.account]
            eager = able & (rng.random(len(able)) < self.passes_on)
            if generation + 1 == self.depth or not eager.any():
                break
            inviters = Inviters(joined.account[eager], joined.group[eager], joined.since[eager])
            town.assign(inviters.account)
        events = sheet.concat(parts)
        # Who meant to invite and came to nobody is a member like others.
        invited = np.unique(events.sender[events.kind == KINDS.index("invite")])
        return planted(events, recruiter=np.union1d(founders, invited), hub=groups)

    def _invite(
        self,
        rng: np.random.Generator,
        town: Town,
        inviters: Inviters,
        mean: float,
        inside: Ints,
        until: float,
    ) -> tuple[Events, Inviters]:
        """Return one generation of invitations, and who joined upon them."""
        row = np.repeat(np.arange(len(inviters.account)), rng.poisson(mean, len(inviters.account)))
        sender = inviters.account[row]
        target = self._whom(rng, town, sender)
        time = inviters.since[row] + 600 + rng.exponential(self.lag * HOUR, len(row))
        # Who would invite at night, does so after it.
        asleep = self.evasion.human_hours & (rng.random(len(row)) > 0.1 + town.awake(sender, time))
        time = np.where(asleep, time + 9 * HOUR, time)
        kept = (time < until) & open_at(town, target, time) & open_at(town, sender, time)
        kept &= ~np.isin(target, inside) & (target != sender)
        row, sender, target, time = row[kept], sender[kept], target[kept], time[kept]
        group = inviters.group[row]
        greeting = rng.random(len(row)) < self.greets
        met = softened(INVITED, self.evasion)
        joined = self._join(rng, town, target, group, time)
        before = time[greeting] - rng.uniform(5, 300, int(greeting.sum()))
        alone = ~greeting
        parts = [
            sheet.make(sender, target, time, "invite", group=group),
            talk.approach(rng, town, sender[greeting], target[greeting], before, met),
            defended(rng, town, sender[alone], target[alone], time[alone], met),
            camouflage(rng, town, sender, time, self.evasion.camouflage),
            self._inside(rng, joined),
        ]
        return sheet.concat(parts), joined

    def _whom(self, rng: np.random.Generator, town: Town, sender: Ints) -> Ints:
        """Return whom each invitation goes to: a stranger, or a friend of a member."""
        target = rng.choice(town.ordinary(), size=len(sender))
        member = np.flatnonzero(
            (town.degree(sender) > 0) & (rng.random(len(sender)) >= self.strangers)
        )
        target[member] = town.some_friend(rng, sender[member])
        return target

    def _join(
        self, rng: np.random.Generator, town: Town, target: Ints, group: Ints, time: Floats
    ) -> Inviters:
        """Return who joins, each once, hours after the invitation."""
        yes = np.flatnonzero(rng.random(len(target)) < self.accepts)
        _, once = np.unique(target[yes], return_index=True)
        won = yes[once]
        won = won[np.argsort(group[won], kind="stable")]
        came = time[won] + rng.lognormal(np.log(2 * HOUR), 1.0, len(won))
        town.join(group[won], target[won], came)
        return Inviters(target[won], group[won], came)

    @staticmethod
    def _inside(rng: np.random.Generator, joined: Inviters) -> Events:
        """Return joins, and a few words in the group."""
        row = np.repeat(np.arange(len(joined.account)), rng.poisson(1.5, len(joined.account)))
        said = joined.since[row] + rng.exponential(1.5 * DAY, len(row))
        who, group = joined.account, joined.group
        return sheet.concat(
            [
                sheet.make(who, group, joined.since, "join", group=group),
                sheet.make(who[row], group[row], said, "group_message", group=group[row]),
            ]
        )


def draw(rng: np.random.Generator) -> InvitationCascade:
    """Draw parameters: branching ratios from dying out to just below one."""
    accepts, passes_on = float(rng.uniform(0.1, 0.35)), float(rng.uniform(0.15, 0.5))
    branching = float(rng.uniform(0.3, 0.95))
    return InvitationCascade(
        founders=int(rng.integers(3, 11)),
        first=int(rng.integers(20, 80)),
        invites=min(25.0, branching / (accepts * passes_on)),
        accepts=accepts,
        passes_on=passes_on,
        depth=int(rng.integers(2, 7)),
        lag=float(rng.uniform(2, 36)),
        strangers=float(rng.uniform(0.4, 1.0)),
        greets=float(rng.uniform(0, 1)),
        groups=int(rng.choice([1, 1, 2, 3])),
        days=float(rng.uniform(8, 19)),
        evasion=some_evasion(rng),
    )
