"""Every look-alike has the property that it claims, and none is a campaign."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import polars as pl
import pytest

from graphmeta.synthetic.world import ALL_LOOKALIKES, World, make_world


@pytest.fixture(scope="module")
def world() -> World:
    return make_world(2_000, 28, seed=5)


def of_kind(world: World, kind: str) -> pl.Series:
    return world.lookalikes.filter(pl.col("kind") == kind)["account"]


def sent(world: World, kind: str) -> pl.DataFrame:
    mine = of_kind(world, kind)
    return world.events.filter(
        pl.col("sender").is_in(mine.implode())
        & pl.col("kind").is_in(["message", "call"])
        & pl.col("group").is_null()
    )


def received(world: World, kind: str) -> pl.DataFrame:
    return world.events.filter(
        pl.col("recipient").is_in(of_kind(world, kind).implode())
        & pl.col("kind").is_in(["message", "call"])
    )


def reached(world: World, kind: str) -> pl.DataFrame:
    """Return each contact once, with whether the other side ever wrote back."""
    back = received(world, kind).select(sender="recipient", recipient="sender").unique()
    back = back.with_columns(answered=True)
    pairs = sent(world, kind).group_by("sender", "recipient").agg(pl.col("timestamp").min())
    return pairs.join(back, on=["sender", "recipient"], how="left").with_columns(
        pl.col("answered").fill_null(value=False)
    )


def share(mask: pl.Series) -> float:
    return float(np.mean(mask.to_numpy()))


@pytest.mark.parametrize("kind", ALL_LOOKALIKES)
def test_every_kind_appears_and_acts(world: World, kind: str) -> None:
    accounts = of_kind(world, kind)
    assert len(accounts) > 0
    assert accounts.is_in(world.accounts["account"].implode()).all()
    assert share(accounts.is_in(world.events["sender"].unique().implode())) > 0.8


def test_notice_senders_reach_hundreds_who_do_not_answer(world: World) -> None:
    for kind in ("otp_sender", "newsletter"):
        contacts = reached(world, kind)
        assert contacts.group_by("sender").len()["len"].max() > 100  # type: ignore[operator]
        assert share(contacts["answered"]) < 0.1


def test_support_agents_share_customers_who_talk_to_them(world: World) -> None:
    both = pl.concat(
        [
            sent(world, "support_desk").select("sender", customer="recipient"),
            received(world, "support_desk").select(sender="recipient", customer="sender"),
        ]
    ).unique()
    per_customer = both.group_by("customer").len()["len"]
    assert share(per_customer >= 2) > 0.3
    assert share(reached(world, "support_desk")["answered"]) > 0.6


def test_couriers_write_to_many_on_working_days_by_day(world: World) -> None:
    mine = sent(world, "courier")
    assert share(mine["timestamp"].dt.weekday() <= 6) > 0.97
    per_day = mine.group_by("sender", pl.col("timestamp").dt.date()).agg(
        pl.col("recipient").n_unique()
    )
    assert per_day["recipient"].median() > 8  # type: ignore[operator]


def test_teachers_write_to_the_same_people_in_the_same_minute_of_the_morning(world: World) -> None:
    mine = sent(world, "teacher_club").with_columns(
        minute=pl.col("timestamp").dt.hour() * 60 + pl.col("timestamp").dt.minute()
    )
    routine = mine.group_by("sender", "recipient").len().filter(pl.col("len") >= 8)
    busiest = mine["minute"].value_counts(sort=True).head(2)["count"].sum()
    assert routine.height > 20
    assert busiest > 200


def test_reminder_bots_keep_to_the_full_hour(world: World) -> None:
    mine = sent(world, "reminder_bot")
    assert share(mine["timestamp"].dt.minute() == 0) > 0.8


def test_a_movement_grows_along_friendships(world: World) -> None:
    members = of_kind(world, "movement")
    joins = world.events.filter(
        (pl.col("kind") == "join") & pl.col("sender").is_in(members.implode())
    )
    pairs = (
        world.events.filter(pl.col("kind").is_in(["message", "call"]))
        .select(a="sender", b="recipient", timestamp="timestamp")
        .filter(pl.col("a").is_in(members.implode()) & pl.col("b").is_in(members.implode()))
    )
    known = pl.concat([pairs, pairs.select("b", "a", "timestamp").rename({"a": "b", "b": "a"})])
    before = joins.select(a="sender", joined="timestamp").join(known, on="a")
    with_friend = before.filter(pl.col("timestamp") < pl.col("joined"))["a"].n_unique()
    assert len(members) > 10
    assert with_friend / joins["sender"].n_unique() > 0.9


def test_a_flash_crowd_reaches_the_same_accounts_within_hours(world: World) -> None:
    stars = world.accounts.filter(pl.col("declared") == "public")["account"]
    to_stars = sent(world, "flash_crowd").filter(pl.col("recipient").is_in(stars.implode()))
    times = to_stars.group_by("recipient").agg(
        pl.len(), pl.col("timestamp").quantile(0.9) - pl.col("timestamp").quantile(0.1)
    )
    crowded = times.sort("len", descending=True).row(0)
    assert crowded[1] > 80
    assert crowded[2] < timedelta(days=1)


def test_sales_and_text_banks_are_answered_and_seldom_blocked(world: World) -> None:
    for kind in ("sales_team", "text_bank"):
        contacts = reached(world, kind)
        blocks = world.events.filter(
            (pl.col("kind") == "block") & pl.col("recipient").is_in(of_kind(world, kind).implode())
        )
        assert share(contacts["answered"]) > 0.15
        assert blocks.height < 0.04 * contacts.height


def test_text_bank_volunteers_share_out_one_list_in_evening_shifts(world: World) -> None:
    quiet_before = world.events["timestamp"].dt.truncate("1d").min() + timedelta(days=7)  # type: ignore[operator]
    late = reached(world, "text_bank").filter(pl.col("timestamp") > quiet_before)
    # Nobody on the list hears from two volunteers, except by ordinary chance.
    assert share(late.group_by("recipient").len()["len"] == 1) > 0.85


def test_a_helpline_is_written_to_and_talks_long(world: World) -> None:
    line = of_kind(world, "helpline")
    pairs = received(world, "helpline").group_by("sender", "recipient").len()
    assert len(line) >= 3
    assert pairs["len"].median() >= 5  # type: ignore[operator]


def test_traders_hear_from_many_strangers_and_answer(world: World) -> None:
    buyers = received(world, "traders").group_by("recipient").agg(pl.col("sender").n_unique())
    assert buyers["sender"].max() > 40  # type: ignore[operator]


def test_a_new_school_is_a_cohort_of_young_accounts_that_know_one_another(world: World) -> None:
    cohort = of_kind(world, "new_school")
    born = world.accounts.filter(pl.col("account").is_in(cohort.implode()))["created_at"]
    inside = share(reached(world, "new_school")["recipient"].is_in(cohort.implode()))
    assert (born.max() - born.min()) < timedelta(days=5)  # type: ignore[operator]
    assert inside > 0.5


def test_a_family_with_new_numbers_writes_to_the_friends_of_the_old_ones(world: World) -> None:
    new = of_kind(world, "family_new_numbers")
    contacts = reached(world, "family_new_numbers")
    closed = world.accounts.filter(pl.col("closed_by") == "user")["account"]
    old = (
        world.events.filter(pl.col("sender").is_in(closed.implode()))
        .select(old="sender", recipient="recipient")
        .unique()
    )
    common = contacts.join(old, on="recipient").group_by("sender", "old").len()
    most = common.group_by("sender").agg(pl.col("len").max())
    reach = contacts.group_by("sender").len("reach").join(most, on="sender", how="left")
    assert share(contacts["answered"]) > 0.5
    assert len(new) >= reach.height >= 4
    assert (reach["len"].fill_null(0) / reach["reach"]).median() > 0.2  # type: ignore[operator]


def test_greeters_write_to_newcomers_within_days_of_their_joining(world: World) -> None:
    joined = world.events.filter(pl.col("kind") == "join").select(
        recipient="sender", joined="timestamp"
    )
    met = reached(world, "greeters").join(joined, on="recipient")
    soon = met.filter(
        (pl.col("timestamp") - pl.col("joined")).is_between(timedelta(0), timedelta(days=5))
    )
    assert soon.height > 10
    assert share(soon["answered"]) > 0.5


def test_a_canvass_keeps_to_two_evenings_of_the_week(world: World) -> None:
    opened = reached(world, "canvass").filter(~pl.col("answered"))
    weekdays = opened["timestamp"].dt.weekday().value_counts(sort=True)
    assert weekdays.head(3)["count"].sum() > 0.6 * opened.height


def test_a_congregation_talks_around_one_service_a_week(world: World) -> None:
    elders = sent(world, "congregation")
    weekdays = elders["timestamp"].dt.weekday().value_counts(sort=True)
    assert weekdays["count"][0] > 0.25 * elders.height


def test_journalists_and_outreach_workers_are_answered_by_strangers(world: World) -> None:
    for kind in ("journalist", "outreach"):
        assert share(reached(world, kind)["answered"]) > 0.35
