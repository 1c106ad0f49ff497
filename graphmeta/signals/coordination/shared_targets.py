"""Do accounts reach the same strangers more often than popularity and circles explain?

Bins are targets. The null is the bipartite configuration model with circle propensities
(``nulls.configuration``). Rare targets weigh more, by the reciprocal logarithm of Adamic and
Adar (2003). Groups are tested by the number of *distinct* targets that at least two (or more)
of them reached, never by pairs: one popular target makes hundreds of pairs and is one fact.

Sources: Tumminello et al. (2011) for validated co-occurrence; Saracco et al. (2015).
It misleads where benign accounts share customers (couriers, support desks).
"""

from __future__ import annotations

import numpy as np
import polars as pl

from graphmeta.nulls import configuration, counts
from graphmeta.nulls.configuration import Choice
from graphmeta.signals.base import GROUPS, MEMBERS, PAIRS, FloatArray, Observations, Part
from graphmeta.signals.coordination import incidence

#: A group's bins may have to be shared by more than two where two meet by chance all the time.
THRESHOLDS = (2, 3, 4, 6, 9)


class SharedTargets:
    """The layer of shared targets."""

    name = "shared_targets"
    version = 1

    def pairs(self, seen: Observations, part: Part) -> pl.DataFrame:
        """Return pairs that share targets, weighted by surprise."""
        contacts = seen.strangers.filter(part.keeps("recipient_fold"))
        null = configuration.fit(contacts, seen.circle_of)
        rare = 1.0 / np.log2(np.maximum(null.popularity, 2.0))
        found = incidence.shared(
            contacts["sender"].to_numpy().astype(np.int64),
            contacts["recipient"].to_numpy().astype(np.int64),
            seen.circle_of.size,
            rare,
        )
        a, b = (found[side].to_numpy().astype(np.int64) for side in "ab")
        expected = null.expected_shared(a, b, np.ones(seen.circle_of.size))
        expected_rare = null.expected_shared(a, b, rare)
        return found.with_columns(
            observed=pl.col("count"),
            expected=pl.Series(expected),
            weight=pl.Series(counts.surprise(found["weighted"].to_numpy(), expected_rare)),
            p_value=pl.Series(counts.upper_tail(found["count"].to_numpy(), expected)),
        ).select(PAIRS.names())

    def groups(
        self, seen: Observations, groups: pl.DataFrame, found: Part, tested: Part
    ) -> pl.DataFrame:
        """Test groups by the number of distinct targets that several of them reached."""
        learnt = configuration.fit(
            seen.strangers.filter(found.keeps("recipient_fold")), seen.circle_of
        )
        before = _tally(seen, groups, learnt, found)
        choice = (
            before.with_columns(
                gain=pl.Series(
                    counts.surprise(
                        before["observed"].to_numpy(), before["expected"].to_numpy()
                    )
                )
            )
            .sort("group", "gain", "threshold", descending=[False, True, False])
            .unique("group", keep="first", maintain_order=True)
            .select("group", "threshold")
        )
        after = _tally(seen, groups, learnt, tested).join(choice, on=["group", "threshold"])
        tail = counts.upper_tail(after["observed"].to_numpy(), after["expected"].to_numpy())
        return after.with_columns(p_value=pl.Series(tail)).select(GROUPS.names()).sort("group")

    def members(self, seen: Observations, groups: pl.DataFrame, part: Part) -> pl.DataFrame:
        """Test accounts by how many targets of (the rest of) a group they reached."""
        contacts = seen.strangers.filter(part.keeps("recipient_fold"))
        null = configuration.fit(contacts, seen.circle_of)
        by = contacts.select(account="sender", target="recipient")
        reached = _reached(contacts, groups)
        mine = groups.join(by, on="account").with_columns(own=pl.lit(1))
        hits = (
            reached.join(by, on="target")
            .join(mine, on=["group", "account", "target"], how="left")
            .with_columns(own=pl.col("own").fill_null(0))
            .filter(pl.col("by") > pl.col("own"))
        )
        observed = hits.group_by("group", "account").agg(
            observed=pl.len().cast(pl.Float64), own=pl.col("own").max()
        )
        return _expect_members(observed, reached, mine, null)


def _reached(contacts: pl.DataFrame, groups: pl.DataFrame) -> pl.DataFrame:
    """Return the distinct targets of each group: group, target, by (how many of it)."""
    return (
        groups.join(contacts, left_on="account", right_on="sender")
        .group_by("group", target="recipient")
        .agg(by=pl.len().cast(pl.Int64))
    )


def _unseen_mass(popularity: FloatArray) -> float:
    """Return how often a target that nobody else reached is reached by chance.

    Good (1953): the share of draws that hit something new is the share of singletons so far.
    """
    return float((popularity == 1).sum() / max((popularity == 0).sum(), 1))


def _tally(
    seen: Observations, groups: pl.DataFrame, learnt: Choice, part: Part
) -> pl.DataFrame:
    """Count, for every group and threshold, the targets shared by that many, and expect them.

    Popularity is that among everybody else: a group's own contacts do not excuse themselves.

    Returns:
        Columns group, threshold, observed, expected.
    """
    contacts = seen.strangers.filter(part.keeps("recipient_fold"))
    here = configuration.fit(contacts, seen.circle_of)
    unseen = _unseen_mass(here.popularity)
    reached = _reached(contacts, groups)
    numbers = np.sort(reached["group"].unique().to_numpy())
    row = np.searchsorted(numbers, reached["group"].to_numpy())
    target = reached["target"].to_numpy().astype(np.int64)
    by = reached["by"].to_numpy().astype(np.float64)
    circle = seen.circle_of[target]
    circles = here.towards.shape[1]

    own = np.zeros((numbers.size, circles))
    np.add.at(own, (row, circle), by)
    room = here.circle_popularity + unseen * np.bincount(
        seen.circle_of[here.popularity == 0], minlength=circles
    )
    room_others = np.maximum(room[None, :] - own, 1.0)
    sent = _sent(groups, numbers, here, learnt)

    rate_seen = np.maximum(here.popularity, unseen)
    kinds, kind_of = np.unique(
        np.column_stack([seen.circle_of, rate_seen]), axis=0, return_inverse=True
    )
    how_many = np.bincount(kind_of.ravel(), minlength=len(kinds))
    kind_circle = kinds[:, 0].astype(np.int64)
    mean_kind = sent[:, kind_circle] * kinds[None, :, 1] / room_others[:, kind_circle]
    scale = sent[row, circle] / room_others[row, circle]
    mean_with = scale * rate_seen[target]
    mean_without = scale * np.maximum(here.popularity[target] - by, unseen)
    frames = []
    for threshold in THRESHOLDS:
        expected = counts.at_least(mean_kind, threshold) @ how_many
        swap = counts.at_least(mean_without, threshold) - counts.at_least(mean_with, threshold)
        expected = expected + np.bincount(row, weights=swap, minlength=numbers.size)
        observed = np.bincount(row, weights=by >= threshold, minlength=numbers.size)
        frames.append(
            pl.DataFrame(
                {
                    "group": numbers,
                    "threshold": np.full(numbers.size, threshold),
                    "observed": observed.astype(np.float64),
                    "expected": np.maximum(expected, 0.0),
                }
            )
        )
    return pl.concat(frames)


def _sent(
    groups: pl.DataFrame, numbers: np.ndarray, here: Choice, learnt: Choice
) -> FloatArray:
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
    unseen = _unseen_mass(null.popularity)
    circles = null.towards.shape[1]
    numbers = np.sort(reached["group"].unique().to_numpy())
    target = reached["target"].to_numpy().astype(np.int64)
    by = reached["by"].to_numpy().astype(np.float64)
    row = np.searchsorted(numbers, reached["group"].to_numpy())
    circle = null.circle_of[target]
    rate = np.maximum(null.popularity[target] - by, unseen)
    own = np.zeros((numbers.size, circles))
    np.add.at(own, (row, circle), by)
    covered = np.zeros((numbers.size, circles))
    np.add.at(covered, (row, circle), rate)
    room = np.maximum(null.circle_popularity[None, :] - own, 1.0)

    account = observed["account"].to_numpy().astype(np.int64)
    at = np.searchsorted(numbers, observed["group"].to_numpy())
    lean = null.propensity(account)
    share = (lean * np.minimum(covered[at] / room[at], 1.0)).sum(axis=1)
    only_mine = (
        mine.join(reached.filter(pl.col("by") == 1), on=["group", "target"])
        .join(observed.with_row_index("at"), on=["group", "account"])
        .select("at", "target")
    )
    who = only_mine["at"].to_numpy().astype(np.int64)
    what = only_mine["target"].to_numpy().astype(np.int64)
    where = null.circle_of[what]
    rate_mine = np.maximum(null.popularity[what] - 1.0, unseen)
    np.subtract.at(share, who, lean[who, where] * rate_mine / room[at[who], where])
    expected = null.activity[account] * np.maximum(share, 0.0)
    tail = counts.upper_tail(observed["observed"].to_numpy(), expected)
    return observed.with_columns(
        expected=pl.Series(expected), p_value=pl.Series(tail)
    ).select(MEMBERS.names())
