"""How close in time would contacts with one target be, if each account chose its moments alone?

The null keeps the moments at which each account contacted anybody and exchanges whom it contacted
when: that two accounts reach one target within a window is as likely as that any two of their
moments lie within it (a permutation null, as in SynchroTrap's and CopyCatch's time-constrained
matching, Cao et al. 2014 and Beutel et al. 2013, turned into a probability). Bursts of one
account, its hours and its days explain themselves.

Targets have moments of their own: a newcomer is welcomed, a shop is recommended, a crowd comes
together. A factor per class of popularity, learnt from all meetings in the data, raises the
chance to what is usual for targets of that class. A group's own meetings are left out of it: in a
small town they would teach that quick meetings are usual, and so excuse themselves.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy import sparse

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

#: Pairs of moments by which a share is pulled towards that of moments spread over the whole time.
_SHRINK = 2.0
_PAIRS_AT_ONCE = 200_000


@dataclass(frozen=True)
class Moments:
    """When accounts contacted anybody, in bins as wide as the window.

    Args:
        count: Contacts of each account in each bin, sparse (accounts, bins). Of empty bins in a row
            one stands for all.
        width_s: Width of the window, seconds.
        span_s: From the first moment to the last, seconds.
    """

    count: sparse.csr_array
    width_s: int
    span_s: int

    @cached_property
    def near(self) -> sparse.csr_array:
        """Bins as a moment in them sees others: those beside lie within the window half the time.

        Shape (accounts, bins).
        """
        aside = sparse.diags_array(
            [0.5, 1.0, 0.5], offsets=[-1, 0, 1], shape=(self.count.shape[1], self.count.shape[1])
        )
        return (self.count @ aside).tocsr()

    @cached_property
    def total(self) -> FloatArray:
        """Contacts of each account, shape (accounts,)."""
        return np.asarray(self.count.sum(axis=1), dtype=np.float64)

    @cached_property
    def itself(self) -> FloatArray:
        """How near each account's moments lie to its own, which is no company: (accounts,)."""
        return np.asarray((self.count * self.near).sum(axis=1), dtype=np.float64)

    def of_pairs(self, a: IntArray, b: IntArray) -> FloatArray:
        """Return the share of the pairs' moments that lie within the window, shape (n,)."""
        within = np.empty(a.size)
        for start in range(0, a.size, _PAIRS_AT_ONCE):
            part = slice(start, start + _PAIRS_AT_ONCE)
            within[part] = (self.count[a[part]] * self.near[b[part]]).sum(axis=1)
        return self._share(within, self.total[a] * self.total[b])

    def of_groups(self, inside: sparse.csr_array) -> FloatArray:
        """Return the share for two accounts of one group, each pair by how many moments it has.

        Args:
            inside: 1 where an account is in a group, sparse (groups, accounts).

        Returns:
            Shape (groups,).
        """
        together = inside @ self.count
        everything = np.asarray((together * (inside @ self.near)).sum(axis=1))
        moments = inside @ self.total
        return self._share(everything - inside @ self.itself, moments**2 - inside @ self.total**2)

    def of_members(
        self,
        inside: sparse.csr_array,
        group: IntArray,
        account: IntArray,
        member: NDArray[np.bool_],
    ) -> FloatArray:
        """Return the share for an account and the (other) accounts of a group.

        Args:
            inside: 1 where an account is in a group, sparse (groups, accounts).
            group: Rows of ``inside``, shape (n,).
            account: Accounts, shape (n,).
            member: Whether the account is in the group, shape (n,).

        Returns:
            Shape (n,).
        """
        near = (inside @ self.near).tocsr()
        within = np.empty(account.size)
        for start in range(0, account.size, _PAIRS_AT_ONCE):
            part = slice(start, start + _PAIRS_AT_ONCE)
            within[part] = (self.count[account[part]] * near[group[part]]).sum(axis=1)
        others = (inside @ self.total)[group] - member * self.total[account]
        return self._share(within - member * self.itself[account], self.total[account] * others)

    def _share(self, within: FloatArray, pairs: FloatArray) -> FloatArray:
        anywhere = min(1.0, 2.0 * self.width_s / max(self.span_s, 1))
        return np.asarray(np.minimum((within + _SHRINK * anywhere) / (pairs + _SHRINK), 1.0))


def moments(contacts: pl.DataFrame, accounts: int, width_s: int) -> Moments:
    """Bin the moments of contacts.

    Args:
        contacts: Columns sender, time (seconds).
        accounts: How many accounts there are.
        width_s: Width of the window, seconds.
    """
    time = contacts["time"].to_numpy().astype(np.int64)
    first, last = (int(time.min()), int(time.max())) if time.size else (0, 0)
    bins = _numbered((time - first) // width_s)
    count = sparse.coo_array(
        (np.ones(time.size), (contacts["sender"].to_numpy().astype(np.int64), bins)),
        shape=(accounts, int(bins.max(initial=0)) + 1),
    ).tocsr()
    return Moments(count, width_s, last - first)


def _numbered(bins: IntArray) -> IntArray:
    """Number bins anew: those beside each other stay so, and no others come to be, shape (n,).

    Over centuries nearly all bins are empty, and each would have its place in every table.
    """
    used = np.bincount(bins) > 0
    step = np.minimum(np.diff(np.flatnonzero(used), prepend=0), 2)
    number = np.zeros(used.size, dtype=np.int64)
    number[used] = np.cumsum(step)
    return number[bins]


def usual_factor(within: FloatArray, explained: FloatArray) -> FloatArray:
    """Return how much likelier meetings are within the window than moments alone explain.

    Args:
        within: How many meetings of two accounts in a target were, any shape.
        explained: How many would be by their moments, of the same shape.

    Returns:
        At least 1, of the same shape.
    """
    return np.asarray(np.maximum((within + 1.0) / (explained + 1.0), 1.0))
