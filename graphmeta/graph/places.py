"""Where does each account stand in the picture of its cluster?

In rings, so that one look tells what is shared. Hubs stand in the middle. The other scored accounts
stand on a circle, beside those with whom they share most contacted accounts (a greedy chain, as in
seriation). Inside the circle lie the contacted whom several of them are linked to, in the direction
of these; outside, behind each, those whom it alone is linked to. A cluster that shares its targets
fills the disc; one that shares nothing leaves it empty.

Placing takes one pass over the links. Placing by force takes many: 20 s for 1,500 accounts by
``networkx.forceatlas2_layout`` where this takes 10 ms, and other places with another release of the
library. The seed scatters accounts that would stand on one another. Distances mean nothing.
"""

from __future__ import annotations

import math

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy import sparse

from graphmeta import seeds

FloatArray = NDArray[np.float64]

#: Radii: of the hubs' own ring where there are several, of the disc of what is shared, of the
#: circle, and of the fans behind it.
_HUBS, _DISC, _CIRCLE, _FAN, _EDGE = 0.07, 0.52, 0.62, 0.70, 1.0
#: A fan takes this much of the room between two neighbours, and at most so wide an angle.
_FILLED, _WIDEST = 0.86, 1.1
#: So far, in radians, are those scattered who lie in one direction.
_SPREAD = 0.6
#: Beyond so many accounts on a circle, their order is that in which they are given.
_MOST_CHAINED = 400
#: Multiples of it spread evenly over a turn, however many there are.
_GOLDEN = (math.sqrt(5) - 1) / 2

PLACES = pl.Schema(
    {"group": pl.UInt32(), "account": pl.UInt32(), "x": pl.Float64(), "y": pl.Float64()}
)


def places(members: pl.DataFrame, links: pl.DataFrame, seed: int) -> pl.DataFrame:
    """Place the accounts of every group.

    Args:
        members: Columns group, account, role; within a group in a meaningful order.
        links: Columns group, sender, recipient, at least one of them scored in that group.
        seed: The run's seed.

    Returns:
        Columns ``PLACES``, one row per row of ``members`` and in their order; x and y between
        -1 and 1, rounded.
    """
    scattered = seeds.mix(members["account"].to_numpy(), seeds.key("places", seed)) / 2.0**64
    at = members.select("group", "account", "role").with_columns(
        scatter=pl.Series(scattered), order=pl.int_range(pl.len())
    )
    scored = at.filter(pl.col("role") != "contacted")
    ends = _ends(links, scored)
    of_group = ends.partition_by("group", as_dict=True)
    standing = (
        pl.concat(
            _standing(part, of_group.get(key, ends.clear()))
            for key, part in scored.partition_by("group", as_dict=True).items()
        )
        if scored.height
        else _standing(scored, ends)
    )
    lying = _lying(at.filter(pl.col("role") == "contacted"), ends, standing)
    placed = pl.concat([part.select(PLACES.names()) for part in (standing, lying)])
    edge = (pl.col("x") ** 2 + pl.col("y") ** 2).sqrt().max().over("group")
    return (
        at.join(placed, on=["group", "account"], how="left")
        .with_columns(pl.col("x", "y") / pl.when(edge > 0).then(edge).otherwise(1.0))
        .sort("order")
        .select("group", "account", pl.col("x", "y").round(3) + 0.0)  # no minus zero
        .cast(PLACES)
    )


def _ends(links: pl.DataFrame, scored: pl.DataFrame) -> pl.DataFrame:
    """Return whom each scored account is linked to, whoever wrote: group, account, other."""
    both = pl.concat(
        [
            links.select("group", account="sender", other="recipient"),
            links.select("group", account="recipient", other="sender"),
        ]
    ).unique()
    return both.join(scored, on=["group", "account"], how="semi").sort("group", "account", "other")


def _standing(scored: pl.DataFrame, ends: pl.DataFrame) -> pl.DataFrame:
    """Place the scored accounts of one group: hubs in the middle, the others on the circle.

    Returns:
        Columns group, account, x, y, room (the angle that each has to itself; 0 for hubs).
    """
    hubs, ring = (scored.filter((pl.col("role") == "hub") == hub) for hub in (True, False))
    chain = (
        _chained(ring["account"], ends)
        if ring.height <= _MOST_CHAINED
        else list(range(ring.height))
    )
    rings = ((hubs, _HUBS if hubs.height > 1 else 0.0, 0.0), (ring[chain], _CIRCLE, 1.0))
    return pl.concat(
        [
            part.select(
                "group",
                "account",
                x=radius * pl.Series(np.sin(_turns(part.height))),
                y=radius * pl.Series(np.cos(_turns(part.height))),
                room=pl.lit(room * min(_FILLED * 2 * math.pi / max(part.height, 1), _WIDEST)),
            )
            for part, radius, room in rings
        ]
    )


def _turns(count: int) -> FloatArray:
    """Return evenly spread angles, the first at the top."""
    return 2 * math.pi * np.arange(count) / max(count, 1)


def _chained(accounts: pl.Series, ends: pl.DataFrame) -> list[int]:
    """Order accounts so that those with most in common stand side by side.

    A chain grows at either end by the account that has most in common with that end, from the
    account that has most in common with all.
    """
    alike = _alike(accounts, ends)
    if len(accounts) < 3:
        return list(range(len(accounts)))
    chain = [int(alike.sum(axis=1).round(9).argmax())]
    left = np.ones(len(accounts), dtype=bool)
    left[chain[0]] = False
    while left.any():
        first, last = (np.where(left, alike[end], -1.0) for end in (chain[0], chain[-1]))
        if first.max() > last.max():
            chain.insert(0, int(first.argmax()))
            left[chain[0]] = False
        else:
            chain.append(int(last.argmax()))
            left[chain[-1]] = False
    return chain


def _alike(accounts: pl.Series, ends: pl.DataFrame) -> FloatArray:
    """Return how much each two accounts share: links in common, by the geometric mean of theirs."""
    rows = pl.DataFrame({"account": accounts}).with_row_index("a")
    columns = ends.select("other").unique().sort("other").with_row_index("b")
    # An account is its own neighbour here, so that a link between two counts as common to them.
    pairs = ends.join(rows, on="account").join(columns, on="other").select("a", "b")
    own = rows.join(columns, left_on="account", right_on="other").select("a", "b")
    cells = pl.concat([pairs, own]).unique()
    reach = sparse.csr_array(
        (np.ones(cells.height), (cells["a"].to_numpy(), cells["b"].to_numpy())),
        shape=(rows.height, max(columns.height, 1)),
    )
    common = (reach @ reach.T).toarray()
    size = np.sqrt(np.maximum(common.diagonal(), 1.0))
    np.fill_diagonal(common, 0.0)
    alike: FloatArray = (common / np.outer(size, size)).round(9)
    return alike


def _lying(contacted: pl.DataFrame, ends: pl.DataFrame, standing: pl.DataFrame) -> pl.DataFrame:
    """Place the contacted: group, account, x, y."""
    directions = (
        ends.join(standing, on=["group", "account"])
        .group_by("group", account="other")
        .agg(
            linked=pl.len(),
            x=(pl.col("x").sort().sum() / pl.len()).round(6),
            y=(pl.col("y").sort().sum() / pl.len()).round(6),
            room=pl.col("room").max(),
        )
    )
    lying = contacted.join(directions, on=["group", "account"], how="left").with_columns(
        pl.col("linked", "x", "y", "room").fill_null(0)
    )
    alone = (pl.col("linked") == 1) & (pl.col("room") > 0)
    return pl.concat([_shared(lying.filter(~alone)), _fans(lying.filter(alone))])


def _shared(lying: pl.DataFrame) -> pl.DataFrame:
    """Fill the disc evenly with those whom several reached, each in the direction of these."""
    far = (pl.col("x") ** 2 + pl.col("y") ** 2).sqrt().round(6)
    rank = far.rank("ordinal").over("group", order_by="order")
    radius = _DISC * ((rank - 0.5) / pl.len().over("group")).sqrt()
    turn = 2 * math.pi * pl.col("scatter")
    # Where the directions cancel each other there is none; the scatter gives one.
    angle = (
        pl.when(far > 0)
        .then(pl.arctan2("x", "y") + _SPREAD * (pl.col("scatter") - 0.5))
        .otherwise(turn)
    )
    return lying.select("group", "account", x=radius * angle.sin(), y=radius * angle.cos())


def _fans(lying: pl.DataFrame) -> pl.DataFrame:
    """Spread those whom one account alone reached behind it, as densely behind each."""
    own = ["group", "x", "y"]
    n = pl.col("order").rank("ordinal").over(own)
    most = pl.len().over(own).max().over("group")
    radius = (_FAN**2 + (_EDGE**2 - _FAN**2) * (n - 0.5) / most).sqrt()
    aside = ((n * _GOLDEN) % 1.0 - 0.5) * pl.col("room")
    angle = pl.arctan2("x", "y") + aside
    return lying.select("group", "account", x=radius * angle.sin(), y=radius * angle.cos())
