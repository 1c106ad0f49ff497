"""How does what was found compare with what was planted?

For synthetic worlds only, and only after the analysis: nothing here is seen by the detection.
"""

from __future__ import annotations

import polars as pl

#: How far an account got, from the best: in a flagged cluster, in a confirmed one, in a
#: candidate, or in none.
REACHED = ("flagged", "confirmed", "candidate", "in none")


def reached(clusters: pl.DataFrame, members: pl.DataFrame) -> pl.DataFrame:
    """Return how far each scored account got.

    Args:
        clusters: A run's clusters.
        members: Its members.

    Returns:
        ``account``, ``reached`` (one of ``REACHED`` but the last), ``cluster_id`` of the
        cluster that got furthest.
    """
    got = pl.when("flagged").then(pl.lit("flagged")).otherwise("status")
    rank = pl.col("reached").replace_strict({name: at for at, name in enumerate(REACHED)})
    return (
        members.filter(pl.col("role") != "contacted")
        .join(clusters.select("cluster_id", reached=got), on="cluster_id")
        .sort(rank, "cluster_id", "account")
        .unique("account", keep="first", maintain_order=True)
        .select("account", "reached", "cluster_id")
    )


def compare(labelled: pl.DataFrame, label: str, found: pl.DataFrame) -> pl.DataFrame:
    """Count, per label, how far the accounts that bear it got.

    Args:
        labelled: Columns ``account`` and ``label``.
        label: The name of the column with the labels.
        found: From ``reached``.

    Returns:
        One row per label: its name under ``label``, ``planted``, one count per name in
        ``REACHED``, and ``clusters`` (ids of the clusters that hold some of them).
    """
    joined = labelled.join(found, on="account", how="left").with_columns(
        pl.col("reached").fill_null("in none")
    )
    clusters = pl.col("cluster_id").drop_nulls().unique().sort()
    counts = [(pl.col("reached") == name).sum().alias(name) for name in REACHED]
    return (
        joined.group_by(label)
        .agg(pl.len().alias("planted"), *counts, clusters=clusters)
        .sort(label)
    )
