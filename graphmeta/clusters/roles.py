"""What is each account's part in its cluster?

Hubs are where converts went, and the handlers whom converts talk with besides, or the group that
strangers were invited into; recruiters sent them there, each by more than chance, invited them, or
came there themselves and then began to meet strangers; actors are the other accounts of the
cluster. Who was merely invited, or joined, is no recruiter. The contacted are those whom the
cluster's accounts approached as strangers. They are possible victims: their strength is 0 and
nothing is ever scored on them.
"""

from __future__ import annotations

import polars as pl

from graphmeta.clusters.assemble import Clusters
from graphmeta.nulls import multiplicity
from graphmeta.signals.base import WHOLE, Observations
from graphmeta.signals.coordination.funnel import Funnel, best
from graphmeta.signals.coordination.invitations import Invitations, inviters

#: False discovery rate at which the company of a cluster's hubs that was not found with the others
#: is added to it, as outsiders join a group. Around a hub that is sure, few are asked about.
COMPANY_AT = 0.1
#: A hub that was not found among the members is added with a strength of one half.
_HUB_P = 0.25

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
    itself = hubs.select("group", account="hub", p_value=pl.lit(_HUB_P), part=pl.lit("hub"))
    around = pl.concat([itself, _company(seen, hubs, layer)])
    parts = pl.concat([around, _inviting(seen, hubs)]).unique(
        ["group", "account"], keep="first", maintain_order=True
    )
    acting = found.groups.join(
        parts.drop("p_value"), on=["group", "account"], how="left"
    ).with_columns(
        role=pl.col("part").fill_null("actor"),
        strength=strength(pl.col("p_value")),
    )
    # No account is in two clusters, and whoever acts in one is not added to another.
    added = (
        around.join(groups, on="account", how="anti")
        .sort("account", "p_value", "group")
        .unique("account", keep="first", maintain_order=True)
        .with_columns(role="part", strength=strength(pl.col("p_value")), core=pl.lit(False))
        .with_columns(p_value=pl.when(pl.col("role") == "hub").then(1.0).otherwise("p_value"))
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


def _company(seen: Observations, hubs: pl.DataFrame, layer: Funnel) -> pl.DataFrame:
    """Return the company of groups' hubs: columns group, account, p_value, part."""
    tests = layer.company(seen, hubs.select("hub").unique(), WHOLE).join(hubs, on="hub")
    told = best(tests.select("group", "account", "observed", "p_value", part="role"))
    return told.filter(multiplicity.accepted(COMPANY_AT, "group")).drop("observed")


def _inviting(seen: Observations, hubs: pl.DataFrame) -> pl.DataFrame:
    """Return who invites into groups' hubs, which adds nobody: columns as ``_company``."""
    return (
        inviters(seen, WHOLE)
        .join(hubs, on="hub")
        .select("group", "account", p_value=pl.lit(1.0), part=pl.lit("recruiter"))
    )


def hubs_of(seen: Observations, groups: pl.DataFrame, funnel: Funnel) -> pl.DataFrame:
    """Return the hubs of each group that has any: those it feeds, or else the one it invites into.

    Returns:
        Columns group, hub, in order.
    """
    fed = funnel.hubs_of(seen, groups, WHOLE)
    cascades = Invitations().hubs_of(seen, groups, WHOLE)
    return pl.concat([fed, cascades.join(fed, on="group", how="anti")]).sort("group", "hub")


def strength(p_value: pl.Expr) -> pl.Expr:
    """Return how surely an account belongs, 0 to 1: 0.9 at p = 0.01, 0.99 at p = 1e-4.

    Of those whom a false discovery rate of 5 or 10 % lets in, the last ones with p-values of some
    hundredths, nine in ten belong.
    """
    return 1.0 - p_value.sqrt()
