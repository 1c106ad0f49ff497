"""In which windows of a day would accounts be active, if each chose its moments alone?

The null keeps in how many distinct windows each account was active on each day (births, busy
days and bursts explain themselves), each account's own daily rhythm (one time zone's evenings
explain themselves), and how busy every hour was for everybody else (a flash crowd explains
itself). Beyond that each account places its windows independently, so the number of members in
a window is Poisson-binomial.

Clocks may be coarser than windows: where times are whole hours, all windows of an hour but its
first are empty. So the windows of an hour count as as many as two contacts of anybody else would
meet in one of (``windows_in_an_hour``), sixty minutes where all are alike.

It misleads where some accounts share a routine that is finer than an hour, such as a class written
to at half past seven every morning; therefore it is applied to first contacts with strangers alone.
Sessions, in which windows follow one another, spread the number of shared windows more than
Poisson's law has it; ``sessions`` says by how much.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy import sparse

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

HOURS = 24
#: Contacts by which an hour's own count is pulled towards what habits explain.
_SHRINK = 10.0


@dataclass(frozen=True)
class Habits:
    """Daily rhythms of those accounts whose rhythm is asked for: a few of all.

    Args:
        shares: Shares of a day by hour, shape (rhythms, 24), rows adding up to 1.
        row: Which of them is an account's, shape (accounts,).
    """

    shares: FloatArray
    row: NDArray[np.int32]

    def of(self, accounts: IntArray) -> FloatArray:
        """Return the rhythms of accounts (n,), shape (n, 24)."""
        return np.asarray(self.shares[self.row[accounts]])

    def summed(self, times: sparse.csr_array, power: int = 1) -> FloatArray:
        """Add up rhythms, or powers of their shares.

        Args:
            times: How often each account counts, sparse (n, accounts).
            power: Of the shares.

        Returns:
            Shape (n, 24).
        """
        rows, at = np.unique(self.row[times.indices], return_inverse=True)
        told = sparse.csr_array((times.data, at, times.indptr), shape=(times.shape[0], rows.size))
        return np.asarray(told @ self.shares[rows] ** power)


@dataclass(frozen=True)
class Days:
    """In how many windows of one width each account was active on each day.

    Args:
        active: Sparse (accounts, days).
        habits: Rhythms of the accounts.
        each: How many windows an hour has, as ``windows_in_an_hour`` counts them.
    """

    active: sparse.csr_array
    habits: Habits
    each: float

    def expected_shared(self, a: IntArray, b: IntArray) -> FloatArray:
        """Return in how many windows each pair would meet by chance.

        Args:
            a: First accounts, shape (n,).
            b: Second accounts, shape (n,).

        Returns:
            Shape (n,).
        """
        out = np.empty(a.size)
        step = 500_000
        for start in range(0, a.size, step):
            part = slice(start, start + step)
            days = (self.active[a[part]] * self.active[b[part]]).sum(axis=1)
            rhythm = np.einsum("ij,ij->i", self.habits.of(a[part]), self.habits.of(b[part]))
            out[part] = days * rhythm / self.each
        return out


def active_days(windows: pl.DataFrame, habits: Habits, days: int, width_s: int) -> Days:
    """Count active windows.

    Args:
        windows: Columns account, day, window; each row once.
        habits: Rhythms of the accounts.
        days: How many days there are.
        width_s: Width of a window in seconds.
    """
    account = windows["account"].to_numpy().astype(np.int64)
    day = windows["day"].to_numpy().astype(np.int64)
    active = sparse.coo_array(
        (np.ones(account.size), (account, day)), shape=(habits.row.size, days)
    ).tocsr()
    phases = by_phase(windows["window"].to_numpy().astype(np.int64), width_s)
    return Days(active, habits, float(windows_in_an_hour(phases)))


def by_phase(window: IntArray, width_s: int) -> FloatArray:
    """Count windows by their place in the hour, shape (windows in an hour,).

    Args:
        window: Numbers of windows, from the turn of a day, shape (n,).
        width_s: Width of a window in seconds; divides an hour.
    """
    each = 3600 // width_s
    return np.bincount(window % each, minlength=each).astype(np.float64)


def windows_in_an_hour(phases: FloatArray) -> FloatArray:
    """Return in how many windows of an hour contacts are spread: one over the chance to meet.

    Args:
        phases: Active windows by their place in the hour, shape (..., windows in an hour).

    Returns:
        From 1 to as many as the hour has, which it is where too little is known; shape (...).
    """
    total = phases.sum(axis=-1)
    meet = (phases * (phases - 1.0)).sum(axis=-1) / np.maximum(total * (total - 1.0), 1.0)
    return np.asarray(1.0 / np.clip(meet, 1.0 / phases.shape[-1], 1.0))


def busy_factor(
    seen: FloatArray, explained: FloatArray, own: FloatArray, own_explained: FloatArray
) -> FloatArray:
    """Return how busy each hour was for everybody else, relative to what their habits explain.

    Args:
        seen: Active windows of everybody by hour, shape (n, 24).
        explained: What everybody's habits explain of them, shape (n, 24).
        own: Active windows of one group in the same hours, shape (n, 24).
        own_explained: What the group's habits explain of them, shape (n, 24).

    Returns:
        Factors, shape (n, 24); 1 where nobody else was there to tell.
    """
    return np.asarray((seen - own + _SHRINK) / (explained - own_explained + _SHRINK))
