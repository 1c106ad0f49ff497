"""Every campaign can hide in every way that makes sense for it; what does not is stated here."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from campaign_kit import Stage, stage

from graphmeta.synthetic.campaigns import Evasion
from graphmeta.synthetic.campaigns.bulk import Bulk
from graphmeta.synthetic.campaigns.drip import Drip
from graphmeta.synthetic.campaigns.funnel import Funnel
from graphmeta.synthetic.campaigns.grooming import Grooming
from graphmeta.synthetic.campaigns.invitation_cascade import InvitationCascade
from graphmeta.synthetic.campaigns.mixed import Mixed
from graphmeta.synthetic.campaigns.one_clock import OneClock
from graphmeta.synthetic.campaigns.ring import Ring
from graphmeta.synthetic.campaigns.split_list import SplitList
from graphmeta.synthetic.campaigns.successors import Successors
from graphmeta.synthetic.campaigns.sybil_farm import SybilFarm
from graphmeta.synthetic.campaigns.taken_over import TakenOver
from graphmeta.synthetic.clock import DAY, HOUR
from graphmeta.synthetic.town import DECLARATIONS

CAMPAIGNS: tuple[Any, ...] = (
    Bulk(5, 60, session=4),
    SplitList(8, 30),
    Ring(12, 50, 0.5, HOUR),
    OneClock(10, 30),
    Drip(20, 12),
    Funnel(5, 30, passes_on=0.0),
    Grooming(4, 4, picks=1.0),
    TakenOver(10, 40, 0.4, HOUR),
    SybilFarm(12, 20, mates=2.0, outsiders=0.0),
    InvitationCascade(5, first=40, greets=1.0, depth=1),
    Successors(4, 60, lives=200.0),
    Mixed(8, 4, 4),
)
#: Which accounts these use is settled by what they are: stolen ones; one fresh one after another.
NOT_OPENED = ("taken_over",)
ONE_AFTER_ANOTHER = ("successors",)
#: These work when somebody shows in a group, or each account at hours of its own.
OWN_HOURS = ("grooming", "drip", "invitation_cascade")


def but(*names: str) -> pytest.MarkDecorator:
    chosen = [each for each in CAMPAIGNS if each.name not in names]
    return pytest.mark.parametrize("campaign", chosen, ids=[each.name for each in chosen])


def played(campaign: Any, **hiding: Any) -> Stage:
    return stage(replace(campaign, evasion=Evasion(**hiding)), seed=1, people=700)


def actors(world: Stage) -> Any:
    """Return the accounts at work: hubs and their groups apart."""
    return world.of_role("actor", "recruiter")


def contacts(world: Stage) -> Any:
    made = world.openings(actors(world))
    return made.where(made.time >= world.town.begin)


@but()
def test_camouflage_adds_contacts(campaign: Any) -> None:
    plain, more = (len(contacts(played(campaign, camouflage=fold))) for fold in (0.0, 2.0))
    assert more > 1.5 * plain


@but()
def test_bought_replies_make_contacts_look_welcome(campaign: Any) -> None:
    def answered(share: float) -> float:
        world = played(campaign, bought_replies=share)
        return float(world.answered(contacts(world)).mean())

    assert answered(0.7) > answered(0.0) + 0.15


@but()
def test_charm_spares_blocks_and_reports(campaign: Any) -> None:
    few, many = (len(played(campaign, charm=c).kind("block", "report")) for c in (1.0, 0.0))
    assert few < 0.7 * many


@but(*NOT_OPENED, *ONE_AFTER_ANOTHER)
def test_accounts_may_be_old_or_new(campaign: Any) -> None:
    old, new = (played(campaign, aged=share) for share in (1.0, 0.0))
    assert old.town.people.created[actors(old)].max() < -20 * DAY
    assert new.town.people.created[actors(new)].min() > -25 * DAY


@but(*NOT_OPENED)
def test_accounts_may_say_what_they_are_not(campaign: Any) -> None:
    world = played(campaign, declares="bot")
    said = {DECLARATIONS[int(word)] for word in world.town.people.declared[actors(world)]}
    assert said == {"bot"}


@but(*NOT_OPENED, *ONE_AFTER_ANOTHER)
def test_work_can_be_split_over_more_accounts(campaign: Any) -> None:
    one, three = (played(campaign, split=count) for count in (1, 3))
    assert len(actors(three)) >= 2.5 * len(actors(one))
    most = [np.unique(contacts(w).sender, return_counts=True)[1].mean() for w in (one, three)]
    assert most[1] < 0.7 * most[0]


@but(*OWN_HOURS)
def test_an_operator_may_sleep_or_not(campaign: Any) -> None:
    def quietest_quarter(human: bool) -> float:
        world = played(campaign, human_hours=human)
        hours = np.bincount(contacts(world).time // HOUR % 24, minlength=24)
        return float(min(np.roll(hours, k)[:6].sum() for k in range(24)) / hours.sum())

    assert quietest_quarter(human=True) < quietest_quarter(human=False)


def test_those_who_invite_may_sleep_or_not() -> None:
    def awake(human: bool) -> float:
        cascade = InvitationCascade(8, first=60, depth=1, greets=1.0)
        world = played(cascade, human_hours=human)
        made = contacts(world)
        return float(world.town.awake(made.sender, made.time).mean())

    assert awake(human=True) > awake(human=False) + 0.05
