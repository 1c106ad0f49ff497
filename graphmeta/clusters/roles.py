"""What is each account's part in its cluster?

Hubs are where converts went, or the group that strangers were invited into; recruiters sent them
there, each by more than chance, or invited them; actors are the other accounts of the cluster. Who
was merely invited, or joined, is no recruiter. The contacted are those whom the cluster's accounts
approached as strangers. They are possible victims: their strength is 0 and nothing is ever scored
on them.
"""

from __future__ import annotations

import polars as pl

from graphmeta.clusters.assemble import Clusters
from graphmeta.signals.base import WHOLE, Observations
from graphmeta.signals.coordination.funnel import Funnel
from graphmeta.signals.coordination.invitations import Invitations, inviters

ROLES = pl.Schema(
    {
        "group": pl.UInt32(),
        "account": pl.UInt32(),
        "role": pl.String(),
        "strength": pl.Float64(),
        "core": pl.Boolean(),
        "p_value": pl.Float64(),
    }
)


def assign(seen: Observations, found: Clusters, layer: Funnel) -> pl.DataFrame:
    """Give every account of every cluster its role.

    Args:
        seen: What is observed.
        found: The clusters.
        layer: The funnel, which knows hubs and who feeds them.

    Returns:
        Columns ``ROLES``, in order of group, role, strength (falling), account.
    """
    groups = found.groups.select("group", "account")
    hubs = hubs_of(seen, groups, layer)
    feeds = layer.sources(seen, WHOLE).select("account", "hub")
    invites = inviters(seen, WHOLE).select("account", "hub")
    feeders = (
        pl.concat([feeds, invites])
        .unique()
        .join(hubs, on="hub")
        .select("group", "account", recruits=pl.lit(True))
    )
    acting = (
        found.groups.join(feeders, on=["group", "account"], how="left")
        .join(
            hubs.rename({"hub": "account"}).with_columns(hub=True),
            on=["group", "account"],
            how="left",
        )
        .with_columns(
            role=pl.when(pl.col("hub"))
            .then(pl.lit("hub"))
            .when(pl.col("recruits"))
            .then(pl.lit("recruiter"))
            .otherwise(pl.lit("actor")),
            strength=strength(pl.col("p_value")),
        )
    )
    missing = hubs.rename({"hub": "account"}).join(groups, on=["group", "account"], how="anti")
    added = missing.with_columns(
        role=pl.lit("hub"), strength=pl.lit(0.5), core=pl.lit(False), p_value=pl.lit(1.0)
    )
    members = pl.concat([acting.select(ROLES.names()), added.select(ROLES.names())])
    contacted = (
        groups.join(seen.strangers, left_on="account", right_on="sender")
        .select("group", account="recipient")
        .unique()
        .join(members, on=["group", "account"], how="anti")
        .with_columns(
            role=pl.lit("contacted"), strength=pl.lit(0.0), core=pl.lit(False), p_value=pl.lit(1.0)
        )
    )
    return pl.concat([members, contacted.select(ROLES.names())]).sort(
        "group", "role", "strength", "account", descending=[False, False, True, False]
    )


def hubs_of(seen: Observations, groups: pl.DataFrame, funnel: Funnel) -> pl.DataFrame:
    """Return the hub of each group that has one: the one it feeds, or else invites into.

    Returns:
        Columns group, hub, in order of group.
    """
    fed = funnel.hubs_of(seen, groups, WHOLE)
    cascades = Invitations().hubs_of(seen, groups, WHOLE)
    return pl.concat([fed, cascades.join(fed, on="group", how="anti")]).sort("group")


def strength(p_value: pl.Expr) -> pl.Expr:
    """Return how surely an account belongs, 0 to 1: 0.68 at p = 0.01, 0.9 at p = 1e-4."""
    return 1.0 - p_value.pow(0.25)
