"""In which windows of the day were accounts of a group active together, and by chance?

Only contacts to targets that one account of the group reached count: meetings in the same target
are for the layer of shared targets. Plain arrays, as in ``shared_targets.reach``: pruning and
growing asks about thousands of groups.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy import sparse

from graphmeta.nulls import counts, sessions, timing
from graphmeta.nulls.timing import HOURS
from graphmeta.signals.base import MEMBERS, FloatArray, IntArray, Observations, Part, shaped
from graphmeta.signals.coordination.incidence import distinct, spans
from graphmeta.signals.coordination.thresholds import THRESHOLDS
from graphmeta.signals.memo import once

WIDTHS_S = (60, 600, 3600)
#: For how long after a shared window others may belong to the same meeting of sessions, by width.
LAGS_S = {60: 3_600, 600: 3_600, 3600: 3 * 3_600}
_DAY_S = 86_400


@dataclass(frozen=True)
class _Sent:
    """All stranger contacts in order of sender and target; those of a sender begin at ``starts``.

    ``second`` counts from the turn of the first day, ``fold`` is that of the day.
    """

    starts: IntArray
    target: IntArray
    second: IntArray
    fold: IntArray


@once
def _sent(seen: Observations) -> _Sent:
    second = pl.col("day").cast(pl.Int64) * _DAY_S + pl.col("second_of_day")
    rows = seen.strangers.select("sender", "recipient", "day_fold", second=second)
    sender, target, fold, second_ = (
        rows[name].to_numpy().astype(np.int64) for name in rows.columns
    )
    order = np.lexsort((target, sender))
    starts = np.searchsorted(sender[order], np.arange(seen.circle_of.size + 1))
    return _Sent(starts, target[order], second_[order], fold[order])


@dataclass(frozen=True)
class _Apart:
    """Contacts of groups to targets that only one of the group reached.

    Args:
        numbers: Groups that have any in the part, ascending, shape (groups,).
        row: Places in ``numbers`` of the group of each member, shape (members,).
        account: Accounts, in order of group and account, shape (members,).
        member: Which member made each contact, shape (contacts,).
        second: When, seconds from the turn of the first day, shape (contacts,).
    """

    numbers: IntArray
    row: IntArray
    account: IntArray
    member: IntArray
    second: IntArray


def _apart(seen: Observations, groups: pl.DataFrame, part: Part) -> _Apart:
    sent, ordered = _sent(seen), groups.sort("group", "account")
    group, account = (ordered[name].to_numpy().astype(np.int64) for name in ("group", "account"))
    many = sent.starts[account + 1] - sent.starts[account]
    at, member = spans(sent.starts[account], many), np.repeat(np.arange(many.size), many)
    accounts = seen.circle_of.size
    _, which, by = np.unique(
        group[member] * accounts + sent.target[at], return_inverse=True, return_counts=True
    )
    kept = (by[which] == 1) & _in_part(part, sent.fold[at])
    at, member = at[kept], member[kept]
    has = np.bincount(member, minlength=group.size) > 0
    numbers, row = np.unique(group[has], return_inverse=True)
    place = np.cumsum(has) - 1
    return _Apart(numbers, row, account[has], place[member], sent.second[at])


def _in_part(part: Part, fold: IntArray) -> NDArray[np.bool_]:
    if part.fold is None:
        return np.ones(fold.size, dtype=bool)
    return np.asarray((fold == part.fold) == part.held_out)


@dataclass(frozen=True)
class _Windows:
    """The distinct windows of every member, in order of member and window, shape (windows,).

    Args:
        member: Whose window it is.
        number: Its number, from the turn of the first day.
        day: Day.
        hour: Hour of the day.
        meeting: Number of the pair of group and window.
        day_of: Number of the pair of group and day.
        met: One row for each pair of group and window: how many members were active in it.
        first: One row for each pair of group and window: its first row among the windows.
        days: One row for each pair of group and day: the day.
        rows: One row for each pair of group and day: the place of the group.
    """

    member: IntArray
    number: IntArray
    day: IntArray
    hour: IntArray
    meeting: IntArray
    day_of: IntArray
    met: IntArray
    first: IntArray
    days: IntArray
    rows: IntArray


def _windows(apart: _Apart, width: int) -> _Windows:
    window = apart.second // width
    bins = int(window.max(initial=0)) + 1
    member, window = np.divmod(distinct(apart.member * bins + window), bins)
    row, day = apart.row[member], window * width // _DAY_S
    _, first, meeting, met = np.unique(
        row * bins + window, return_index=True, return_inverse=True, return_counts=True
    )
    span = int(day.max(initial=0)) + 1
    group_day, day_of = np.unique(row * span + day, return_inverse=True)
    return _Windows(
        member=member,
        number=window,
        day=day,
        hour=window * width % _DAY_S // 3600,
        meeting=meeting,
        day_of=day_of,
        met=met,
        first=first,
        days=group_day % span,
        rows=group_day // span,
    )


def _table(row: IntArray, hour: IntArray, rows: int) -> FloatArray:
    """Count by row and hour, shape (rows, 24)."""
    counted = np.bincount(row * HOURS + hour, minlength=rows * HOURS)
    return counted.reshape(rows, HOURS).astype(np.float64)


def tally(seen: Observations, groups: pl.DataFrame, part: Part) -> pl.DataFrame:
    """Count the windows shared by at least so many of each group, and expect them.

    Returns:
        Columns group, width, threshold, observed, expected, and others: how many of the group are
        active, by chance, in a window that so many share.
    """
    apart = _apart(seen, groups, part)
    size = apart.numbers.size
    frames = []
    for width in WIDTHS_S:
        windows = _windows(apart, width)
        each = _windows_in_an_hour(seen, part, apart, windows, width)
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
        apart = _apart(seen, groups.join(some, on="group", how="semi"), part)
        windows = _windows(apart, width)
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


def _windows_in_an_hour(
    seen: Observations, part: Part, apart: _Apart, windows: _Windows, width: int
) -> FloatArray:
    """Return in how many windows of an hour everybody but the group is, shape (groups,)."""
    each = 3600 // width
    own = np.bincount(
        apart.row[windows.member] * each + windows.number % each,
        minlength=apart.numbers.size * each,
    )
    others = _everybody(seen, part, width).phases - own.reshape(-1, each)
    return timing.windows_in_an_hour(np.maximum(others, 0.0))


def _expected_members(
    seen: Observations,
    part: Part,
    apart: _Apart,
    windows: _Windows,
    width: int,
    each: FloatArray,
) -> tuple[FloatArray, FloatArray]:
    """Return how many members of each group are in one window of each hour by chance.

    Windows of an hour count as so many as ``each`` says, shape (groups,).

    Returns:
        The sum over members of their chances to be in a given window of an hour, shape (pairs of
        group and day, 24), and the sum of the chances' squares.
    """
    known = _everybody(seen, part, width)
    pairs = windows.days.size
    times = sparse.coo_array(
        (np.ones(windows.member.size), (windows.day_of, apart.account[windows.member])),
        shape=(pairs, seen.habits.shape[0]),
    ).tocsr()
    own = _table(windows.day_of, windows.hour, pairs)
    habit = np.asarray(times @ seen.habits)
    # Every day of a group is one of everybody's: the group's contacts are among theirs.
    day = np.searchsorted(known.days, windows.days)
    busy = timing.busy_factor(known.filled[day], known.explained[day], own, habit)
    total = np.maximum((habit * busy).sum(axis=1, keepdims=True), 1e-12)
    active = np.bincount(windows.day_of, minlength=pairs)[:, None]
    scale = busy * active / total / each[windows.rows][:, None]
    return habit * scale, np.asarray(times**2 @ seen.habits**2) * scale**2


@dataclass(frozen=True)
class _Everybody:
    """What everybody did on the days on which anybody contacted a stranger, and on no other.

    Args:
        days: These days, ascending, shape (days,).
        filled: Active windows by hour, shape (days, 24).
        explained: What habits explain of them, shape (days, 24).
        phases: Active windows by their place in the hour, shape (windows in an hour,).
    """

    days: IntArray
    filled: FloatArray
    explained: FloatArray
    phases: FloatArray


@once
def _everybody(seen: Observations, part: Part, width: int) -> _Everybody:
    windows = distinct_windows(seen.strangers.filter(part.keeps("day_fold")), width)
    day, hour, number = (
        windows[name].to_numpy().astype(np.int64) for name in ("day", "hour", "window")
    )
    days, at = np.unique(day, return_inverse=True)
    there = windows.with_columns(day=pl.Series(at))
    active = timing.active_days(there, seen.habits, days.size, width).active
    return _Everybody(
        days=days,
        filled=_table(at, hour, days.size),
        explained=np.asarray(active.T @ seen.habits),
        phases=timing.by_phase(number, width),
    )


def distinct_windows(contacts: pl.DataFrame, width: int) -> pl.DataFrame:
    """Return the distinct windows of each account: account, day, hour, window."""
    return contacts.select(
        "day", "hour", account="sender", window=pl.col("second_of_day") // width
    ).unique(maintain_order=True)


def members(seen: Observations, groups: pl.DataFrame, part: Part) -> pl.DataFrame:
    """Test each member by the windows it shares with others of its group: columns ``MEMBERS``.

    Of the widths the one that surprises most counts, at the price of as many as there are.
    """
    apart = _apart(seen, groups, part)
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
    seen: Observations, apart: _Apart, part: Part, width: int
) -> tuple[FloatArray, FloatArray]:
    """Count the windows each member shares with others, and expect them, each shape (members,).

    By chance it is, on each of its active days and in each hour, as often in the windows that the
    others fill as its habits say.
    """
    windows = _windows(apart, width)
    met = windows.met[windows.meeting]
    members_, span = apart.account.size, int(windows.day.max(initial=0)) + 1
    observed = np.bincount(windows.member, weights=met >= 2, minlength=members_)
    active_day, day_of = np.unique(windows.member * span + windows.day, return_inverse=True)
    member, first = active_day // span, np.searchsorted(day_of, np.arange(active_day.size))
    alone = _table(day_of[met == 1], windows.hour[met == 1], active_day.size)
    one = windows.first
    filled = _table(windows.day_of[one], windows.hour[one], windows.days.size)
    others = filled[windows.day_of[first]] - alone
    habit = seen.habits[apart.account[member]]
    chance = np.bincount(day_of, minlength=member.size) * np.einsum("ij,ij->i", habit, others)
    each = _windows_in_an_hour(seen, part, apart, windows, width)[apart.row[member]]
    expected = np.bincount(member, weights=chance / each, minlength=members_)
    return observed.astype(np.float64), expected.astype(np.float64)
