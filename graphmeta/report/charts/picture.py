"""Which part of a cluster's graph is drawn, and where does each account stand?

The scored members come first, then the contacted whom most members share, up to a limit; what
is left out is counted and said. The contacted are possible victims: the picture holds no ids of
theirs. Placing is by force (ForceAtlas2, Jacomy et al. 2014, as networkx computes it) from a
seed: nearness hints at shared contacts, and distances mean nothing beyond that.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from graphmeta import seeds

if TYPE_CHECKING:
    import networkx as nx

#: More nodes than this make a thicket that nobody reads.
MOST_NODES = 300
MOST_TIES = 400


@dataclass(frozen=True)
class Picture:
    """What of a cluster's graph is drawn.

    Args:
        nodes: ``node`` (index), ``account`` (null for the contacted), ``role``, ``strength``,
            ``shared_by`` (members it is linked to), ``x``, ``y``.
        links: ``a``, ``b`` (node indices, ``a`` the sender), ``events``, ``kind``: "inside"
            (between members), "reached" (member to contacted), "answered" (contacted to member),
            "arrived" (contacted to hub).
        ties: ``a``, ``b`` (members), ``shared`` (contacted whom both are linked to).
        members_left_out: Scored members beyond the limit.
        contacted_left_out: Contacted beyond the limit.
    """

    nodes: pl.DataFrame
    links: pl.DataFrame
    ties: pl.DataFrame
    members_left_out: int
    contacted_left_out: int


def picture(
    members: pl.DataFrame, contacts: pl.DataFrame, *, seed: int = 0, limit: int = MOST_NODES
) -> Picture:
    """Choose what to draw of one cluster and place it.

    Args:
        members: One cluster's rows of the members table.
        contacts: One cluster's rows of the contacts table.
        seed: Equal seeds give equal places, whatever the order of the rows.
        limit: Nodes drawn at most.
    """
    scored = members.filter(pl.col("role") != "contacted").sort(
        ["strength", "account"], descending=[True, False]
    )
    reached = members.filter(pl.col("role") == "contacted").select("account")
    drawn = scored.head(limit)
    touching = _touching(contacts, drawn["account"], reached["account"])
    chosen = (
        reached.join(touching, on="account")
        .sort(["shared_by", "touched", "account"], descending=[True, True, False])
        .head(limit - drawn.height)
    )
    nodes = pl.concat(
        [
            drawn.select("account", "role", "strength"),
            chosen.select("account", role=pl.lit("contacted"), strength=pl.lit(0.0)),
        ]
    ).with_row_index("node")
    nodes = nodes.join(touching, on="account", how="left", maintain_order="left").with_columns(
        pl.col("shared_by").fill_null(0)
    )
    links = _links(nodes, contacts)
    x, y = _places(nodes.height, links, seed)
    nodes = nodes.with_columns(
        pl.Series("x", x),
        pl.Series("y", y),
        pl.when(pl.col("role") != "contacted").then(pl.col("account")).alias("account"),
    )
    return Picture(
        nodes=nodes.drop("touched"),
        links=links,
        ties=ties(drawn["account"], contacts, reached["account"]).head(MOST_TIES),
        members_left_out=scored.height - drawn.height,
        contacted_left_out=reached.height - chosen.height,
    )


def by_member(members: pl.DataFrame, contacts: pl.DataFrame) -> pl.DataFrame:
    """Return the graph as numbers: one row per scored member, strongest first.

    Returns:
        ``account``, ``role``, ``strength``, ``core``, ``p_value``, then counts: ``reached``
        (accounts contacted outside the members), ``strangers`` (of those by stranger contact),
        ``shared`` (of those also contacted by another member), ``inside`` (members contacted),
        ``events``.
    """
    scored = members.filter(pl.col("role") != "contacted")
    sent = contacts.filter(pl.col("sender").is_in(scored["account"].implode())).with_columns(
        inside=pl.col("recipient").is_in(scored["account"].implode()),
        also=pl.col("sender").n_unique().over("recipient") > 1,
    )
    outside = ~pl.col("inside")
    counts = sent.group_by(account="sender").agg(
        reached=outside.sum(),
        strangers=(outside & pl.col("stranger")).sum(),
        shared=(outside & pl.col("also")).sum(),
        inside=pl.col("inside").sum(),
        events=pl.col("events").sum(),
    )
    return (
        scored.drop("cluster_id")
        .join(counts, on="account", how="left")
        .with_columns(pl.col("reached", "strangers", "shared", "inside", "events").fill_null(0))
        .sort(["strength", "account"], descending=[True, False])
    )


def _touching(contacts: pl.DataFrame, scored: pl.Series, reached: pl.Series) -> pl.DataFrame:
    """Count for every account the scored members that it is linked to, and the events."""
    ends = pl.concat(
        [
            contacts.select(account="recipient", other="sender", events="events"),
            contacts.select(account="sender", other="recipient", events="events"),
        ]
    )
    known = pl.concat([scored, reached]).implode()
    return (
        ends.filter(pl.col("other").is_in(scored.implode()) & pl.col("account").is_in(known))
        .group_by("account")
        .agg(shared_by=pl.col("other").n_unique(), touched=pl.col("events").sum())
    )


def _links(nodes: pl.DataFrame, contacts: pl.DataFrame) -> pl.DataFrame:
    """Return the contacts between drawn nodes, those among the contacted left out."""
    senders = nodes.select(sender="account", a="node", from_role="role")
    recipients = nodes.select(recipient="account", b="node", to_role="role")
    from_member, to_member = pl.col("from_role") != "contacted", pl.col("to_role") != "contacted"
    kind = (
        pl.when(from_member & to_member)
        .then(pl.lit("inside"))
        .when(from_member)
        .then(pl.lit("reached"))
        .when(pl.col("to_role") == "hub")
        .then(pl.lit("arrived"))
        .otherwise(pl.lit("answered"))
    )
    return (
        contacts.join(senders, on="sender")
        .join(recipients, on="recipient")
        .filter(from_member | to_member)
        .select(pl.col("a", "b").cast(pl.Int64), "events", kind=kind)
        .sort("a", "b")
    )


def ties(scored: pl.Series, contacts: pl.DataFrame, reached: pl.Series) -> pl.DataFrame:
    """Count the contacted accounts that each pair of members reached, strongest pairs first.

    Args:
        scored: The members' accounts.
        contacts: Their cluster's rows of the contacts table.
        reached: The accounts that count where two members contacted them.

    Returns:
        ``a``, ``b`` (places in ``scored``, ``a`` before ``b``), ``shared``.
    """
    from scipy import sparse

    rows = pl.DataFrame({"sender": scored}).with_row_index("a")
    columns = pl.DataFrame({"recipient": reached}).with_row_index("target")
    pairs = contacts.join(rows, on="sender").join(columns, on="recipient").select("a", "target")
    reach = sparse.csr_matrix(
        (np.ones(pairs.height), (pairs["a"].to_numpy(), pairs["target"].to_numpy())),
        shape=(rows.height, max(columns.height, 1)),
    )
    shared = sparse.coo_matrix(sparse.triu(reach @ reach.T, k=1))
    return pl.DataFrame(
        {"a": shared.row, "b": shared.col, "shared": shared.data},
        schema={"a": pl.Int64, "b": pl.Int64, "shared": pl.Int64},
        strict=False,
    ).sort(["shared", "a", "b"], descending=[True, False, False])


def _places(n_nodes: int, links: pl.DataFrame, seed: int) -> tuple[list[float], list[float]]:
    """Return a place for every node, each coordinate between -1 and 1."""
    import networkx as nx

    graph: nx.Graph[int] = nx.Graph()
    graph.add_nodes_from(range(n_nodes))
    graph.add_edges_from(links.select("a", "b").iter_rows())
    # Parts without a link would drift apart and leave no room to see: an unseen node holds them.
    parts = [max(sorted(part), key=graph.degree) for part in nx.connected_components(graph)]
    if len(parts) > 1:
        graph.add_edges_from((n_nodes, node) for node in parts)
    found = nx.forceatlas2_layout(graph, seed=seeds.key("layout", seed) % 2**32, max_iter=70)
    places = np.array([found[node] for node in range(n_nodes)], dtype=np.float64).reshape(-1, 2)
    if n_nodes < 2:
        return [0.0] * n_nodes, [0.0] * n_nodes
    low, high = places.min(axis=0), places.max(axis=0)
    scaled = 2 * (places - low) / np.where(high > low, high - low, 1.0) - 1
    return scaled[:, 0].round(3).tolist(), scaled[:, 1].round(3).tolist()
