"""Groups of four findings become clusters, and no confirmation is spent twice."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tinyworld import groups_of, noise, observed, ring

from graphmeta.clusters import assemble
from graphmeta.clusters.assemble import Clusters, clusters
from graphmeta.clusters.find import Found, find
from graphmeta.clusters.match import SAME, match
from graphmeta.engines.base import silent
from graphmeta.signals import LAYERS
from graphmeta.signals.base import WHOLE, Layer, Observations, Part

ACTORS = range(10)
ACCOUNTS = 900

partition = st.lists(st.sets(st.integers(0, 15), min_size=1, max_size=8), max_size=4)


def apart(groups: list[set[int]]) -> list[set[int]]:
    """Return the groups with every account in the first that holds it."""
    taken: set[int] = set()
    out = []
    for group in groups:
        if group - taken:
            out.append(group - taken)
        taken |= group
    return out


@given(partition, partition)
def test_groups_are_matched_one_to_one_the_most_alike_first(
    left: list[set[int]], right: list[set[int]]
) -> None:
    left, right = apart(left), apart(right)
    alike = {
        (i, j): len(a & b) / len(a | b) for i, a in enumerate(left) for j, b in enumerate(right)
    }
    expected: list[tuple[int, int, object]] = []
    for (i, j), value in sorted(alike.items(), key=lambda item: (-item[1], item[0])):
        free = all(i != one and j != other for one, other, _ in expected)
        if value >= SAME and free:
            expected.append((i, j, pytest.approx(value)))
    assert match(groups_of(*left), groups_of(*right)).rows() == expected


def town(*, with_ring: bool, seed: int = 0) -> Observations:
    rng = np.random.default_rng(seed)
    rows = noise(rng, range(200), range(200, 700), 5, 28)
    if with_ring:
        rows += ring(rng, ACTORS, range(700, 745), 28)
    return observed(rows, accounts=ACCOUNTS)


@pytest.fixture(scope="module")
def found() -> Clusters:
    return clusters(town(with_ring=True), LAYERS, 0.05, 3, 0, silent)


def ring_of(found: Clusters) -> int:
    """Return the number of the group that holds most of the ring."""
    inside = found.groups.filter(pl.col("account").is_in(ACTORS))
    return int(inside.group_by("group").len().sort("len")["group"][-1])


def test_a_ring_is_confirmed_on_contacts_that_had_no_say(found: Clusters) -> None:
    result = found.results.filter(group=ring_of(found)).row(0, named=True)
    assert result["confirmed"]
    assert result["q_value"] < 1e-6
    members = set(found.groups.filter(group=ring_of(found))["account"])
    assert len(members & set(ACTORS)) >= 9
    assert len(members - set(ACTORS)) <= 2


def test_independent_accounts_give_no_confirmed_cluster() -> None:
    for seed in range(3):
        alone = clusters(town(with_ring=False, seed=seed), LAYERS, 0.05, 3, 0, silent)
        assert not alone.results["confirmed"].any()


def test_every_group_has_a_verdict_and_tests_are_of_groups_alone(found: Clusters) -> None:
    assert set(found.groups["group"]) == set(found.results["group"])
    assert set(found.tests["group"]) <= set(found.results["group"])


def test_confirmed_means_a_q_value_of_at_most_alpha(found: Clusters) -> None:
    assert (found.results["confirmed"] == (found.results["q_value"] <= 0.05)).all()
    assert found.results["p_value"].is_between(0, 1).all()
    assert found.results["q_value"].is_between(0, 1).all()


def test_no_account_is_in_two_clusters(found: Clusters) -> None:
    assert found.groups["account"].is_unique().all()
    assert found.groups["p_value"].is_between(0, 1).all()


def test_members_that_surely_belong_are_its_core(found: Clusters) -> None:
    members = found.groups.filter(group=ring_of(found))
    core = set(members.filter("core")["account"])
    assert len(core & set(ACTORS)) >= 9
    assert not core - set(ACTORS)
    sure = members.filter("core")["p_value"].max()
    assert sure <= 0.05  # type: ignore[operator]


def test_what_the_finding_on_everything_missed_is_kept_where_a_fold_confirms_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def blind(
        seen: Observations, layers: tuple[Layer, ...], part: Part, least: int, seed: int
    ) -> Found:
        proposed = find(seen, layers, part, least, seed)
        return replace(proposed, groups=proposed.groups.clear()) if part == WHOLE else proposed

    monkeypatch.setattr(assemble, "find", blind)
    seen = town(with_ring=True)
    alone = clusters(seen, LAYERS, 0.05, 3, 0, silent)
    members = set(alone.groups.filter(group=ring_of(alone))["account"])
    assert len(members & set(ACTORS)) >= 8
    assert alone.groups["account"].is_unique().all()
    assert alone.results.filter(group=ring_of(alone))["confirmed"].all()


def test_the_order_of_layers_decides_nothing_about_membership() -> None:
    seen = town(with_ring=True)
    one = clusters(seen, LAYERS, 0.05, 3, 0, silent)
    other = clusters(seen, LAYERS[::-1], 0.05, 3, 0, silent)
    assert one.groups.equals(other.groups)
    assert one.results.equals(other.results)


def test_progress_only_advances() -> None:
    told: list[float] = []

    def listen(stage: str, done: float | None = None) -> None:
        assert stage
        told.append(done if done is not None else -1.0)

    clusters(town(with_ring=False), LAYERS, 0.05, 3, 0, listen)
    assert told == sorted(told)
    assert all(0 <= done <= 1 for done in told)


def test_without_contacts_there_are_no_clusters() -> None:
    empty = clusters(observed([], accounts=5), LAYERS, 0.05, 3, 0, silent)
    assert empty.groups.is_empty()
    assert empty.results.is_empty()
    assert empty.tests.is_empty()
    assert empty.tested == 0
