"""Do accounts reach the same strangers more often than popularity and circles explain?

Bins are targets. The null is the bipartite configuration model with circle propensities
(``nulls.configuration``). Rare targets weigh more. Groups are tested by the number of *distinct*
targets that at least two (or more) of them reached, never by pairs: one popular target makes
hundreds of pairs and is one fact. The expectation lets one account meet itself in a target, which
no account does: a margin of safety, because circles are never drawn perfectly and targets of one
true circle are met a little more often than drawn ones say.

Sources: Tumminello et al. (2011) for validated co-occurrence; Saracco et al. (2015).
It misleads where benign accounts share customers (couriers, support desks).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray

from graphmeta.nulls import configuration, counts
from graphmeta.nulls.configuration import Choice
from graphmeta.signals.base import MEMBERS, PAIRS, FloatArray, IntArray, Observations, Part, shaped
from graphmeta.signals.coordination import incidence, thresholds
from graphmeta.signals.coordination.thresholds import THRESHOLDS, most_surprising

#: Targets are classed by the binary logarithm of their popularity, up to this class.
CLASSES = 6


class SharedTargets:
    """The layer of shared targets."""

    name = "shared_targets"
    version = 1

    def pairs(self, seen: Observations, part: Part) -> pl.DataFrame:
        """Return pairs that share targets, weighted by surprise.

        Targets of like popularity are counted and expected together, and the surprises of the
        classes add up: one shared target that hardly anybody reaches is news, one that
        everybody reaches is none.
        """
        contacts = seen.strangers.filter(part.keeps("recipient_fold"))
        null = configuration.fit(contacts, seen.circle_of)
        rarity = np.minimum(np.log2(np.maximum(null.popularity, 1.0)).astype(np.int64), CLASSES)
        of_contact = rarity[contacts["recipient"].to_numpy().astype(np.int64)]
        frames = [
            _pairs_of_class(contacts.filter(of_contact == level), null, rarity == level)
            for level in range(1, CLASSES + 1)
        ]
        rows = (
            pl.concat(frames)
            .group_by("a", "b")
            .agg(
                pl.col("observed").sum(),
                pl.col("weight").sort().sum(),
            )
            .sort("a", "b")
        )
        a, b = (rows[side].to_numpy().astype(np.int64) for side in "ab")
        expected = null.expected_shared(a, b, np.ones(seen.circle_of.size))
        tested = rows.with_columns(
            expected=pl.Series(expected),
            p_value=pl.Series(counts.upper_tail(rows["observed"].to_numpy(), expected)),
        )
        return shaped(tested, PAIRS)

    def groups(
        self, seen: Observations, groups: pl.DataFrame, found: Part, tested: Part
    ) -> pl.DataFrame:
        """Test groups by the number of distinct targets that several of them reached."""
        learnt = configuration.fit(
            seen.strangers.filter(found.keeps("recipient_fold")), seen.circle_of
        )
        before = _tally(seen, groups, learnt, found, THRESHOLDS)
        choice = most_surprising(before, ["threshold"])
        if found == tested:
            return thresholds.tested(before.join(choice, on=["group", "threshold"]))
        after = [
            _tally(seen, groups.join(chosen, on="group", how="semi"), learnt, tested, (level,))
            for (level,), chosen in choice.partition_by("threshold", as_dict=True).items()
        ]
        return thresholds.tested(pl.concat([before.clear(), *after]))

    def members(self, seen: Observations, groups: pl.DataFrame, part: Part) -> pl.DataFrame:
        """Test accounts by how many targets of (the rest of) a group they reached."""
        contacts = seen.strangers.filter(part.keeps("recipient_fold"))
        null = configuration.fit(contacts, seen.circle_of)
        by = contacts.select(account="sender", target="recipient")
        reached = _reached(contacts, groups)
        mine = groups.join(by, on="account")
        inside = mine.join(reached, on=["group", "target"]).filter(pl.col("by") > 1)
        outside = (
            reached.join(_within_reach(reached, by), on="target", how="semi")
            .join(by, on="target")
            .join(groups, on=["group", "account"], how="anti")
        )
        observed = (
            pl.concat([inside.select("group", "account"), outside.select("group", "account")])
            .group_by("group", "account")
            .agg(observed=pl.len().cast(pl.Float64))
            .sort("group", "account")
        )
        return _expect_members(observed, reached, mine, null)


def _pairs_of_class(
    contacts: pl.DataFrame, null: Choice, in_class: NDArray[np.bool_]
) -> pl.DataFrame:
    """Count and expect the shared targets of one class of popularity: a, b, observed, weight."""
    found = incidence.shared(
        contacts["sender"].to_numpy().astype(np.int64),
        contacts["recipient"].to_numpy().astype(np.int64),
        in_class.size,
    )
    a, b = (found[side].to_numpy().astype(np.int64) for side in "ab")
    expected = null.expected_shared(a, b, in_class.astype(np.float64))
    weight = counts.surprise(found["count"].to_numpy(), expected)
    return found.select("a", "b", observed="count", weight=pl.Series(weight))


def _within_reach(reached: pl.DataFrame, by: pl.DataFrame) -> pl.DataFrame:
    """Return the targets through which outsiders are looked at.

    Each costs as many rows as groups and accounts reached it. The most popular ones, which say
    least, are left out where all would be too many; outsiders then count for less than they are.
    """
    load = (
        reached.group_by("target")
        .agg(groups=pl.len())
        .join(by.group_by("target").agg(senders=pl.len()), on="target")
    )
    rows = (pl.col("groups").cast(pl.Int64) * pl.col("senders")).sum()
    affordable = (
        load.group_by("senders")
        .agg(rows=rows)
        .sort("senders")
        .filter(pl.col("rows").cum_sum() <= incidence.MAX_MEETINGS)
    )
    return load.join(affordable, on="senders", how="semi").select("target")


def _reached(contacts: pl.DataFrame, groups: pl.DataFrame) -> pl.DataFrame:
    """Return the distinct targets of each group: group, target, by (how many of it)."""
    return (
        groups.join(contacts, left_on="account", right_on="sender")
        .group_by("group", target="recipient")
        .agg(by=pl.len().cast(pl.Int64))
        .sort("group", "target")  # sums of floats depend on the order in which they are added
    )


def _tally(
    seen: Observations,
    groups: pl.DataFrame,
    learnt: Choice,
    part: Part,
    levels: Sequence[int],
) -> pl.DataFrame:
    """Count the targets that at least so many of each group reached, and expect them.

    Popularity is that among everybody else: a group's own contacts do not excuse themselves.
    Levels at which nothing was observed are left out, except where only one is asked for.

    Returns:
        Columns group, threshold, observed, expected.
    """
    contacts = seen.strangers.filter(part.keeps("recipient_fold"))
    here = configuration.fit(contacts, seen.circle_of)
    reached = _reached(contacts, groups)
    numbers = np.sort(reached["group"].unique().to_numpy())
    row = np.searchsorted(numbers, reached["group"].to_numpy())
    target = reached["target"].to_numpy().astype(np.int64)
    by = reached["by"].to_numpy().astype(np.float64)
    circle = seen.circle_of[target]

    own = np.zeros((numbers.size, here.circles))
    np.add.at(own, (row, circle), by)
    others = np.maximum(here.circle_popularity[None, :] - own, 0.5)
    rate = here.prior_rate(others)
    sent = _sent(groups, numbers, here, learnt) / others

    kinds, how_many = np.unique(
        np.column_stack([seen.circle_of, here.popularity]), axis=0, return_counts=True
    )
    where = kinds[:, 0].astype(np.int64)
    frames = []
    for level in levels:
        observed = np.bincount(row, weights=by >= level, minlength=numbers.size)
        asked = np.flatnonzero((observed > 0) | (len(levels) == 1))
        everywhere = configuration.at_least(
            level, kinds[None, :, 1], sent[asked][:, where], here.shape, rate[asked][:, where]
        )
        with_own, without_own = (
            configuration.at_least(
                level, popularity, sent[row, circle], here.shape, rate[row, circle]
            )
            for popularity in (here.popularity[target], here.popularity[target] - by)
        )
        swap = np.bincount(row, weights=without_own - with_own, minlength=numbers.size)
        frames.append(
            pl.DataFrame(
                {
                    "group": numbers[asked],
                    "threshold": np.full(asked.size, level),
                    "observed": observed[asked].astype(np.float64),
                    "expected": np.maximum(everywhere @ how_many + swap[asked], 0.0),
                }
            )
        )
    return pl.concat(frames)


def _sent(groups: pl.DataFrame, numbers: np.ndarray, here: Choice, learnt: Choice) -> FloatArray:
    """Return how many contacts each group sends to each circle, by propensities learnt before.

    Returns:
        Shape (groups, circles).
    """
    member = groups.filter(pl.col("group").is_in(numbers.tolist()))
    account = member["account"].to_numpy().astype(np.int64)
    rows = learnt.propensity(account) * here.activity[account][:, None]
    sent = np.zeros((numbers.size, rows.shape[1]))
    np.add.at(sent, np.searchsorted(numbers, member["group"].to_numpy()), rows)
    return sent


def _expect_members(
    observed: pl.DataFrame, reached: pl.DataFrame, mine: pl.DataFrame, null: Choice
) -> pl.DataFrame:
    """Add to each (group, account) how many of the group's targets it would reach by chance."""
    numbers = np.sort(reached["group"].unique().to_numpy())
    target = reached["target"].to_numpy().astype(np.int64)
    by = reached["by"].to_numpy().astype(np.float64)
    row = np.searchsorted(numbers, reached["group"].to_numpy())
    circle = null.circle_of[target]
    own = np.zeros((numbers.size, null.circles))
    np.add.at(own, (row, circle), by)
    others = np.maximum(null.circle_popularity[None, :] - own, 0.5)
    rate = null.prior_rate(others)

    def chance(group: IntArray, at: IntArray, seen_by_others: FloatArray) -> FloatArray:
        """Return the chance that a contact to a target's circle hits that target."""
        mean = (seen_by_others + null.shape) / (rate[group, at] + 1.0)
        return np.asarray(np.minimum(mean / others[group, at], 1.0))

    covered = np.zeros((numbers.size, null.circles))
    np.add.at(covered, (row, circle), chance(row, circle, null.popularity[target] - by))

    account = observed["account"].to_numpy().astype(np.int64)
    at = np.searchsorted(numbers, observed["group"].to_numpy())
    lean = null.propensity(account)
    share = (lean * covered[at]).sum(axis=1)
    only_mine = (
        mine.join(reached.filter(pl.col("by") == 1), on=["group", "target"])
        .join(observed.with_row_index("at"), on=["group", "account"])
        .select("at", "target")
        .sort("at", "target")
    )
    who = only_mine["at"].to_numpy().astype(np.int64)
    what = only_mine["target"].to_numpy().astype(np.int64)
    where = null.circle_of[what]
    not_shared = chance(at[who], where, null.popularity[what] - 1.0)
    np.subtract.at(share, who, lean[who, where] * not_shared)
    expected = null.activity[account] * np.maximum(share, 0.0)
    tail = counts.upper_tail(observed["observed"].to_numpy(), expected)
    return shaped(
        observed.with_columns(expected=pl.Series(expected), p_value=pl.Series(tail)), MEMBERS
    )
