"""Grooming: a few accounts reach newcomers of the same groups soon after these became visible."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tinyworld import DAY, HOUR, Arrival, Contact, groups_of, noise, observed

from graphmeta.clusters.assemble import clusters
from graphmeta.engines.base import silent
from graphmeta.signals.acts import Recruitment
from graphmeta.signals.base import FOLDS, GROUPS, MEMBERS, PAIRS, WHOLE, Observations, Part
from graphmeta.signals.coordination.grooming import Grooming
from graphmeta.signals.coordination.grooming.newcomers import WITHIN_S, newcomers
from graphmeta.signals.recruitment.newcomers import (
    GroupsWatched,
    IsolatedNewcomers,
    NewcomersCovered,
    NewcomerShare,
)

MEASURES: tuple[Recruitment, ...] = (
    NewcomerShare(),
    IsolatedNewcomers(),
    NewcomersCovered(),
    GroupsWatched(),
)
LAYER = Grooming()
HANDLERS = range(4)
GREETERS = (10, 11)
GROUPS_OPEN = range(900, 910)
GREETED = 905
PEOPLE = range(100, 800)
ACCOUNTS = 1_000
NO_HUBS = pl.DataFrame(schema={"group": pl.UInt32, "hub": pl.UInt32})


def town(seed: int = 0, *, handlers: bool = True) -> tuple[list[Contact], list[Arrival]]:
    """Open groups gain members; handlers reach some of four groups, greeters most of a fifth."""
    rng = np.random.default_rng(seed)
    contacts = noise(rng, range(20, 420), PEOPLE, 4, 21)
    visible = [(int(one), int(rng.choice(GROUPS_OPEN)), -DAY) for one in range(20, 420)]
    visible += [(one, GREETED, -DAY) for one in GREETERS]
    for one in range(420, 720):
        group, at = int(rng.choice(GROUPS_OPEN)), int(rng.integers(19 * DAY))
        visible.append((one, group, at))
        soon = at + int(rng.integers(1, WITHIN_S))
        if group == GREETED and rng.random() < 0.7:
            contacts.append((int(rng.choice(GREETERS)), one, soon))
        if handlers and group in GROUPS_OPEN[:4] and rng.random() < 0.3:
            contacts.append((int(rng.choice(HANDLERS)), one, soon))
    return contacts, visible


def tiny_town(seed: int = 0, *, handlers: bool = True) -> Observations:
    contacts, visible = town(seed, handlers=handlers)
    return observed(contacts, accounts=ACCOUNTS, visible=visible)


few = st.integers(0, 5)
moments = st.integers(0, 6).map(lambda day: day * DAY)


@given(st.sets(st.tuples(few, few, moments)), st.sets(st.tuples(few, few, moments)))
def test_a_hit_is_a_contact_to_somebody_who_became_visible_within_two_days(
    contacts: set[Contact], visible: set[Arrival]
) -> None:
    first = {(a, b): at for a, b, at in sorted(contacts, key=lambda row: -row[2]) if a != b}
    shown = {(a, 6 + g): at for a, g, at in sorted(visible, key=lambda row: -row[2])}
    seen = observed(
        [(a, b, at) for (a, b), at in first.items()],
        accounts=12,
        visible=[(a, g, at) for (a, g), at in shown.items()],
    )
    slow = {
        (a, b, g)
        for (a, b), at in first.items()
        for (v, g), came in shown.items()
        if v == b and came <= at <= came + WITHIN_S
    }
    assert set(newcomers(seen, WHOLE).hits.rows()) == slow
    for fold in range(FOLDS):
        assert set(newcomers(seen, Part(fold, held_out=True)).hits.rows()) == {
            row for row in slow if row[1] % FOLDS == fold
        }


@given(st.sets(st.tuples(few, few, moments), min_size=1), st.lists(st.tuples(few, moments)))
def test_chance_offers_the_newcomers_of_the_last_two_days(
    visible: set[Arrival], asked: list[tuple[int, int]]
) -> None:
    shown = {(a, 6 + g): at for a, g, at in visible}
    seen = observed([(0, 1, 0)], accounts=12, visible=[(a, g, at) for (a, g), at in shown.items()])
    reach = newcomers(seen, WHOLE)
    each = {
        (g, came): reach.offered(np.array([g]), np.array([came + WITHIN_S]))[0]
        for (_, g), came in shown.items()
    }
    assert all(mass > 0 for mass in each.values())
    hubs = np.array([6 + g for g, _ in asked], dtype=np.int64)
    times = np.array([at for _, at in asked], dtype=np.int64)
    offered = reach.offered(hubs, times)
    for hub, time, mass in zip(hubs, times, offered, strict=True):
        lately = [
            g for (_, g), came in shown.items() if g == hub and time - WITHIN_S <= came <= time
        ]
        assert (mass > 1e-12) == bool(lately)


def test_handlers_are_tied_by_the_groups_they_watch_and_greeters_are_not() -> None:
    pairs = LAYER.pairs(tiny_town(), WHOLE)
    assert pairs.schema == PAIRS
    sure = set(pairs.filter(pl.col("p_value") < 0.01).select("a", "b").rows())
    assert sure >= {(a, b) for a in HANDLERS for b in HANDLERS if a < b}
    assert not {one for pair in sure for one in pair} & set(GREETERS)


def test_handlers_are_told_from_chance_on_newcomers_who_had_no_say() -> None:
    seen = tiny_town()
    groups = groups_of(HANDLERS, range(20, 26), GREETERS)
    for fold in range(FOLDS):
        found = LAYER.groups(seen, groups, Part(fold), Part(fold, held_out=True))
        assert found.schema == GROUPS
        assert found["group"].to_list() == [0]
        assert found["p_value"][0] < 1e-3


def test_newcomers_whom_two_handlers_reach_count_once() -> None:
    contacts, visible = town()
    reached = {b for a, b, _ in contacts if a in HANDLERS}
    groups = groups_of(HANDLERS)
    once = LAYER.groups(tiny_town(), groups, WHOLE, WHOLE)["observed"][0]
    again = [(int(a + 1) % 4, b, at + 60) for a, b, at in contacts if a in HANDLERS]
    seen = observed([*contacts, *again], accounts=ACCOUNTS, visible=visible)
    assert LAYER.groups(seen, groups, WHOLE, WHOLE)["observed"][0] <= len(reached)
    assert once <= len(reached)


def test_each_handler_belongs_to_the_others() -> None:
    found = LAYER.members(tiny_town(), groups_of(HANDLERS), WHOLE)
    assert found.schema == MEMBERS
    assert set(found.filter(pl.col("p_value") < 1e-3)["account"]) == set(HANDLERS)


def test_the_handlers_are_the_only_cluster() -> None:
    found = clusters(tiny_town(), [LAYER], 0.05, 3, 0, silent)
    confirmed = found.results.filter("confirmed")["group"]
    assert confirmed.len() == 1
    members = found.groups.filter(pl.col("group") == confirmed[0])["account"]
    assert set(members) == set(HANDLERS)


@pytest.mark.parametrize("seed", range(4))
def test_where_groups_only_have_greeters_nothing_is_confirmed(seed: int) -> None:
    found = clusters(tiny_town(seed, handlers=False), [LAYER], 0.05, 3, 0, silent)
    assert not found.results["confirmed"].any()


def test_members_of_groups_that_write_to_newcomers_anyway_are_no_watchers() -> None:
    rng = np.random.default_rng(3)
    contacts, visible = town(handlers=False)
    home = {one: group for one, group, at in visible if at < 0}
    for one, group, at in visible:
        if at >= 0:
            hosts = [host for host, at_home in home.items() if at_home == group]
            chosen = rng.choice(np.asarray(hosts), min(3, len(hosts)), replace=False)
            contacts += [(int(host), one, at + int(rng.integers(1, WITHIN_S))) for host in chosen]
    found = clusters(
        observed(contacts, accounts=ACCOUNTS, visible=visible), [LAYER], 0.05, 3, 0, silent
    )
    assert not found.results["confirmed"].any()


def test_the_order_of_rows_does_not_matter() -> None:
    seen = tiny_town()
    turned = replace(seen, strangers=seen.strangers.reverse(), visible=seen.visible.reverse())
    groups = groups_of(HANDLERS)
    assert LAYER.pairs(seen, WHOLE).equals(LAYER.pairs(turned, WHOLE))
    assert LAYER.members(seen, groups, WHOLE).equals(LAYER.members(turned, groups, WHOLE))
    part, rest = Part(1), Part(1, held_out=True)
    assert LAYER.groups(seen, groups, part, rest).equals(LAYER.groups(turned, groups, part, rest))


@pytest.mark.parametrize("part", [WHOLE, Part(0), Part(0, held_out=True)])
def test_without_contacts_there_is_nothing(part: Part) -> None:
    seen = observed([], accounts=5)
    groups = groups_of([0, 1])
    assert LAYER.pairs(seen, part).is_empty()
    assert LAYER.groups(seen, groups, part, part).is_empty()
    assert LAYER.members(seen, groups, part).is_empty()
    for signal in MEASURES:
        assert signal.measure(seen, groups, NO_HUBS).is_empty()


def test_handlers_pick_isolated_newcomers_of_several_groups_and_greeters_most_of_one() -> None:
    contacts, visible = town()
    picked = {b for a, b, _ in contacts if a in HANDLERS}
    known = {one: 9 for one in range(420, 720) if one not in picked and one % 2}
    seen = observed(contacts, accounts=ACCOUNTS, visible=visible, known=known)
    groups = groups_of(HANDLERS, GREETERS)
    share, few_known, covered, watched = (
        signal.measure(seen, groups, NO_HUBS).sort("group") for signal in MEASURES
    )
    assert (share["value"] > 3 * share["expected"]).all()
    assert few_known["value"][0] > few_known["expected"][0] + 0.2
    assert few_known["value"][1] == pytest.approx(few_known["expected"][1], abs=0.15)
    assert covered["value"][0] < 0.5 < covered["value"][1]
    assert watched["value"].to_list() == [4.0, 1.0]


def test_who_contacts_hardly_anybody_but_the_newcomers_of_one_group_is_at_home_there() -> None:
    visible = [(new, 900 + new % 2, new * DAY // 10) for new in range(100, 140)]
    came = {new: at + HOUR for new, _, at in visible}
    ours, theirs = range(100, 112, 2), range(101, 113, 2)
    others = range(200, 300)
    reached = {
        0: [*ours],
        1: [*ours, *others[:3]],  # as many as it may have beside them
        2: [*ours, *others[:4]],
        3: [*ours, *theirs[:1]],  # new elsewhere: a handler works in several groups
        4: [*ours[:4]],  # too few to tell
        5: [*theirs],
    }
    contacts = [(who, to, came.get(to, DAY)) for who, some in reached.items() for to in some]
    seen = newcomers(observed(contacts, accounts=1_000, visible=visible), WHOLE)
    assert seen.at_home.rows() == [(0, 900), (1, 900), (5, 901)]
    assert {(0, 900), (1, 900), (5, 901)} <= set(seen.members.rows())


def test_whom_somebody_greets_at_home_is_no_newcomer_elsewhere_to_it() -> None:
    here, there = range(100, 110), range(100, 106)
    visible = [*((new, 900, DAY) for new in here), *((new, 901, DAY) for new in there)]
    contacts = [*((0, new, DAY + HOUR) for new in here), (1, 100, DAY + HOUR)]
    seen = newcomers(observed(contacts, accounts=1_000, visible=visible), WHOLE)
    assert seen.at_home.rows() == [(0, 900)]
    greeted = {(0, new, 900) for new in here}
    assert set(seen.hits.rows()) == {*greeted, (1, 100, 900), (1, 100, 901)}


@pytest.mark.parametrize(("elsewhere", "watch"), [(2, False), (8, True)])
def test_who_is_at_home_in_one_group_and_hardly_anywhere_else_watches_nothing(
    elsewhere: int, watch: bool
) -> None:
    contacts, visible = town(handlers=False)
    new = {
        hub: [account for account, group, at in visible if group == hub and at >= 0]
        for hub in (GREETED, 900)
    }
    came = {account: at for account, _, at in visible}
    met = [*new[GREETED][:20], *new[900][:elsewhere]]
    contacts += [(who, one, came[one] + HOUR) for who in (12, 13) for one in met]
    watching = LAYER.watched(observed(contacts, accounts=ACCOUNTS, visible=visible), WHOLE)
    assert ({12, 13} <= set(watching["account"])) == watch


def test_who_became_visible_long_ago_is_no_newcomer() -> None:
    visible = [(1, 8, 0), (2, 8, 0)]
    contacts = [(0, 1, WITHIN_S), (0, 2, WITHIN_S + HOUR)]
    seen = observed(contacts, accounts=10, visible=visible)
    assert newcomers(seen, WHOLE).hits.rows() == [(0, 1, 8)]
