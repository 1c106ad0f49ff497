"""Which groups behave alike, though no layer ties them?

Accounts that act for one operator may leave no trace in common targets, moments or hubs, and yet do
the same things in the same way. Communities of twins that belong to no cluster are proposed here,
as candidates that nothing confirms: they are ranked by what they do, and never flagged.
"""

from __future__ import annotations

from dataclasses import replace

import polars as pl

from graphmeta.clusters.assemble import Clusters
from graphmeta.clusters.find import after
from graphmeta.graph.communities import communities
from graphmeta.signals.coordination.twins import NAME, VERSION, Twins

#: Mean nearness per pair, in nats, above which a group holds together.
RESOLUTION = 0.3


def propose(found: Clusters, twins: Twins, least: int, seed: int) -> Clusters:
    """Add communities of twins outside all clusters to these, with a p-value and q-value of 1.

    Args:
        found: The clusters.
        twins: Who behaves alike.
        least: The fewest accounts of a cluster.
        seed: The run's seed.
    """
    taken = found.groups["account"].implode()
    free = twins.pairs.filter(~pl.col("a").is_in(taken) & ~pl.col("b").is_in(taken))
    near = free.select("a", "b", weight=-pl.col("p_value").log()).filter(pl.col("weight") > 0)
    drawn = communities(near, RESOLUTION, seed)
    groups = (
        drawn.filter(pl.len().over("community") >= least)
        .with_columns(
            group=(pl.col("community").rank("dense") - 1 + after(found.groups["group"])).cast(
                pl.UInt32
            )
        )
        .select("group", "account")
    )
    if groups.is_empty():
        return replace(found, layers=_described(found.layers, twins))
    ties = _inside(free, groups)
    nearest = (
        pl.concat([ties.select("group", "p_value", account=end) for end in ("a", "b")])
        .group_by("group", "account")
        .agg(pl.col("p_value").min())
    )
    members = groups.join(nearest, on=["group", "account"], how="left").with_columns(
        pl.col("p_value").fill_null(1.0), core=pl.lit(False)
    )
    numbers = groups.select("group").unique().sort("group")
    results = numbers.with_columns(
        p_value=pl.lit(1.0), q_value=pl.lit(1.0), confirmed=pl.lit(False), stability=pl.lit(0.0)
    )
    tests = (
        ties.group_by("group")
        .agg(observed=pl.len().cast(pl.Float64))
        .sort("group")
        .with_columns(
            layer=pl.lit(NAME), expected=pl.col("observed") * twins.decoys, p_value=pl.lit(1.0)
        )
    )
    return Clusters(
        groups=_joined(found.groups, members.sort("group", "account")),
        results=_joined(found.results, results),
        tests=_joined(found.tests, tests),
        layers=_described(found.layers, twins),
        tested=found.tested,
    )


def _inside(pairs: pl.DataFrame, groups: pl.DataFrame) -> pl.DataFrame:
    """Return the pairs whose accounts are in one group, with its number."""
    return (
        pairs.join(groups.rename({"account": "a"}), on="a")
        .join(groups.rename({"account": "b", "group": "other"}), on="b")
        .filter(pl.col("group") == pl.col("other"))
        .drop("other")
    )


def _described(layers: pl.DataFrame, twins: Twins) -> pl.DataFrame:
    count = twins.pairs.height
    row = {"layer": NAME, "version": VERSION, "pairs": count, "significant": count}
    return _joined(layers, pl.DataFrame([row]))


def _joined(upper: pl.DataFrame, lower: pl.DataFrame) -> pl.DataFrame:
    return pl.concat([upper, lower.select(upper.columns).cast(upper.schema)])
