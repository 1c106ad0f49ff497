"""Who reached whom in a part of the data, and what groups reached together: plain arrays.

Pruning and growing asks about thousands of groups. Looking up contacts by sender or by target in
sorted arrays costs a fraction of joining frames, which is why this is not written with frames.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy import sparse

from graphmeta.nulls import configuration
from graphmeta.nulls.configuration import Choice
from graphmeta.signals.base import FloatArray, IntArray, Observations, Part
from graphmeta.signals.coordination.grooming.newcomers import newcomers
from graphmeta.signals.coordination.incidence import busy, spans
from graphmeta.signals.memo import once


@dataclass(frozen=True)
class Reach:
    """The stranger contacts of a part, looked up by sender or by target, and their null.

    Args:
        null: The fitted null.
        starts: Where the contacts of each sender begin in the next two, shape (accounts + 1,).
        target: Targets, in order of sender and target, shape (contacts,).
        time: Seconds, in that order.
        busy_starts_at: Where the contacts to each target begin in the next two, those of busy
            accounts (``incidence.busy``) alone, shape (accounts + 1,).
        busy_sender_at: Senders, in order of target and sender, shape (busy contacts,).
        busy_time_at: Seconds, in that order.
    """

    null: Choice
    starts: NDArray[np.int32]
    target: IntArray
    time: IntArray
    busy_starts_at: NDArray[np.int32]
    busy_sender_at: IntArray
    busy_time_at: IntArray

    @property
    def accounts(self) -> int:
        """How many accounts there are."""
        return int(self.null.circle_of.size)


@once
def reached_in(seen: Observations, part: Part) -> pl.DataFrame:
    """Return the stranger contacts of a part: sender, recipient, time.

    Greetings are left out: a group's members, silent ones among them, who write to its newcomers
    share these because the group shows them to all its members. Who does so in several groups is
    for the grooming layer, which knows how readily each group's own members greet.
    """
    rows = seen.strangers.filter(part.keeps("recipient_fold")).select("sender", "recipient", "time")
    known = newcomers(seen, part)
    members = known.members.select("hub", sender="account").unique()
    greetings = known.hits.join(members, on=["hub", "sender"], how="semi")
    return rows.join(greetings, on=["sender", "recipient"], how="anti", maintain_order="left")


@once
def reach(seen: Observations, part: Part) -> Reach:
    """Look up the stranger contacts of a part."""
    contacts = reached_in(seen, part)
    sender, target, time = _columns(contacts)
    busy_sender, busy_target, busy_time = _columns(busy(contacts))
    by_sender = np.lexsort((target, sender))
    by_target = np.lexsort((busy_sender, busy_target))
    every = np.arange(seen.circle_of.size + 1)
    return Reach(
        null=configuration.fit(contacts, seen.circle_of),
        starts=np.searchsorted(sender[by_sender], every).astype(np.int32),
        target=target[by_sender],
        time=time[by_sender],
        busy_starts_at=np.searchsorted(busy_target[by_target], every).astype(np.int32),
        busy_sender_at=busy_sender[by_target],
        busy_time_at=busy_time[by_target],
    )


def _columns(contacts: pl.DataFrame) -> list[IntArray]:
    return [contacts[name].to_numpy().astype(np.int64) for name in ("sender", "recipient", "time")]


@dataclass(frozen=True)
class Together:
    """What groups reached. Groups that reached nobody are left out.

    Args:
        numbers: The groups, ascending, shape (groups,).
        inside: 1 where an account is in a group, sparse (groups, accounts).
        row: Places of groups in ``numbers``, one for each group and target that it reached, in
            order of both, shape (hits,).
        target: The targets, shape (hits,).
        by: How many of the group reached the target, shape (hits,).
        gap: Seconds between the nearest two contacts to the target; infinite where ``by`` is 1.
        hit: Which hit each contact of the groups belongs to, in order of hit and time, shape
            (contacts,).
        account: Who made it, shape (contacts,).
        time: When, seconds, shape (contacts,).
        apart: Seconds to the nearest contact of another of the group to the target, shape
            (contacts,).
    """

    numbers: IntArray
    inside: sparse.csr_array
    row: IntArray
    target: IntArray
    by: FloatArray
    gap: FloatArray
    hit: IntArray
    account: IntArray
    time: IntArray
    apart: FloatArray


def together(known: Reach, groups: pl.DataFrame) -> Together:
    """Look up what groups (columns group, account) reached."""
    number, member = (groups[name].to_numpy().astype(np.int64) for name in ("group", "account"))
    many = known.starts[member + 1] - known.starts[member]
    at = spans(known.starts[member], many)
    group, account, target = np.repeat(number, many), np.repeat(member, many), known.target[at]
    time = known.time[at]
    order = np.lexsort((account, time, target, group))
    group, account, target, time = group[order], account[order], target[order], time[order]
    new = _changes(group) | _changes(target)
    first = np.flatnonzero(new)
    hit = np.cumsum(new) - 1
    numbers, row = np.unique(group[first], return_inverse=True)
    apart = _apart(hit, time)
    return Together(
        numbers=numbers,
        inside=_inside(number, member, numbers, known.accounts),
        row=row,
        target=target[first],
        by=np.bincount(hit, minlength=first.size).astype(np.float64),
        gap=np.minimum.reduceat(apart, first) if first.size else np.zeros(0),
        hit=hit,
        account=account,
        time=time,
        apart=apart,
    )


def reached_by(met: Together, least: int) -> Together:
    """Keep the targets that at least so many of a group reached."""
    many = met.by >= least
    of_many = many[met.hit]
    place = np.cumsum(many) - 1
    return replace(
        met,
        row=met.row[many],
        target=met.target[many],
        by=met.by[many],
        gap=met.gap[many],
        hit=place[met.hit[of_many]],
        account=met.account[of_many],
        time=met.time[of_many],
        apart=met.apart[of_many],
    )


def _changes(values: IntArray) -> NDArray[np.bool_]:
    """Return where a value differs from the one before it; the first one does."""
    return np.concatenate([np.ones(min(values.size, 1), dtype=bool), values[1:] != values[:-1]])


def _apart(hit: IntArray, time: IntArray) -> FloatArray:
    step = np.where(hit[1:] == hit[:-1], np.diff(time), np.inf)
    edge = np.full(min(hit.size, 1), np.inf)
    return np.asarray(np.minimum(np.concatenate([edge, step]), np.concatenate([step, edge])))


def _inside(
    number: IntArray, member: IntArray, numbers: IntArray, accounts: int
) -> sparse.csr_array:
    reached = np.isin(number, numbers)
    row = np.searchsorted(numbers, number[reached])
    ones = np.ones(row.size)
    shape = (numbers.size, accounts)
    inside = sparse.coo_array((ones, (row, member[reached])), shape=shape).tocsr()
    inside.sort_indices()  # sums of floats depend on the order in which they are added
    return inside
