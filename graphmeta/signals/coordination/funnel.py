"""Do those whom an account contacts go on to one hub within days?

Hubs are validated first (``hubs.py``): either more of a hub's arrivals had been contacted by
strangers shortly before than such contacts happen to them otherwise, or more of the senders have
several of them than chance deals out; from at least two sources.
Then every account is tested against validated hubs alone, its own converts excluded from the hub's
inflow. Groups are tested by the distinct accounts that they contacted and that went on to any of
their hubs.

It misleads where a group's contacted have a reason of their own to come: a hub that people find by
themselves (a popular shop, a helpline) has many arrivals that nobody sent, which is what its inflow
is for.
"""

from __future__ import annotations

import polars as pl

from graphmeta.nulls import counts, multiplicity
from graphmeta.signals.base import GROUPS, MEMBERS, PAIRS, Observations, Part, shaped
from graphmeta.signals.coordination.company import founders, handlers, recruited, recruiting
from graphmeta.signals.coordination.conversions import (
    LEAST_SOURCES,
    conversions,
    expected_converts,
    sent_to_hubs,
)
from graphmeta.signals.coordination.hubs import validated_hubs
from graphmeta.signals.memo import once

#: False discovery rate at which accounts count as sources, and one convert is no pattern.
SOURCE_RATE = 0.01
LEAST_CONVERTS = 2


class Funnel:
    """The layer of recruiting funnels."""

    name = "funnel"
    version = 1

    def pairs(self, seen: Observations, part: Part) -> pl.DataFrame:
        """Return edges from recruiters to validated hubs, and between recruiters of one hub."""
        fed = feeders(seen, part)
        spokes = fed.select(
            "observed",
            "expected",
            "weight",
            "p_value",
            a=pl.min_horizontal("account", "hub"),
            b=pl.max_horizontal("account", "hub"),
        )
        other = fed.select(
            "hub",
            account_b="account",
            observed_b="observed",
            expected_b="expected",
            weight_b="weight",
            p_b="p_value",
        )
        rims = (
            fed.join(other, on="hub")
            .filter(pl.col("account") < pl.col("account_b"))
            .select(
                a="account",
                b="account_b",
                observed=pl.min_horizontal("observed", "observed_b"),
                expected=pl.max_horizontal("expected", "expected_b"),
                weight=pl.min_horizontal("weight", "weight_b"),
                p_value=pl.max_horizontal("p_value", "p_b"),
            )
        )
        return (
            pl.concat([shaped(spokes, PAIRS), shaped(rims, PAIRS)])
            .sort("a", "b", "weight", descending=[False, False, True])
            .unique(["a", "b"], keep="first", maintain_order=True)
        )

    def sources(self, seen: Observations, part: Part) -> pl.DataFrame:
        """Return the feeders that chance does not explain: columns as ``feeders``."""
        return _sources(seen, part)

    def groups(
        self, seen: Observations, groups: pl.DataFrame, found: Part, tested: Part
    ) -> pl.DataFrame:
        """Test groups by the distinct accounts they contacted that went on to their hubs."""
        return self.feeding(seen, groups, self.hubs_of(seen, groups, found), tested)

    def feeding(
        self, seen: Observations, groups: pl.DataFrame, hubs: pl.DataFrame, part: Part
    ) -> pl.DataFrame:
        """Test groups by those they contacted who went on to given hubs (columns group, hub)."""
        return shaped(_judged(sent_to_hubs(seen, groups, hubs, part)), GROUPS).sort("group")

    def hubs_of(self, seen: Observations, groups: pl.DataFrame, part: Part) -> pl.DataFrame:
        """Return the validated hubs that groups feed: many funnels have more than one.

        A group feeds a hub where at least ``LEAST_SOURCES`` of its accounts, and a fifth of all,
        do so by more than chance: a few accounts' converts do not make the rest recruiters.

        Returns:
            Columns group, hub, in order.
        """
        return (
            groups.join(self.sources(seen, part), on="account")
            .group_by("group", "hub")
            .agg(sources=pl.len())
            .join(groups.group_by("group").agg(size=pl.len()), on="group")
            .filter(pl.col("sources") >= LEAST_SOURCES, 5 * pl.col("sources") >= pl.col("size"))
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
        """Test the company of a group's hubs: who recruits for them, handles or founded them.

        Who is tested at several hubs pays for all of them, and is told by the best.
        """
        hubs = self.hubs_of(seen, groups, part)
        if hubs.is_empty():
            return pl.DataFrame(schema=MEMBERS)
        company = self.company(seen, hubs.select("hub").unique(), part).join(hubs, on="hub")
        itself = hubs.join(validated_hubs(seen, part), on="hub").rename({"hub": "account"})
        return best(pl.concat([shaped(itself, MEMBERS), shaped(company, MEMBERS)]))

    def company(self, seen: Observations, hubs: pl.DataFrame, part: Part) -> pl.DataFrame:
        """Test everybody around hubs (column hub), each account by whatever shows it best.

        Returns:
            Columns account, hub, observed, expected, p_value and role ("recruiter", "hub" for
            handlers, "actor" for founders); in order of account and hub.
        """
        return _company(seen, part).join(hubs, on="hub", how="semi", maintain_order="left")


@once
def _sources(seen: Observations, part: Part) -> pl.DataFrame:
    return feeders(seen, part).filter(
        pl.col("observed") >= LEAST_CONVERTS, pl.col("q_value") <= SOURCE_RATE
    )


@once
def _company(seen: Observations, part: Part) -> pl.DataFrame:
    """Test everybody around every hub; what is said of one does not depend on the others."""
    moves, sources = conversions(seen, part), _sources(seen, part)
    living = recruiting(seen, moves, sources, part)
    fed = feeders(seen, part).join(living, on="hub", how="semi")
    known = sources.join(living, on="hub", how="semi")
    tests = [
        (sources, "recruiter"),
        (recruited(seen, fed, living), "recruiter"),
        (handlers(seen, moves, known), "hub"),
        (founders(seen, moves, known), "actor"),
    ]
    columns = ["account", "hub", "observed", "expected", "p_value"]
    rows = pl.concat(
        [frame.select(columns).with_columns(role=pl.lit(role)) for frame, role in tests]
    )
    return rows.sort("account", "hub", "p_value", "observed", "role").unique(
        ["account", "hub"], keep="first", maintain_order=True
    )


@once
def feeders(seen: Observations, part: Part) -> pl.DataFrame:
    """Test accounts against validated hubs.

    A convert whom several contacted counts for those of them who sent the most to that hub:
    whoever happens to have contacted a recruiter's convert too is no recruiter.

    Returns:
        Columns account, hub, observed (converts), expected, weight, p_value, and q_value over
        all accounts and hubs with a convert.
    """
    moves = conversions(seen, part).join(validated_hubs(seen, part), on="hub", how="semi")
    sent = (
        _credited(moves)
        .group_by(account="sender", hub="hub")
        .agg(observed=pl.col("recipient").n_unique().cast(pl.Float64))
        .sort("account", "hub")
    )
    alone = sent.select("account", group="account").unique(maintain_order=True)
    expected = expected_converts(seen, alone, sent.with_columns(group="account"), part)
    observed = sent["observed"].to_numpy()
    tail = counts.upper_tail(observed, expected)
    q = multiplicity.benjamini_hochberg(tail, tail.size)
    weight = pl.Series(counts.surprise(observed, expected))
    return sent.with_columns(
        expected=pl.Series(expected), weight=weight, p_value=pl.Series(tail), q_value=pl.Series(q)
    ).filter(pl.col("observed") > pl.col("expected"))


def _credited(moves: pl.DataFrame) -> pl.DataFrame:
    """Keep, of the senders who contacted one convert, those who sent the most to that hub."""
    sent = pl.col("recipient").n_unique().over("sender", "hub")
    return moves.with_columns(sent=sent).filter(
        pl.col("sent") == pl.col("sent").max().over("recipient", "hub")
    )


def best(tests: pl.DataFrame) -> pl.DataFrame:
    """Keep for each account of a group its best test, paid for by their number.

    Returns:
        The columns given, in order of group and account.
    """
    paid = (pl.col("p_value").min() * pl.len()).clip(upper_bound=1.0).over("group", "account")
    return (
        tests.sort("group", "account", "p_value", "observed")
        .with_columns(paid=paid)
        .unique(["group", "account"], keep="first", maintain_order=True)
        .with_columns(p_value="paid")
        .drop("paid")
    )


def _judged(sent: pl.DataFrame) -> pl.DataFrame:
    tail = counts.upper_tail(sent["observed"].to_numpy(), sent["expected"].to_numpy())
    return sent.with_columns(p_value=pl.Series(tail))
