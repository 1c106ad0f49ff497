"""Groups are proposed where accounts share more than chance explains, and nowhere else."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tinyworld import Contact, groups_of, noise, observed, ring

from graphmeta.clusters import find as finding
from graphmeta.clusters.find import find, score, union
from graphmeta.clusters.refine import KEEP_AT, disjoint, member_tests, refine
from graphmeta.signals import LAYERS
from graphmeta.signals.base import WHOLE, Observations, Part

ACTORS, OTHERS = range(10), range(10, 20)
ACCOUNTS = 900


def contacts(seed: int, *rings: tuple[range, range]) -> list[Contact]:
    """Two hundred accounts that reach strangers by themselves, and rings among them."""
    rng = np.random.default_rng(seed)
    rows = noise(rng, range(200), range(200, 700), 5, 28)
    for actors, targets in rings:
        rows += ring(rng, actors, targets, 28)
    return rows


def tiny_town(seed: int = 0) -> Observations:
    return observed(contacts(seed, (ACTORS, range(700, 740))), accounts=ACCOUNTS)


def as_sets(groups: pl.DataFrame) -> list[set[int]]:
    return [set(part["account"]) for part in groups.partition_by("group", maintain_order=True)]


@pytest.mark.parametrize("seed", [0, 1])
@pytest.mark.parametrize("part", [WHOLE, Part(0)])
def test_a_ring_is_found_with_few_others(seed: int, part: Part) -> None:
    found = as_sets(find(tiny_town(seed), LAYERS, part, 3, 0).groups)
    best = max(found, key=lambda group: len(group & set(ACTORS)))
    assert len(best & set(ACTORS)) >= 9
    assert len(best - set(ACTORS)) <= 2


def test_two_rings_are_kept_apart() -> None:
    rows = contacts(2, (ACTORS, range(700, 740)), (OTHERS, range(740, 780)))
    found = as_sets(find(observed(rows, accounts=ACCOUNTS), LAYERS, WHOLE, 3, 0).groups)
    for actors in (ACTORS, OTHERS):
        best = max(found, key=lambda group: len(group & set(actors)))
        assert len(best & set(actors)) >= 9
        assert len(best - set(actors)) <= 2


def test_no_account_is_in_two_groups_and_none_is_smaller_than_asked() -> None:
    for least in (3, 6):
        found = find(tiny_town(), LAYERS, WHOLE, least, 0).groups
        assert found["account"].is_unique().all()
        assert found.group_by("group").len()["len"].min() >= least  # type: ignore[operator]


def test_groups_are_numbered_by_their_smallest_account() -> None:
    rows = contacts(2, (ACTORS, range(700, 740)), (OTHERS, range(740, 780)))
    found = find(observed(rows, accounts=ACCOUNTS), LAYERS, WHOLE, 3, 0).groups
    first = found.group_by("group").agg(pl.col("account").min()).sort("group")
    assert first["group"].to_list() == list(range(first.height))
    assert first["account"].is_sorted()
    assert found.equals(found.sort("group", "account"))


def test_every_layer_says_how_many_edges_it_has_and_how_many_are_validated() -> None:
    seen = tiny_town()
    told = find(seen, LAYERS, WHOLE, 3, 0).layers
    assert told["layer"].to_list() == [layer.name for layer in LAYERS]
    assert told["pairs"].to_list() == [layer.pairs(seen, WHOLE).height for layer in LAYERS]
    assert (told["significant"] <= told["pairs"]).all()
    assert told["significant"][0] > 20


@pytest.mark.parametrize("part", [WHOLE, Part(1), Part(1, held_out=True)])
def test_without_contacts_nothing_is_found(part: Part) -> None:
    assert find(observed([], accounts=5), LAYERS, part, 3, 0).groups.is_empty()


def edges(rows: list[tuple[int, int, float]]) -> pl.DataFrame:
    schema = {"a": pl.UInt32, "b": pl.UInt32, "weight": pl.Float64}
    return pl.DataFrame(rows, schema=schema, orient="row")


def test_the_surprises_of_layers_add_up() -> None:
    layers = [edges([(0, 1, 1.0), (0, 2, 0.0)]), edges([(0, 1, 2.5), (3, 4, 1.0)])]
    assert union(layers).rows() == [(0, 1, 3.5), (3, 4, 1.0)]
    assert union(layers[::-1]).equals(union(layers))


def test_of_too_many_edges_the_strongest_are_kept_and_ties_fall_together(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(finding, "MAX_EDGES", 3)
    rows = [(0, 1, 5.0), (0, 2, 4.0), (0, 3, 2.0), (0, 4, 2.0), (0, 5, 1.0)]
    assert union([edges(rows)]).rows() == rows[:2]
    assert union([edges(rows[:3])]).rows() == rows[:3]


held = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 9)), max_size=30, unique=True)


@given(held, st.integers(1, 4), st.lists(st.integers(0, 3), min_size=5, max_size=5))
def test_every_account_goes_to_the_group_of_the_largest_gain(
    rows: list[tuple[int, int]], least: int, gains: list[int]
) -> None:
    owner: dict[int, int] = {}
    for account in {account for _, account in rows}:
        holding = [group for group, held_account in rows if held_account == account]
        owner[account] = min(holding, key=lambda group: (-gains[group], group))
    sizes = [sum(group == one for group in owner.values()) for one in range(5)]
    expected = sorted((group, account) for account, group in owner.items() if sizes[group] >= least)
    schema = {"group": pl.UInt32, "account": pl.UInt32, "gain": pl.Float64}
    frame = pl.DataFrame(
        [(group, account, float(gains[group])) for group, account in rows],
        schema=schema,
        orient="row",
    )
    assert disjoint(in_cut(frame, 0), least).rows() == [(0, *row) for row in expected]


def in_cut(groups: pl.DataFrame, cut: int) -> pl.DataFrame:
    return groups.select(pl.lit(cut).alias("cut"), pl.all())


def test_groups_of_two_cuts_do_not_see_one_another() -> None:
    seen, crooked = tiny_town(), groups_of([*range(6), 100, 101], [*range(4, 10)])
    other = crooked.with_columns((pl.col("group") + 2).cast(pl.UInt32))
    alone = refine(seen, LAYERS, in_cut(crooked, 0), WHOLE, 3)
    both = refine(seen, LAYERS, pl.concat([in_cut(crooked, 0), in_cut(other, 1)]), WHOLE, 3)
    assert both.filter(cut=0).equals(alone)
    assert both.filter(cut=1).select("account").equals(alone.select("account"))


def test_strangers_to_the_ring_are_pruned_and_its_missing_members_join() -> None:
    crooked = groups_of([*range(6), 100, 101, 102])
    found = as_sets(refine(tiny_town(), LAYERS, in_cut(crooked, 0), WHOLE, 3))
    assert len(found) == 1
    assert set(ACTORS) <= found[0] | {0}
    assert not found[0] & {100, 101, 102}


def test_in_the_end_everybody_left_passes_as_a_member_of_who_is_left() -> None:
    everybody = in_cut(groups_of(range(60), range(60, 120), range(120, 200)), 0)
    groups = refine(tiny_town(), LAYERS, everybody, WHOLE, 3).select("group", "account")
    tests = member_tests(tiny_town(), LAYERS, groups, WHOLE, others=False)
    inside = groups.join(tests, on=["group", "account"])
    assert inside.height == groups.height > 0
    assert inside["p_value"].max() <= KEEP_AT  # type: ignore[operator]


def test_a_group_that_chance_explains_is_not_proposed() -> None:
    seen = tiny_town()
    kept = score(seen, LAYERS, groups_of(ACTORS, range(100, 110)), WHOLE)
    assert kept["group"].unique().to_list() == [0]
    assert (kept["gain"] > 10).all()


def test_members_are_tested_once_over_all_layers() -> None:
    found = member_tests(tiny_town(), LAYERS, groups_of(ACTORS), WHOLE)
    assert found.select("group", "account").is_unique().all()
    assert found["p_value"].is_between(0, 1).all()
    inside = found.filter(pl.col("account").is_in(ACTORS))
    assert inside.height == 10
    assert inside["p_value"].max() < 1e-4  # type: ignore[operator]


SLOW = range(1_060, 1_085)


@pytest.fixture
def slow() -> Observations:
    """Twenty-five accounts that share a list so long that each pair meets little more than once.

    Sixty others reach as many strangers, and five thousand reach a few.
    """
    rng = np.random.default_rng(0)
    rows = noise(rng, range(1_000), range(1_100, 6_000), 5, 28)
    rows += noise(rng, range(6_000, 10_000), range(1_100, 6_000), 4, 28)
    rows += noise(rng, range(1_000, 1_060), range(1_100, 6_000), 40, 28)
    rows += noise(rng, SLOW, range(1_100, 2_300), 40, 28)
    return observed(rows, accounts=10_000)


def test_a_slow_ring_is_found_among_those_who_reach_as_many(slow: Observations) -> None:
    found = as_sets(find(slow, LAYERS, WHOLE, 3, 0).groups)
    best = max(found, key=lambda group: len(group & set(SLOW)))
    assert len(best & set(SLOW)) >= 20
    assert len(best - set(SLOW)) <= 2


def test_of_too_many_communities_the_heaviest_are_refined_and_the_number_is_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    seen = tiny_town()
    every = find(seen, LAYERS, WHOLE, 3, 0)
    assert every.refined == every.communities > 5
    monkeypatch.setattr(finding, "MAX_COMMUNITIES", 5)
    few = find(seen, LAYERS, WHOLE, 3, 0)
    assert few.communities == every.communities
    assert few.refined <= 5
    assert set(ACTORS) in as_sets(few.groups)


def test_communities_as_light_as_the_first_one_left_out_go_with_it() -> None:
    groups = groups_of([0, 1], [2, 3], [4, 5]).with_columns(cut=pl.lit(0))
    edges = pl.DataFrame(
        {"a": [0, 2, 4], "b": [1, 3, 5], "weight": [2.0, 1.0, 1.0]},
        schema={"a": pl.UInt32, "b": pl.UInt32, "weight": pl.Float64},
    )
    assert finding.heaviest(groups, edges, 2)["account"].to_list() == [0, 1]
    assert finding.heaviest(groups, edges, 3).height == 6
