"""Does an account reach more of a group's targets than chance explains, and in time with it?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from scipy import sparse

from graphmeta.nulls import configuration, counts
from graphmeta.nulls.configuration import Choice, class_of
from graphmeta.signals.base import MEMBERS, FloatArray, IntArray, Observations, Part, shaped
from graphmeta.signals.coordination import incidence
from graphmeta.signals.coordination.shared_targets.groups import (
    SETTINGS,
    chosen,
    leanings,
    reached,
    tally,
)
from graphmeta.signals.coordination.shared_targets.nearness import (
    ANY_TIME,
    Nearness,
    nearness,
    reached_in,
)

#: The plain way to look at a group: at targets that anybody else of it reached, at any time.
_PLAIN = (2, ANY_TIME)


def tested(seen: Observations, groups: pl.DataFrame, part: Part) -> pl.DataFrame:
    """Test accounts by the targets that they share with (the rest of) a group: ``MEMBERS``.

    Every account is looked at in two ways, the better of which counts: by all targets that it
    shares, and in the way in which its group surprises most: by those within a width, or by those
    that at least so many of the group reached. Not everybody of a ring is punctual; and what a ring
    does beside its list, each for itself, would hide the list.
    """
    contacts = reached_in(seen, part)
    null = configuration.fit(contacts, seen.circle_of)
    near = nearness(seen, part)
    lean = leanings(seen, groups, null, part)
    choice = chosen(tally(seen, groups, null, near, lean, part, SETTINGS))
    frames = [_at(contacts, null, groups, None, _PLAIN)]
    for way, mine in choice.partition_by("threshold", "width", as_dict=True).items():
        if way != _PLAIN:
            surprising = groups.join(mine, on="group", how="semi")
            frames.append(_at(contacts, null, surprising, near.get(way[1]), way))
    return (
        pl.concat(frames)
        .with_columns(ways=pl.len().over("group", "account"))
        .sort("group", "account", "p_value", "observed")
        .unique(["group", "account"], keep="first", maintain_order=True)
        .with_columns(p_value=(pl.col("p_value") * pl.col("ways")).clip(upper_bound=1.0))
        .select(MEMBERS.names())
    )


def _at(
    contacts: pl.DataFrame,
    null: Choice,
    groups: pl.DataFrame,
    near: Nearness | None,
    way: tuple[int, int],
) -> pl.DataFrame:
    """Test accounts against groups that are looked at in one way: how many, within what time."""
    level, width = way
    hits = reached(contacts, groups).filter(pl.col("by") >= level - 1)
    mine = groups.join(contacts, left_on="account", right_on="sender").rename(
        {"recipient": "target"}
    )
    inside = _inside(mine, level, width)
    outside = _outside(contacts, groups, hits, mine, width)
    observed = (
        pl.concat([inside, outside])
        .group_by("group", "account", "member")
        .agg(observed=pl.len().cast(pl.Float64))
        .sort("group", "account")
    )
    expected = _Chance(null, hits, level).of(observed, mine, groups, near)
    tail = counts.upper_tail(observed["observed"].to_numpy(), expected)
    return shaped(
        observed.with_columns(expected=pl.Series(expected), p_value=pl.Series(tail)), MEMBERS
    )


def _inside(mine: pl.DataFrame, level: int, width: int) -> pl.DataFrame:
    """Return members and targets at which enough others were (near in time): group, account."""
    ordered = mine.sort("group", "target", "time", "account")
    at = ["group", "target"]
    apart = pl.min_horizontal(
        pl.col("time") - pl.col("time").shift(1).over(at),
        pl.col("time").shift(-1).over(at) - pl.col("time"),
    )
    met = ordered.filter(pl.len().over(at) >= level)
    if width != ANY_TIME:
        met = ordered.with_columns(apart=apart).filter(pl.col("apart") <= width)
    return met.select("group", "account", member=pl.lit(True))


def _outside(
    contacts: pl.DataFrame, groups: pl.DataFrame, hits: pl.DataFrame, mine: pl.DataFrame, width: int
) -> pl.DataFrame:
    """Return other accounts and the group's targets that they reached (in time)."""
    within_reach = _within_reach(hits, contacts)
    if width == ANY_TIME:
        met = hits.join(within_reach, on="target", how="semi").join(
            contacts, left_on="target", right_on="recipient"
        )
    else:
        met = (
            mine.rename({"account": "with", "time": "then"})
            .join(within_reach, on="target", how="semi")
            .join(contacts, left_on="target", right_on="recipient")
            .filter((pl.col("time") - pl.col("then")).abs() <= width)
            .unique(["group", "target", "sender"])
        )
    return (
        met.select("group", account="sender")
        .join(groups, on=["group", "account"], how="anti")
        .with_columns(member=pl.lit(False))
    )


def _within_reach(hits: pl.DataFrame, contacts: pl.DataFrame) -> pl.DataFrame:
    """Return the targets through which outsiders are looked at.

    Each costs as many rows as the groups' contacts to it times the accounts that reached it. The
    most popular ones, which say least, are left out where all would be too many; outsiders then
    count for less than they are.
    """
    load = (
        hits.group_by("target")
        .agg(groups=pl.col("by").sum())
        .join(contacts.group_by(target="recipient").agg(senders=pl.len()), on="target")
    )
    rows = (pl.col("groups").cast(pl.Int64) * pl.col("senders")).sum()
    affordable = (
        load.group_by("senders")
        .agg(rows=rows)
        .sort("senders")
        .filter(pl.col("rows").cum_sum() <= incidence.MAX_MEETINGS)
    )
    return load.join(affordable, on="senders", how="semi").select("target")


@dataclass(frozen=True)
class _Chance:
    """How many of a group's targets an account would reach by chance."""

    null: Choice
    hits: pl.DataFrame
    level: int

    def of(
        self,
        observed: pl.DataFrame,
        mine: pl.DataFrame,
        groups: pl.DataFrame,
        near: Nearness | None,
    ) -> FloatArray:
        """Return the expectation of every row of ``observed`` (group, account, member)."""
        numbers = np.sort(self.hits["group"].unique().to_numpy())
        account = observed["account"].to_numpy().astype(np.int64)
        at = np.searchsorted(numbers, observed["group"].to_numpy())
        lean = self.null.propensity(account)
        own = (
            mine.join(self.hits, on=["group", "target"])
            .join(observed.with_row_index("at"), on=["group", "account"])
            .select("at", "target", "by")
            .sort("at", "target")
        )
        # Without the member itself, too few of its group reached these.
        alone = own.filter(pl.col("by") == self.level - 1)
        ones = np.ones(self.null.circle_of.size)
        ever = self._share(numbers, at, account, lean, alone, np.ones(self.hits.height), ones)
        expected: FloatArray = self.null.activity[account] * ever
        if near is None:
            return expected
        factor = near.factor[class_of(self.null.popularity)]
        crowd = self.hits["by"].to_numpy().astype(np.float64)
        close = self._share(
            numbers, at, account, lean, own, crowd, factor
        ) * near.moments.of_members(
            _inside_of(groups, numbers, self.null.circle_of.size),
            at,
            account,
            observed["member"].to_numpy(),
        )
        return np.asarray(np.minimum(expected, self.null.activity[account] * close))

    def _share(
        self,
        numbers: IntArray,
        at: IntArray,
        account: IntArray,
        lean: FloatArray,
        own: pl.DataFrame,
        times: FloatArray,
        factor: FloatArray,
    ) -> FloatArray:
        """Return the chance that a contact of an account hits the group's targets.

        Args:
            numbers: The groups.
            at: Place of each asked group in ``numbers``, shape (n,).
            account: The asked accounts, shape (n,).
            lean: Circle propensities of each asked account, shape (n, K).
            own: What the asked accounts add to the group's targets themselves: at, target.
            times: How often each row of ``hits`` counts, shape (hits,).
            factor: What each target counts, shape (accounts,).
        """
        null = self.null
        target = self.hits["target"].to_numpy().astype(np.int64)
        by = self.hits["by"].to_numpy().astype(np.float64)
        row = np.searchsorted(numbers, self.hits["group"].to_numpy())
        circle = null.circle_of[target]
        sent = np.zeros((numbers.size, null.circles))
        np.add.at(sent, (row, circle), by)
        others = np.maximum(null.circle_popularity[None, :] - sent, 0.5)
        rate = null.prior_rate(others)

        def chance(group: IntArray, where: IntArray, seen_by_others: FloatArray) -> FloatArray:
            """Return the chance that a contact to a target's circle hits that target."""
            mean = (seen_by_others + null.shape) / (rate[group, where] + 1.0)
            return np.asarray(np.minimum(mean / others[group, where], 1.0))

        each = chance(row, circle, null.popularity[target] - by) * times * factor[target]
        kind = class_of(null.popularity[target] - by)
        share = np.zeros(at.size)
        for level in np.unique(kind).tolist():
            covered = np.zeros((numbers.size, null.circles))
            of_kind = kind == level
            np.add.at(covered, (row[of_kind], circle[of_kind]), each[of_kind])
            share += (lean * covered[at]).sum(axis=1) * null.leaning[account, level]
        who = own["at"].to_numpy().astype(np.int64)
        what = own["target"].to_numpy().astype(np.int64)
        where = null.circle_of[what]
        by_own = own["by"].to_numpy().astype(np.float64)
        itself = chance(at[who], where, null.popularity[what] - by_own) * factor[what]
        kind = class_of(null.popularity[what] - by_own)
        np.subtract.at(share, who, lean[who, where] * null.leaning[account[who], kind] * itself)
        return np.asarray(np.maximum(share, 0.0))


def _inside_of(groups: pl.DataFrame, numbers: IntArray, accounts: int) -> sparse.csr_array:
    member = groups.filter(pl.col("group").is_in(numbers.tolist()))
    row = np.searchsorted(numbers, member["group"].to_numpy())
    account = member["account"].to_numpy().astype(np.int64)
    return sparse.coo_array(
        (np.ones(member.height), (row, account)), shape=(numbers.size, accounts)
    ).tocsr()
