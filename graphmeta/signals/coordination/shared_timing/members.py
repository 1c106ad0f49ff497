"""Is an account active in more of a group's windows than chance explains?"""

from __future__ import annotations

import numpy as np
import polars as pl

from graphmeta.nulls import counts
from graphmeta.signals.base import MEMBERS, FloatArray, Observations, Part, shaped
from graphmeta.signals.coordination.shared_timing.windows import (
    WIDTHS_S,
    Apart,
    by_hour,
    reached_apart,
    windows_of,
    windows_others_use,
)


def members(seen: Observations, groups: pl.DataFrame, part: Part) -> pl.DataFrame:
    """Test each member by the windows it shares with others of its group: columns ``MEMBERS``.

    Of the widths the one that surprises most counts, at the price of as many as there are.
    """
    apart = reached_apart(seen, groups, part)
    tests = [_members_at(seen, apart, part, width) for width in WIDTHS_S]
    observed, expected = (np.stack(column) for column in zip(*tests, strict=True))
    p_value = counts.upper_tail(observed, expected)
    best = np.argmin(p_value, axis=0), np.arange(apart.account.size)
    return shaped(
        pl.DataFrame(
            {
                "group": apart.numbers[apart.row],
                "account": apart.account,
                "observed": observed[best],
                "expected": expected[best],
                "p_value": np.minimum(p_value[best] * len(WIDTHS_S), 1.0),
            }
        ),
        MEMBERS,
    )


def _members_at(
    seen: Observations, apart: Apart, part: Part, width: int
) -> tuple[FloatArray, FloatArray]:
    """Count the windows each member shares with others, and expect them, each shape (members,).

    By chance it is, on each of its active days and in each hour, as often in the windows that the
    others fill as its habits say.
    """
    windows = windows_of(apart, width)
    met = windows.met[windows.meeting]
    members_, span = apart.account.size, int(windows.day.max(initial=0)) + 1
    observed = np.bincount(windows.member, weights=met >= 2, minlength=members_)
    active_day, day_of = np.unique(windows.member * span + windows.day, return_inverse=True)
    member, first = active_day // span, np.searchsorted(day_of, np.arange(active_day.size))
    alone = by_hour(day_of[met == 1], windows.hour[met == 1], active_day.size)
    one = windows.first
    filled = by_hour(windows.day_of[one], windows.hour[one], windows.days.size)
    others = filled[windows.day_of[first]] - alone
    habit = seen.habits.of(apart.account[member])
    chance = np.bincount(day_of, minlength=member.size) * np.einsum("ij,ij->i", habit, others)
    each = windows_others_use(seen, part, apart, windows, width)[apart.row[member]]
    expected = np.bincount(member, weights=chance / each, minlength=members_)
    return observed.astype(np.float64), expected.astype(np.float64)
