"""How many shared windows does one meeting bring, where accounts work in sessions?

Whoever writes to twenty strangers within half an hour is active in a run of windows, and two such
accounts that meet once by chance share many of them. The mean number of shared windows is what it
would be without sessions; they come in clumps, so their number spreads more than Poisson's law has
it. Meetings by chance are rare and independent, and each brings a geometric number of windows: the
law of Polya and Aeppli, which is used in the same way for words that overlap themselves (Schbath
1995).

How large a clump is follows from what the group's own accounts do, each by itself: how often an
account that is active in a window is active some windows later.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import special

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


def again(row: IntArray, member: IntArray, window: IntArray, rows: int, lags: int) -> FloatArray:
    """Return how often members are active again some windows after one in which they are.

    Args:
        row: Place of the group, shape (n,).
        member: Who is active, shape (n,).
        window: In which window, shape (n,); in order of member and window, each once.
        rows: How many groups there are.
        lags: How many windows later at most.

    Returns:
        Shares of the group's windows, by 1, 2, ... windows later, shape (rows, lags).
    """
    times = np.zeros(rows * lags)
    here = np.arange(row.size)
    for further in range(1, row.size):
        here = here[here < row.size - further]
        later = window[here + further] - window[here]
        near = (member[here + further] == member[here]) & (later <= lags)
        here, later = here[near], later[near]
        if here.size == 0:
            break
        times += np.bincount(row[here] * lags + later - 1, minlength=times.size)
    every = np.maximum(np.bincount(row, minlength=rows), 1)
    return np.asarray(times.reshape(rows, lags) / every[:, None])


def clump(threshold: int, again_: FloatArray, others: FloatArray) -> FloatArray:
    """Return how many windows are shared, on average, around one that is.

    Args:
        threshold: How many accounts share a window.
        again_: As ``again`` returns it, shape (groups, lags).
        others: How many accounts of the group are active in a window where they meet, by chance,
            shape (groups,).

    Returns:
        At least 1, shape (groups,).
    """
    usual = _reach(threshold, others)[:, None]
    still = np.zeros_like(again_)
    for stay in range(threshold + 1):
        chance = special.comb(threshold, stay) * again_**stay * (1.0 - again_) ** (threshold - stay)
        still += chance * _reach(threshold - stay, others)[:, None]
    # A window is followed by others as it is preceded by them.
    return np.asarray(1.0 + 2.0 * np.maximum(still - usual, 0.0).sum(axis=1))


def upper_tail(observed: FloatArray, expected: FloatArray, around: FloatArray) -> FloatArray:
    """Return P(shared windows >= observed).

    Of n windows in a row, each but the first belongs to the meeting of the one before it, or begins
    one of its own: the tail is the chance of so many meetings, over a binomial number of them.

    Args:
        observed: Windows that are shared, shape (n,).
        expected: How many are by chance, shape (n,).
        around: Windows that are shared around one that is, at least 1, as ``clump`` returns it,
            shape (n,); with 1 the law is Poisson's.

    Returns:
        Probabilities in (0, 1], shape (n,).
    """
    follows = (around - 1.0) / (around + 1.0)
    meetings = np.maximum(expected, 1e-12) * (1.0 - follows)
    tail = np.ones(observed.size)
    for place in np.flatnonzero(observed > 0):
        more = np.arange(observed[place])
        rest = observed[place] - 1.0 - more
        log_ways = special.gammaln(observed[place]) - special.gammaln(more + 1.0)
        log_chance = (
            log_ways
            - special.gammaln(rest + 1.0)
            + special.xlogy(more, 1.0 - follows[place])
            + special.xlogy(rest, follows[place])
        )
        tail[place] = np.exp(log_chance) @ special.gammainc(more + 1.0, meetings[place])
    return np.clip(tail, 1e-300, 1.0)


def _reach(threshold: int, mean: FloatArray) -> FloatArray:
    """Return the chance that a Poisson count reaches a threshold, shape of ``mean``."""
    return np.asarray(special.gammainc(threshold, mean)) if threshold > 0 else np.ones(mean.size)
