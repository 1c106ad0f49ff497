"""Cascades of invitations: who came on a stranger's invitation invites strangers in its turn."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from tinyworld import DAY, HOUR, Invited, groups_of, invited, observed, store_events

from graphmeta.clusters.assemble import clusters
from graphmeta.clusters.roles import hubs_of
from graphmeta.engines.base import silent
from graphmeta.signals.base import FOLDS, GROUPS, MEMBERS, PAIRS, WHOLE, Observations, Part
from graphmeta.signals.coordination.funnel import Funnel
from graphmeta.signals.coordination.invitations import Invitations, inviters
from graphmeta.signals.coordination.passing_on import converts, validated_hubs
from graphmeta.signals.inviting import JOINS_WITHIN_S, STRANGER_FOR_S, invitations
from graphmeta.signals.recruitment.cascade import (
    Branching,
    Depth,
    InvitesStrangers,
    PassesOnAfter,
    generations,
)

LAYER = Invitations()
ACCOUNTS = 3_000
HUB, CLUB = 2_000, 2_001
FOUNDERS = range(4)


def seen_with(rows: list[Invited]) -> Observations:
    return replace(observed([], accounts=ACCOUNTS), invitations=invited(rows))


def clubs(rng: np.random.Generator, strangers: float = 0.7, onward: float = 0.03) -> list[Invited]:
    """A hundred groups, each gathered by a host of its own; few who come invite too."""
    rows: list[Invited] = []
    free = 1_000
    for number in range(100):
        hosts = [400 + number]
        for _ in range(int(rng.integers(2, 10))):
            at = int(rng.integers(0, 20 * DAY))
            joined = at + HOUR if rng.random() < 0.7 else None
            host = hosts[int(rng.integers(len(hosts)))]
            rows.append((host, free, CLUB + number, at, joined, bool(rng.random() < strangers)))
            if joined is not None and rng.random() < onward:
                hosts.append(free)
                rows.append((free, free + 1, CLUB + number, joined + DAY, None, True))
            free = free + 2 if free < 1_990 else 1_000
    return rows


def cascade(rng: np.random.Generator, stranger: bool = True) -> list[Invited]:
    """Four founders and two generations after them invite into one group."""
    rows: list[Invited] = []
    inviting = [(founder, 0) for founder in FOUNDERS]
    free = 10
    for generation in range(3):
        came: list[tuple[int, int]] = []
        for account, since in inviting:
            for _ in range(12 if generation == 0 else 6):
                at = since + int(rng.integers(HOUR, DAY))
                joined = at + HOUR if rng.random() < 0.4 else None
                rows.append((account, free, HUB, at, joined, stranger))
                if joined is not None and rng.random() < 0.6:
                    came.append((free, joined))
                free += 1
        inviting = came
    return rows


def town(seed: int = 0, *, stranger: bool = True) -> Observations:
    rng = np.random.default_rng(seed)
    return seen_with([*clubs(rng), *cascade(rng, stranger)])


def who_invites(seen: Observations) -> set[int]:
    return set(seen.invitations.filter(group=HUB)["sender"])


def found_in(seen: Observations) -> pl.DataFrame:
    found = clusters(seen, (LAYER,), 0.05, 3, 0, silent)
    confirmed = found.results.filter("confirmed")
    return found.groups.join(confirmed, on="group", how="semi")


def test_a_convert_came_on_a_strangers_invitation_and_passes_it_on_after_joining() -> None:
    seen = seen_with(
        [
            (1, 2, HUB, 10, 20, True),
            (2, 3, HUB, 30, 40, True),
            (3, 4, HUB, 35, None, True),  # before joining: passes nothing on
            (1, 5, HUB, 10, 20, False),  # a friend came
            (1, 6, HUB, 10, 20, True),
            (6, 7, CLUB, 30, None, True),  # into another group
        ]
    )
    assert converts(seen, WHOLE).select("account", "passed_on").rows() == [
        (2, True),
        (3, False),
        (6, False),
    ]


def test_converts_are_held_out_with_everything_they_do() -> None:
    seen = town()
    whole = converts(seen, WHOLE)
    for fold in range(FOLDS):
        held = converts(seen, Part(fold, held_out=True))
        assert held.equals(whole.filter(pl.col("account") % FOLDS == fold))
        assert converts(seen, Part(fold)).height == whole.height - held.height


def test_what_converts_elsewhere_do_is_told_by_those_held_out_alone() -> None:
    seen, found, tested = town(), Part(0), Part(0, held_out=True)
    elsewhere = pl.col("group") != HUB
    held_out = pl.col("recipient_fold") == 0
    group = groups_of(FOUNDERS)

    def without(gone: pl.Expr) -> pl.DataFrame:
        left = replace(seen, invitations=seen.invitations.filter(~gone))
        return LAYER.groups(left, group, found, tested)

    usual = without(pl.lit(value=False))
    assert usual.height == 1
    some = pl.col("sender") % 2 == 0
    assert without(elsewhere & some & ~held_out).equals(usual)
    assert not without(elsewhere & some & held_out).equals(usual)


def test_only_the_cascading_group_is_validated() -> None:
    assert validated_hubs(town(), WHOLE)["hub"].to_list() == [HUB]
    assert validated_hubs(seen_with(clubs(np.random.default_rng(1))), WHOLE).is_empty()
    assert validated_hubs(town(stranger=False), WHOLE).is_empty()


def test_a_cascade_is_found_and_confirmed_with_all_who_invite_and_nobody_else() -> None:
    seen = town()
    found = found_in(seen)
    assert found["group"].n_unique() == 1
    assert set(found["account"]) == who_invites(seen)


@pytest.mark.parametrize("seed", range(3))
def test_hosts_who_invite_strangers_are_no_cluster(seed: int) -> None:
    rng = np.random.default_rng(seed)
    assert found_in(seen_with(clubs(rng, strangers=1.0))).is_empty()


def test_a_movement_that_grows_among_friends_is_no_cluster() -> None:
    assert found_in(town(stranger=False)).is_empty()


def test_busy_elders_of_one_congregation_whose_visitors_invite_nobody_are_no_cluster() -> None:
    rng = np.random.default_rng(0)
    rows = clubs(rng)
    for number in range(120):
        at = int(rng.integers(0, 20 * DAY))
        joined = at + HOUR if number % 3 == 0 else None
        rows.append((number % 5, 10 + number, HUB, at, joined, True))
    assert found_in(seen_with(rows)).is_empty()


def test_groups_whose_converts_invite_at_one_rate_are_not_validated() -> None:
    validated = 0
    for seed in range(15):
        seen = seen_with(clubs(np.random.default_rng(seed), strangers=1.0, onward=0.1))
        assert converts(seen, WHOLE)["passed_on"].sum() > 20
        validated += validated_hubs(seen, WHOLE).height
    assert validated <= 1


def test_members_are_those_who_invite_and_those_who_merely_joined_are_not() -> None:
    seen = town()
    tests = LAYER.members(seen, groups_of(who_invites(seen)), WHOLE)
    assert set(tests["account"]) == who_invites(seen)
    assert (tests["p_value"] < 0.002).all()
    outside = LAYER.members(seen, groups_of(FOUNDERS), WHOLE)
    assert set(outside["account"]) == who_invites(seen)
    assert (outside["p_value"] < 0.02).all()


def test_a_group_has_a_hub_where_several_and_a_fifth_of_it_invite() -> None:
    seen = town()
    assert LAYER.hubs_of(seen, groups_of(FOUNDERS), WHOLE).rows() == [(0, HUB)]
    assert LAYER.hubs_of(seen, groups_of([0, 3_000]), WHOLE).is_empty()
    assert LAYER.hubs_of(seen, groups_of([*FOUNDERS, *range(900, 917)]), WHOLE).is_empty()
    assert hubs_of(seen, groups_of(FOUNDERS), Funnel()).rows() == [(0, HUB)]


def test_the_order_of_rows_does_not_matter() -> None:
    seen = town()
    turned = replace(seen, invitations=seen.invitations.reverse())
    part = Part(0)
    groups = groups_of(FOUNDERS)
    assert LAYER.pairs(seen, part).equals(LAYER.pairs(turned, part))
    assert LAYER.members(seen, groups, part).equals(LAYER.members(turned, groups, part))
    held = Part(0, held_out=True)
    assert LAYER.groups(seen, groups, part, held).equals(LAYER.groups(turned, groups, part, held))
    assert generations(seen).equals(generations(turned))


def test_without_invitations_the_layer_is_silent() -> None:
    seen = observed([], accounts=10)
    groups = groups_of([0, 1, 2])
    assert LAYER.pairs(seen, WHOLE).equals(pl.DataFrame(schema=PAIRS))
    assert LAYER.groups(seen, groups, WHOLE, WHOLE).equals(pl.DataFrame(schema=GROUPS))
    assert LAYER.members(seen, groups, WHOLE).equals(pl.DataFrame(schema=MEMBERS))


def test_acts_are_invited_strangers_and_having_been_brought() -> None:
    rows: list[Invited] = [(1, 2, HUB, 0, 5, True), (2, 3, HUB, 9, None, True)]
    assert inviters(seen_with(rows), WHOLE).rows() == [(1, HUB, 1.0, 1.0), (2, HUB, 2.0, 2.0)]


def test_an_invitation_is_a_strangers_for_days_and_followed_within_days() -> None:
    late = STRANGER_FOR_S + 1
    events = store_events(
        [
            (1, 2, 100, "invite", 9),
            (1, 2, 300, "invite", 9),
            (2, 9, 100 + JOINS_WITHIN_S, "join", 9),
            (1, 3, late, "invite", 9),
            (3, 9, late + JOINS_WITHIN_S + 1, "join", 9),
            (1, 4, -5, "invite", 9),
            (1, 5, 7, "invite", None),
        ]
    )
    met = {"sender": [1, 1], "recipient": [2, 3], "time": [50, 0]}
    strangers = pl.DataFrame(
        met, schema={"sender": pl.UInt32, "recipient": pl.UInt32, "time": pl.Int64}
    )
    found = invitations(events, strangers, 0, np.array([0, 1, 2, 1, 0, 0], dtype=np.int8))
    assert found.rows() == [
        (1, 2, 9, 100, 100 + JOINS_WITHIN_S, True, 2),
        (1, 3, 9, late, None, False, 1),
    ]


def test_the_measures_tell_a_cascade_from_what_is_usual() -> None:
    seen = town()
    groups, hubs = (
        groups_of(who_invites(seen)),
        pl.DataFrame({"group": [0], "hub": [HUB]}, schema={"group": pl.UInt32, "hub": pl.UInt32}),
    )
    measured = {
        signal.name: signal.measure(seen, groups, hubs).row(0, named=True)
        for signal in (InvitesStrangers(), Branching(), Depth(), PassesOnAfter())
    }
    for name in ("invites_strangers", "branching", "cascade_depth"):
        assert measured[name]["value"] > measured[name]["expected"], name
    assert measured["cascade_depth"]["value"] == 3
    assert measured["passes_on_after"]["value"] < measured["passes_on_after"]["expected"]


def test_a_movement_whose_friendships_are_seen_in_part_is_no_cluster() -> None:
    rng = np.random.default_rng(0)
    hidden = [(*row[:5], bool(rng.random() < 0.4)) for row in cascade(rng, stranger=False)]
    seen = seen_with([*clubs(rng), *hidden])
    assert converts(seen, WHOLE).filter(hub=HUB)["passed_on"].sum() >= 3
    assert found_in(seen).is_empty()
