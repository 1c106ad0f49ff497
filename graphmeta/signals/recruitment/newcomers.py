"""Whom does a group of accounts pick among those who have just become visible in group chats?

Handlers pick the isolated from several groups, a few from each. Greeters welcome nearly everybody
who comes to the one group that is theirs, isolated or not. Helplines and outreach workers write
to people who know few others, too, but not because these showed up in a group. Four measures
tell them apart, beside the depth of the talk that follows (``signals/behaviour/dialogue.py``):
the share of stranger contacts that went to newcomers; how many of those newcomers knew few
people, beside all newcomers of the same groups; what share of one group's newcomers was reached
where most were; and in how many groups at least two of the accounts reached some.

They rest on ``signals/coordination/grooming/newcomers.py`` for who is a newcomer. They mislead at
the start of any data, when everybody seems to know few people, and where old members speak for
the first time. Whoever made only a handful of contacts is judged by little.
"""

from __future__ import annotations

import polars as pl

from graphmeta.signals.acts import MEASURED, share
from graphmeta.signals.base import WHOLE, Observations, shaped
from graphmeta.signals.coordination.grooming.layer import LEAST_WATCHERS
from graphmeta.signals.coordination.grooming.newcomers import newcomers

#: Newcomers whose worth of the usual is added before a share is told: small counts prove little.
PULL = 5.0


class NewcomerShare:
    """Share of stranger contacts that went to newcomers of groups."""

    name = "newcomer_share"
    version = 1

    def measure(
        self, seen: Observations, groups: pl.DataFrame, _hubs: pl.DataFrame
    ) -> pl.DataFrame:
        """Measure groups (columns group, account), columns ``MEASURED``."""
        reach = newcomers(seen, WHOLE)
        new = reach.hits.select("sender", "recipient", new=pl.lit(True)).unique()
        rows = reach.contacts.join(new, on=["sender", "recipient"], how="left")
        told = rows.with_columns(pl.col("new").fill_null(False)).sort("sender", "recipient")
        return shaped(share(told, groups, "new"), MEASURED)


class IsolatedNewcomers:
    """Share of the newcomers reached who knew few people, beside all newcomers of the groups."""

    name = "isolated_newcomers"
    version = 1

    def measure(
        self, seen: Observations, groups: pl.DataFrame, _hubs: pl.DataFrame
    ) -> pl.DataFrame:
        """Measure groups (columns group, account), columns ``MEASURED``."""
        new = seen.visible.filter(pl.col("newcomer"))
        few = new["known"].to_numpy()
        typical = float(pl.Series(few).median() or 0.0)  # type: ignore[arg-type]
        judged = new.select("account", "hub", few=pl.col("known") <= typical)
        picked = _reached(seen, groups)
        reached = picked.join(judged, left_on=["recipient", "hub"], right_on=["account", "hub"])
        value = _one_each(reached, "recipient")
        at_large = picked.select("group", "hub").unique().join(judged, on="hub")
        expected = _one_each(at_large, "account")
        rows = value.join(
            expected.select("group", expected=pl.col("few") / pl.col("people")), on="group"
        ).select(
            "group",
            "expected",
            value=(pl.col("few") + PULL * pl.col("expected")) / (pl.col("people") + PULL),
            support="people",
        )
        return shaped(rows, MEASURED).sort("group")


class NewcomersCovered:
    """Share of newcomers reached, in the group where most were."""

    name = "newcomers_covered"
    version = 2
    #: What two or three members of a group who meet some newcomers reach of them.
    USUAL = 0.1

    def measure(
        self, seen: Observations, groups: pl.DataFrame, _hubs: pl.DataFrame
    ) -> pl.DataFrame:
        """Measure groups (columns group, account), columns ``MEASURED``."""
        new = seen.visible.filter(pl.col("newcomer"))
        there = new.group_by("hub").agg(there=pl.col("account").n_unique())
        covered = (
            _reached(seen, groups)
            .group_by("group", "hub")
            .agg(support=pl.col("recipient").n_unique())
            .join(there, on="hub")
            .select(
                "group",
                "support",
                # Who is welcomed in one group comes to others too, and those are hardly covered.
                value=(pl.col("support") + PULL * self.USUAL) / (pl.col("there") + PULL),
                expected=pl.lit(self.USUAL),
            )
            .sort("group", "support", "value", descending=[False, True, False])
            .unique("group", keep="first", maintain_order=True)
        )
        return shaped(covered, MEASURED).sort("group")


class GroupsWatched:
    """Groups in which at least two of the accounts reached newcomers."""

    name = "groups_watched"
    version = 1
    #: A group that one is at home in.
    USUAL = 1.0

    def measure(
        self, seen: Observations, groups: pl.DataFrame, _hubs: pl.DataFrame
    ) -> pl.DataFrame:
        """Measure groups (columns group, account), columns ``MEASURED``."""
        rows = (
            _reached(seen, groups)
            .group_by("group", "hub")
            .agg(
                watchers=pl.col("account").n_unique(),
                reached=pl.col("recipient").n_unique(),
            )
            .group_by("group")
            .agg(
                value=(pl.col("watchers") >= LEAST_WATCHERS).sum(),
                support=pl.col("reached").sum(),
            )
            .with_columns(expected=pl.lit(self.USUAL))
        )
        return shaped(rows, MEASURED).sort("group")


def _reached(seen: Observations, groups: pl.DataFrame) -> pl.DataFrame:
    """Return the newcomers that groups reached: columns group, account, recipient, hub."""
    hits = newcomers(seen, WHOLE).hits
    return groups.join(hits, left_on="account", right_on="sender").select(
        "group", "account", "recipient", "hub"
    )


def _one_each(rows: pl.DataFrame, who: str) -> pl.DataFrame:
    """Count people, and those who knew few wherever they were new: group, people, few."""
    return (
        rows.group_by("group", who)
        .agg(few=pl.col("few").all())
        .group_by("group")
        .agg(people=pl.len().cast(pl.Int64), few=pl.col("few").sum().cast(pl.Float64))
    )
