"""From dense numbers to the tables of a run: names for accounts, ids for clusters, times in UTC."""

from __future__ import annotations

from itertools import count, islice

import numpy as np
import polars as pl

from graphmeta import seeds
from graphmeta.clusters.assemble import Clusters
from graphmeta.contract.tables import (
    CLUSTERS,
    CONTACTS,
    LOOK_ALIKES,
    MEMBERS,
    RHYTHM,
    SIGNALS,
    TIME,
    TIMELINE,
)
from graphmeta.graph.contacts import reaches
from graphmeta.nulls import counts
from graphmeta.signals.base import Observations
from graphmeta.signals.coordination import partitioning
from graphmeta.signals.coordination.surprise import surprise
from graphmeta.signals.coordination.twins import NAME as TWIN_BEHAVIOUR
from graphmeta.signals.observe import Network

#: Held-out surprise in nats from which a layer counts as present.
_PRESENT_NATS = 3.0
_MEMBERSHIP_VERSION = 1
#: Of cluster numbers beyond the first three, one in so many is left free.
_FREE = 8
_NEVER_FREE = 3


def cluster_ids(scored: pl.DataFrame) -> pl.DataFrame:
    """Name clusters by numbers in order of their rank: columns group, cluster_id.

    The first are 1, 2 and 3. Of the numbers after them about one in eight is left free, so that a
    golden cluster (:mod:`graphmeta.cases.golden`) can bear one and not stand out. Which ones
    follows from what was found, and differs from run to run.
    """
    found = [*scored["n_actors"], *scored["n_contacted"]]
    numbers = (n for n in count(1) if n <= _NEVER_FREE or seeds.key("free", n, *found) % _FREE)
    chosen = list(islice(numbers, scored.height))
    width = max(4, len(str(chosen[-1]))) if chosen else 4
    names = [f"c{number:0{width}d}" for number in chosen]
    return scored.select("group", cluster_id=pl.Series(names, dtype=pl.String))


def cluster_rows(
    scored: pl.DataFrame,
    tests: pl.DataFrame,
    members: pl.DataFrame,
    seen: Observations,
    ids: pl.DataFrame,
) -> pl.DataFrame:
    """Return the clusters table, highest risk first."""
    layers = (
        tests.with_columns(nats=surprise(tests))
        .filter(pl.col("nats") >= _PRESENT_NATS)
        .sort("group", "nats", descending=[False, True])
        .group_by("group", maintain_order=True)
        .agg(layers="layer")
    )
    span = (
        members.filter(pl.col("role") != "contacted")
        .join(seen.strangers, left_on="account", right_on="sender")
        .group_by("group")
        .agg(first_event=pl.col("time").min(), last_event=pl.col("time").max())
    )
    return (
        scored.join(ids, on="group", maintain_order="left")
        .join(layers, on="group", how="left", maintain_order="left")
        .join(span, on="group", how="left", maintain_order="left")
        .with_columns(
            pl.col("layers").fill_null([]),
            _time("first_event"),
            _time("last_event"),
        )
        .select(CLUSTERS.names())
    )


def member_rows(
    members: pl.DataFrame, placed: pl.DataFrame, ids: pl.DataFrame, names: pl.Series
) -> pl.DataFrame:
    """Return the members table, by cluster, role and falling strength.

    Args:
        members: As ``roles.assign`` returns them.
        placed: As ``graph.places.places`` returns them.
        ids: Columns group, cluster_id.
        names: Of all accounts.
    """
    rows = members.join(ids, on="group").join(placed, on=["group", "account"])
    return (
        rows.with_columns(account=_named("account", rows, names))
        .select(MEMBERS.names())
        .sort("cluster_id", "role", "strength", "account", descending=[False, False, True, False])
    )


def signal_rows(
    measured: pl.DataFrame,
    found: Clusters,
    members: pl.DataFrame,
    ids: pl.DataFrame,
    names: pl.Series,
) -> pl.DataFrame:
    """Return the signals table: what clusters do, what ties them, how their members belong."""
    behaviour = measured.join(ids, on="group").select(
        "signal",
        "value",
        "expected",
        "support",
        entity="cluster_id",
        version=pl.col("version").cast(pl.Int64),
        p_mid=pl.lit(None, dtype=pl.Float64),
        reason=pl.lit("what the cluster does, beside what is usual"),
    )
    tests = found.tests.join(
        found.layers.select("layer", "version"), on="layer", how="left", maintain_order="left"
    )
    middle = counts.mid_p(tests["observed"].to_numpy(), tests["expected"].to_numpy())
    shares_out = (tests["layer"] == partitioning.NAME).to_numpy()
    middle = np.where(shares_out, 1.0 - middle, middle)
    ties = (
        tests.with_columns(p_mid=pl.Series(middle))
        .join(ids, on="group")
        .select(
            "expected",
            "p_mid",
            entity="cluster_id",
            signal="layer",
            version=pl.col("version").cast(pl.Int64),
            value="observed",
            support=pl.col("observed").cast(pl.Int64),
            reason=pl.when(pl.col("layer") == TWIN_BEHAVIOUR)
            .then(pl.lit("what suggests the cluster, and confirms nothing"))
            .when(pl.col("layer") == partitioning.NAME)
            .then(pl.lit("what ties the cluster, which was found without it"))
            .otherwise(pl.lit("what ties the cluster, on held-out contacts")),
        )
    )
    acting = members.filter(pl.col("role") != "contacted").join(ids, on="group")
    belongs = acting.select(
        entity=_named("account", acting, names),
        signal=pl.lit("membership"),
        version=pl.lit(_MEMBERSHIP_VERSION, dtype=pl.Int64),
        value="strength",
        expected=pl.lit(None, dtype=pl.Float64),
        p_mid="p_value",
        support=pl.lit(None, dtype=pl.Int64),
        reason=pl.lit("how surely it belongs to ") + pl.col("cluster_id"),
    )
    return pl.concat([frame.select(SIGNALS.names()) for frame in (behaviour, ties, belongs)]).sort(
        "entity", "signal", "reason"
    )


def edges(graph: Network, seen: Observations, members: pl.DataFrame) -> pl.DataFrame:
    """Return who contacted whom within each cluster, at least one of them scored.

    Where the hub is a group, joining it counts as contacting it.

    Returns:
        Columns group, sender, recipient, events, first, last (seconds).
    """
    here = members.select("group", "account", scored=pl.col("role") != "contacted")
    arrived = seen.arrivals.join(
        members.filter(pl.col("role") == "hub").select(hub="account").unique(), on="hub"
    ).select(sender="account", recipient="hub", events=1, first="time", last="time")
    joined = arrived.cast(graph.contacts.schema).join(
        graph.contacts, on=["sender", "recipient"], how="anti"
    )
    return (
        here.rename({"account": "sender"})
        .join(pl.concat([graph.contacts, joined]), on="sender")
        .join(here.rename({"account": "recipient"}), on=["group", "recipient"], suffix="_too")
        .filter(pl.col("scored") | pl.col("scored_too"))
        .drop("scored", "scored_too")
    )


def contact_rows(
    edges: pl.DataFrame, graph: Network, ids: pl.DataFrame, names: pl.Series
) -> pl.DataFrame:
    """Return the contacts table: the edges within each cluster, judged and named."""
    rows = (
        edges.join(ids, on="group")
        .join(
            graph.first_contacts.select("sender", "recipient", first_contact=True),
            on=["sender", "recipient"],
            how="left",
        )
        .join(
            graph.strangers.select("sender", "recipient", stranger=True),
            on=["sender", "recipient"],
            how="left",
        )
    )
    return (
        rows.with_columns(
            _time("first").alias("first_event"),
            _time("last").alias("last_event"),
            pl.col("first_contact", "stranger").fill_null(False),
            sender=_named("sender", rows, names),
            recipient=_named("recipient", rows, names),
        )
        .select(CONTACTS.names())
        .sort("cluster_id", "sender", "recipient")
    )


def look_alike_rows(alike: pl.DataFrame, ids: pl.DataFrame) -> pl.DataFrame:
    """Return the look-alikes table: every kind beside every cluster, the nearest first."""
    return (
        alike.join(ids, on="group")
        .select(LOOK_ALIKES.names())
        .sort("cluster_id", "p_value", "kind", descending=[False, True, False])
    )


def timeline_rows(
    events: pl.LazyFrame, graph: Network, members: pl.DataFrame, ids: pl.DataFrame
) -> pl.DataFrame:
    """Return what the scored members of each cluster did, hour by hour."""
    acting = (
        members.filter(pl.col("role") != "contacted")
        .join(ids, on="group")
        .select("cluster_id", sender="account")
    )
    hour = pl.col("time") // 3600 * 3600
    sent = (
        reaches(events)
        .join(acting.lazy(), on="sender")
        .group_by("cluster_id", hour=hour)
        .agg(
            events=pl.len().cast(pl.Int64),
            active_members=pl.col("sender").n_unique().cast(pl.Int64),
        )
        .collect()
    )
    met = (
        graph.strangers.join(acting, on="sender")
        .group_by("cluster_id", hour=hour)
        .agg(stranger_contacts=pl.len().cast(pl.Int64))
    )
    return (
        sent.join(met, on=["cluster_id", "hour"], how="left")
        .with_columns(_time("hour"), pl.col("stranger_contacts").fill_null(0))
        .select(TIMELINE.names())
        .sort("cluster_id", "hour")
    )


def rhythm_rows(graph: Network) -> pl.DataFrame:
    """Return the stranger contacts of all accounts, hour by hour."""
    return (
        graph.strangers.group_by(hour=pl.col("time") // 3600 * 3600)
        .agg(stranger_contacts=pl.len().cast(pl.Int64))
        .with_columns(_time("hour"))
        .select(RHYTHM.names())
        .sort("hour")
    )


def _time(column: str) -> pl.Expr:
    moment = pl.from_epoch(column, time_unit="s").cast(pl.Datetime("us"))
    return moment.dt.replace_time_zone("UTC").cast(TIME)


def _named(column: str, rows: pl.DataFrame, names: pl.Series) -> pl.Series:
    at = rows[column].to_numpy().astype(np.int64)
    return names.gather(at).alias(column)
