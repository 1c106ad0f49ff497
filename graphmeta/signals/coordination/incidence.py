"""Pairs of accounts that fall into the same bins, counted by sparse products."""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy import sparse

IntArray = NDArray[np.int64]

#: The most pairs of contacts that one product may meet. Bins with the most accounts, in which a
#: meeting says least, are left out first.
MAX_MEETINGS = 2_000_000
#: Strangers that an account must have reached before it can be tied to others. Most accounts reach
#: one or two: that they met in a popular place says nothing of them, and there are very many pairs.
LEAST_CONTACTS = 3


def busy(contacts: pl.DataFrame) -> pl.DataFrame:
    """Return the contacts of accounts that reached at least ``LEAST_CONTACTS`` (by sender)."""
    return contacts.filter(pl.len().over("sender") >= LEAST_CONTACTS)


def spans(start: NDArray[np.integer], length: NDArray[np.integer]) -> IntArray:
    """Return the numbers of many runs, one run after the other.

    Args:
        start: First number of each run, shape (n,).
        length: How many numbers each run has, shape (n,).

    Returns:
        ``start[0], start[0] + 1, ...``, shape (sum of ``length``,).
    """
    before = np.cumsum(length) - length
    return np.asarray(np.arange(int(length.sum())) + np.repeat(start - before, length))


def distinct(values: IntArray) -> IntArray:
    """Return the distinct values in order: ``np.unique``, which hashes first and takes far longer.

    Args:
        values: Shape (n,).
    """
    ordered = np.sort(values)
    return ordered[np.diff(ordered, prepend=ordered[:1] - 1) > 0]


def crowded(counts: IntArray, limit: int = MAX_MEETINGS) -> IntArray:
    """Return the bins to leave out so that few enough meetings remain.

    Args:
        counts: Accounts in each bin, shape (bins,).
        limit: The most meetings of two accounts in a bin.

    Returns:
        Numbers of the bins left out; all bins of one count are kept or left out together.
    """
    meetings = counts * (counts - 1) // 2
    order = np.argsort(counts, kind="stable")
    running = np.cumsum(meetings[order])
    if running.size == 0 or running[-1] <= limit:
        return np.zeros(0, dtype=np.int64)
    first_over = counts[order][np.searchsorted(running, limit, side="right")]
    return np.flatnonzero(counts >= first_over)


def shared(account: IntArray, bin_: IntArray, accounts: int) -> pl.DataFrame:
    """Count the bins that each two accounts share.

    Args:
        account: Account of each incidence, shape (n,); each (account, bin) once.
        bin_: Bin of each incidence, shape (n,).
        accounts: How many accounts there are.

    Returns:
        Columns a, b (a smaller than b), count; in order of (a, b).
    """
    number = np.unique(bin_, return_inverse=True)[1]
    left_out = crowded(np.bincount(number))
    keep = ~np.isin(number, left_out)
    incidence = sparse.coo_array(
        (np.ones(int(keep.sum())), (account[keep], number[keep])),
        shape=(accounts, int(number.max(initial=-1)) + 1),
    ).tocsr()
    meetings = sparse.triu(incidence @ incidence.T, k=1).tocsr()
    meetings.sort_indices()
    pairs = meetings.tocoo()
    return pl.DataFrame(
        {
            "a": pairs.row.astype(np.uint32),
            "b": pairs.col.astype(np.uint32),
            "count": pairs.data.astype(np.float64),
        }
    )


def meetings(contacts: pl.DataFrame, accounts: int) -> pl.DataFrame:
    """List the meetings of two accounts in a target, the most crowded targets left out.

    Args:
        contacts: Columns sender, recipient, time; each pair once.
        accounts: How many accounts there are.

    Returns:
        Columns a, b (a smaller than b), target, gap (seconds); in order of (a, b, target).
    """
    left_out = crowded(np.bincount(contacts["recipient"].to_numpy(), minlength=accounts))
    kept = contacts.filter(~pl.col("recipient").is_in(left_out.astype(np.uint32)))
    return (
        kept.join(kept, on="recipient", suffix="_b")
        .filter(pl.col("sender") < pl.col("sender_b"))
        .select(
            a="sender",
            b="sender_b",
            target="recipient",
            gap=(pl.col("time") - pl.col("time_b")).abs(),
        )
        .sort("a", "b", "target")
    )
