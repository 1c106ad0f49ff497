"""Which accounts hang together more tightly than a chosen density?

Method: the constant Potts model (CPM) of Traag, Van Dooren and Nesterov, "Narrow scope for
resolution-limit-free community detection", Physical Review E 84 (2011), 016114. A partition's
quality is, summed over communities, the weight inside minus ``resolution`` times the number of
pairs inside. A group therefore gains by staying together while its mean weight per pair exceeds
the resolution, however large the rest of the graph: there is no resolution limit, and nothing is
subtracted for degree, which suits weights that are already residuals over a null model.

The partition is sought by the Leiden algorithm of Traag, Waltman and van Eck, "From Louvain to
Leiden: guaranteeing well-connected communities", Scientific Reports 9 (2019), 5233, as implemented
in graspologic-native (MIT). ``benchmarks/community_libraries.py`` shows why that library.

It misleads when read as a test: Leiden finds communities in pure noise too, and near-optimal
partitions of one graph can differ. What is found here still has to be confirmed.
"""

from __future__ import annotations

import math

import numpy as np
import polars as pl
from graspologic_native import leiden_csr
from numpy.typing import NDArray
from scipy.sparse import coo_array, csr_array

from graphmeta.errors import UsageError

# Passes over the whole graph, each from the last one's result. Measured: the second adds 0.2 to
# 0.6 % of quality, passes three to five together 0.1 %, the next fifteen below 0.05 %.
PASSES = 5

# The library draws merges with probability exp(gain / RANDOMNESS), in units of the weights, and
# cuts communities into crumbs (up to a quarter of the quality lost) once weights reach about ten.
# The heaviest weight is therefore brought to just below HEAVIEST.
RANDOMNESS = 1e-3
HEAVIEST = 1e-2


def communities(
    edges: pl.DataFrame,
    resolution: float,
    seed: int,
    *,
    modularity: bool = False,
    passes: int = PASSES,
) -> pl.DataFrame:
    """Partition a weighted undirected graph by Leiden with the constant Potts objective.

    Args:
        edges: Columns ``a`` and ``b`` (u32, accounts) and ``weight`` (f64, positive), one row per
            pair in any order and direction. Weights of a repeated pair add up; rows from an
            account to itself are left out.
        resolution: The mean weight per pair, in units of ``weight``, above which a group holds
            together. On a graph of weights 1 it is the density. Positive.
        seed: Equal edges, resolution and seed give the equal result, on any number of threads.
        modularity: Subtract what degrees alone explain (Newman and Girvan 2004) instead of a
            constant: right for raw ties, wrong for weights that are residuals already. The
            resolution is then a factor on that subtraction, and 1 is the usual one.
        passes: Passes over the whole graph, for which the time is nearly proportional.

    Returns:
        Columns ``account`` (u32) and ``community`` (u32), sorted by both, community first.
        Communities have at least two members and are numbered from 0 by their smallest member;
        accounts that stay alone are absent.

    Raises:
        UsageError: The resolution or a weight is not a positive number, or the seed is negative.
    """
    _refuse_what_has_no_meaning(edges, resolution, seed)
    graph, accounts = _adjacency(edges)
    if len(accounts) == 0:
        return pl.DataFrame(schema={"account": pl.UInt32, "community": pl.UInt32})
    # A power of two leaves every sum and every tie exactly as it was.
    scale = 2.0 ** -math.frexp(float(graph.data.max()) / HEAVIEST)[1]
    _, members = leiden_csr(
        graph.indptr.astype(np.int64),
        graph.indices.astype(np.int32),
        graph.data * scale,
        len(accounts),
        resolution=resolution if modularity else resolution * scale,
        randomness=RANDOMNESS,
        iterations=passes,
        use_modularity=modularity,
        seed=seed,
    )
    labels = np.empty(len(accounts), dtype=np.int64)
    labels[np.fromiter(members.keys(), np.int64)] = np.fromiter(members.values(), np.int64)
    return _numbered(accounts, labels)


def _refuse_what_has_no_meaning(edges: pl.DataFrame, resolution: float, seed: int) -> None:
    if not (math.isfinite(resolution) and resolution > 0):
        raise UsageError(
            f"The resolution {resolution} is not a positive number.",
            "Give the mean weight per pair above which a group holds together.",
        )
    if seed < 0:
        raise UsageError(f"The seed {seed} is negative.", "Give a seed of 0 or more.")
    weight = pl.col("weight")
    # A null comparison is null, which a filter drops: nulls are named apart.
    bad = edges.filter(weight.is_null() | ~weight.is_finite() | (weight <= 0))
    if bad.height:
        raise UsageError(
            f"{bad.height} edges have a weight that is not a positive number.",
            "Leave out edges that carry no weight.",
        )


def _adjacency(edges: pl.DataFrame) -> tuple[csr_array, NDArray[np.uint32]]:
    """Return the symmetric adjacency matrix and the account of each of its rows, ascending."""
    pairs = (
        edges.select(
            pl.min_horizontal("a", "b").alias("low"),
            pl.max_horizontal("a", "b").alias("high"),
            "weight",
        )
        .filter(pl.col("low") != pl.col("high"))
        # The order in which a repeated pair's weights are added is part of the sum.
        .sort("low", "high", "weight")
    )
    low, high = pairs["low"].to_numpy(), pairs["high"].to_numpy()
    accounts, rows = np.unique(np.concatenate([low, high]), return_inverse=True)
    a, b = np.split(rows.astype(np.int32), 2)
    weight = pairs["weight"].to_numpy()
    half = csr_array(coo_array((weight, (a, b)), shape=(len(accounts), len(accounts))))
    graph = csr_array(half + half.T)
    # The library visits neighbours as stored, so their order must not depend on the input's.
    graph.sort_indices()
    return graph, accounts


def _numbered(accounts: NDArray[np.uint32], labels: NDArray[np.int64]) -> pl.DataFrame:
    """Drop communities of one and number the others by their smallest member."""
    label = pl.col("label")
    return (
        pl.DataFrame({"account": accounts, "label": labels})
        .filter(pl.len().over(label) >= 2)
        .with_columns(pl.col("account").min().over(label).alias("smallest"))
        .select(
            "account", pl.col("smallest").rank("dense").sub(1).cast(pl.UInt32).alias("community")
        )
        .sort("community", "account")
    )
