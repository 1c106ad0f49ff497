"""Do accounts meet strangers in the same moments more often than their rhythms explain?

Bins are windows of a minute, ten minutes and an hour. No shared target is needed: accounts that
work through one list split among them, or that one clock drives, betray themselves by time
alone. Meetings in the *same target* are left to the layer of shared targets, so that the two
layers look at different facts and one can be tested on what the other has not used.

The null is ``nulls.timing``. Groups are tested by the number of *distinct* windows in which at
least two (or more) of them were active. Sources: Pacheco et al. (2021) for synchronised action;
Cao et al. (2014, SynchroTrap) for windows.
"""

from __future__ import annotations

import numpy as np
import polars as pl
from scipy import sparse

from graphmeta.nulls import counts, timing
from graphmeta.signals.base import MEMBERS, PAIRS, FloatArray, Observations, Part, shaped
from graphmeta.signals.coordination import incidence, thresholds
from graphmeta.signals.coordination.thresholds import THRESHOLDS, most_surprising

WIDTHS_S = (60, 600, 3600)
#: One coincidence is no pattern.
LEAST_SHARED = 2


class SharedTiming:
    """The layer of shared timing."""

    name = "shared_timing"
    version = 1

    def pairs(self, seen: Observations, part: Part) -> pl.DataFrame:
        """Return pairs that share windows, each at the width at which they surprise most."""
        contacts = incidence.busy(seen.strangers.filter(part.keeps("day_fold")))
        frames = [_pairs_at(seen, contacts, width) for width in WIDTHS_S]
        return (
            pl.concat(frames)
            .sort("a", "b", "weight", descending=[False, False, True], maintain_order=True)
            .unique(["a", "b"], keep="first", maintain_order=True)
            .with_columns(p_value=(pl.col("p_value") * len(WIDTHS_S)).clip(upper_bound=1.0))
        )

    def groups(
        self, seen: Observations, groups: pl.DataFrame, found: Part, tested: Part
    ) -> pl.DataFrame:
        """Test groups by the number of distinct windows that several of them shared."""
        before = _tally(seen, groups, found)
        choice = most_surprising(before, ["width", "threshold"])
        after = before if found == tested else _tally(seen, groups, tested)
        return thresholds.tested(after.join(choice, on=["group", "width", "threshold"]))

    def members(self, seen: Observations, groups: pl.DataFrame, part: Part) -> pl.DataFrame:
        """Test members by how many windows of the rest of their group they were active in.

        Accounts outside a group are not tested: being awake at its hours ties nobody to it.
        """
        frames = [_members_at(seen, groups, part, width) for width in WIDTHS_S]
        return (
            pl.concat(frames)
            .sort("group", "account", "p_value", maintain_order=True)
            .unique(["group", "account"], keep="first", maintain_order=True)
            .with_columns(p_value=(pl.col("p_value") * len(WIDTHS_S)).clip(upper_bound=1.0))
        )


def _windows(contacts: pl.DataFrame, width: int) -> pl.DataFrame:
    """Return the distinct windows of each account: account, day, hour, window."""
    return contacts.select(
        "day", "hour", account="sender", window=pl.col("second_of_day") // width
    ).unique(maintain_order=True)


def _pairs_at(seen: Observations, contacts: pl.DataFrame, width: int) -> pl.DataFrame:
    """Return the pairs that share at least ``LEAST_SHARED`` windows of one width."""
    windows = _windows(contacts, width)
    per_day = 86_400 // width
    bins = windows.select(bin=pl.col("day") * per_day + pl.col("window"))["bin"]
    shared = incidence.shared(
        windows["account"].to_numpy().astype(np.int64), bins.to_numpy(), seen.circle_of.size
    ).filter(pl.col("count") >= LEAST_SHARED)
    same = contacts.select(
        "sender",
        bin=(pl.col("recipient").cast(pl.Int64) * seen.span_days + pl.col("day")) * per_day
        + pl.col("second_of_day") // width,
    )
    in_target = incidence.shared(
        same["sender"].to_numpy().astype(np.int64),
        same["bin"].to_numpy(),
        seen.circle_of.size,
    ).select("a", "b", same="count")
    rows = (
        shared.join(in_target, on=["a", "b"], how="left", maintain_order="left")
        .with_columns(observed=pl.col("count") - pl.col("same").fill_null(0.0))
        .filter(pl.col("observed") >= LEAST_SHARED)
    )
    null = timing.active_days(windows, seen.habits, seen.span_days, width)
    a, b = (rows[side].to_numpy().astype(np.int64) for side in "ab")
    expected = null.expected_shared(a, b)
    observed = rows["observed"].to_numpy()
    tested = rows.with_columns(
        expected=pl.Series(expected),
        weight=pl.Series(counts.surprise(observed, expected)),
        p_value=pl.Series(counts.upper_tail(observed, expected)),
    )
    return shaped(tested, PAIRS)


def _apart(seen: Observations, groups: pl.DataFrame, part: Part) -> pl.DataFrame:
    """Return the contacts of groups to targets that only one of the group reached."""
    everything = groups.join(
        seen.strangers, left_on="account", right_on="sender", maintain_order="left"
    ).with_columns(by=pl.len().over("group", "recipient"))
    return everything.filter((pl.col("by") == 1) & part.keeps("day_fold")).with_columns(
        sender=pl.col("account")
    )


def _tally(seen: Observations, groups: pl.DataFrame, part: Part) -> pl.DataFrame:
    """Count the windows shared by at least so many of each group, and expect them.

    Returns:
        Columns group, width, threshold, observed, expected.
    """
    everybody = seen.strangers.filter(part.keeps("day_fold"))
    contacts = _apart(seen, groups, part)
    return pl.concat([_tally_at(seen, everybody, contacts, width) for width in WIDTHS_S])


def _tally_at(
    seen: Observations, everybody: pl.DataFrame, contacts: pl.DataFrame, width: int
) -> pl.DataFrame:
    windows = contacts.select(
        "group", "account", "day", "hour", window=pl.col("second_of_day") // width
    ).unique(maintain_order=True)
    numbers = np.sort(windows["group"].unique().to_numpy())
    days, mean, squares = _expected_members(seen, everybody, windows, width)
    of_day = np.searchsorted(numbers, days["group"].to_numpy())
    each = 3600 // width
    shared = windows.group_by("group", "day", "window").agg(members=pl.len())
    row = np.searchsorted(numbers, shared["group"].to_numpy())
    members = shared["members"].to_numpy()
    frames = []
    for level in THRESHOLDS:
        chance = each * counts.at_least(mean, squares, level).sum(axis=1)
        frames.append(
            pl.DataFrame(
                {
                    "group": numbers,
                    "width": np.full(numbers.size, width),
                    "threshold": np.full(numbers.size, level),
                    "observed": np.bincount(
                        row, weights=members >= level, minlength=numbers.size
                    ).astype(np.float64),
                    # NumPy counts nothing in integers, whatever the weights.
                    "expected": np.bincount(of_day, weights=chance, minlength=numbers.size).astype(
                        np.float64
                    ),
                }
            )
        )
    return pl.concat(frames)


def _expected_members(
    seen: Observations, everybody: pl.DataFrame, windows: pl.DataFrame, width: int
) -> tuple[pl.DataFrame, FloatArray, FloatArray]:
    """Return how many members of each group are in one window of each hour by chance.

    Returns:
        The active days (columns group, day), the sum over members of their chances to be in a
        given window of an hour, shape (active days, 24), and the sum of the chances' squares.
    """
    shape = (seen.span_days, timing.HOURS)
    all_windows = _windows(everybody, width)
    active = timing.active_days(all_windows, seen.habits, seen.span_days, width).active
    explained = active.T @ seen.habits
    filled = _hours(all_windows["day"], all_windows["hour"], shape)

    days = windows.select("group", "day").unique().sort("group", "day")
    row = (
        windows.select("group", "day")
        .join(days.with_row_index("row"), on=["group", "day"], maintain_order="left")["row"]
        .to_numpy()
    )
    times = sparse.coo_array(
        (np.ones(row.size), (row, windows["account"].to_numpy())),
        shape=(days.height, seen.habits.shape[0]),
    ).tocsr()
    own = (
        np.bincount(
            row * timing.HOURS + windows["hour"].to_numpy(), minlength=days.height * timing.HOURS
        )
        .reshape(-1, timing.HOURS)
        .astype(np.float64)
    )
    day = days["day"].to_numpy()
    habit = np.asarray(times @ seen.habits)
    busy = timing.busy_factor(filled[day], explained[day], own, habit)
    total = np.maximum((habit * busy).sum(axis=1, keepdims=True), 1e-12)
    scale = busy * np.bincount(row, minlength=days.height)[:, None] / total * width / 3600
    return days, habit * scale, np.asarray(times**2 @ seen.habits**2) * scale**2


def _hours(day: pl.Series, hour: pl.Series, shape: tuple[int, int]) -> FloatArray:
    flat = day.to_numpy().astype(np.int64) * shape[1] + hour.to_numpy()
    return np.bincount(flat, minlength=shape[0] * shape[1]).reshape(shape).astype(np.float64)


def _members_at(seen: Observations, groups: pl.DataFrame, part: Part, width: int) -> pl.DataFrame:
    """Test each member by the windows it shares with enough of the others."""
    each = 3600 // width
    windows = (
        _apart(seen, groups, part)
        .select("group", "account", "day", "hour", window=pl.col("second_of_day") // width)
        .unique(maintain_order=True)
    )
    shared = windows.group_by("group", "day", "hour", "window").agg(members=pl.len())
    hits = windows.join(shared, on=["group", "day", "hour", "window"]).filter(
        pl.col("members") >= 2
    )
    observed = hits.group_by("group", "account").agg(observed=pl.len().cast(pl.Float64))
    by_day = windows.group_by("group", "account", "day").agg(active=pl.len())
    alone = (
        windows.join(shared.filter(pl.col("members") == 1), on=["group", "day", "hour", "window"])
        .group_by("group", "account", "day", "hour")
        .agg(alone=pl.len())
    )
    covered = shared.group_by("group", "day", "hour").agg(covered=pl.len())
    chances = (
        by_day.join(covered, on=["group", "day"])
        .join(alone, on=["group", "account", "day", "hour"], how="left")
        .with_columns(others=pl.col("covered") - pl.col("alone").fill_null(0))
    )
    habit = seen.habits[chances["account"].to_numpy().astype(np.int64), chances["hour"].to_numpy()]
    expected = (
        chances.with_columns(habit=pl.Series(habit))
        .group_by("group", "account")
        .agg(expected=(pl.col("active") * pl.col("habit") * pl.col("others") / each).sort().sum())
    )
    rows = expected.join(observed, on=["group", "account"], how="left").with_columns(
        pl.col("observed").fill_null(0.0)
    )
    tail = counts.upper_tail(rows["observed"].to_numpy(), rows["expected"].to_numpy())
    return shaped(rows.with_columns(p_value=pl.Series(tail)), MEMBERS)
