"""In which windows of the day were accounts of a group active, and when is everybody?

Only contacts to targets that one account of the group reached count: meetings in the same target
are for the layer of shared targets. Plain arrays, as in ``shared_targets.reach``: pruning and
growing asks about thousands of groups.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from graphmeta.nulls import timing
from graphmeta.nulls.timing import HOURS
from graphmeta.signals.base import FloatArray, IntArray, Observations, Part
from graphmeta.signals.coordination.incidence import distinct, spans
from graphmeta.signals.memo import once

WIDTHS_S = (60, 600, 3600)
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
class Apart:
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


def reached_apart(seen: Observations, groups: pl.DataFrame, part: Part) -> Apart:
    """Look up the contacts of groups (columns group, account) in a part."""
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
    return Apart(numbers, row, account[has], place[member], sent.second[at])


def _in_part(part: Part, fold: IntArray) -> NDArray[np.bool_]:
    if part.fold is None:
        return np.ones(fold.size, dtype=bool)
    return np.asarray((fold == part.fold) == part.held_out)


@dataclass(frozen=True)
class Windows:
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


def windows_of(apart: Apart, width: int) -> Windows:
    """Return the windows of a width (seconds) in which members made these contacts."""
    window = apart.second // width
    bins = int(window.max(initial=0)) + 1
    member, window = np.divmod(distinct(apart.member * bins + window), bins)
    row, day = apart.row[member], window * width // _DAY_S
    _, first, meeting, met = np.unique(
        row * bins + window, return_index=True, return_inverse=True, return_counts=True
    )
    span = int(day.max(initial=0)) + 1
    group_day, day_of = np.unique(row * span + day, return_inverse=True)
    return Windows(
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


def by_hour(row: IntArray, hour: IntArray, rows: int) -> FloatArray:
    """Count by row and hour, shape (rows, 24)."""
    counted = np.bincount(row * HOURS + hour, minlength=rows * HOURS)
    return counted.reshape(rows, HOURS).astype(np.float64)


@dataclass(frozen=True)
class Everybody:
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
def everybody(seen: Observations, part: Part, width: int) -> Everybody:
    """Look up what everybody did in a part, in windows of a width (seconds)."""
    windows = distinct_windows(seen.strangers.filter(part.keeps("day_fold")), width)
    day, hour, number = (
        windows[name].to_numpy().astype(np.int64) for name in ("day", "hour", "window")
    )
    days, at = np.unique(day, return_inverse=True)
    there = windows.with_columns(day=pl.Series(at))
    active = timing.active_days(there, seen.habits, days.size, width).active
    return Everybody(
        days=days,
        filled=by_hour(at, hour, days.size),
        explained=seen.habits.summed(active.T.tocsr()),
        phases=timing.by_phase(number, width),
    )


def distinct_windows(contacts: pl.DataFrame, width: int) -> pl.DataFrame:
    """Return the distinct windows of each account: account, day, hour, window."""
    return contacts.select(
        "day", "hour", account="sender", window=pl.col("second_of_day") // width
    ).unique(maintain_order=True)


def windows_others_use(
    seen: Observations, part: Part, apart: Apart, windows: Windows, width: int
) -> FloatArray:
    """Return in how many windows of an hour everybody but the group is, shape (groups,)."""
    each = 3600 // width
    own = np.bincount(
        apart.row[windows.member] * each + windows.number % each,
        minlength=apart.numbers.size * each,
    )
    others = everybody(seen, part, width).phases - own.reshape(-1, each)
    return timing.windows_in_an_hour(np.maximum(others, 0.0))
