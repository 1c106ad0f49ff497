"""How do pairs that a method ties together become scores and groups?

An account scores its strength: the sum of the weights of its edges (Barrat et al. 2004), which is
how papers on coordination networks rank accounts. Groups are connected components of at least
three accounts, all of them flagged, since these methods report whatever passes their threshold.
It misleads where one stray edge joins two groups.
"""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from graphmeta.bench.detector import GROUPS, MEMBERS, SCORES, Answer

#: Accounts that a component needs before it counts as a group, as graphmeta's own need by default.
LEAST = 3


def answer(
    accounts: pl.Series,
    a: NDArray[np.integer],
    b: NDArray[np.integer],
    weight: NDArray[np.floating],
) -> Answer:
    """Return strengths as scores, and components as groups.

    Args:
        accounts: Names, shape (n,), each once.
        a: One end of each edge, as a row of ``accounts``, shape (edges,).
        b: The other end.
        weight: Positive.

    Returns:
        A score for every account that was looked at, 0 where it has no edge. A group's risk is its
        accounts' mean strength as a share of the highest strength.
    """
    n = len(accounts)
    strength = np.bincount(a, weight, n) + np.bincount(b, weight, n)
    _, label = connected_components(coo_matrix((weight, (a, b)), shape=(n, n)), directed=False)
    seen = pl.DataFrame({"account": accounts, "score": strength.astype(np.float64), "label": label})
    members = seen.filter(pl.len().over("label") >= LEAST).with_columns(
        cluster_id=pl.format("n{}", pl.col("account").min().over("label"))
    )
    groups = (
        members.group_by("cluster_id")
        .agg(flagged=pl.lit(True), risk=pl.col("score").mean())
        .with_columns(pl.col("risk") / pl.lit(strength.max(initial=0.0)))
        .sort("cluster_id")
    )
    return Answer(
        seen.select(SCORES.names()).sort("account"),
        groups.select(GROUPS.names()),
        members.select(MEMBERS.names()).sort("cluster_id", "account"),
    )
