"""The layer of shared targets: rare targets tell, popular ones do not, pairs are not facts."""

from __future__ import annotations

from collections import Counter, defaultdict
from itertools import combinations

import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal
from tinyworld import DAY, Contact, groups_of, noise, observed, ring

from graphmeta.nulls.gaps import usual_factor
from graphmeta.signals.base import FOLDS, GROUPS, MEMBERS, PAIRS, WHOLE, Observations, Part
from graphmeta.signals.coordination.incidence import LEAST_CONTACTS
from graphmeta.signals.coordination.shared_targets import SharedTargets
from graphmeta.signals.coordination.shared_targets.nearness import (
    WIDTHS_S,
    meetings,
    nearness,
    usual,
)
from graphmeta.signals.coordination.shared_targets.reach import reach, together
from graphmeta.signals.coordination.thresholds import THRESHOLDS

LAYER = SharedTargets()
ACTORS = range(8)
EVERYBODY = range(200)
TARGETS = range(200, 600)
ACCOUNTS = 600


def busy(seed: int = 0) -> list[Contact]:
    """Two hundred accounts that each reach six of four hundred by themselves."""
    return noise(np.random.default_rng(seed), EVERYBODY, TARGETS, 6, 28)


def with_ring(seed: int = 0) -> list[Contact]:
    """The same, and a ring of eight among them that works on forty of the targets."""
    rng = np.random.default_rng(seed + 100)
    return busy(seed) + ring(rng, ACTORS, range(200, 240), 28)


def reached_by(seen: Observations, part: Part = WHOLE) -> dict[int, set[int]]:
    rows = seen.strangers.filter(part.keeps("recipient_fold")).select("sender", "recipient").rows()
    reached: dict[int, set[int]] = defaultdict(set)
    for sender, recipient in rows:
        reached[sender].add(recipient)
    return reached


def weight_of(pairs: pl.DataFrame, a: int, b: int) -> float:
    return float(pairs.filter(pl.col("a") == a, pl.col("b") == b)["weight"].sum())


@pytest.mark.parametrize("part", [WHOLE, Part(1), Part(1, held_out=True)])
def test_pairs_are_counted_by_the_targets_that_both_reached_in_the_part(part: Part) -> None:
    seen = observed(with_ring(), accounts=ACCOUNTS)
    everybody = reached_by(seen, part)
    reached = {one: mine for one, mine in everybody.items() if len(mine) >= LEAST_CONTACTS}
    expected = {
        (a, b): float(len(reached[a] & reached[b]))
        for a, b in combinations(sorted(reached), 2)
        if reached[a] & reached[b]
    }
    met = meetings(seen, part).group_by("a", "b").agg(pl.len().cast(pl.Float64))
    assert {row[:2]: row[2] for row in met.rows()} == expected
    found = LAYER.pairs(seen, part)
    assert found.columns == PAIRS.names()
    observed_ = {row[:2]: row[2] for row in found.select("a", "b", "observed").rows()}
    assert observed_.keys() == expected.keys()
    # Where a window tells more than any time, those within it count.
    assert all(many <= expected[pair] for pair, many in observed_.items())
    assert (found["weight"] >= 0).all()
    assert found["p_value"].is_between(0, 1).all()


def test_a_rare_target_ties_more_than_a_popular_one() -> None:
    crowd = [(sender, 300, sender) for sender in range(10, 150)]
    shared_rare = [(0, 301, 5), (1, 301, 9)]
    shared_popular = [(2, 300, 5), (3, 300, 9)]
    others = [(one, 310 + 10 * one + more, 7) for one in range(4) for more in range(2)]
    seen = observed(crowd + shared_rare + shared_popular + others, accounts=600)
    pairs = LAYER.pairs(seen, WHOLE)
    assert weight_of(pairs, 0, 1) > 1.0
    assert weight_of(pairs, 2, 3) < 0.1 * weight_of(pairs, 0, 1)


def test_a_ring_weighs_more_than_everybody_else() -> None:
    pairs = LAYER.pairs(observed(with_ring(), accounts=ACCOUNTS), WHOLE)
    inside = pl.col("a").is_in(ACTORS) & pl.col("b").is_in(ACTORS)
    within, outside = pairs.filter(inside)["weight"], pairs.filter(~inside)["weight"]
    assert within.len() == 28
    assert within.sum() / within.len() > 3 * outside.sum() / outside.len()


def test_a_group_counts_distinct_targets_and_never_pairs() -> None:
    """Eight accounts that share one target share one target, not twenty-eight pairs."""
    rows = [*busy(), *((actor, 599, actor) for actor in ACTORS)]
    seen = observed(rows, accounts=ACCOUNTS)
    found = LAYER.groups(seen, groups_of(ACTORS), WHOLE, WHOLE)
    counts = Counter(target for one in ACTORS for target in reached_by(seen)[one])
    assert found["observed"][0] in {
        sum(many >= level for many in counts.values()) for level in THRESHOLDS
    }
    assert found["observed"][0] < 28


def test_a_ring_is_told_from_chance_on_the_fold_that_had_no_say() -> None:
    seen = observed(with_ring(), accounts=ACCOUNTS)
    groups = groups_of(ACTORS, range(8, 16))
    for fold in range(FOLDS):
        found = LAYER.groups(seen, groups, Part(fold), Part(fold, held_out=True))
        assert found.columns == GROUPS.names()
        p_value = dict(found.select("group", "p_value").rows())
        assert p_value[0] < 1e-6
        assert p_value.get(1, 1.0) > 1e-3


def test_held_out_counts_come_from_held_out_targets_alone() -> None:
    seen = observed(with_ring(), accounts=ACCOUNTS)
    tested = Part(2, held_out=True)
    found = LAYER.groups(seen, groups_of(ACTORS), Part(2), tested)
    reached = reached_by(seen, tested)
    counts = Counter(target for one in ACTORS for target in reached[one])
    possible = {float(sum(many >= level for many in counts.values())) for level in THRESHOLDS}
    assert found["observed"][0] in possible


def test_members_are_tested_against_the_rest_and_others_against_all() -> None:
    seen = observed(with_ring(), accounts=ACCOUNTS)
    reached = reached_by(seen)
    expected = {}
    for account, mine in reached.items():
        rest = [one for one in ACTORS if one != account]
        hits = len(mine & set().union(*(reached[one] for one in rest)))
        if hits:
            expected[account] = float(hits)
    found = LAYER.members(seen, groups_of(ACTORS), WHOLE)
    assert found.columns == MEMBERS.names()
    seen_of = dict(found.select("account", "observed").rows())
    assert seen_of.keys() == expected.keys()
    assert all(seen_of[account] <= many for account, many in expected.items())
    inside = pl.col("account").is_in(ACTORS)
    assert found.filter(inside)["p_value"].max() < 1e-4  # type: ignore[operator]
    assert found.filter(~inside)["p_value"].min() > 1e-4  # type: ignore[operator]


def test_an_account_that_shares_nothing_is_no_member() -> None:
    rows = [(0, 20, 1), (1, 20, 2), (2, 21, 3)]
    found = LAYER.members(observed(rows, accounts=30), groups_of([0, 1, 2]), WHOLE)
    assert found["account"].sort().to_list() == [0, 1]


def test_others_who_reached_hardly_anybody_are_not_tested() -> None:
    rows = [(actor, target, actor) for actor in ACTORS for target in range(200, 205)]
    few = [(100, 200 + number, number) for number in range(LEAST_CONTACTS - 1)]
    enough = [(101, 200 + number, number) for number in range(LEAST_CONTACTS)]
    seen = observed([*rows, *few, *enough], accounts=ACCOUNTS)
    found = LAYER.members(seen, groups_of(ACTORS), WHOLE)
    assert found["account"].to_list() == [*ACTORS, 101]


@pytest.mark.parametrize("part", [WHOLE, Part(0)])
def test_asking_for_members_alone_says_of_them_what_asking_for_all_does(part: Part) -> None:
    seen, groups = observed(with_ring(), accounts=ACCOUNTS), groups_of(ACTORS, range(20, 40))
    inside = LAYER.members(seen, groups, part).join(groups, on=["group", "account"], how="semi")
    assert_frame_equal(LAYER.members(seen, groups, part, others=False), inside)


def test_members_of_a_group_without_contacts_are_not_tested() -> None:
    seen = observed(busy(), accounts=ACCOUNTS)
    assert LAYER.members(seen, groups_of([590, 591]), WHOLE).is_empty()
    assert LAYER.groups(seen, groups_of([590, 591]), WHOLE, WHOLE).is_empty()


def test_each_group_is_tested_for_itself() -> None:
    seen = observed(with_ring(), accounts=ACCOUNTS)
    together = LAYER.groups(seen, groups_of(ACTORS, range(20, 40)), WHOLE, WHOLE)
    alone = LAYER.groups(seen, groups_of(ACTORS), WHOLE, WHOLE)
    assert_frame_equal(together.filter(group=0), alone)


@pytest.mark.parametrize("part", [WHOLE, Part(0), Part(0, held_out=True)])
def test_without_contacts_there_is_nothing(part: Part) -> None:
    seen = observed([], accounts=5)
    assert LAYER.pairs(seen, part).is_empty()
    assert LAYER.groups(seen, groups_of([0, 1]), part, part).is_empty()
    assert LAYER.members(seen, groups_of([0, 1]), part).is_empty()


def test_towards_one_circle_sharing_is_less_of_a_surprise() -> None:
    """Two that both turn to a small circle share targets; propensities must explain it."""
    rng = np.random.default_rng(3)
    circle_of = np.zeros(ACCOUNTS, dtype=np.int64)
    circle_of[550:600] = 1
    rows = noise(rng, range(10, 200), range(200, 550), 6, 28)
    rows += noise(rng, range(200, 220), range(550, 600), 4, 28)
    rows += noise(rng, [0, 1], range(550, 600), 20, 28)
    informed = observed(rows, accounts=ACCOUNTS, circle_of=circle_of)
    blind = observed(rows, accounts=ACCOUNTS)
    of_pair = [
        LAYER.pairs(seen, WHOLE).filter(pl.col("a") == 0, pl.col("b") == 1)
        for seen in (informed, blind)
    ]
    assert of_pair[0]["expected"][0] > 3 * of_pair[1]["expected"][0]


def within(rng: np.random.Generator, width: int, seed: int) -> list[Contact]:
    """Eight among two hundred that reach thirty rare targets by threes, within a width."""
    rows = noise(np.random.default_rng(seed), EVERYBODY, TARGETS, 6, 28)
    for target in range(560, 590):
        at = int(rng.integers(27 * DAY))
        for actor in rng.choice(8, 3, replace=False):
            rows.append((int(actor), target, at + int(rng.integers(width))))
    return rows


def test_a_groups_own_meetings_do_not_say_what_is_usual() -> None:
    """Without them, counted one by one, the factor is what the meetings of others say."""
    seen = observed(within(np.random.default_rng(5), 1_800, 5), accounts=ACCOUNTS)
    others = [range(2, 40), [590, *range(3)]]
    groups = groups_of(ACTORS, *others)
    near = nearness(seen, WHOLE)
    factors = usual(near, together(reach(seen, WHOLE), groups))
    met = meetings(seen, WHOLE)
    sent = seen.strangers.group_by("sender").len()
    fair = {one: min(1.0, 10 / many) for one, many in sent.rows()}
    for width in WIDTHS_S:
        known = near[width]
        share = known.moments.of_groups(together(reach(seen, WHOLE), groups).inside)
        for number, group in enumerate([ACTORS, *others]):
            here, explained = known.within.copy(), known.explained.copy()
            for a, b, gap, kind in met.select("a", "b", "gap", "kind").rows():
                if a in group and b in group:
                    here[kind] -= fair[a] * fair[b] * (gap <= width)
                    explained[kind] -= fair[a] * fair[b] * share[number]
            expected = usual_factor(np.maximum(here, 0), np.maximum(explained, 0))
            assert factors.of(width, np.array([number]))[0] == pytest.approx(expected)
    nobody = factors.of(WIDTHS_S[0], np.array([7]))[0]
    assert nobody == pytest.approx(near[WIDTHS_S[0]].factor)
    ring = factors.of(WIDTHS_S[0], np.array([0]))[0]
    assert ring.max() < 2 < 4 < near[WIDTHS_S[0]].factor.max()


def test_meeting_within_the_hour_is_more_of_a_surprise_than_meeting_some_day() -> None:
    prompt, slow = (
        observed(within(np.random.default_rng(5), width, 5), accounts=ACCOUNTS)
        for width in (1_800, 20 * DAY)
    )
    inside = pl.col("a").is_in(ACTORS) & pl.col("b").is_in(ACTORS)
    weight = [
        float(LAYER.pairs(seen, WHOLE).filter(inside)["weight"].sum()) for seen in (prompt, slow)
    ]
    assert weight[0] > 1.5 * weight[1]
    p_value = [
        LAYER.groups(seen, groups_of(ACTORS), Part(0), Part(0, held_out=True))["p_value"][0]
        for seen in (prompt, slow)
    ]
    assert p_value[0] < 1e-3 * p_value[1]


@pytest.mark.parametrize("seed", range(3))
def test_accounts_that_meet_within_the_hour_by_chance_are_no_group(seed: int) -> None:
    """Groups drawn at random are below .05 no more often than that."""
    seen = observed(busy(seed), accounts=ACCOUNTS)
    rng = np.random.default_rng(seed)
    groups = groups_of(*(rng.choice(200, 8, replace=False).tolist() for _ in range(60)))
    found = LAYER.groups(seen, groups, Part(0), Part(0, held_out=True))
    assert (found["p_value"] < 0.05).sum() <= 8


@pytest.mark.parametrize("silent", [False, True])
def test_members_who_greet_the_newcomers_of_their_group_share_nothing_by_it(silent: bool) -> None:
    greeters, newcomers, hub = range(3), range(200, 240), 599
    shown = [(one, hub, number * DAY // 2) for number, one in enumerate(newcomers)]
    shown += [] if silent else [(one, hub, -DAY) for one in greeters]
    came = {one: at for one, _, at in shown}
    greetings = [(who, one, came[one] + 600 * (who + 1)) for who in greeters for one in newcomers]
    # Two who are no members write to the same people, a week later.
    outsiders = [(3 + who, one, came[one] + DAY * 7) for who in range(2) for one in newcomers]
    contacts = [*busy(), *greetings, *outsiders]
    told = LAYER.pairs(observed(contacts, accounts=ACCOUNTS, visible=shown), WHOLE)
    untold = LAYER.pairs(observed(contacts, accounts=ACCOUNTS), WHOLE)
    assert weight_of(untold, 0, 1) > 50
    assert weight_of(told, 0, 1) < 10
    assert weight_of(told, 3, 4) > 50
