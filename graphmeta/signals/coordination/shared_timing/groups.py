"""In how many windows are several of a group active, how many by chance, and in what clumps?"""

from __future__ import annotations

import numpy as np
import polars as pl
from scipy import sparse

from graphmeta.nulls import counts, sessions, timing
from graphmeta.signals.base import FloatArray, Observations, Part
from graphmeta.signals.coordination.shared_timing.windows import (
    WIDTHS_S,
    Apart,
    Windows,
    by_hour,
    everybody,
    reached_apart,
    windows_of,
    windows_others_use,
)
from graphmeta.signals.coordination.thresholds import THRESHOLDS

#: For how long after a shared window others may belong to the same meeting of sessions, by width.
LAGS_S = {60: 3_600, 600: 3_600, 3600: 3 * 3_600}


def tally(seen: Observations, groups: pl.DataFrame, part: Part) -> pl.DataFrame:
    """Count the windows shared by at least so many of each group, and expect them.

    Returns:
        Columns group, width, threshold, observed, expected, and others: how many of the group are
        active, by chance, in a window that so many share.
    """
    apart = reached_apart(seen, groups, part)
    size = apart.numbers.size
    frames = []
    for width in WIDTHS_S:
        windows = windows_of(apart, width)
        each = windows_others_use(seen, part, apart, windows, width)
        mean, squares = _expected_members(seen, part, apart, windows, width, each)
        of_meeting = windows.rows[windows.day_of[windows.first]]
        for level in THRESHOLDS:
            chance = counts.at_least(mean, squares, level) * each[windows.rows][:, None]
            shared = np.bincount(of_meeting, weights=windows.met >= level, minlength=size)
            expected, active = (
                np.bincount(windows.rows, weights=amount.sum(axis=1), minlength=size)
                for amount in (chance, chance * mean)
            )
            others = active / np.maximum(expected, 1e-300)
            frames.append((np.full(size, width), np.full(size, level), shared, expected, others))
    wide, level_, observed, expected, others = (
        np.concatenate(column) for column in zip(*frames, strict=True)
    )
    return pl.DataFrame(
        {
            "group": np.tile(apart.numbers, len(frames)).astype(np.uint32),
            "width": wide,
            "threshold": level_,
            # NumPy counts nothing in integers, whatever the weights.
            "observed": observed.astype(np.float64),
            "expected": expected.astype(np.float64),
            "others": others.astype(np.float64),
        }
    )


def spread(seen: Observations, rows: pl.DataFrame, groups: pl.DataFrame, part: Part) -> FloatArray:
    """Return how many windows around one that is shared are shared as well, in sessions.

    Args:
        seen: What is observed.
        rows: Columns group, width, threshold, others, as ``tally`` has them; a group once.
        groups: Columns group, account.
        part: The part of the data that is asked.

    Returns:
        At least 1, in the order of ``rows``.
    """
    out = np.ones(rows.height)
    numbered = rows.with_row_index("row")
    for (width, level), some in numbered.partition_by("width", "threshold", as_dict=True).items():
        apart = reached_apart(seen, groups.join(some, on="group", how="semi"), part)
        windows = windows_of(apart, width)
        again = sessions.again(
            apart.row[windows.member],
            windows.member,
            windows.number,
            apart.numbers.size,
            LAGS_S[width] // width,
        )
        place = np.searchsorted(apart.numbers, some["group"].to_numpy())
        out[some["row"].to_numpy()] = sessions.clump(level, again[place], some["others"].to_numpy())
    return out


def _expected_members(
    seen: Observations,
    part: Part,
    apart: Apart,
    windows: Windows,
    width: int,
    each: FloatArray,
) -> tuple[FloatArray, FloatArray]:
    """Return how many members of each group are in one window of each hour by chance.

    Windows of an hour count as so many as ``each`` says, shape (groups,).

    Returns:
        The sum over members of their chances to be in a given window of an hour, shape (pairs of
        group and day, 24), and the sum of the chances' squares.
    """
    known = everybody(seen, part, width)
    pairs = windows.days.size
    times = sparse.coo_array(
        (np.ones(windows.member.size), (windows.day_of, apart.account[windows.member])),
        shape=(pairs, seen.circle_of.size),
    ).tocsr()
    own = by_hour(windows.day_of, windows.hour, pairs)
    habit = seen.habits.summed(times)
    # Every day of a group is one of everybody's: the group's contacts are among theirs.
    day = np.searchsorted(known.days, windows.days)
    busy = timing.busy_factor(known.filled[day], known.explained[day], own, habit)
    total = np.maximum((habit * busy).sum(axis=1, keepdims=True), 1e-12)
    active = np.bincount(windows.day_of, minlength=pairs)[:, None]
    scale = busy * active / total / each[windows.rows][:, None]
    return habit * scale, seen.habits.summed(times**2, power=2) * scale**2
