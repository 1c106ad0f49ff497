"""Communities of twins outside all clusters become candidates that nothing confirms."""

from __future__ import annotations

from itertools import combinations

import polars as pl

from graphmeta.clusters.assemble import Clusters
from graphmeta.clusters.twins import propose
from graphmeta.signals.coordination.twins import NAME, TWINS, Twins

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


def among(*groups: range) -> Twins:
    pairs = [(a, b, 1e-3) for group in groups for a, b in combinations(group, 2)]
    return Twins(pl.DataFrame(pairs, schema=TWINS, orient="row"), 0.1)


def one_cluster(accounts: range) -> Clusters:
    group = pl.DataFrame(
        [(7, one, 1e-4, True) for one in accounts], schema=NO_CLUSTERS.groups.schema, orient="row"
    )
    result = pl.DataFrame(
        [(7, 1.0, 1e-9, 1e-8, True)], schema=NO_CLUSTERS.results.schema, orient="row"
    )
    return Clusters(group, result, NO_CLUSTERS.tests, NO_CLUSTERS.layers, 3)


def test_twins_outside_all_clusters_become_candidates() -> None:
    proposed = propose(one_cluster(range(4)), among(range(4), range(10, 16)), 3, seed=0)
    new = proposed.groups.filter(pl.col("group") != 7)
    assert new["account"].sort().to_list() == list(range(10, 16))
    assert not new["core"].any()
    row = proposed.results.filter(pl.col("group") != 7).row(0, named=True)
    assert (row["p_value"], row["q_value"], row["confirmed"]) == (1.0, 1.0, False)
    assert proposed.results.filter(group=7)["confirmed"].to_list() == [True]


def test_what_suggests_them_is_told() -> None:
    proposed = propose(NO_CLUSTERS, among(range(5)), 3, seed=0)
    row = proposed.tests.row(0, named=True)
    assert (row["layer"], row["observed"], row["expected"]) == (NAME, 10.0, 1.0)
    assert proposed.layers["layer"].to_list() == [NAME]


def test_fewer_twins_than_asked_are_no_cluster() -> None:
    assert propose(NO_CLUSTERS, among(range(4)), 5, seed=0).groups.is_empty()


def test_nobody_who_is_in_a_cluster_is_in_another() -> None:
    proposed = propose(one_cluster(range(3)), among(range(8)), 3, seed=0)
    assert proposed.groups["account"].is_unique().all()
    assert proposed.groups.height == 8
