"""Is everything in ordinary life that a messenger sees in it, and does it differ between worlds?"""

from __future__ import annotations

from dataclasses import fields

import numpy as np
import polars as pl
import pytest

from graphmeta import seeds
from graphmeta.contract.events import KINDS
from graphmeta.synthetic import clock, habits, invitations, life, portions, sheet
from graphmeta.synthetic.habits import RANGES, Habits
from graphmeta.synthetic.world import World, make_world

DAY = 86_400


@pytest.fixture(scope="module")
def worlds() -> list[World]:
    return [make_world(1_500, 28, (), (), seed=seed) for seed in range(4)]


def of_kind(world: World, kind: str) -> pl.DataFrame:
    return world.events.filter(pl.col("kind") == kind)


def test_every_kind_of_event_occurs_in_every_world(worlds: list[World]) -> None:
    for world in worlds:
        assert set(world.events["kind"].unique()) == set(KINDS)


def test_people_invite_and_most_of_the_invited_join_afterwards(worlds: list[World]) -> None:
    for world in worlds:
        invited = of_kind(world, "invite").select(
            "group", account="recipient", inviter="sender", sent="timestamp"
        )
        assert invited.height > 50, "inviting is ordinary"
        assert invited["group"].null_count() == 0
        assert not invited.select("group", "account").is_duplicated().any()
        joined = of_kind(world, "join").select("group", account="sender", at="timestamp")
        both = invited.join(joined, on=["group", "account"], how="left")
        came = both.drop_nulls("at")
        assert (came["at"] >= came["sent"]).all()
        assert 0.5 < came.height / invited.height < 0.97, "some decline"


def test_most_of_the_invited_know_the_inviter_and_some_do_not(worlds: list[World]) -> None:
    invited, known = 0, 0
    for world in worlds:
        talk = world.events.filter(pl.col("kind").is_in(["message", "call"]))
        pairs = pl.concat(
            [
                talk.select("sender", "recipient"),
                talk.select(sender="recipient", recipient="sender"),
            ]
        ).unique()
        asked = of_kind(world, "invite").select("sender", "recipient")
        invited += asked.height
        known += asked.join(pairs, on=["sender", "recipient"], how="semi").height
    assert 0.3 < known / invited < 0.95


def test_nobody_speaks_in_a_chat_before_joining_or_after_leaving(worlds: list[World]) -> None:
    for world in worlds:
        said = of_kind(world, "group_message")
        joined = (
            of_kind(world, "join").group_by("sender", "group").agg(at=pl.col("timestamp").min())
        )
        left = of_kind(world, "leave").select("sender", "group", gone="timestamp")
        assert left.height > 5
        both = said.join(joined, on=["sender", "group"], how="left").join(
            left, on=["sender", "group"], how="left"
        )
        assert both.filter(pl.col("timestamp") < pl.col("at")).is_empty()
        assert both.filter(pl.col("timestamp") >= pl.col("gone")).is_empty()


def test_some_chats_are_delivered_to_every_other_member_at_once(worlds: list[World]) -> None:
    for world in worlds:
        sent = of_kind(world, "message").drop_nulls("group")
        assert 0 < sent.height < 0.5 * world.events.height
        # A group either has deliveries or messages to the group, never both.
        assert not set(sent["group"]) & set(of_kind(world, "group_message")["group"])
        fan = sent.group_by("group", "sender", "timestamp").agg(
            told=pl.len(), different=pl.col("recipient").n_unique()
        )
        assert fan["told"].max() > 2  # type: ignore[operator]
        assert fan["told"].max() < 30  # type: ignore[operator]


def test_accounts_are_opened_closed_by_their_users_and_closed_by_the_platform(
    worlds: list[World],
) -> None:
    for world in worlds:
        accounts = world.accounts
        start = world.events["timestamp"].min()
        born = accounts.filter(pl.col("created_at") > start).height / accounts.height
        assert 0.01 < born < 0.2
        by = dict(accounts["closed_by"].drop_nulls().value_counts().iter_rows())
        assert set(by) == {"user", "platform"}
        assert sum(by.values()) < 0.1 * accounts.height


def test_friends_and_strangers_are_blocked_and_reported(worlds: list[World]) -> None:
    for world in worlds:
        talk = of_kind(world, "message").select("sender", "recipient").unique()
        blocks = of_kind(world, "block")
        wrote = blocks.join(
            talk, left_on=["sender", "recipient"], right_on=["recipient", "sender"], how="semi"
        )
        wrote_back = wrote.join(talk, on=["sender", "recipient"], how="semi")
        assert 0.1 < wrote_back.height / blocks.height < 0.95
        assert 0 < of_kind(world, "report").height < blocks.height


def test_calls_have_lengths_and_some_are_not_taken(worlds: list[World]) -> None:
    for world in worlds:
        seconds = of_kind(world, "call")["duration_s"].to_numpy()
        taken = seconds[seconds > 0]
        assert 0.1 < 1 - len(taken) / len(seconds) < 0.5
        assert np.quantile(taken, 0.95) > 6 * np.median(taken)


def test_every_habit_has_a_range_and_worlds_differ_in_all_of_them() -> None:
    assert [field.name for field in fields(Habits)] == list(RANGES)
    drawn = [habits.draw(seeds.generator("test", number)) for number in range(50)]
    for name, (low, high) in RANGES.items():
        values = [getattr(each, name) for each in drawn]
        assert low <= min(values) < max(values) <= high
        assert high >= 1.25 * low, f"{name} hardly varies"


def test_working_days_and_weekends_differ_as_asked() -> None:
    day = clock.some_day(seeds.generator("test", 1), 28, 0.5, 70_000)
    count = np.bincount(day, minlength=28)
    weekend = clock.is_weekend(np.arange(28))
    assert count[weekend].mean() / count[~weekend].mean() == pytest.approx(0.5, abs=0.02)


def test_invitations_go_to_people_outside_once_per_group() -> None:
    settled = life.settle(3, 400, 14, 7)
    group, member = np.repeat(np.arange(20), 10), np.arange(200)
    asked = invitations.among_friends(
        seeds.generator("test", 2), settled.town, group, member, np.full(200, -1.0), 2.0
    )
    inside = set(zip(group.tolist(), member.tolist(), strict=True))
    invited = list(zip(asked.group.tolist(), asked.invitee.tolist(), strict=True))
    assert len(invited) > 100
    assert not inside & set(invited)
    assert len(set(invited)) == len(invited)
    assert all((g, m) in inside for g, m in zip(asked.group, asked.inviter, strict=True))
    assert (asked.joined > asked.sent).all()
    halves = [asked.within(0, 7), asked.within(7, 20)]
    assert np.array_equal(np.concatenate([half.invitee for half in halves]), asked.invitee)


def test_life_in_many_portions_is_as_much_as_in_one(monkeypatch: pytest.MonkeyPatch) -> None:
    def kinds() -> np.ndarray[tuple[int], np.dtype[np.int64]]:
        parts = life.live(5, life.settle(5, 800, 14, 7))
        made = sheet.concat([each for part in parts for each in part.events()])
        return np.bincount(made.kind, minlength=len(KINDS))

    whole = kinds()
    monkeypatch.setattr(portions, "EVENTS_AT_ONCE", 500)
    cut = kinds()
    exact = [KINDS.index(kind) for kind in ("invite", "join", "leave")]
    assert whole[exact].tolist() == cut[exact].tolist(), "membership is settled before it is cut"
    assert cut.sum() == pytest.approx(whole.sum(), rel=0.15)
