"""Every campaign that sends to strangers has the property that it claims, whatever the seed."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from campaign_kit import QUIET, Stage, a_town, pairs, per_recipient, shared_per_pair, stage

from graphmeta import seeds
from graphmeta.synthetic.campaigns import CAMPAIGNS, SEVEN, Campaign, Evasion, Recipe
from graphmeta.synthetic.campaigns.bulk import Bulk
from graphmeta.synthetic.campaigns.drip import Drip
from graphmeta.synthetic.campaigns.funnel import Funnel
from graphmeta.synthetic.campaigns.invitation_cascade import InvitationCascade
from graphmeta.synthetic.campaigns.mixed import Mixed
from graphmeta.synthetic.campaigns.one_clock import OneClock
from graphmeta.synthetic.campaigns.ring import Ring
from graphmeta.synthetic.campaigns.split_list import SplitList
from graphmeta.synthetic.campaigns.successors import Successors
from graphmeta.synthetic.campaigns.sybil_farm import SybilFarm
from graphmeta.synthetic.campaigns.taken_over import TakenOver
from graphmeta.synthetic.clock import DAY, HOUR
from graphmeta.synthetic.sheet import FIRST_GROUP, Events
from graphmeta.synthetic.town import CLOSERS, NEVER
from graphmeta.synthetic.world import make_world

SEEDS = pytest.mark.parametrize("seed", range(3))


def sent(world: Stage) -> Events:
    """Return the actors' first contacts, made once the quiet time is over."""
    contacts = world.openings(world.of_role("actor"))
    return contacts.where(contacts.time >= world.town.begin)


@SEEDS
@pytest.mark.parametrize("recipe", CAMPAIGNS, ids=lambda recipe: recipe.name)
def test_a_drawn_campaign_names_roles_and_its_accounts_act(recipe: Recipe, seed: int) -> None:
    campaign = recipe.draw(seeds.generator("drawn", seed))
    world = stage(campaign, seed, people=500)
    people = world.account[world.account < FIRST_GROUP]
    assert campaign.name == recipe.name
    assert set(world.role) <= {"actor", "recruiter", "hub"}
    assert len(world.account) == len(world.role) >= 2
    assert len(np.unique(world.account)) == len(world.account)
    assert float(np.isin(people, world.events.sender).mean()) > 0.8
    own = world.events.where(np.isin(world.events.sender, people))
    assert (own.time >= world.town.people.created[own.sender]).all()


@pytest.mark.parametrize("recipe", CAMPAIGNS, ids=lambda recipe: recipe.name)
def test_parameters_vary_with_the_seed(recipe: Recipe) -> None:
    drawn = {repr(recipe.draw(seeds.generator("vary", seed))) for seed in range(4)}
    assert len(drawn) == 4


def test_seven_at_once_stands_for_seven_campaigns() -> None:
    world = make_world(300, 14, campaigns=("seven_at_once",), lookalikes=(), seed=3)
    assert set(world.truth["campaign"]) == set(SEVEN)


@pytest.mark.parametrize(
    "campaign",
    [
        Bulk(4, 60),
        Ring(10, 40, 0.5, 3_600.0),
        SplitList(8, 20),
        OneClock(8, 30),
        Funnel(4, 30),
        InvitationCascade(4),
        Successors(3, 60),
        Mixed(4, 3, 4),
    ],
    ids=lambda campaign: campaign.name,
)
def test_fresh_accounts_are_silent_in_the_quiet_week(campaign: Campaign) -> None:
    world = stage(campaign, 1)
    opened = np.isin(world.events.sender, world.account) & (world.events.sender >= 900)
    # Sybils talk among themselves before they are used.
    opened &= ~np.isin(world.events.recipient, world.of_role("actor"))
    assert (world.events.time[opened] >= QUIET * DAY).all()


def sessions_of(contacts: Events, gap: float) -> int:
    """Return into how many stretches the contacts fall, apart by more than ``gap`` seconds."""
    waits = np.diff(np.sort(contacts.time)).astype(np.float64)
    return int((waits > gap).sum()) + 1


@SEEDS
def test_a_bulk_tool_splits_its_list_and_lets_all_accounts_work_side_by_side(seed: int) -> None:
    world = stage(Bulk(5, 100, session=50, pace=20.0), seed)
    contacts = sent(world)
    assert np.unique(contacts.sender, return_counts=True)[1].min() > 80
    assert shared_per_pair(contacts) == 0
    assert world.answered(contacts).mean() < 0.15
    assert sessions_of(contacts, 1_800) <= 2
    hour = contacts.time // 1_800
    together = [np.unique(contacts.sender[hour == each]).size for each in np.unique(hour)]
    assert max(together) == 5


@SEEDS
def test_a_bulk_list_may_be_pushed_again_through_other_accounts(seed: int) -> None:
    contacts = sent(stage(Bulk(5, 100, repeats=2), seed))
    count, _ = per_recipient(contacts)
    assert np.median(count) == 2
    assert len(np.unique(pairs(contacts.sender, contacts.recipient))) == len(contacts)


@SEEDS
def test_independent_bulk_accounts_keep_their_own_hours_and_lists(seed: int) -> None:
    contacts = sent(stage(Bulk(4, 60, session=60, pace=10.0, independent=True), seed, people=3_000))
    assert shared_per_pair(contacts) < 6
    assert sessions_of(contacts, 1_800) >= 3


@SEEDS
def test_a_ring_reaches_each_target_with_its_share_of_actors_within_the_window(seed: int) -> None:
    count, took = per_recipient(sent(stage(Ring(20, 60, 0.4, 7_200.0), seed)))
    assert count.mean() == pytest.approx(8, rel=0.2)
    assert took.max() <= 7_200


@SEEDS
def test_a_split_list_shares_no_target_and_keeps_to_its_rounds(seed: int) -> None:
    contacts = sent(stage(SplitList(10, 24, rounds=8, window=600.0), seed))
    assert shared_per_pair(contacts) == 0
    assert sessions_of(contacts, 600) <= 8


@SEEDS
def test_contacts_of_a_tick_of_the_clock_lie_within_the_jitter(seed: int) -> None:
    contacts = sent(stage(OneClock(10, 30, heeds=0.7, jitter=120.0), seed, people=2_000))
    time = np.sort(contacts.time)
    ticks = np.split(time, np.flatnonzero(np.diff(time) > 120) + 1)
    lengths = np.array([np.ptp(tick) for tick in ticks])
    assert 20 <= len(ticks) <= 30
    # Two strikes of the clock may happen to follow one another at once.
    assert (lengths <= 120).mean() > 0.8
    assert shared_per_pair(contacts) < 1.5


@SEEDS
def test_drip_accounts_are_old_slow_and_share_about_one_target_per_pair(seed: int) -> None:
    world = stage(Drip(40, 15, shared=1.0), seed)
    contacts = sent(world)
    assert (world.town.people.created[world.account] < 0).all()
    assert 0.5 < shared_per_pair(contacts) < 1.6
    assert np.unique(contacts.sender, return_counts=True)[1].max() < 25


@SEEDS
def test_taken_over_accounts_are_ordinary_ones_that_reach_one_list(seed: int) -> None:
    world = stage(TakenOver(12, 80, 0.4, 7_200.0, friends=0.5), seed, people=1_200)
    assert world.town.people.ordinary[world.account].all()
    assert shared_per_pair(sent(world)) > 5
    friends = set(np.concatenate([world.town.friends(int(each)) for each in world.account]))
    told = np.unique(world.events.recipient[np.isin(world.events.sender, world.account)])
    assert len(friends & set(told)) > 0.25 * len(friends)


@SEEDS
def test_sybils_talk_among_themselves_and_have_outside_friends(seed: int) -> None:
    farm = SybilFarm(20, 20, mates=6.0, outsiders=10.0, accepts=0.5, warm=6.0, reached_by=1.0)
    world = stage(farm, seed, people=2_000)
    talked = world.kind("message")
    inside = np.isin(talked.sender, world.account) & np.isin(talked.recipient, world.account)
    among = np.unique(pairs(talked.sender[inside], talked.recipient[inside]))
    back = np.unique(pairs(talked.recipient[inside], talked.sender[inside]))
    mutual = np.intersect1d(among, back)
    assert len(among) / 20 == pytest.approx(6, abs=2.5)
    assert len(mutual) > 0.7 * len(among)
    contacts = world.openings(world.account)
    outside = contacts.where(~np.isin(contacts.recipient, world.account))
    friends = np.unique(outside.sender[world.answered(outside)], return_counts=True)[1]
    assert friends.mean() > 2.5
    # Its life begins before it is used.
    assert np.median(talked.time[inside]) < np.median(talked.time[~inside])


@SEEDS
def test_a_farm_may_share_its_targets_or_split_them(seed: int) -> None:
    def shared(overlap: float) -> float:
        farm = SybilFarm(12, 20, reached_by=overlap, outsiders=0.0)
        contacts = sent(stage(farm, seed, people=2_000))
        count, _ = per_recipient(contacts.where(contacts.recipient < 2_000))
        return float(count.mean())

    assert shared(1.0) < 1.1
    assert shared(3.0) == pytest.approx(3.0, rel=0.2)


def seats_of(world: Stage) -> list[list[int]]:
    """Return the accounts of each seat in turn: a seat's accounts follow one another by number."""
    chains: list[list[int]] = []
    created, closed = world.town.people.created, world.town.people.closed
    for account in np.sort(world.account).tolist():
        begins = not chains or created[account] < closed[chains[-1][-1]]
        if begins:
            chains.append([])
        chains[-1].append(account)
    return chains


@SEEDS
def test_each_successor_opens_after_the_ban_and_works_the_same_neighbourhood(seed: int) -> None:
    world = stage(Successors(3, 100, lives=20.0, gap=5.0, again=0.2), seed, people=2_000)
    people = world.town.people
    chains = seats_of(world)
    assert len(chains) == 3
    assert max(map(len, chains)) >= 3
    contacts = sent(world)
    again = 0
    for chain in chains:
        for one, other in itertools.pairwise(chain):
            assert people.closed[one] < people.created[other]
            assert people.closed_by[one] == CLOSERS.index("platform")
        reached = [contacts.recipient[contacts.sender == each] for each in chain]
        place = np.sort(people.place[np.concatenate(reached)])
        assert place[-1] - place[0] < 0.45, "one stretch of town"
        again += sum(np.isin(late, early).sum() for early, late in itertools.pairwise(reached))
    assert again > 0


@SEEDS
def test_a_mixed_operation_has_arms_that_share_list_and_hub(seed: int) -> None:
    world = stage(Mixed(8, 4, 6, converts=0.4, into_group=bool(seed % 2)), seed)
    actors, recruiters = world.of_role("actor"), world.of_role("recruiter")
    assert (len(actors), len(recruiters)) == (14, 4)
    followed = np.unique(world.openings(recruiters).recipient)
    talked = world.kind("message", "call")
    written = np.unique(talked.recipient[np.isin(talked.sender, actors)])
    assert np.isin(followed, written).mean() > 0.9
    came = world.kind("message", "join")
    hubs = world.of_role("hub")
    arrived = np.unique(came.sender[np.isin(came.recipient, hubs)])
    assert np.isin(followed, arrived).mean() > 0.2


@SEEDS
def test_the_platform_closes_some_accounts_of_a_blatant_campaign(seed: int) -> None:
    world = stage(Ring(30, 60, 0.5, 3_600.0, banned=0.5), seed)
    people = world.town.people
    shut = world.account[people.closed[world.account] < NEVER]
    assert 0.25 < len(shut) / 30 < 0.75
    assert (people.closed_by[shut] == CLOSERS.index("platform")).all()
    mine = world.events.where(np.isin(world.events.sender, shut))
    assert (mine.time < people.closed[mine.sender]).all()


@SEEDS
def test_a_share_of_contacts_may_be_calls(seed: int) -> None:
    world = stage(SplitList(10, 30, calling=0.5), seed)
    contacts = sent(world)
    calls = world.kind("call")
    called = np.isin(
        pairs(contacts.sender, contacts.recipient), pairs(calls.sender, calls.recipient)
    )
    assert called.mean() == pytest.approx(0.5, abs=0.12)


@SEEDS
def test_targets_may_live_in_one_stretch_of_town(seed: int) -> None:
    def spread(near: bool) -> float:
        world = stage(Ring(8, 40, 0.5, HOUR, near=near), seed, people=2_000)
        place = np.sort(world.town.people.place[sent(world).recipient])
        return float(place[-1] - place[0])

    assert spread(near=True) < 0.4 < spread(near=False)


def test_a_tiny_ring_has_two_to_four_accounts() -> None:
    (tiny,) = [recipe for recipe in CAMPAIGNS if recipe.name == "tiny"]
    sizes = {
        len(stage(tiny.draw(seeds.generator("tiny", seed)), seed).account) for seed in range(5)
    }
    assert sizes <= {2, 3, 4}


def test_planting_costs_no_more_in_a_large_town() -> None:
    """Campaigns keep their size: as many events in a town ten times as large."""
    small, large = (stage(Evasive, 2, people=people) for people in (2_000, 20_000))
    assert len(large.events) == pytest.approx(len(small.events), rel=0.15)
    assert len(large.account) == len(small.account)


Evasive = Ring(20, 80, 0.3, 12 * HOUR, evasion=Evasion(camouflage=1.0, aged=1.0))


def test_a_town_of_the_kit_is_the_same_for_the_same_seed() -> None:
    assert np.array_equal(a_town(1).people.place, a_town(1).people.place)
