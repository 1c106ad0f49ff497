"""Which accounts form a social circle.

Circles are communities of the acquaintance graph, drawn from ties that are older than anything
that will be judged with them: a campaign that makes friends later cannot draw itself a circle.
They are drawn by modularity, whose communities are large: calling two members of a large circle
strangers is the worse mistake, because ordinary life outnumbers campaigns.
Accounts without such ties, and circles of fewer than ``SMALLEST`` accounts, have none.
"""

from __future__ import annotations

import polars as pl

from graphmeta import seeds
from graphmeta.graph.communities import communities

#: The circle of accounts that have none.
NO_CIRCLE = -1
SMALLEST = 4


def circles(acquaintances: pl.DataFrame, before: int, seed: int) -> pl.DataFrame:
    """Draw circles from the acquaintances made before a moment.

    Args:
        acquaintances: Columns a, b, since.
        before: Seconds; later ties have no say.
        seed: For the order in which Leiden visits accounts.

    Returns:
        Columns account, circle (from 0, without gaps); accounts without a circle are absent.
    """
    old = acquaintances.filter(pl.col("since") < before)
    found = communities(
        old.select("a", "b", weight=pl.lit(1.0)),
        resolution=1.0,
        seed=seeds.key("circles", seed) % 2**31,
        modularity=True,
    )
    large = found.filter(pl.len().over("community") >= SMALLEST)
    return large.select(
        "account", circle=pl.col("community").rank("dense").cast(pl.Int64) - 1
    ).sort("account")
