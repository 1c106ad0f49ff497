"""Do accounts meet strangers in the same moments more often than their rhythms explain?

Bins are windows of a minute, ten minutes and an hour. No shared target is needed: accounts that
work through one list split among them, or that one clock drives, betray themselves by time
alone. Meetings in the *same target* are left to the layer of shared targets, so that the two
layers look at different facts and one can be tested on what the other has not used.

The null is ``nulls.timing``. Groups are tested by the number of *distinct* windows in which at
least two (or more) of them were active, over how many of these one meeting of sessions brings
(``nulls.sessions``). Sources: Pacheco et al. (2021) for synchronised action;
Cao et al. (2014, SynchroTrap) for windows.
"""

from __future__ import annotations

import numpy as np
import polars as pl

from graphmeta.nulls import counts, timing
from graphmeta.signals.base import PAIRS, Observations, Part, shaped
from graphmeta.signals.coordination import incidence, thresholds
from graphmeta.signals.coordination.shared_timing.groups import spread, tally
from graphmeta.signals.coordination.shared_timing.members import members
from graphmeta.signals.coordination.shared_timing.windows import WIDTHS_S, distinct_windows
from graphmeta.signals.coordination.thresholds import most_surprising

#: Windows that a pair must share, by width. Accounts that one clock drives may act so seldom that
#: few pairs meet twice: a single shared minute ties two weakly, and many such ties a group. Of wide
#: windows, one coincidence is no pattern, and there are far too many.
LEAST_SHARED = {60: 1, 600: 2, 3600: 2}


class SharedTiming:
    """The layer of shared timing."""

    name = "shared_timing"
    version = 2

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
        before = tally(seen, groups, found)
        choice = most_surprising(before, ["width", "threshold"])
        after = before if found == tested else tally(seen, groups, tested)
        rows = after.join(choice, on=["group", "width", "threshold"]).sort("group")
        return thresholds.judged(rows, spread(seen, rows, groups, tested))

    def members(
        self,
        seen: Observations,
        groups: pl.DataFrame,
        part: Part,
        *,
        others: bool = True,  # noqa: ARG002  they are never tested
    ) -> pl.DataFrame:
        """Test members by how many windows of the rest of their group they were active in.

        Accounts outside a group are not tested: being awake at its hours ties nobody to it.
        """
        return members(seen, groups, part)


def _pairs_at(seen: Observations, contacts: pl.DataFrame, width: int) -> pl.DataFrame:
    """Return the pairs that share at least ``LEAST_SHARED`` windows of one width."""
    windows = distinct_windows(contacts, width)
    per_day = 86_400 // width
    bins = windows.select(bin=pl.col("day") * per_day + pl.col("window"))["bin"]
    shared = incidence.shared(
        windows["account"].to_numpy().astype(np.int64), bins.to_numpy(), seen.circle_of.size
    ).filter(pl.col("count") >= LEAST_SHARED[width])
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
        .filter(pl.col("observed") >= LEAST_SHARED[width])
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
