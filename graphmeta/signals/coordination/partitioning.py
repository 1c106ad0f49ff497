"""Do accounts share out their targets, so that hardly two of them reach the same stranger?

Who works through one list together takes care not to write to anybody twice. Such accounts share
no target, so nothing ties them in ``shared_targets``; what gives them away is that they share fewer
than independent accounts could. Of all ways to choose independently, choosing everybody with equal
chance leads to the fewest meetings: popularity makes for more. So the pairs of accounts that met at
a target are held against those that equal chances within each circle lead to, given how many
strangers of the circle each account contacted. Their number has the variance of a Poisson law
there, since any two pairs of contacts meet independently of one another, and the lower tail is
asked about. Contacts to those whom a common acquaintance may have introduced count as well: who
knows a colleague to whom a target answered is no stranger to that target any more, and without
such contacts colleagues would seem to avoid one another's targets.

The bound is one-sided, and holds without any estimate of popularity. It misleads where accounts
divide the world by something finer than circles, such as streets or languages, without knowing of
one another. It proposes no groups, and is asked only about groups that were found without regard
to whom they contacted (``twins``); a text-bank and a sales team share out lists too.
"""

from __future__ import annotations

import numpy as np
import polars as pl
from scipy import special

from graphmeta.signals.base import GROUPS, Observations, shaped

NAME = "target_partitioning"
VERSION = 2

#: Meetings that must be expected before their absence can mean anything: none of three happen in
#: one of twenty cases.
LEAST_EXPECTED = 3.0


def shared_out(seen: Observations, groups: pl.DataFrame) -> pl.DataFrame:
    """Test whether groups reach the same strangers less often than independent accounts can.

    Args:
        seen: What is observed.
        groups: Columns group, account.

    Returns:
        Columns ``GROUPS``: observed pairs of accounts that reached the same stranger, the fewest
        that independent choice leads to on average, and the chance of so few; in order of group.
        Groups of which fewer than ``LEAST_EXPECTED`` are expected are left out.
    """
    columns = ["sender", "recipient"]
    reached = pl.concat([seen.strangers.select(columns), seen.introduced.select(columns)])
    met = (
        groups.join(reached, left_on="account", right_on="sender")
        .select("group", "account", "recipient")
        .join(groups, left_on=["group", "recipient"], right_on=["group", "account"], how="anti")
    )
    observed = (
        met.group_by("group", "recipient")
        .agg(pl.len().cast(pl.Float64))
        .group_by("group")
        .agg(observed=_pairs(pl.col("len")).sum())
    )
    population = np.bincount(seen.circle_of)
    circle = seen.circle_of[met["recipient"].to_numpy()]
    expected = (
        met.with_columns(circle=pl.Series(circle), people=pl.Series(population[circle]))
        .group_by("group", "circle", "account")
        .agg(pl.len().cast(pl.Float64), pl.col("people").first())
        .group_by("group", "circle")
        .agg(
            meetings=(pl.col("len").sum().pow(2) - pl.col("len").pow(2).sum())
            / (2 * pl.col("people").first())
        )
        .group_by("group")
        .agg(expected=pl.col("meetings").sort().sum())
        .filter(pl.col("expected") >= LEAST_EXPECTED)
    )
    rows = expected.join(observed, on="group").sort("group")
    tail = special.pdtr(rows["observed"].to_numpy(), rows["expected"].to_numpy())
    return shaped(
        rows.with_columns(p_value=pl.Series(np.clip(tail, 1e-300, 1.0), dtype=pl.Float64)), GROUPS
    )


def _pairs(number: pl.Expr) -> pl.Expr:
    return number * (number - 1) / 2
