"""Every look-alike has the property that it claims, whatever the seed, and none is a campaign."""

from __future__ import annotations

import numpy as np
import pytest
from campaign_kit import DAYS, Stage, pairs, per_recipient, pose, shared_per_pair

from graphmeta.contract.events import KINDS
from graphmeta.synthetic.clock import DAY, HOUR
from graphmeta.synthetic.sheet import Events, Ints
from graphmeta.synthetic.town import CLOSERS, DECLARATIONS, NEVER
from graphmeta.synthetic.world import ALL_LOOKALIKES

SEEDS = pytest.mark.parametrize("seed", range(3))
PEOPLE = 1_500


def posed(kind: str, seed: int) -> Stage:
    return pose(kind, seed, PEOPLE)


def sent(world: Stage) -> Events:
    talked = world.kind("message", "call")
    return talked.where(np.isin(talked.sender, world.account))


def local_hour(world: Stage, events: Events) -> Ints:
    zone = int(world.town.people.zone[world.account[0]])
    return (events.time + zone) // HOUR % 24


@SEEDS
@pytest.mark.parametrize("kind", ALL_LOOKALIKES)
def test_every_kind_appears_and_acts_within_the_lives_of_its_accounts(kind: str, seed: int) -> None:
    world = posed(kind, seed)
    people = world.town.people
    assert len(np.unique(world.account)) == len(world.account) > 0
    assert np.isin(world.account, world.events.sender).mean() > 0.8
    assert (people.created[world.account] < people.closed[world.account]).all()


@pytest.mark.parametrize("kind", ALL_LOOKALIKES)
def test_every_kind_fits_into_a_small_and_short_world(kind: str) -> None:
    assert len(pose(kind, 4, people=200, days=10).account) > 0


@SEEDS
@pytest.mark.parametrize("kind", ["otp_sender", "newsletter"])
def test_notice_senders_reach_hundreds_who_do_not_answer(kind: str, seed: int) -> None:
    world = posed(kind, seed)
    contacts = world.openings(world.account)
    assert len(contacts) > 100
    assert world.answered(contacts).mean() < 0.1


@SEEDS
def test_support_agents_share_customers_who_talk_to_them(seed: int) -> None:
    world = posed("support_desk", seed)
    talked = world.kind("message")
    inbound = np.isin(talked.recipient, world.account)
    customer = np.where(inbound, talked.sender, talked.recipient)
    agent = np.where(inbound, talked.recipient, talked.sender)
    _, first = np.unique(pairs(customer, agent), return_index=True)
    _, agents = np.unique(customer[first], return_counts=True)
    assert (agents >= 2).mean() > 0.3
    assert world.answered(world.openings(world.account)).mean() > 0.6


@SEEDS
def test_couriers_write_to_many_by_day_and_rest_on_one_day_of_the_week(seed: int) -> None:
    mine = sent(posed("courier", seed))
    world = posed("courier", seed)
    zone = int(world.town.people.zone[world.account[0]])
    assert ((mine.time + zone) // DAY % 7 < 6).mean() > 0.97
    row = pairs(mine.sender, (mine.time + zone) // DAY)
    assert np.median(np.unique(row, return_counts=True)[1]) > 8


@SEEDS
def test_teachers_write_to_the_same_people_in_the_same_minutes_of_the_morning(seed: int) -> None:
    world = posed("teacher_club", seed)
    mine = sent(world)
    routine = np.unique(pairs(mine.sender, mine.recipient), return_counts=True)[1]
    minute = np.sort(mine.time % DAY // 60)
    quarter = max(((minute >= begin) & (minute < begin + 6)).sum() for begin in np.unique(minute))
    assert (routine >= 6).sum() > 20
    assert quarter > 0.5 * len(mine)
    assert shared_per_pair(mine) > 1


@SEEDS
def test_reminder_bots_keep_to_the_full_hour(seed: int) -> None:
    world = posed("reminder_bot", seed)
    contacts = world.openings(world.account)
    assert (contacts.time % HOUR < 60).mean() > 0.9
    assert shared_per_pair(contacts) > 1


@SEEDS
def test_a_movement_grows_along_friendships(seed: int) -> None:
    world = posed("movement", seed)
    joins = world.kind("join")
    members = set(world.account.tolist())
    with_friend = [
        bool(members & set(world.town.friends(int(who)).tolist())) for who in joins.sender
    ]
    assert len(world.account) > 10
    assert np.mean(with_friend) > 0.95
    for one, other in zip(*_ends(world.kind("invite")), strict=True):
        assert other in world.town.friends(int(one))


def _ends(events: Events) -> tuple[Ints, Ints]:
    return events.sender, events.recipient


@SEEDS
def test_a_flash_crowd_reaches_the_same_accounts_within_hours(seed: int) -> None:
    contacts = sent(posed("flash_crowd", seed))
    count, _ = per_recipient(contacts)
    assert count.max() > 80
    assert np.quantile(contacts.time, 0.9) - np.quantile(contacts.time, 0.1) < DAY


@SEEDS
@pytest.mark.parametrize("kind", ["sales_team", "text_bank", "canvass"])
def test_honest_cold_contact_is_answered_and_seldom_blocked(kind: str, seed: int) -> None:
    world = posed(kind, seed)
    contacts = world.openings(world.account)
    assert world.answered(contacts).mean() > 0.07
    assert len(world.kind("block")) < 0.07 * len(contacts)


@SEEDS
def test_a_text_bank_is_a_split_list_worked_through_in_evening_shifts(seed: int) -> None:
    world = posed("text_bank", seed)
    contacts = world.openings(world.account)
    listed = contacts.where(~np.isin(contacts.recipient, world.account))
    count, _ = per_recipient(listed)
    hours = local_hour(world, listed)
    assert (count <= 2).mean() > 0.95, "who did not answer may be tried once more"
    assert ((hours >= 18) & (hours <= 20)).mean() > 0.9
    assert len(np.unique(listed.time // DAY)) < 17


@SEEDS
def test_a_helpline_is_written_to_and_talks_long(seed: int) -> None:
    world = posed("helpline", seed)
    talked = world.kind("message")
    inbound = talked.where(np.isin(talked.recipient, world.account))
    lengths = np.unique(pairs(inbound.sender, inbound.recipient), return_counts=True)[1]
    assert len(world.account) >= 3
    assert np.median(lengths) >= 4


@SEEDS
def test_traders_hear_from_many_strangers_and_answer(seed: int) -> None:
    world = posed("traders", seed)
    inbound = world.kind("message")
    inbound = inbound.where(np.isin(inbound.recipient, world.account))
    buyers = world.openings(np.setdiff1d(np.unique(inbound.sender), world.account))
    count, _ = per_recipient(buyers)
    assert count.max() > 40
    assert world.answered(buyers).mean() > 0.5


@SEEDS
def test_a_new_school_is_a_cohort_of_young_accounts_that_know_one_another(seed: int) -> None:
    world = posed("new_school", seed)
    created = world.town.people.created[world.account]
    contacts = world.openings(world.account)
    assert created.min() > -3 * DAY
    assert np.ptp(created) < 5 * DAY
    assert np.isin(contacts.recipient, world.account).mean() > 0.5


@SEEDS
def test_a_family_with_new_numbers_writes_to_the_friends_of_the_old_ones(seed: int) -> None:
    world = posed("family_new_numbers", seed)
    people = world.town.people
    moved = np.flatnonzero(people.ordinary & (people.closed_by == CLOSERS.index("user")))
    friends = np.unique(np.concatenate([world.town.friends(int(each)) for each in moved]))
    contacts = world.openings(world.account)
    known = np.isin(contacts.recipient, np.append(friends, world.account))
    assert known.mean() > 0.95
    assert world.answered(contacts).mean() > 0.5


@SEEDS
def test_greeters_write_to_newcomers_within_days_of_their_joining(seed: int) -> None:
    world = posed("greeters", seed)
    joined: dict[int, list[int]] = {}
    for group in world.town.open_groups.tolist():
        for member, when in zip(*world.town.members_of(group), strict=True):
            joined.setdefault(int(member), []).append(int(when))
    contacts = world.openings(world.account)
    soon = [
        any(0 <= time - when < 8 * DAY for when in joined[int(who)])
        for who, time in zip(contacts.recipient, contacts.time, strict=True)
    ]
    assert len(soon) > 10
    assert np.mean(soon) > 0.9
    assert world.answered(contacts).mean() > 0.3


@SEEDS
def test_a_canvass_keeps_to_two_evenings_of_the_week(seed: int) -> None:
    world = posed("canvass", seed)
    zone = np.median(world.town.people.zone[world.account])
    contacts = world.openings(world.account)
    weekdays = np.bincount(((contacts.time + zone) // DAY % 7).astype(np.int64), minlength=7)
    assert np.sort(weekdays)[-2:].sum() > 0.95 * len(contacts)


@SEEDS
def test_a_survey_reaches_each_stranger_of_its_sample_for_a_few_days_only(seed: int) -> None:
    world = posed("survey", seed)
    contacts = world.openings(world.account)
    assert len(contacts) > 40
    assert np.ptp(contacts.time) < 21 * DAY
    # Whoever is rung up answers there and then.
    answered = world.answered(contacts)[contacts.kind == KINDS.index("message")]
    assert 0.01 < answered.mean() < 0.5
    complaints = len(world.kind("block")) + len(world.kind("report"))
    assert complaints < 0.06 * len(contacts)


@SEEDS
def test_agents_share_leads(seed: int) -> None:
    contacts = posed("agents", seed).openings(posed("agents", seed).account[1:])
    _, several = per_recipient(contacts)
    assert len(contacts) > 20
    assert (several >= 2).mean() > 0.05


@pytest.mark.parametrize("kind", ["agents", "fundraiser"])
def test_agents_and_fundraisers_lead_some_to_a_hub_of_theirs(kind: str) -> None:
    """Who was approached writes to the office or the charity, or joins its group."""
    led = 0
    for seed in range(5):
        world = pose(kind, seed, people=600)
        house = world.account[0] if kind == "agents" else world.account[-1]
        talks = world.kind("message")
        went = np.unique(talks.sender[talks.recipient == house])
        led += len(world.kind("join")) >= 3 or len(np.setdiff1d(went, world.account)) >= 3
    assert led >= 4


def test_some_canvasses_lead_people_into_a_group_and_others_do_not() -> None:
    joins = [len(pose("canvass", seed, people=600).kind("join")) for seed in range(40, 60)]
    assert any(joins)
    assert not all(joins)


@SEEDS
def test_a_congregation_talks_around_one_service_a_week(seed: int) -> None:
    world = posed("congregation", seed)
    mine = sent(world)
    weekdays = np.bincount(mine.time // DAY % 7, minlength=7)
    assert weekdays.max() > 0.25 * len(mine)
    assert world.answered(world.openings(world.account)).mean() > 0.4


@SEEDS
@pytest.mark.parametrize("kind", ["journalist", "outreach"])
def test_journalists_and_outreach_workers_are_answered_by_strangers(kind: str, seed: int) -> None:
    world = posed(kind, seed)
    contacts = world.openings(world.account)
    assert len(contacts) > 15
    assert world.answered(contacts).mean() > 0.25


@SEEDS
def test_outreach_workers_pick_people_who_know_few(seed: int) -> None:
    world = posed("outreach", seed)
    reached = np.unique(world.openings(world.account).recipient)
    degree = world.town.degree(world.town.ordinary())
    theirs = world.town.degree(reached[reached < PEOPLE])
    assert np.median(theirs) <= np.median(degree)


ORGANISED = (
    "otp_sender",
    "newsletter",
    "support_desk",
    "courier",
    "reminder_bot",
    "sales_team",
    "text_bank",
    "outreach",
    "survey",
    "agents",
)


@pytest.fixture(scope="module")
def many() -> list[Stage]:
    """Every organised kind, with several seeds, in small towns."""
    return [pose(kind, seed, people=300) for kind in ORGANISED for seed in range(10, 18)]


def test_age_does_not_tell_organised_look_alikes_from_campaigns(many: list[Stage]) -> None:
    young = [(world.town.people.created[world.account] >= 0).all() for world in many]
    together = [
        np.ptp(world.town.people.created[world.account]) < 0.06 * DAY
        for world, fresh in zip(many, young, strict=True)
        if fresh and len(world.account) > 1
    ]
    assert 0.1 < np.mean(young) < 0.6
    assert any(together), "some are opened in one batch, as campaigns are"
    assert not all(together)


def test_some_organised_look_alikes_say_what_they_are_and_others_do_not(many: list[Stage]) -> None:
    declared = [(world.town.people.declared[world.account] > 0).any() for world in many]
    assert 0.15 < np.mean(declared) < 0.75
    says = {
        DECLARATIONS[int(word)]
        for world in many
        for word in world.town.people.declared[world.account]
    }
    assert says == {None, "business", "bot", "public"}


def test_the_platform_closes_some_innocents_by_mistake(many: list[Stage]) -> None:
    closers = np.concatenate(
        [
            world.town.people.closed_by[world.account][
                world.town.people.closed[world.account] < NEVER
            ]
            for world in many
        ]
    )
    assert {CLOSERS[int(each)] for each in closers} == {"user", "platform"}


def test_innocents_invite_too() -> None:
    kinds = ("movement", "congregation", "new_school", "teacher_club", "text_bank", "outreach")
    for kind in kinds:
        bids = sum(len(pose(kind, seed, people=400).kind("invite")) for seed in range(20, 28))
        assert bids > 0, kind


def test_times_of_opening_are_not_round(many: list[Stage]) -> None:
    created = np.concatenate([world.town.people.created[world.account] for world in many])
    assert (created % 60 == 0).mean() < 0.1
    assert created.max() < DAYS * DAY
