"""Which groups behave alike, though no layer ties them?

Accounts that act for one operator may leave no trace in common targets, moments or hubs, and yet do
the same things in the same way. Communities of twins that belong to no cluster are proposed here,
as candidates. They were found by how they act and not by whom they contact, so whom they contact
may confirm them: where they share out their targets, which independent accounts do not
(``partitioning``). All others are ranked by what they do, and never flagged.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl

from graphmeta.clusters.assemble import Clusters
from graphmeta.clusters.choose import after
from graphmeta.clusters.confirm import FAMILIES
from graphmeta.clusters.match import match
from graphmeta.graph.communities import communities
from graphmeta.nulls import multiplicity
from graphmeta.signals.base import FOLDS, Observations, Part
from graphmeta.signals.coordination import partitioning
from graphmeta.signals.coordination.partitioning import shared_out
from graphmeta.signals.coordination.twins import NAME, VERSION, Twins
from graphmeta.signals.coordination.twins import twins as alike

#: Mean nearness per pair, in nats, above which a group holds together.
RESOLUTION = 0.3


def propose(
    found: Clusters, seen: Observations, judged: pl.DataFrame, alpha: float, least: int, seed: int
) -> Clusters:
    """Add communities of twins outside what held-out data confirms, or leans towards.

    They may share accounts with groups that neither is true of: of candidates that share accounts
    one is shown (``scores.rank``).

    Args:
        found: The clusters.
        seen: What is observed.
        judged: Judged first contacts, as ``twins`` takes them.
        alpha: The bound on the false discovery rate of coordination by chance.
        least: The fewest accounts of a cluster.
        seed: The run's seed.
    """
    twins = alike(judged, seen.strangers, seed)
    taken = found.groups.filter(pl.col("group").is_in(found.leaning.implode()))
    free = _outside(twins.pairs, taken)
    groups = _communities(free, least, seed).with_columns(
        (pl.col("group") + after(found.groups["group"])).cast(pl.UInt32)
    )
    layers = _joined(found.layers, _described(twins))
    if groups.is_empty():
        return replace(found, layers=layers)
    ties = _inside(free, groups)
    split = shared_out(seen, groups)
    again = _found_again(taken, seen, judged, groups, least, seed)
    return replace(
        found,
        groups=_joined(found.groups, _members(groups, ties)),
        results=_joined(found.results, _results(groups, split, again, alpha)),
        tests=_joined(found.tests, _tests(ties, split, twins.decoys)),
        layers=layers,
        tested=found.tested + split.height,
    )


def _outside(pairs: pl.DataFrame, taken: pl.DataFrame) -> pl.DataFrame:
    """Return the pairs of which neither account is in a cluster."""
    accounts = taken["account"].implode()
    return pairs.filter(~pl.col("a").is_in(accounts) & ~pl.col("b").is_in(accounts))


def _communities(pairs: pl.DataFrame, least: int, seed: int) -> pl.DataFrame:
    """Return communities of at least so many accounts: columns group (from 0), account."""
    near = pairs.select("a", "b", weight=-pl.col("p_value").log()).filter(pl.col("weight") > 0)
    return (
        communities(near, RESOLUTION, seed)
        .filter(pl.len().over("community") >= least)
        .select(group=(pl.col("community").rank("dense") - 1).cast(pl.UInt32), account="account")
    )


def _found_again(
    taken: pl.DataFrame,
    seen: Observations,
    judged: pl.DataFrame,
    groups: pl.DataFrame,
    least: int,
    seed: int,
) -> pl.DataFrame:
    """Return how much of each group is found again without a fold: columns group, stability."""
    alikes = []
    for fold in range(FOLDS):
        rest = seen.strangers.filter(Part(fold).keeps("recipient_fold"))
        kept = judged.join(rest, on=["sender", "recipient"], how="semi")
        pairs = _outside(alike(kept, rest, seed + 1 + fold).pairs, taken)
        alikes.append(match(groups, _communities(pairs, least, seed + 1 + fold)))
    return (
        pl.concat(alikes)
        .group_by("group")
        .agg(stability=pl.col("alike").sort().sum() / FOLDS)
        .sort("group")
    )


def _members(groups: pl.DataFrame, ties: pl.DataFrame) -> pl.DataFrame:
    nearest = (
        pl.concat([ties.select("group", "p_value", account=end) for end in ("a", "b")])
        .group_by("group", "account")
        .agg(pl.col("p_value").min())
    )
    members = groups.join(nearest, on=["group", "account"], how="left")
    return members.with_columns(pl.col("p_value").fill_null(1.0), core=pl.lit(False)).sort(
        "group", "account"
    )


def _results(
    groups: pl.DataFrame, split: pl.DataFrame, again: pl.DataFrame, alpha: float
) -> pl.DataFrame:
    q_value = multiplicity.benjamini_hochberg(split["p_value"].to_numpy())
    judged = split.select(
        "group", "p_value", q_value=pl.Series(np.minimum(1.0, q_value * FAMILIES))
    )
    return (
        groups.select("group")
        .unique()
        .join(judged, on="group", how="left")
        .join(again, on="group", how="left")
        .with_columns(
            pl.col("p_value", "q_value").fill_null(1.0), pl.col("stability").fill_null(0.0)
        )
        .with_columns(confirmed=pl.col("q_value") <= alpha)
        .sort("group")
    )


def _tests(ties: pl.DataFrame, split: pl.DataFrame, decoys: float) -> pl.DataFrame:
    """Return what suggests groups, and what may confirm them."""
    suggested = (
        ties.group_by("group")
        .agg(observed=pl.len().cast(pl.Float64))
        .with_columns(layer=pl.lit(NAME), expected=pl.col("observed") * decoys, p_value=pl.lit(1.0))
    )
    tested = split.with_columns(layer=pl.lit(partitioning.NAME))
    return pl.concat([suggested, tested.select(suggested.columns)]).sort("group", "layer")


def _inside(pairs: pl.DataFrame, groups: pl.DataFrame) -> pl.DataFrame:
    """Return the pairs whose accounts are in one group, with its number."""
    return (
        pairs.join(groups.rename({"account": "a"}), on="a")
        .join(groups.rename({"account": "b", "group": "other"}), on="b")
        .filter(pl.col("group") == pl.col("other"))
        .drop("other")
    )


def _described(twins: Twins) -> pl.DataFrame:
    count = twins.pairs.height
    proposed = {"layer": NAME, "version": VERSION, "pairs": count, "significant": count}
    confirms = {"layer": partitioning.NAME, "version": partitioning.VERSION}
    return pl.DataFrame([proposed, {**confirms, "pairs": 0, "significant": 0}])


def _joined(upper: pl.DataFrame, lower: pl.DataFrame) -> pl.DataFrame:
    return pl.concat([upper, lower.select(upper.columns).cast(upper.schema)])
