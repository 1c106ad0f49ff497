"""Which members of a run's clusters are group chats?

A group chat can be a hub: where invitations or recruiting lead. It is scored beside the accounts
of its cluster, and is no actor: ``n_actors`` counts accounts, and so many more are scored.

A pseudonym tells a group from an account. Plain ids do not: where some hubs of a cluster are groups
and others accounts, the strongest are taken for groups.
"""

from __future__ import annotations

import polars as pl

from graphmeta.privacy.pseudonyms import PREFIX


def group_chats(clusters: pl.DataFrame, members: pl.DataFrame) -> pl.DataFrame:
    """Return the hubs that are group chats.

    Args:
        clusters: Columns cluster_id, n_actors.
        members: Columns cluster_id, account, role, strength.

    Returns:
        Columns cluster_id, account.
    """
    scored = members.filter(pl.col("role") != "contacted")
    many = (
        scored.group_by("cluster_id")
        .agg(scored=pl.len().cast(pl.Int64))
        .join(clusters.select("cluster_id", "n_actors"), on="cluster_id")
        .select("cluster_id", many=pl.col("scored") - pl.col("n_actors"))
    )
    called = pl.col("account").str.starts_with(PREFIX["group"])
    order = ("called", "strength", "account")
    return (
        scored.filter(pl.col("role") == "hub")
        .with_columns(called=called)
        .sort("cluster_id", *order, descending=[False, True, True, True])
        .with_columns(place=pl.int_range(pl.len()).over("cluster_id"))
        .join(many, on="cluster_id", maintain_order="left")
        .filter(pl.col("place") < pl.col("many"))
        .select("cluster_id", "account")
    )
