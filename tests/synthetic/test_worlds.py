"""A world satisfies the contract, keeps its truth apart, and is the same for the same seed."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graphmeta import seeds
from graphmeta.contract.events import ACCOUNT_COLUMNS, EVENT_COLUMNS, KIND, KINDS_TO_GROUPS
from graphmeta.errors import UsageError
from graphmeta.synthetic import talk
from graphmeta.synthetic.world import ALL_LOOKALIKES, World, demo_world, make_world


@pytest.fixture(scope="module")
def demo() -> World:
    return demo_world(0)


def test_events_have_the_columns_of_the_contract_and_nothing_else(demo: World) -> None:
    assert demo.events.columns == [column.name for column in EVENT_COLUMNS]
    assert set(demo.accounts.columns) <= {column.name for column in ACCOUNT_COLUMNS}
    assert demo.events.schema["timestamp"] == pl.Datetime("us", "UTC")
    assert demo.events.schema["kind"] == KIND
    required = demo.events.select("sender", "recipient", "timestamp", "kind")
    assert required.null_count().row(0) == (0, 0, 0, 0)
    assert demo.events["timestamp"].is_sorted()
    assert demo.events.filter(pl.col("sender") == pl.col("recipient")).is_empty()


def test_durations_belong_to_calls_and_groups_to_group_kinds(demo: World) -> None:
    calls = pl.col("kind") == "call"
    assert demo.events.filter(calls)["duration_s"].null_count() == 0
    assert demo.events.filter(~calls)["duration_s"].is_null().all()
    to_groups = demo.events.filter(pl.col("kind").is_in(KINDS_TO_GROUPS))
    assert (to_groups["recipient"] == to_groups["group"]).all()


def test_only_open_accounts_act(demo: World) -> None:
    lives = demo.accounts.select(sender="account", born="created_at", gone="closed_at")
    acted = demo.events.join(lives, on="sender", how="left")
    assert acted["born"].null_count() == 0
    assert (acted["timestamp"] >= acted["born"].dt.truncate("1s")).all()
    closed = acted.drop_nulls("gone")
    assert (closed["timestamp"] < closed["gone"]).all()


@pytest.mark.parametrize("seed", range(8))
def test_every_account_is_closed_after_it_was_opened(seed: int) -> None:
    kinds = (*ALL_LOOKALIKES, *["family_new_numbers"] * 3)
    accounts = make_world(400, campaigns=("shared_targets",), lookalikes=kinds, seed=seed).accounts
    closed = accounts.drop_nulls("closed_at")
    assert closed.height > 0
    assert (closed["created_at"] < closed["closed_at"]).all()


def test_truth_names_roles_and_is_not_in_the_events(demo: World) -> None:
    assert demo.truth.columns == ["account", "campaign", "role"]
    assert set(demo.truth["role"]) <= {"actor", "recruiter", "hub"}
    assert set(demo.truth["campaign"]) == {"shared_targets", "funnel", "one_clock"}
    assert demo.lookalikes.columns == ["account", "kind"]
    assert not set(demo.truth["account"]) & set(demo.lookalikes["account"])


def test_nobody_is_both_a_campaigner_and_a_look_alike() -> None:
    world = make_world(1_500, 28, campaigns=("seven_at_once", "taken_over", "grooming"), seed=6)
    assert not set(world.truth["account"]) & set(world.lookalikes["account"])


def test_ids_tell_nothing(demo: World) -> None:
    ids = demo.accounts["account"]
    assert ids.str.contains("^[0-9a-f]{16}$").all()
    assert ids.n_unique() == len(ids)
    rank = ids.is_in(demo.truth["account"].implode()).to_numpy().nonzero()[0] / len(ids)
    assert 0.38 < float(np.mean(rank)) < 0.62


def test_another_seed_is_another_world() -> None:
    one, two = (make_world(300, 14, lookalikes=(), seed=seed) for seed in (0, 1))
    assert not set(one.accounts["account"]) & set(two.accounts["account"])
    assert one.events.height != two.events.height


def test_campaigns_asked_for_twice_have_labels_of_their_own() -> None:
    world = make_world(300, 14, campaigns=("tiny", "tiny"), lookalikes=(), seed=4)
    assert set(world.truth["campaign"]) == {"tiny", "tiny-2"}


def test_look_alikes_asked_for_twice_are_posed_twice_under_one_label() -> None:
    once, twice = (
        make_world(600, 14, lookalikes=("support_desk",) * times, seed=4) for times in (1, 2)
    )
    assert set(twice.lookalikes["kind"]) == {"support_desk"}
    assert (
        once.lookalikes.height < twice.lookalikes.height == twice.lookalikes["account"].n_unique()
    )


def test_ordinary_life_is_close_to_real_messaging() -> None:
    events = make_world(1_500, 28, lookalikes=(), seed=2).events
    contacts = events.filter(pl.col("kind").is_in(["message", "call"]))
    pairs = contacts.group_by("sender", "recipient").len()
    back = pairs.select(sender="recipient", recipient="sender")
    mutual = pairs.join(back, on=["sender", "recipient"], how="semi").height / pairs.height
    degree = np.sort(pairs.group_by("sender").len()["len"].to_numpy())
    assert 0.65 < mutual < 0.95
    assert degree[int(0.99 * len(degree))] > 3 * np.median(degree), "heavy-tailed degree"
    weight = np.sort(pairs["len"].to_numpy())
    assert weight[-len(weight) // 10 :].sum() > 0.5 * weight.sum(), "heavy-tailed strength"
    assert set(events["kind"].unique()) >= {"message", "call", "group_message", "join", "block"}


def test_days_and_nights_differ_within_a_time_zone() -> None:
    events = make_world(600, 21, lookalikes=(), seed=1).events
    one = events["sender"].value_counts(sort=True).head(40)["sender"]
    hours = (
        events.filter(pl.col("sender").is_in(one.implode()))
        .group_by("sender", pl.col("timestamp").dt.hour().alias("hour"))
        .len()
    )
    spread = hours.group_by("sender").agg((pl.col("len").max() / pl.col("len").sum()).alias("top"))
    assert spread["top"].median() > 1.7 / 24  # type: ignore[operator]


@given(lengths=st.lists(st.integers(1, 12), min_size=1, max_size=20), seed=st.integers(0, 99))
@settings(max_examples=30, deadline=None)
def test_conversations_begin_with_their_opener_and_run_forward(
    lengths: list[int], seed: int
) -> None:
    length = np.array(lengths)
    opener = np.arange(len(length))
    start = 1_000.0 * opener
    told = talk.converse(
        seeds.generator("test", seed), opener, opener + 100, start, length, alternate=0.5
    )
    pair = np.minimum(told.sender, told.recipient)
    assert np.array_equal(np.bincount(pair), length)
    for one in opener:
        mine = told.where(pair == one)
        assert mine.sender[0] == one
        assert mine.time[0] == start[one]
        assert (np.diff(mine.time) >= 0).all()


def test_clear_errors_name_what_is_known() -> None:
    with pytest.raises(UsageError, match="no campaign named 'nonsense'"):
        make_world(300, campaigns=("nonsense",))
    with pytest.raises(UsageError, match="no look-alike named 'nonsense'"):
        make_world(300, lookalikes=("nonsense",))
    for accounts, days, quiet_days in ((10, 21, 7), (300, 9, 7), (300, 6, 0), (300, 21, -1)):
        with pytest.raises(UsageError, match="too small"):
            make_world(accounts, days, quiet_days=quiet_days)
    with pytest.raises(UsageError, match="too few people"):
        make_world(200, 14, lookalikes=("text_bank", "flash_crowd") * 40)


def test_the_demo_spans_four_weeks(demo: World) -> None:
    first, last = demo.events["timestamp"].min(), demo.events["timestamp"].max()
    assert timedelta(days=27) < last - first <= timedelta(days=28)  # type: ignore[operator]
    assert 2_000 <= demo.accounts.height < 2_500
