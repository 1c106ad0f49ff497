"""Roles: the hub, who recruits for it, who acts, and those who were merely contacted."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tinyworld import DAY, groups_of, noise, observed

from graphmeta.clusters.assemble import Clusters
from graphmeta.clusters.refine import member_tests
from graphmeta.clusters.roles import ROLES, assign, strength
from graphmeta.signals import LAYERS
from graphmeta.signals.base import WHOLE, Observations
from graphmeta.signals.coordination.funnel import Funnel

RECRUITERS, HUB, HELPER = range(4), 4, 30


def town() -> Observations:
    """Four recruiters send every second of eighty to a hub; a helper only contacts strangers."""
    rng = np.random.default_rng(0)
    rows = noise(rng, range(20, 120), range(200, 800), 8, 28)
    arrivals = noise(rng, range(200, 800), range(900, 960), 1, 28)
    for number in range(80):
        at = int(rng.integers(25 * DAY))
        rows.append((number % 4, 800 + number, at))
        if number // 4 % 2 == 0:
            arrivals.append((800 + number, HUB, at + int(rng.integers(1, 2 * DAY))))
    rows.append((0, 1, 5))  # recruiters know of each other: a member is never merely contacted
    return observed(rows, arrivals, accounts=1_000)


def cluster_of(seen: Observations, members: list[int]) -> Clusters:
    groups = groups_of(members)
    tests = member_tests(seen, LAYERS, groups, WHOLE)
    rows = groups.join(tests, on=["group", "account"], how="left").with_columns(
        pl.col("p_value").fill_null(1.0), core=pl.lit(True)
    )
    nothing = pl.DataFrame()
    return Clusters(rows, nothing, nothing, nothing, 0)


def roles_of(members: list[int]) -> pl.DataFrame:
    seen = town()
    return assign(seen, cluster_of(seen, members), Funnel())


def named(found: pl.DataFrame, role: str) -> set[int]:
    return set(found.filter(role=role)["account"])


def test_those_who_send_converts_recruit_and_the_hub_is_where_they_went() -> None:
    found = roles_of([*RECRUITERS, HUB, HELPER])
    assert named(found, "hub") == {HUB}
    assert named(found, "recruiter") == set(RECRUITERS)
    assert named(found, "actor") == {HELPER}


def test_the_hub_is_added_where_it_was_not_among_the_members() -> None:
    found = roles_of([*RECRUITERS])
    assert named(found, "hub") == {HUB}
    assert found.filter(role="hub").select("strength", "core").rows() == [(0.5, False)]


def test_the_contacted_are_those_whom_members_approached_and_have_no_strength() -> None:
    seen = town()
    members = [*RECRUITERS, HUB, HELPER]
    found = roles_of(members)
    reached = seen.strangers.filter(pl.col("sender").is_in(members))["recipient"]
    assert named(found, "contacted") == set(reached) - set(members)
    contacted = found.filter(role="contacted")
    assert (contacted["strength"] == 0).all()
    assert (contacted["p_value"] == 1).all()
    assert not contacted["core"].any()


def test_every_account_of_a_cluster_has_one_role() -> None:
    found = roles_of([*RECRUITERS, HUB, HELPER])
    assert found.schema == ROLES
    assert found.select("group", "account").is_unique().all()
    assert found["strength"].is_between(0, 1).all()


def test_without_a_funnel_all_members_are_actors() -> None:
    found = roles_of([20, 21, 22])
    assert named(found, "actor") == {20, 21, 22}
    assert not named(found, "hub")
    assert not named(found, "recruiter")


def test_converts_who_do_not_recruit_are_contacted() -> None:
    found = roles_of([*RECRUITERS, HUB])
    assert set(range(800, 880)) <= named(found, "contacted")


@given(st.lists(st.floats(0, 1), min_size=2))
def test_the_smaller_the_p_value_the_greater_the_strength(p_values: list[float]) -> None:
    frame = pl.DataFrame({"p_value": sorted(p_values)})
    found = frame.select(strength=strength(pl.col("p_value")))["strength"]
    assert found.is_between(0, 1).all()
    assert found.is_sorted(descending=True)


def test_strength_says_what_it_says_it_says() -> None:
    frame = pl.DataFrame({"p_value": [0.01, 1e-4, 1.0, 0.0]})
    found = frame.select(strength=strength(pl.col("p_value")))["strength"].to_list()
    assert found == pytest.approx([0.9, 0.99, 0.0, 1.0], abs=0.01)
