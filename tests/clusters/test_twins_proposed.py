"""Communities of twins outside all clusters become candidates; a list shared out confirms them."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from tinyworld import DAY, HOUR, Contact, observed

from graphmeta.clusters.assemble import Clusters
from graphmeta.clusters.twins import propose
from graphmeta.signals.base import Observations
from graphmeta.signals.coordination import partitioning
from graphmeta.signals.coordination.twins import NAME

ALPHA = 0.05
PEOPLE = 200
TARGETS = 600
OPERATOR = range(12)
EACH = 30

NO_CLUSTERS = Clusters(
    groups=pl.DataFrame(
        schema={
            "group": pl.UInt32,
            "account": pl.UInt32,
            "p_value": pl.Float64,
            "core": pl.Boolean,
        }
    ),
    results=pl.DataFrame(
        schema={
            "group": pl.UInt32,
            "stability": pl.Float64,
            "p_value": pl.Float64,
            "q_value": pl.Float64,
            "confirmed": pl.Boolean,
        }
    ),
    tests=pl.DataFrame(
        schema={
            "group": pl.UInt32,
            "layer": pl.String,
            "observed": pl.Float64,
            "expected": pl.Float64,
            "p_value": pl.Float64,
        }
    ),
    layers=pl.DataFrame(
        schema={"layer": pl.String, "version": pl.Int32, "pairs": pl.Int64, "significant": pl.Int64}
    ),
    tested=0,
)


def town(*, one_list: bool, seed: int = 0) -> Observations:
    """Return people with ways of their own, and an operator whose accounts all act alike.

    Its accounts share out one list, or each chooses whom it contacts, as everybody does.
    """
    rng = np.random.default_rng(seed)
    listed = rng.permutation(TARGETS)
    rows: list[Contact] = []
    for person in range(PEOPLE):
        alike = person in OPERATOR
        count = EACH if alike else int(rng.integers(4, 30))
        noon = 11.0 if alike else rng.uniform(0, 24)
        start, length = (10.0, 3.0) if alike else (rng.uniform(0, 15), rng.uniform(1, 12))
        day = np.floor(start + length * np.sort(rng.random(count)))
        hour = (noon + rng.normal(0, 1 if alike else rng.uniform(0.5, 4), count)) % 24
        to = rng.choice(TARGETS, count, replace=False)
        if alike and one_list:
            to = listed[person * EACH : (person + 1) * EACH]
        times = (day * DAY + hour * HOUR).astype(int).tolist()
        rows += [(person, PEOPLE + int(b), at) for b, at in zip(to, times, strict=True)]
    return observed(rows, accounts=PEOPLE + TARGETS)


def proposed(seen: Observations, found: Clusters = NO_CLUSTERS, least: int = 3) -> Clusters:
    """Return what is proposed where every first contact is a stranger's and nobody answers."""
    judged = seen.strangers.with_columns(
        stranger=True, events=1, replied_at=pl.lit(None, dtype=pl.Int64)
    )
    return propose(found, seen, judged, ALPHA, least, seed=0)


def of_operator(clusters: Clusters) -> tuple[int, set[int]]:
    """Return the cluster that holds most of the operator's accounts, and who is in it."""
    groups = clusters.groups.filter(pl.col("account").is_in(OPERATOR))
    number = groups.group_by("group").len().sort("len", "group")["group"][-1]
    return number, set(clusters.groups.filter(group=number)["account"])


def one_cluster(accounts: range) -> Clusters:
    group = pl.DataFrame(
        [(7, one, 1e-4, True) for one in accounts], schema=NO_CLUSTERS.groups.schema, orient="row"
    )
    result = pl.DataFrame(
        [(7, 1.0, 1e-9, 1e-8, True)], schema=NO_CLUSTERS.results.schema, orient="row"
    )
    return Clusters(group, result, NO_CLUSTERS.tests, NO_CLUSTERS.layers, 3)


@pytest.fixture(scope="module")
def sharing() -> Clusters:
    return proposed(town(one_list=True))


@pytest.fixture(scope="module")
def merely_alike() -> Clusters:
    return proposed(town(one_list=False))


def test_twins_that_share_out_a_list_are_confirmed(sharing: Clusters) -> None:
    number, accounts = of_operator(sharing)
    assert len(accounts & set(OPERATOR)) >= 9
    assert len(accounts - set(OPERATOR)) <= 2
    row = sharing.results.filter(group=number).row(0, named=True)
    assert row["confirmed"]
    assert row["q_value"] < 1e-3
    others = sharing.results.filter(pl.col("group") != number)
    assert not others["confirmed"].any()
    assert (sharing.results["confirmed"] == (sharing.results["q_value"] <= ALPHA)).all()


def test_twins_that_choose_each_for_itself_stay_candidates(merely_alike: Clusters) -> None:
    number, _ = of_operator(merely_alike)
    row = merely_alike.results.filter(group=number).row(0, named=True)
    assert not row["confirmed"]
    assert not merely_alike.groups["core"].any()


def test_how_much_is_found_again_without_a_third_is_told(sharing: Clusters) -> None:
    number, _ = of_operator(sharing)
    assert sharing.results.filter(group=number)["stability"][0] > 0.5
    assert sharing.results["stability"].is_between(0, 1).all()


def test_what_suggests_them_and_what_confirms_them_is_told(sharing: Clusters) -> None:
    number, accounts = of_operator(sharing)
    tests = {row["layer"]: row for row in sharing.tests.filter(group=number).to_dicts()}
    assert set(tests) == {NAME, partitioning.NAME}
    assert len(accounts) < tests[NAME]["observed"] <= len(accounts) * (len(accounts) - 1) / 2
    assert tests[partitioning.NAME]["observed"] < tests[partitioning.NAME]["expected"]
    assert sharing.layers["layer"].to_list() == [NAME, partitioning.NAME]
    assert sharing.tested == sharing.tests.filter(layer=partitioning.NAME).height


def test_fewer_twins_than_asked_are_no_cluster() -> None:
    assert proposed(town(one_list=True), least=100).groups.is_empty()


def test_nobody_who_is_in_a_cluster_is_in_another() -> None:
    clusters = proposed(town(one_list=True), one_cluster(range(3)))
    assert clusters.groups["account"].is_unique().all()
    assert set(clusters.groups.filter(group=7)["account"]) == set(range(3))
    assert clusters.results.filter(group=7)["confirmed"].to_list() == [True]
