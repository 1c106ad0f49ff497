"""Do the same few accounts reach strangers soon after these become visible in the same groups?

Handlers sit in open groups and write to newcomers one by one (the first of the stages of online
grooming, choosing and befriending a victim: O'Connell 2003; DESIGN, section 5). They contact so
few that hardly two of them share a target. What they share are the groups in which their
contacts had just become visible.

Only *watchers* count: accounts that reach newcomers more than everybody does, of at least two
groups, the best of which does not explain the rest. That leaves out who greets the newcomers of
the one group that is his own. Two watchers are tied by the groups in which both reached
newcomers, and a group of accounts watches a group where two of them did. Bins are the newcomers
reached, so the parts of the data are split by contacted account, and the null (``newcomers``)
includes the rate at which each group's own members write to newcomers.

It misleads where a benign team greets in several groups, such as the moderators of a
neighbourhood's: behaviour tells whether those they pick know few people. Where handlers share one
group alone, nothing is found. What became visible only to readers is not in the data.
"""

from __future__ import annotations

import polars as pl

from graphmeta.nulls import counts
from graphmeta.signals.base import GROUPS, MEMBERS, PAIRS, Observations, Part, shaped
from graphmeta.signals.coordination.grooming.newcomers import (
    Newcomers,
    expected_hits,
    newcomers,
)

#: How surprising an account's newcomers must be, all together and without its best group.
WATCHES_AT = 0.2
#: Groups, and accounts in each of them, that make up a common watch.
LEAST_GROUPS = 2
LEAST_WATCHERS = 2
#: Newcomers that two accounts must both have reached, the lesser of the two counted.
LEAST_ALIKE = 2


class Grooming:
    """The layer of those who wait for newcomers."""

    name = "grooming"
    version = 1

    def pairs(self, seen: Observations, part: Part) -> pl.DataFrame:
        """Return edges between accounts that reached newcomers of the same groups."""
        watching = self.watched(seen, part)
        other = watching.select(
            "hub", account_b="account", reached_b="reached", expected_b="expected"
        )
        alike = (
            watching.join(other, on="hub")
            .filter(pl.col("account") < pl.col("account_b"))
            .sort("account", "account_b", "hub")
            .group_by(a="account", b="account_b", maintain_order=True)
            .agg(
                pl.col("reached", "reached_b", "expected", "expected_b").sum(),
                least=pl.min_horizontal("reached", "reached_b").sum(),
            )
            .filter(pl.col("least") >= LEAST_ALIKE)
        )
        sides = [
            alike.select(
                "a",
                "b",
                observed=f"reached{side}",
                expected=f"expected{side}",
                weight=pl.Series(
                    counts.surprise(
                        alike[f"reached{side}"].to_numpy(), alike[f"expected{side}"].to_numpy()
                    )
                ),
                p_value=pl.Series(
                    counts.upper_tail(
                        alike[f"reached{side}"].to_numpy(), alike[f"expected{side}"].to_numpy()
                    )
                ),
            )
            for side in ("", "_b")
        ]
        lesser = (
            pl.concat([shaped(side, PAIRS) for side in sides])
            .sort("a", "b", "weight", "observed")
            .unique(["a", "b"], keep="first", maintain_order=True)
        )
        return lesser.filter(pl.col("weight") > 0)

    def watched(self, seen: Observations, part: Part) -> pl.DataFrame:
        """Return in which groups watchers reached newcomers.

        Returns:
            Columns account, hub, reached (newcomers), expected; in order of account and hub.
        """
        reach = newcomers(seen, part)
        cells = (
            reach.hits.join(_watchers(reach), left_on="sender", right_on="account", how="semi")
            .group_by(account="sender", hub="hub")
            .agg(reached=pl.len().cast(pl.Float64))
            .sort("account", "hub")
        )
        alone = cells.select("account", key="account").unique(maintain_order=True)
        expected = expected_hits(reach, alone, cells.select("hub", key="account"), alone)
        return cells.join(
            expected.rename({"key": "account"}), on=["account", "hub"], maintain_order="left"
        ).filter(pl.col("reached") > pl.col("expected"))

    def groups(
        self, seen: Observations, groups: pl.DataFrame, found: Part, tested: Part
    ) -> pl.DataFrame:
        """Test groups by the distinct newcomers they reached in the groups they watch."""
        cells = self.watched_by(seen, groups, found).rename({"group": "key"})
        reach = newcomers(seen, tested)
        keyed = groups.rename({"group": "key"})
        expected = (
            expected_hits(reach, keyed, cells, keyed)
            .group_by("key", maintain_order=True)
            .agg(pl.col("expected").sum())
        )
        observed = (
            keyed.join(reach.hits, left_on="account", right_on="sender")
            .join(cells, on=["key", "hub"], how="semi")
            .group_by("key")
            .agg(observed=pl.col("recipient").n_unique().cast(pl.Float64))
        )
        rows = (
            expected.join(observed, on="key", how="left")
            .with_columns(pl.col("observed").fill_null(0.0))
            .sort("key")
            .rename({"key": "group"})
        )
        tail = counts.upper_tail(rows["observed"].to_numpy(), rows["expected"].to_numpy())
        return shaped(rows.with_columns(p_value=pl.Series(tail)), GROUPS)

    def watched_by(self, seen: Observations, groups: pl.DataFrame, part: Part) -> pl.DataFrame:
        """Return which groups (hubs) each group of accounts watches together.

        Returns:
            Columns group, hub; none where it is fewer than ``LEAST_GROUPS``.
        """
        return (
            groups.join(self.watched(seen, part), on="account")
            .group_by("group", "hub")
            .agg(watchers=pl.len())
            .filter(pl.col("watchers") >= LEAST_WATCHERS)
            .filter(pl.len().over("group") >= LEAST_GROUPS)
            .select("group", "hub")
            .sort("group", "hub")
        )

    def members(self, seen: Observations, groups: pl.DataFrame, part: Part) -> pl.DataFrame:
        """Test watchers by the newcomers they reached where the (other) members did, too."""
        watching = self.watched(seen, part)
        common = self.watched_by(seen, groups, part).select("group").unique()
        inside = groups.join(common, on="group", how="semi")
        by_hub = (
            inside.join(watching, on="account")
            .group_by("group", "hub")
            .agg(watchers=pl.len(), one=pl.col("account").min())
        )
        meets = (
            by_hub.join(watching, on="hub")
            .join(inside.with_columns(inside=True), on=["group", "account"], how="left")
            .filter(pl.col("watchers") >= pl.when(pl.col("inside")).then(2).otherwise(2))
        )
        asked = meets.select("group", "account").unique().sort("group", "account")
        keys = asked.with_row_index("key")
        cells = meets.join(keys, on=["group", "account"]).select("key", "hub")
        companions = keys.select("key", "group").join(inside, on="group").select("key", "account")
        alone = keys.select("key", "account")
        apart = pl.concat([companions, alone]).unique().sort("key", "account")
        expected = (
            expected_hits(newcomers(seen, part), alone, cells, apart)
            .group_by("key", maintain_order=True)
            .agg(pl.col("expected").sum())
        )
        rows = (
            meets.group_by("group", "account")
            .agg(observed=pl.col("reached").sum())
            .join(keys, on=["group", "account"])
            .join(expected, on="key")
            .sort("group", "account")
        )
        tail = counts.upper_tail(rows["observed"].to_numpy(), rows["expected"].to_numpy())
        return shaped(rows.with_columns(p_value=pl.Series(tail)), MEMBERS)


def _watchers(reach: Newcomers) -> pl.DataFrame:
    """Return accounts that reach newcomers of several groups more than everybody does.

    Returns:
        Column account.
    """
    made = reach.contacts.group_by(account="sender").agg(contacts=pl.len().cast(pl.Float64))
    as_new = reach.hits.select("sender", "recipient").n_unique()
    usual = (as_new + 1.0) / (reach.contacts.height + 1.0)
    best = (
        reach.hits.group_by("sender", "hub")
        .len()
        .sort("sender", "len", "hub", descending=[False, True, False])
        .unique("sender", keep="first", maintain_order=True)
        .select("sender", best="hub")
    )
    in_best = pl.col("hub") == pl.col("best")
    reached = (
        reach.hits.join(best, on="sender")
        .group_by("sender", "recipient")
        .agg(in_best=in_best.any())
        .group_by(account="sender")
        .agg(reached=pl.len().cast(pl.Float64), rest=(~pl.col("in_best")).sum().cast(pl.Float64))
        .join(made, on="account")
        .sort("account")
    )
    total = pl.col("contacts") * usual
    left = (pl.col("contacts") - pl.col("reached") + pl.col("rest")) * usual
    rows = reached.with_columns(total=total, left=left)
    surely = counts.upper_tail(rows["reached"].to_numpy(), rows["total"].to_numpy())
    besides = counts.upper_tail(rows["rest"].to_numpy(), rows["left"].to_numpy())
    return rows.filter(pl.Series((surely <= WATCHES_AT) & (besides <= WATCHES_AT))).select(
        "account"
    )
