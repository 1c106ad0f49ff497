"""Every campaign has the property that it claims."""

from __future__ import annotations

from datetime import datetime, timedelta

import numpy as np
import polars as pl
import pytest

from graphmeta import seeds
from graphmeta.synthetic.campaigns import CAMPAIGNS, SEVEN, Campaign, Evasion, Recipe
from graphmeta.synthetic.campaigns.bulk import Bulk
from graphmeta.synthetic.campaigns.drip import Drip
from graphmeta.synthetic.campaigns.funnel import Funnel
from graphmeta.synthetic.campaigns.grooming import Grooming
from graphmeta.synthetic.campaigns.one_clock import OneClock
from graphmeta.synthetic.campaigns.ring import Ring
from graphmeta.synthetic.campaigns.split_list import SplitList
from graphmeta.synthetic.campaigns.taken_over import TakenOver
from graphmeta.synthetic.world import CAMPAIGN_NAMES, World, make_world

QUIET = timedelta(days=7)


def planted(campaign: Campaign | str, seed: int = 3, accounts: int = 900) -> World:
    return make_world(accounts, 28, campaigns=(campaign,), lookalikes=(), seed=seed)


def actors(world: World, *roles: str) -> pl.Series:
    wanted = roles or ("actor",)
    return world.truth.filter(pl.col("role").is_in(wanted))["account"]


def first_contacts(world: World, senders: pl.Series) -> pl.DataFrame:
    """Return the first event of each ordered pair, where no earlier one ran the other way."""
    contacts = world.events.filter(pl.col("kind").is_in(["message", "call"])).select(
        "sender", "recipient", "timestamp"
    )
    pairs = contacts.group_by("sender", "recipient").agg(pl.col("timestamp").min())
    back = pairs.select(sender="recipient", recipient="sender", answered="timestamp")
    return (
        pairs.filter(pl.col("sender").is_in(senders.implode()))
        .join(back, on=["sender", "recipient"], how="left")
        .filter(pl.col("answered").is_null() | (pl.col("answered") > pl.col("timestamp")))
    )


def shared_per_pair(contacts: pl.DataFrame) -> float:
    reach = contacts.select("sender", "recipient").unique()
    both = reach.join(reach, on="recipient").filter(pl.col("sender") < pl.col("sender_right"))
    count = reach["sender"].n_unique()
    return both.height / (count * (count - 1) / 2)


def start_of(world: World) -> datetime:
    first = world.events["timestamp"].dt.truncate("1d").min()
    assert isinstance(first, datetime)
    return first


def share(mask: pl.Series) -> float:
    return float(np.mean(mask.fill_null(value=False).to_numpy()))


@pytest.mark.parametrize("name", [*CAMPAIGN_NAMES])
def test_a_named_campaign_is_planted_and_its_members_act(name: str) -> None:
    world = planted(name, accounts=400)
    labels = set(world.truth["campaign"].unique())
    assert labels == (set(SEVEN) if name == "seven_at_once" else {name})
    members = actors(world, "actor", "recruiter")
    assert members.n_unique() == len(members)
    assert share(members.is_in(world.events["sender"].unique().implode())) > 0.9


@pytest.mark.parametrize("recipe", CAMPAIGNS, ids=lambda recipe: recipe.name)
def test_parameters_vary_with_the_seed(recipe: Recipe) -> None:
    drawn = {repr(recipe.draw(seeds.generator("vary", seed))) for seed in range(4)}
    assert len(drawn) == 4


@pytest.mark.parametrize(
    "campaign",
    [
        Bulk(4, 100),
        Ring(10, 40, 0.5, 3_600.0),
        SplitList(8, 20),
        OneClock(8, 30),
        Funnel(4, 30),
    ],
    ids=lambda campaign: campaign.name,
)
def test_fresh_accounts_are_silent_in_the_quiet_week(campaign: Campaign) -> None:
    world = planted(campaign)
    mine = world.events.filter(
        pl.col("sender").is_in(actors(world, "actor").implode())
        & pl.col("sender").is_in(
            world.accounts.filter(pl.col("created_at") > start_of(world) - timedelta(14))[
                "account"
            ].implode()
        )
    )
    assert mine.filter(pl.col("timestamp") < start_of(world) + QUIET).is_empty()


def test_bulk_accounts_reach_very_many_strangers_of_whom_few_answer() -> None:
    world = planted(Bulk(5, 150))
    contacts = first_contacts(world, actors(world))
    per_actor = contacts.group_by("sender").len()["len"]
    assert world.truth.height == 5
    assert per_actor.min() > 120  # type: ignore[operator]
    assert share(contacts["answered"].is_not_null()) < 0.15


def test_a_ring_reaches_each_target_with_its_share_of_actors_within_the_window() -> None:
    world = planted(Ring(20, 60, 0.4, 7_200.0))
    per_target = (
        first_contacts(world, actors(world))
        .group_by("recipient")
        .agg(
            pl.len().alias("reached"),
            (pl.col("timestamp").max() - pl.col("timestamp").min()).alias("took"),
        )
    )
    assert per_target["reached"].mean() == pytest.approx(8, rel=0.15)
    assert per_target["took"].max() <= timedelta(hours=2)  # type: ignore[operator]


def test_a_split_list_shares_no_target_and_keeps_to_its_rounds() -> None:
    world = planted(SplitList(10, 24, rounds=8, window=600.0))
    contacts = first_contacts(world, actors(world)).sort("timestamp")
    assert shared_per_pair(contacts) == 0
    rounds = (contacts["timestamp"].diff() > timedelta(minutes=10)).sum()
    assert rounds <= 8


def test_one_clock_wakes_several_actors_within_its_jitter() -> None:
    world = planted(OneClock(10, 40, heeds=0.7, jitter=120.0))
    contacts = first_contacts(world, actors(world)).sort("timestamp")
    assert share(contacts["timestamp"].diff() < timedelta(seconds=120)) > 0.75
    assert shared_per_pair(contacts) < 2.5


def test_drip_accounts_are_old_slow_and_share_about_one_target_per_pair() -> None:
    campaign = Drip(40, 15, shared=1.0, evasion=Evasion(aged=1.0))
    world = planted(campaign)
    drip = actors(world)
    born = world.accounts.filter(pl.col("account").is_in(drip.implode()))["created_at"]
    late = first_contacts(world, drip).filter(pl.col("timestamp") >= start_of(world) + QUIET)
    assert born.max() < start_of(world)  # type: ignore[operator]
    assert 0.5 < shared_per_pair(late) < 1.6
    assert late.group_by("sender").len()["len"].max() < 25  # type: ignore[operator]


@pytest.mark.parametrize("into_group", [True, False])
def test_a_funnel_brings_strangers_to_its_hub_within_three_days(into_group: bool) -> None:
    world = planted(Funnel(6, 40, converts=0.3, into_group=into_group, passes_on=0.2))
    recruiters, hubs = actors(world, "recruiter"), actors(world, "hub")
    came = world.events.filter(
        pl.col("recipient").is_in(hubs.implode()) & pl.col("kind").is_in(["message", "join"])
    )
    met = first_contacts(world, recruiters).select(sender="recipient", met="timestamp")
    lag = (
        came.join(met, on="sender")
        .group_by("sender", "met")
        .agg((pl.col("timestamp") - pl.col("met")).min().alias("lag"))["lag"]
    )
    assert len(lag) > 30
    assert share(lag < timedelta(days=3, hours=4)) > 0.75
    assert len(recruiters) > 6, "some converts recruit"
    assert len(hubs) == (came["recipient"].n_unique() if not into_group else len(hubs))


def test_grooming_reaches_newcomers_of_open_groups_who_know_few_people() -> None:
    world = planted(Grooming(4, 4, picks=1.0), accounts=2_000)
    handlers = actors(world)
    late = first_contacts(world, handlers).filter(pl.col("timestamp") >= start_of(world) + QUIET)
    joins = world.events.filter(pl.col("kind") == "join").select(
        recipient="sender", joined="timestamp"
    )
    reached = late.join(joins, on="recipient").filter(
        (pl.col("timestamp") - pl.col("joined")).is_between(timedelta(0), timedelta(days=5))
    )["recipient"]
    assert reached.n_unique() > 0.7 * late["recipient"].n_unique()
    degree = first_contacts(world, world.accounts["account"]).group_by("sender").len()
    theirs = degree.filter(pl.col("sender").is_in(reached.implode()))["len"].median()
    assert theirs < degree["len"].median()  # type: ignore[operator]


def test_taken_over_accounts_have_a_life_before_and_reach_one_list_after() -> None:
    world = planted(TakenOver(12, 80, 0.4, 7_200.0), accounts=1_200)
    taken = actors(world)
    quiet = start_of(world) + QUIET
    before = world.events.filter(
        pl.col("sender").is_in(taken.implode()) & (pl.col("timestamp") < quiet)
    )
    assert before["sender"].n_unique() > 0.7 * len(taken)
    after = first_contacts(world, taken).filter(pl.col("timestamp") >= quiet)
    assert shared_per_pair(after) > 5


def test_camouflage_multiplies_contacts_and_keeps_the_overlap() -> None:
    def made(fold: float) -> tuple[int, float]:
        ring = Ring(20, 90, 0.2, 12 * 3_600.0, evasion=Evasion(camouflage=fold))
        world = planted(ring, accounts=4_000)
        contacts = first_contacts(world, actors(world))
        return contacts.height, shared_per_pair(contacts)

    (plain, shared), (hidden, still_shared) = made(0.0), made(3.0)
    assert hidden / plain == pytest.approx(4, rel=0.12)
    assert still_shared > 0.8 * shared


def test_evasive_rings_work_from_aged_accounts() -> None:
    world = planted("evasive_24h_12pct_5x", accounts=1_500)
    ring = actors(world)
    born = world.accounts.filter(pl.col("account").is_in(ring.implode()))["created_at"]
    assert share(born < start_of(world)) > 0.5


def test_a_tiny_ring_has_two_to_four_accounts() -> None:
    sizes = {len(actors(planted("tiny", seed=seed, accounts=300))) for seed in range(4)}
    assert sizes <= {2, 3, 4}


def test_bought_replies_are_answered_more_often() -> None:
    def answered(bought: float) -> float:
        campaign = Bulk(5, 150, evasion=Evasion(bought_replies=bought))
        world = planted(campaign)
        contacts = first_contacts(world, actors(world))
        return share(contacts["answered"].is_not_null())

    assert answered(0.5) > answered(0.0) + 0.2


def test_aged_accounts_are_old_and_fresh_ones_young() -> None:
    def ages(aged: float) -> pl.Series:
        world = planted(Ring(20, 40, 0.5, 3_600.0, evasion=Evasion(aged=aged)))
        mine = world.accounts.filter(pl.col("account").is_in(actors(world).implode()))
        return (start_of(world) - mine["created_at"]).dt.total_days()

    assert np.median(ages(1.0)) > 40 > np.median(ages(0.0))
