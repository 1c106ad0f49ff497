"""Is a group one group, or are two held together by a few of their accounts?

Where a ring and, say, a text-bank write to some of the same people, a few accounts of either pass
as members of the other; the rest follow, since every account is tested against all others, its own
companions among them. Such a group consists of communities that are tied far less to each other
than within. For two halves of one ring the mean tie between them is about the geometric mean of
the ties within them.
"""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import connected_components

from graphmeta.clusters.choose import after, numbered
from graphmeta.graph.communities import communities

#: Two communities of a group belong together where the mean tie between them is at least this
#: share of the geometric mean of those within. On 69 worlds a ring and a text-bank in one group had
#: 0.04, a text-bank and a support desk 0.07, and all but one of the planted groups at least 0.18.
TOGETHER_AT = 0.1
#: Communities are sought at this share of the group's own mean tie.
LOOSER = 0.5
PASSES = 5


def split(groups: pl.DataFrame, edges: pl.DataFrame, least: int, seed: int) -> pl.DataFrame:
    """Part groups whose communities hardly anything holds together.

    Args:
        groups: Columns group, account; no account in two groups.
        edges: Columns a, b, weight (nats); a pair that is not there has no tie.
        least: The fewest accounts of a part. Smaller communities go with the one to which they are
            tied most.
        seed: What communities are drawn with.

    Returns:
        Columns group, account, whole (the group that it comes from); groups are numbered by their
        smallest account. Those that stay whole are not in it, nor are accounts that are left over.
    """
    large = groups.filter(pl.len().over("group") >= 2 * least)
    inside = _inside(large, edges)
    if inside.is_empty():
        return groups.clear().with_columns(whole="group")
    # Nobody is in two groups, and weights are in units of the group's own mean: one search does.
    drawn = communities(inside.drop("group"), LOOSER, seed, passes=PASSES)
    placed = large.join(drawn, on="account", how="left").sort("account")
    ties = inside.partition_by("group", as_dict=True)
    frames = []
    for (whole,), accounts in placed.partition_by("group", as_dict=True).items():
        if (whole,) in ties:
            part = _parts(accounts, ties[(whole,)], least)
            frames.append(accounts.select("account", whole="group", group=part))
    # Numbers of parts are their group's own until here.
    named = pl.concat(frames).with_columns(group=pl.struct("whole", "group").rank("dense"))
    apart = named.filter(
        pl.len().over("group") >= least, pl.col("group").n_unique().over("whole") > 1
    )
    return numbered(apart.select(pl.col("group").cast(pl.UInt32), "account", "whole"))


def parted(groups: pl.DataFrame, parts: pl.DataFrame, proposed: pl.DataFrame) -> pl.DataFrame:
    """Put those parts of groups that are worth proposing in the place of the groups.

    Args:
        groups: Columns group, account.
        parts: Columns group, account, whole.
        proposed: The parts that are worth proposing by themselves: column group.

    Returns:
        Columns group, account; a group of which no part is worth proposing stays whole.
    """
    better = parts.filter(pl.col("group").is_in(proposed["group"].implode()))
    whole = groups.filter(~pl.col("group").is_in(better["whole"].implode()))
    free = after(groups["group"])
    renumbered = better.select((pl.col("group") + free).cast(pl.UInt32), "account")
    return numbered(pl.concat([whole.select("group", "account"), renumbered]))


def _inside(groups: pl.DataFrame, edges: pl.DataFrame) -> pl.DataFrame:
    """Return the ties within groups, over the group's mean of all pairs: a, b, group, weight."""
    sizes = groups.with_columns(size=pl.len().over("group").cast(pl.Float64))
    one, other = sizes.rename({"account": "a"}), groups.rename({"account": "b"})
    pairs = pl.col("size") * (pl.col("size") - 1) / 2
    mean = pl.col("weight").sum().over("group") / pairs
    joined = edges.join(one, on="a").join(other, on=["b", "group"]).sort("a", "b")
    return joined.select("a", "b", "group", weight=pl.col("weight") / mean)


def _parts(accounts: pl.DataFrame, ties: pl.DataFrame, least: int) -> pl.Series:
    """Return the number of each account's part, for the accounts of one group, in their order.

    Args:
        accounts: Columns account, ascending, and community, null for who is in none.
        ties: Columns a, b, weight.
        least: As ``split`` has it.
    """
    numbers = accounts["account"].to_numpy()
    drawn = accounts["community"].to_numpy()
    # Whoever is in no community is one alone.
    alone = np.isnan(drawn) if drawn.dtype.kind == "f" else np.zeros(drawn.size, dtype=bool)
    label = np.where(alone, -1.0 - np.arange(drawn.size), drawn)
    label = np.unique(label, return_inverse=True)[1]
    mean_tie, size = _mean_ties(numbers, ties, label)
    part = connected_components(_belonging(mean_tie, size, least), directed=False)[1]
    return pl.Series(part.astype(np.int64)[label])


def _mean_ties(
    accounts: NDArray[np.uint32], ties: pl.DataFrame, label: NDArray[np.int64]
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Return the mean tie between and within communities, shape (k, k), and their sizes."""
    a, b = (label[np.searchsorted(accounts, ties[end].to_numpy())] for end in ("a", "b"))
    size = np.bincount(label)
    half = csr_array(coo_array((ties["weight"].to_numpy(), (a, b)), shape=(size.size, size.size)))
    # Of a tie within, both ends count, as both orders of its pair do below.
    total = (half + half.T).toarray()
    pairs = np.outer(size, size) - np.diag(size)
    return total / np.maximum(pairs, 1), size


def _belonging(
    mean_tie: NDArray[np.float64], size: NDArray[np.int64], least: int
) -> NDArray[np.bool_]:
    """Tell which communities belong together, shape (k, k)."""
    within = np.diag(mean_tie)
    together = mean_tie >= TOGETHER_AT * np.sqrt(np.outer(within, within))
    large = size >= least
    together &= np.outer(large, large)
    if large.any():
        nearest = np.where(large, mean_tie, -1.0).argmax(axis=1)
        together[~large, nearest[~large]] = True
    return together
