"""Pairs of accounts that fall into the same bins, counted by sparse products."""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy import sparse

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

#: The most pairs of contacts that one product may meet. Bins with the most accounts, in which a
#: meeting says least, are left out first.
MAX_MEETINGS = 30_000_000


def crowded(counts: IntArray, limit: int = MAX_MEETINGS) -> IntArray:
    """Return the bins to leave out so that at most ``limit`` meetings remain.

    Args:
        counts: Accounts in each bin, shape (bins,).

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


def shared(
    account: IntArray, bin_: IntArray, accounts: int, weights: FloatArray | None = None
) -> pl.DataFrame:
    """Count the bins that each two accounts share.

    Args:
        account: Account of each incidence, shape (n,); each (account, bin) once.
        bin_: Bin of each incidence, shape (n,), dense numbers.
        accounts: How many accounts there are.
        weights: What sharing each bin counts, shape (bins,); 1 where absent.

    Returns:
        Columns a, b (a smaller than b), count, weighted; in order of (a, b).
    """
    bins = int(bin_.max(initial=-1)) + 1 if weights is None else weights.size
    left_out = crowded(np.bincount(bin_, minlength=bins))
    keep = ~np.isin(bin_, left_out)
    incidence = sparse.coo_array(
        (np.ones(int(keep.sum())), (account[keep], bin_[keep])), shape=(accounts, bins)
    ).tocsr()
    count = sparse.triu(incidence @ incidence.T, k=1).tocsr()
    count.sort_indices()
    pairs = count.tocoo()
    frame = pl.DataFrame(
        {
            "a": pairs.row.astype(np.uint32),
            "b": pairs.col.astype(np.uint32),
            "count": pairs.data,
        }
    )
    if weights is None:
        return frame.with_columns(weighted=pl.col("count"))
    scaled = incidence @ sparse.diags_array(weights)
    weighted = sparse.triu(scaled @ incidence.T, k=1).tocsr()
    weighted.sort_indices()
    return frame.with_columns(weighted=pl.Series(weighted.tocoo().data))
