"""Every campaign that recruits or grooms has the property that it claims, whatever the seed."""

from __future__ import annotations

import numpy as np
import pytest
from campaign_kit import Stage, pairs, stage

from graphmeta import seeds
from graphmeta.synthetic.campaigns.funnel import Funnel
from graphmeta.synthetic.campaigns.grooming import Grooming
from graphmeta.synthetic.campaigns.invitation_cascade import InvitationCascade, draw
from graphmeta.synthetic.clock import DAY, HOUR
from graphmeta.synthetic.sheet import FIRST_GROUP, Events, Ints

SEEDS = pytest.mark.parametrize("seed", range(3))


def first_time(events: Events, by: Ints) -> dict[int, int]:
    """Return the earliest time of events by sender or recipient, as given."""
    order = np.argsort(events.time, kind="stable")[::-1]
    return dict(zip(by[order].tolist(), events.time[order].tolist(), strict=True))


@SEEDS
@pytest.mark.parametrize("into_group", [True, False])
def test_a_funnel_brings_strangers_to_its_hub_within_three_days(
    into_group: bool, seed: int
) -> None:
    world = stage(Funnel(6, 40, converts=0.3, into_group=into_group, passes_on=0.2), seed)
    hubs, recruiters = world.of_role("hub"), world.of_role("recruiter")
    came = world.kind("message", "join")
    arrived = came.where(np.isin(came.recipient, hubs))
    at_hub = first_time(arrived, arrived.sender)
    contacts = world.openings(recruiters)
    met = first_time(contacts, contacts.recipient)
    lag = np.array([at_hub[each] - met[each] for each in met if each in at_hub])
    assert len(lag) > 30
    assert ((lag > 0) & (lag < 3 * DAY + 3 * HOUR)).mean() > 0.8
    assert len(recruiters) > 6, "some converts recruit"
    assert (hubs >= FIRST_GROUP).any() == into_group


@SEEDS
def test_a_funnel_invites_where_it_is_asked_to(seed: int) -> None:
    world = stage(Funnel(6, 40, converts=0.3, invites=True), seed)
    bids = world.kind("invite")
    assert np.isin(bids.sender, world.of_role("recruiter")).all()
    assert np.isin(bids.group, world.of_role("hub")).all()
    assert len(bids) > 30


def cascade(seed: int, **changes: float) -> Stage:
    parameters = {"first": 40, "invites": 12.0, "accepts": 0.35, "passes_on": 0.5, "lag": 4.0}
    campaign = InvitationCascade(4, **{**parameters, **changes})  # type: ignore[arg-type]
    return stage(campaign, seed, people=3_000)


@SEEDS
def test_invited_accounts_that_recruit_have_been_invited_and_have_joined_before(seed: int) -> None:
    world = cascade(seed)
    bids, joins = world.kind("invite"), world.kind("join")
    asked, joined = first_time(bids, bids.recipient), first_time(joins, joins.sender)
    invites = first_time(bids, bids.sender)
    converts = [each for each in world.of_role("recruiter").tolist() if each < 3_000]
    active = [each for each in converts if each in invites]
    assert len(active) > 10
    for convert in active:
        assert asked[convert] < joined[convert] < invites[convert]
    assert set(bids.sender.tolist()) <= set(world.of_role("recruiter").tolist())


@SEEDS
def test_a_cascade_goes_no_deeper_than_asked(seed: int) -> None:
    flat, deep = (cascade(seed, depth=depth) for depth in (1, 4))
    assert len(flat.of_role("recruiter")) == 4
    bids = deep.kind("invite")
    parent = first_time(bids, bids.recipient)
    assert len(deep.of_role("recruiter")) > 4
    assert len(parent) > len(first_time(flat.kind("invite"), flat.kind("invite").recipient))


@SEEDS
def test_members_of_a_cascade_invite_strangers_in_the_share_asked(seed: int) -> None:
    for strangers in (0.2, 0.9):
        world = cascade(seed, strangers=strangers)
        bids = world.kind("invite")
        members = bids.where(bids.sender < 3_000)
        known = [
            int(other) in set(world.town.friends(int(one)).tolist())
            for one, other in zip(members.sender, members.recipient, strict=True)
        ]
        assert 1 - np.mean(known) == pytest.approx(strangers, abs=0.15)


@SEEDS
def test_a_cascade_is_joined_in_its_share_and_its_speed_can_be_set(seed: int) -> None:
    quick, slow = (cascade(seed, lag=lag) for lag in (1.0, 40.0))
    bids, joins = quick.kind("invite"), quick.kind("join")
    # Those who are invited twice join once.
    assert len(joins) / len(bids) == pytest.approx(0.35, abs=0.08)

    def waited(world: Stage) -> float:
        joins, bids = world.kind("join"), world.kind("invite")
        since = first_time(joins, joins.sender)
        waits = [
            time - since[sender]
            for sender, time in zip(bids.sender.tolist(), bids.time.tolist(), strict=True)
            if sender in since
        ]
        return float(np.median(waits))

    assert waited(quick) < 0.6 * waited(slow)


def test_cascades_are_drawn_from_dying_out_to_just_below_one() -> None:
    ratios = [draw(seeds.generator("cascade", seed)).branching for seed in range(30)]
    assert min(ratios) < 0.5 < 0.75 < max(ratios) < 1


@SEEDS
def test_grooming_reaches_newcomers_who_know_few_people_and_talks_for_days(seed: int) -> None:
    world = stage(Grooming(4, 4, picks=1.0, isolated=0.5), seed)
    town = world.town
    joined: dict[int, list[int]] = {}
    for group in town.open_groups.tolist():
        for member, when in zip(*town.members_of(group), strict=True):
            joined.setdefault(int(member), []).append(int(when))
    contacts = world.openings(world.account)
    late = contacts.where(contacts.time >= town.begin)
    # Their little life of before goes on beside it.
    soon = np.array(
        [
            any(0 < time - when < 6 * DAY for when in joined.get(int(who), []) if when >= 0)
            for who, time in zip(late.recipient, late.time, strict=True)
        ]
    )
    assert soon.mean() > 0.6
    reached = late.recipient[soon]
    few = np.quantile(town.degree(town.ordinary()), 0.5)
    assert (town.degree(reached) <= few).mean() > 0.9
    talked = world.kind("message")
    with_them = np.isin(pairs(talked.sender, talked.recipient), pairs(late.sender, late.recipient))
    assert with_them.sum() > 4 * len(late)
