"""Each way to hide does what it says, and no more."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from campaign_kit import Stage, per_recipient, shared_per_pair, stage

from graphmeta import seeds
from graphmeta.synthetic.campaigns import CAMPAIGNS, Campaign, Evasion
from graphmeta.synthetic.campaigns.bulk import Bulk
from graphmeta.synthetic.campaigns.one_clock import OneClock
from graphmeta.synthetic.campaigns.ring import Ring
from graphmeta.synthetic.campaigns.split_list import SplitList
from graphmeta.synthetic.clock import DAY, HOUR
from graphmeta.synthetic.town import DECLARATIONS

SEEDS = pytest.mark.parametrize("seed", range(3))


def hidden(evasion: Evasion, seed: int, people: int = 2_000) -> Stage:
    return stage(Ring(20, 60, 0.3, 6 * HOUR, evasion=evasion), seed, people)


@SEEDS
@pytest.mark.parametrize("fold", [1.0, 3.0])
def test_camouflage_multiplies_contacts_and_keeps_the_overlap(fold: float, seed: int) -> None:
    plain, more = (hidden(Evasion(camouflage=each), seed, 4_000) for each in (0.0, fold))
    before, after = (each.openings(each.account) for each in (plain, more))
    assert len(after) / len(before) == pytest.approx(1 + fold, rel=0.15)
    assert shared_per_pair(after) > 0.8 * shared_per_pair(before)


@SEEDS
def test_camouflage_is_welcome(seed: int) -> None:
    world = hidden(Evasion(camouflage=3.0), seed)
    contacts = world.openings(world.account)
    assert world.answered(contacts).mean() > 0.3


@SEEDS
def test_bought_replies_raise_the_rate_of_answers(seed: int) -> None:
    def answered(bought: float) -> float:
        world = hidden(Evasion(bought_replies=bought), seed)
        return float(world.answered(world.openings(world.account)).mean())

    assert answered(0.5) > answered(0.0) + 0.25


@SEEDS
def test_charm_lowers_the_rate_of_blocks(seed: int) -> None:
    def blocks(charm: float) -> int:
        return len(hidden(Evasion(charm=charm), seed).kind("block", "report"))

    assert blocks(1.0) < 0.3 * blocks(0.0)


@SEEDS
def test_aged_accounts_are_old_and_have_a_little_life_of_their_own(seed: int) -> None:
    aged, fresh = (hidden(Evasion(aged=each), seed) for each in (1.0, 0.0))
    assert aged.town.people.created[aged.account].max() < -20 * DAY
    assert fresh.town.people.created[fresh.account].min() > -12 * DAY
    early = aged.events.where(aged.events.time < aged.town.begin)
    assert np.isin(aged.account, early.sender).mean() > 0.5
    # Their life is one with people who live near one another.
    spread = [
        np.ptp(aged.town.people.place[early.recipient[early.sender == each]])
        for each in np.unique(early.sender[np.isin(early.sender, aged.account)])
    ]
    assert np.median(spread) < 0.05


@SEEDS
def test_accounts_that_are_not_staggered_come_in_one_batch(seed: int) -> None:
    def opened_within(staggered: bool) -> int:
        world = hidden(Evasion(staggered=staggered), seed)
        return int(np.ptp(world.town.people.created[world.account]))

    assert opened_within(staggered=False) <= 0.2 * DAY
    assert opened_within(staggered=True) > 4 * DAY


@SEEDS
def test_accounts_may_declare_what_they_are_not(seed: int) -> None:
    world = hidden(Evasion(declares="business"), seed)
    declared = {DECLARATIONS[int(word)] for word in world.town.people.declared[world.account]}
    assert declared == {"business"}


@SEEDS
def test_human_hours_leave_a_night(seed: int) -> None:
    def busiest_third(human: bool) -> float:
        campaign = OneClock(4, 400, heeds=0.5, evasion=Evasion(human_hours=human))
        world = stage(campaign, seed, people=2_000)
        hours = world.openings(world.account).time // HOUR % 24
        counts = np.bincount(hours, minlength=24)
        return float(max(np.roll(counts, shift)[:16].sum() for shift in range(24)) / counts.sum())

    assert busiest_third(human=True) > 0.8
    assert busiest_third(human=False) < 0.8


@SEEDS
@pytest.mark.parametrize(
    "campaign",
    [Ring(8, 80, 0.5, HOUR), SplitList(8, 40), Bulk(5, 60)],
    ids=lambda campaign: campaign.name,
)
def test_splitting_lets_more_accounts_do_the_same_work(campaign: Ring, seed: int) -> None:
    split = replace(campaign, evasion=Evasion(split=4))
    one, four = (stage(each, seed, people=2_000) for each in (campaign, split))
    assert len(four.account) == 4 * len(one.account)
    before, after = one.openings(one.account), four.openings(four.account)
    assert len(after) == pytest.approx(len(before), rel=0.2)
    most = [np.unique(each.sender, return_counts=True)[1].max() for each in (before, after)]
    assert most[1] < 0.6 * most[0]
    (per_target, _), (still, _) = per_recipient(before), per_recipient(after)
    assert still.mean() == pytest.approx(per_target.mean(), rel=0.2)


def test_evasive_rings_hide_as_their_names_say() -> None:
    folds = {"evasive_30m_30pct": 1.0, "evasive_12h_20pct_3x": 3.0, "evasive_24h_12pct_5x": 5.0}
    for recipe in CAMPAIGNS:
        if recipe.name in folds:
            ring: Campaign = recipe.draw(seeds.generator("evasive"))
            assert isinstance(ring, Ring)
            assert ring.evasion.camouflage == folds[recipe.name]
            assert ring.evasion.aged >= 0.6
            assert f"{ring.overlap:.0%}".rstrip("%") + "pct" in recipe.name
