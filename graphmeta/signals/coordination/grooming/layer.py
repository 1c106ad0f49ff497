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
from graphmeta.signals.memo import once

#: An account is eager where everybody's habits explain its newcomers at most this often.
EAGER_AT = 0.02
#: Groups, and accounts in each of them, that make up a common watch.
LEAST_GROUPS = 2
LEAST_WATCHERS = 2


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
            .agg(pl.col("reached", "reached_b", "expected", "expected_b").sort().sum())
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
        return _watched(seen, part)

    def groups(
        self, seen: Observations, groups: pl.DataFrame, found: Part, tested: Part
    ) -> pl.DataFrame:
        """Test groups by the distinct newcomers they reached in the groups they watch."""
        cells = self.watched_by(seen, groups, found).select("hub", key="group", trial="group")
        reach = newcomers(seen, tested)
        keyed = groups.rename({"group": "key"})
        expected = (
            expected_hits(reach, keyed, cells, keyed.rename({"key": "trial"}))
            .group_by("key", maintain_order=True)
            .agg(pl.col("expected").sort().sum())
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

    def members(
        self,
        seen: Observations,
        groups: pl.DataFrame,
        part: Part,
        *,
        others: bool = True,  # noqa: ARG002  they are few
    ) -> pl.DataFrame:
        """Test watchers by the newcomers they reached where the (other) members did, too."""
        watching = self.watched(seen, part)
        common = self.watched_by(seen, groups, part).select("group").unique()
        if common.is_empty():
            return pl.DataFrame(schema=MEMBERS)
        inside = groups.join(common, on="group", how="semi")
        by_hub = inside.join(watching, on="account").group_by("group", "hub").agg(watchers=pl.len())
        meets = by_hub.join(watching, on="hub").filter(pl.col("watchers") >= LEAST_WATCHERS)
        asked = meets.select("group", "account").unique().sort("group", "account")
        keys = asked.with_row_index("key")
        cells = meets.join(keys, on=["group", "account"]).select("key", "hub", trial="key")
        companions = keys.select("group", trial="key").join(inside, on="group")
        alone = keys.select("key", "account")
        tested = pl.concat(
            [companions.select("trial", "account"), alone.rename({"key": "trial"})]
        ).unique()
        expected = (
            expected_hits(newcomers(seen, part), alone, cells, tested)
            .group_by("key", maintain_order=True)
            .agg(pl.col("expected").sort().sum())
        )
        rows = (
            meets.group_by("group", "account")
            .agg(observed=pl.col("reached").sum())
            .join(keys, on=["group", "account"])
            .join(expected, on="key")
        )
        tail = counts.upper_tail(rows["observed"].to_numpy(), rows["expected"].to_numpy())
        tests = shaped(rows.with_columns(p_value=pl.Series(tail)), MEMBERS)
        # Watchers that reached nobody there were asked, too: they count among the tests.
        idle = common.join(watching.select("account").unique(), how="cross").join(
            tests, on=["group", "account"], how="anti"
        )
        nothing = idle.with_columns(observed=0.0, expected=0.0, p_value=1.0)
        return pl.concat([tests, shaped(nothing, MEMBERS)]).sort("group", "account")


@once
def _watched(seen: Observations, part: Part) -> pl.DataFrame:
    reach = newcomers(seen, part)
    cells = _watches(reach)
    alone = cells.select("account", key="account").unique(maintain_order=True)
    expected = expected_hits(
        reach,
        alone,
        cells.select("hub", key="account", trial="account"),
        alone.select("account", trial="key"),
    )
    return cells.join(
        expected.rename({"key": "account"}), on=["account", "hub"], maintain_order="left"
    ).filter(pl.col("reached") > pl.col("expected"))


def _watches(reach: Newcomers) -> pl.DataFrame:
    """Return who reached how many newcomers where, of watchers that share groups.

    What is left is a core: every account in it reached newcomers of at least ``LEAST_GROUPS``
    groups, the best of which does not explain all of them, and at least ``LEAST_WATCHERS``
    accounts in it did so in every group. Whoever is at home in a group welcomes its newcomers,
    and watches other groups at most.

    Returns:
        Columns account, hub, reached; in order of account and hub.
    """
    greetings = reach.at_home.rename({"account": "sender"})
    hits = reach.hits.join(_eager(reach), on="sender", how="semi").join(
        greetings, on=["sender", "hub"], how="anti", maintain_order="left"
    )
    while True:
        best = (
            hits.group_by("sender", "hub")
            .len()
            .sort("sender", "len", "hub", descending=[False, True, False])
            .unique("sender", keep="first", maintain_order=True)
            .select("sender", best="hub")
        )
        explained = hits.join(best, left_on=["sender", "hub"], right_on=["sender", "best"])
        several = hits.join(explained, on=["sender", "recipient"], how="anti")
        core = hits.join(several, on="sender", how="semi").filter(
            pl.col("sender").n_unique().over("hub") >= LEAST_WATCHERS
        )
        if core.height == hits.height:
            break
        hits = core
    return (
        hits.group_by(account="sender", hub="hub")
        .agg(reached=pl.len().cast(pl.Float64))
        .sort("account", "hub")
    )


def _eager(reach: Newcomers) -> pl.DataFrame:
    """Return accounts that reach newcomers more often than everybody does: column sender."""
    made = reach.contacts.group_by("sender").agg(contacts=pl.len().cast(pl.Float64))
    as_new = reach.hits.group_by("sender").agg(
        reached=pl.col("recipient").n_unique().cast(pl.Float64)
    )
    usual = (as_new["reached"].to_numpy().sum() + 1.0) / (reach.contacts.height + 1.0)
    rows = as_new.join(made, on="sender").sort("sender")
    tail = counts.upper_tail(rows["reached"].to_numpy(), rows["contacts"].to_numpy() * usual)
    return rows.filter(pl.Series(tail <= EAGER_AT)).select("sender")
