"""Does a cluster still stand when the history is twice as long?

At the start of any data everybody's friends look new. A cluster that only old ties make vanishes
when judging begins later. A hub is no tie: funnels are asked about the hubs that they feed on
everything, since what came later seldom validates them anew. Where most of a cluster's contacts
came before the later beginning, there is nothing left to test, and the probability that its
contacts were new ties decides.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import polars as pl

from graphmeta.signals.base import WHOLE, Layer, Observations
from graphmeta.signals.coordination.funnel import Funnel
from graphmeta.signals.coordination.partitioning import shared_out

#: Share of a cluster's stranger contacts that must come later for a test of them to count.
ENOUGH_LATER = 0.25
STANDS_AT = 0.05
MOSTLY_NEW = 0.5


def stands(
    seen: Observations, layers: Sequence[Layer], groups: pl.DataFrame, later: int
) -> pl.DataFrame:
    """Test groups on what happened from ``later`` on.

    Args:
        seen: What is observed.
        layers: The layers.
        groups: Columns group, account.
        later: Seconds at which a history twice as long would end.

    Returns:
        Columns group, stands (bool), in order of group.
    """
    after = replace(
        seen,
        strangers=seen.strangers.filter(pl.col("time") >= later),
        arrivals=seen.arrivals.filter(pl.col("time") >= later),
        invitations=seen.invitations.filter(pl.col("time") >= later),
        introduced=seen.introduced.filter(pl.col("time") >= later),
    )
    mine = groups.join(seen.strangers, left_on="account", right_on="sender")
    weight = mine.group_by("group").agg(
        share=(pl.col("time") >= later).mean(), new=pl.col("new").sort().mean()
    )
    tests = [layer.groups(after, groups, WHOLE, WHOLE) for layer in layers]
    tests.append(shared_out(after, groups))
    tests.extend(
        layer.feeding(after, groups, layer.hubs_of(seen, groups, WHOLE), WHOLE)
        for layer in layers
        if isinstance(layer, Funnel)
    )
    best = pl.concat(tests).group_by("group").agg(p_value=pl.col("p_value").min() * len(tests))
    return (
        groups.select("group")
        .unique()
        .join(weight, on="group", how="left")
        .join(best, on="group", how="left")
        .select(
            "group",
            stands=pl.when(pl.col("share") >= ENOUGH_LATER)
            .then(pl.col("p_value").fill_null(1.0) <= STANDS_AT)
            .otherwise(pl.col("new").fill_null(0.0) >= MOSTLY_NEW),
        )
        .sort("group")
    )
