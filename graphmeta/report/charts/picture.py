"""Which part of a cluster's graph is drawn?

The scored members come first, then the contacted whom most members share, up to a limit; what
is left out is counted and said. The contacted are possible victims: the picture holds no ids of
theirs. Where each account stands is a column of the run (``graph/places.py`` decides it), so that
every surface draws the same picture, whatever it leaves out.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import numpy as np
import polars as pl

#: More nodes than this make a long file, where many clusters stand in one.
MOST_NODES = 300
#: So many are drawn where one cluster has a page to itself.
MOST_NODES_ALONE = 5_000
MOST_TIES = 400


@dataclass(frozen=True)
class Picture:
    """What of a cluster's graph is drawn.

    Args:
        nodes: ``node`` (index), ``account`` (null for the contacted), ``role``, ``strength``,
            ``shared_by`` (members it is linked to), ``x``, ``y``, ``from_hour`` and ``to_hour``
            (in which its links began and were last used, counted from ``begins``).
        links: ``a``, ``b`` (node indices, ``a`` the sender), ``events``, ``from_hour``,
            ``to_hour``, ``kind``: "inside" (between members), "reached" (member to contacted),
            "answered" (contacted to member), "arrived" (contacted to hub).
        ties: ``a``, ``b`` (members), ``shared`` (contacted whom both are linked to).
        members_left_out: Scored members beyond the limit.
        contacted_left_out: Contacted beyond the limit.
        begins: The hour of the first event of a drawn link; none where there is no link.
        hours: How many hours there are from there to the last event.
    """

    nodes: pl.DataFrame
    links: pl.DataFrame
    ties: pl.DataFrame
    members_left_out: int
    contacted_left_out: int
    begins: datetime | None
    hours: int


def picture(members: pl.DataFrame, contacts: pl.DataFrame, *, limit: int = MOST_NODES) -> Picture:
    """Choose what to draw of one cluster.

    Args:
        members: One cluster's rows of the members table.
        contacts: One cluster's rows of the contacts table.
        limit: Nodes drawn at most.
    """
    rows, contacted = members.lazy(), pl.col("role") == "contacted"
    scored, reached = pl.collect_all(
        [
            rows.filter(~contacted).sort(["strength", "account"], descending=[True, False]),
            rows.filter(contacted).select("account", "strength", "x", "y"),
        ]
    )
    drawn = scored.head(limit)
    touching = _touching(contacts, drawn["account"], reached["account"])
    nodes = _nodes(drawn, reached, touching, limit)
    links, begins, hours = _timed(_links(nodes, contacts))
    return Picture(
        nodes=_lasting(nodes, links).with_columns(
            pl.when(~contacted).then(pl.col("account")).alias("account")
        ),
        links=links,
        ties=ties(drawn["account"], contacts, reached["account"]).head(MOST_TIES),
        members_left_out=scored.height - drawn.height,
        contacted_left_out=reached.height - (nodes.height - drawn.height),
        begins=begins,
        hours=hours,
    )


def _nodes(
    drawn: pl.DataFrame, reached: pl.DataFrame, touching: pl.DataFrame, limit: int
) -> pl.DataFrame:
    """Return the members that are drawn, then those contacted whom most members share."""
    touched = touching.lazy()
    chosen = (
        reached.lazy()
        .join(touched, on="account")
        .sort(["shared_by", "touched", "account"], descending=[True, True, False])
        .head(limit - drawn.height)
    )
    columns = ("account", "role", "strength", "x", "y")
    parts = [drawn.lazy(), chosen.with_columns(role=pl.lit("contacted"))]
    return (
        pl.concat([part.select(columns) for part in parts])
        .with_row_index("node")
        .join(touched.drop("touched"), on="account", how="left", maintain_order="left")
        .with_columns(pl.col("shared_by").fill_null(0))
        .collect()
    )


def by_member(members: pl.DataFrame, contacts: pl.DataFrame) -> pl.DataFrame:
    """Return the graph as numbers: one row per scored member, strongest first.

    Returns:
        ``account``, ``role``, ``strength``, ``core``, ``p_value``, then counts: ``reached``
        (accounts contacted outside the members), ``strangers`` (of those by stranger contact),
        ``shared`` (of those also contacted by another member), ``inside`` (members contacted),
        ``events``.
    """
    scored = members.lazy().filter(pl.col("role") != "contacted")
    names = members["account"].filter(members["role"] != "contacted").implode()
    sent = (
        contacts.lazy()
        .filter(pl.col("sender").is_in(names))
        .with_columns(
            inside=pl.col("recipient").is_in(names),
            also=pl.col("sender").n_unique().over("recipient") > 1,
        )
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
        .collect()
    )


def _touching(contacts: pl.DataFrame, scored: pl.Series, reached: pl.Series) -> pl.DataFrame:
    """Count for every account the scored members that it is linked to, and the events."""
    rows = contacts.lazy()
    ends = pl.concat(
        [
            rows.select(account="recipient", other="sender", events="events"),
            rows.select(account="sender", other="recipient", events="events"),
        ]
    )
    inside, known = scored.implode(), pl.concat([scored, reached]).implode()
    return (
        ends.filter(pl.col("other").is_in(inside) & pl.col("account").is_in(known))
        .group_by("account")
        .agg(shared_by=pl.col("other").n_unique(), touched=pl.col("events").sum())
        .collect()
    )


def _links(nodes: pl.DataFrame, contacts: pl.DataFrame) -> pl.DataFrame:
    """Return the contacts between drawn nodes, those among the contacted left out."""
    known = nodes.lazy()
    senders = known.select(sender="account", a="node", from_role="role")
    recipients = known.select(recipient="account", b="node", to_role="role")
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
        contacts.lazy()
        .join(senders, on="sender")
        .join(recipients, on="recipient")
        .filter(from_member | to_member)
        .select(pl.col("a", "b").cast(pl.Int64), "events", "first_event", "last_event", kind=kind)
        .sort("a", "b")
        .collect()
    )


def _timed(links: pl.DataFrame) -> tuple[pl.DataFrame, datetime | None, int]:
    """Count the hours of links from the first of them; return also when that was, and how many."""
    hour = pl.col("first_event", "last_event").dt.truncate("1h")
    counted = (
        links.lazy()
        .with_columns(hour)
        .with_columns(begins=pl.col("first_event").min())
        .with_columns(
            from_hour=(pl.col("first_event") - pl.col("begins")).dt.total_hours(),
            to_hour=(pl.col("last_event") - pl.col("begins")).dt.total_hours(),
        )
        .drop("first_event", "last_event")
        .collect()
    )
    begins, last = (counted["begins"][0], counted["to_hour"].max()) if links.height else (None, -1)
    assert isinstance(last, int)
    return counted.drop("begins"), begins, last + 1


def _lasting(nodes: pl.DataFrame, links: pl.DataFrame) -> pl.DataFrame:
    """Add to every node when its links began and were last used."""
    rows, node = links.lazy(), nodes.schema["node"]
    ends = pl.concat(
        [rows.select("from_hour", "to_hour", node=pl.col(end).cast(node)) for end in ("a", "b")]
    )
    spans = ends.group_by("node").agg(pl.col("from_hour").min(), pl.col("to_hour").max())
    return nodes.lazy().join(spans, on="node", how="left", maintain_order="left").collect()


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
    joined = contacts.lazy().join(rows.lazy(), on="sender").join(columns.lazy(), on="recipient")
    pairs = joined.select("a", "target").collect()
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
