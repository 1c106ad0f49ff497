"""How does a group invite people into its hub: whom, how far on, how soon?

Four measures of the trees of invitations by strangers (Anderson et al. 2015). *Whom*: the share
of invitations that goes to strangers. *Branching*: how many of those who came on a stranger's
invitation invite strangers in their turn; a cascade lives where this, times the invitations of
each, comes near one. *Depth*: generations of inviters. *How soon*: hours from joining to inviting.
What is usual is told by the groups that no cluster invites into.

They mislead where invitations are rare (one club's habits are then what is usual), and on depth,
which grows with size.
"""

from __future__ import annotations

import polars as pl

from graphmeta.signals.acts import MEASURED
from graphmeta.signals.base import WHOLE, Observations
from graphmeta.signals.coordination.passing_on import converts

_HOUR_S = 3_600
#: Invitations', or converts', worth of what is usual that small counts are pulled by.
_PULL = 10.0
#: Generations after which a tree is deep enough.
_DEEPEST = 30


class InvitesStrangers:
    """Share of the group's invitations into its hub that went to strangers."""

    name = "invites_strangers"
    version = 1

    def measure(self, seen: Observations, groups: pl.DataFrame, hubs: pl.DataFrame) -> pl.DataFrame:
        """Measure groups that have a hub (columns group, hub), columns ``MEASURED``."""
        sent = seen.invitations.rename({"group": "hub"})
        mine = groups.join(hubs, on="group").join(
            sent, left_on=["account", "hub"], right_on=["sender", "hub"]
        )
        return _shares(mine, sent.join(hubs, on="hub", how="anti"), "stranger")


class Branching:
    """Share of the hub's converts who invited strangers in their turn."""

    name = "branching"
    version = 1

    def measure(self, seen: Observations, groups: pl.DataFrame, hubs: pl.DataFrame) -> pl.DataFrame:  # noqa: ARG002
        """Measure groups that have a hub (columns group, hub), columns ``MEASURED``."""
        came = converts(seen, WHOLE)
        mine = hubs.join(came, on="hub")
        return _shares(mine, came.join(hubs, on="hub", how="anti"), "passed_on")


class Depth:
    """Generations of inviters, the first ones counting one."""

    name = "cascade_depth"
    version = 1
    #: Where nobody passes an invitation on, there is one generation.
    USUAL = 1.0

    def measure(self, seen: Observations, groups: pl.DataFrame, hubs: pl.DataFrame) -> pl.DataFrame:  # noqa: ARG002
        """Measure groups that have a hub (columns group, hub), columns ``MEASURED``."""
        deepest = (
            generations(seen)
            .group_by("hub")
            .agg(value=pl.col("generation").max().cast(pl.Float64), support=pl.len())
        )
        rows = (
            hubs.join(deepest, on="hub")
            .group_by("group")
            .agg(pl.col("value").max(), pl.col("support").sum(), expected=pl.lit(self.USUAL))
        )
        return _measured(rows)


class PassesOnAfter:
    """Median hours from joining the hub to the first invitation of a stranger."""

    name = "passes_on_after"
    version = 1

    def measure(self, seen: Observations, groups: pl.DataFrame, hubs: pl.DataFrame) -> pl.DataFrame:  # noqa: ARG002
        """Measure groups that have a hub (columns group, hub), columns ``MEASURED``."""
        waits = _waits(seen)
        usual = waits.join(hubs, on="hub", how="anti")["hours"].median()
        if usual is None:
            return pl.DataFrame(schema=MEASURED)
        rows = (
            hubs.join(waits, on="hub")
            .group_by("group")
            .agg(value=pl.col("hours").median(), support=pl.len())
        )
        return _measured(rows.with_columns(expected=pl.lit(usual, dtype=pl.Float64)))


def generations(seen: Observations) -> pl.DataFrame:
    """Return in which generation accounts invite strangers into a hub: hub, account, generation.

    Whoever joined after being invited by several counts as brought by the last of them.
    """
    sent = seen.invitations.filter("stranger").rename({"group": "hub"})
    passed_on = converts(seen, WHOLE).filter("passed_on")
    parent = (
        sent.filter(pl.col("joined").is_not_null())
        .join(passed_on, left_on=["hub", "recipient"], right_on=["hub", "account"], how="semi")
        .sort("hub", "recipient", "time", "sender")
        .group_by("hub", account="recipient", maintain_order=True)
        .agg(parent=pl.col("sender").last())
    )
    every = sent.select("hub", account="sender").unique()
    level = every.join(parent, on=["hub", "account"], how="anti")
    levels = []
    for generation in range(1, _DEEPEST):
        levels.append(level.with_columns(generation=pl.lit(generation, dtype=pl.Int64)))
        level = parent.join(
            level, left_on=["hub", "parent"], right_on=["hub", "account"], how="semi"
        ).select("hub", "account")
        if level.is_empty():
            break
    return pl.concat(levels).sort("hub", "account")


def _waits(seen: Observations) -> pl.DataFrame:
    """Return how long converts waited until they invited a stranger: hub, hours."""
    return (
        converts(seen, WHOLE)
        .filter("passed_on")
        .join(
            seen.invitations.filter("stranger"),
            left_on=["hub", "account"],
            right_on=["group", "sender"],
        )
        .filter(pl.col("time") > pl.col("joined"))
        .group_by("hub", "account")
        .agg(hours=(pl.col("time") - pl.col("joined")).min() / _HOUR_S)
        .select("hub", "hours")
    )


def _shares(mine: pl.DataFrame, others: pl.DataFrame, condition: str) -> pl.DataFrame:
    """Measure the share of rows that fulfil a condition, pulled towards that of the others."""
    usual = (float(others[condition].sum()) + 0.5) / (others.height + 1.0)
    rows = mine.group_by("group").agg(
        value=(pl.col(condition).sum() + _PULL * usual) / (pl.len() + _PULL), support=pl.len()
    )
    return _measured(rows.with_columns(expected=pl.lit(usual)))


def _measured(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.select(MEASURED.names()).cast(MEASURED).sort("group")
