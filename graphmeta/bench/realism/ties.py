"""Who is tied to whom, and how strongly: degrees, reciprocity, clustering, tie strength.

Degrees and clustering are of the simple graph of contacts. Clustering is the local coefficient of
Watts and Strogatz (1998), weighted reciprocity that of Squartini et al. (2013). All of them grow
or fall with the number of accounts and days, so only logs of like size can be compared.
"""

from __future__ import annotations

import numpy as np
from scipy import sparse

from graphmeta.bench.realism.log import Floats, Ints, Log

#: An account's clustering is measured from this degree on.
_LEAST_DEGREE = 2
#: A stretch of degrees with fewer accounts has no clustering to speak of.
_LEAST_ACCOUNTS = 5
#: Degrees at which stretches begin: 2 to 3, 4 to 7, and so on.
STRETCHES = 2 ** np.arange(1, 9)


def _edges(log: Log) -> tuple[Ints, Ints, Ints]:
    """Return directed pairs and how many contacts each has, shapes (m,)."""
    number, events = np.unique(log.sender * log.accounts + log.recipient, return_counts=True)
    return number // log.accounts, number % log.accounts, events


def out_degree(log: Log) -> Floats:
    """Return how many accounts each account wrote to or called, shape (accounts,)."""
    return np.bincount(_edges(log)[0], minlength=log.accounts).astype(np.float64)


def in_degree(log: Log) -> Floats:
    """Return by how many accounts each was reached, shape (accounts,)."""
    return np.bincount(_edges(log)[1], minlength=log.accounts).astype(np.float64)


def mutual_degree(log: Log) -> Floats:
    """Return how many acquaintances each account has, shape (accounts,)."""
    pairs = log.acquainted
    ends = np.concatenate([pairs["a"].to_numpy(), pairs["b"].to_numpy()])
    return np.bincount(ends, minlength=log.accounts).astype(np.float64)


def held_by_few(log: Log) -> float:
    """Return the share of all ties' ends that belongs to the tenth of accounts with most ties."""
    sender, recipient, _ = _edges(log)
    pair = np.unique(np.minimum(sender, recipient) * log.accounts + np.maximum(sender, recipient))
    ends = np.concatenate([pair // log.accounts, pair % log.accounts])
    degree = np.sort(np.bincount(ends, minlength=log.accounts))
    return float(degree[-max(1, round(log.accounts / 10)) :].sum() / degree.sum())


def reciprocity(log: Log) -> float:
    """Return the share of directed pairs whose other direction exists too."""
    sender, recipient, _ = _edges(log)
    back = np.isin(recipient * log.accounts + sender, sender * log.accounts + recipient)
    return float(back.mean())


def weighted_reciprocity(log: Log) -> float:
    """Return the share of contacts that are matched by one in the other direction."""
    sender, recipient, events = _edges(log)
    _, place, times = np.unique(
        np.minimum(sender, recipient) * log.accounts + np.maximum(sender, recipient),
        return_inverse=True,
        return_counts=True,
    )
    less = np.full(len(times), np.iinfo(np.int64).max)
    np.minimum.at(less, place, events)
    return float(2 * less[times == 2].sum() / events.sum())


def strength(log: Log) -> Floats:
    """Return how many contacts each pair had, whoever sent them, shape (pairs,)."""
    return np.unique(log.pair, return_counts=True)[1].astype(np.float64)


def _local(log: Log) -> tuple[Floats, Floats]:
    """Return degree and clustering of the accounts of degree 2 and more."""
    ends = np.unique(log.pair)
    one, other = ends // log.accounts, ends % log.accounts
    both = np.concatenate([one, other]), np.concatenate([other, one])
    shape = (log.accounts, log.accounts)
    ties = sparse.csr_array((np.ones(2 * len(ends)), both), shape=shape)
    degree: Floats = np.asarray(ties.sum(axis=1)).ravel()
    closed: Floats = np.asarray((ties @ ties).multiply(ties).sum(axis=1)).ravel()
    able = degree >= _LEAST_DEGREE
    return degree[able], closed[able] / (degree[able] * (degree[able] - 1))


def clustering(log: Log) -> Floats:
    """Return the local clustering of accounts with at least two ties."""
    return _local(log)[1]


def clustering_by_degree(log: Log) -> Floats:
    """Return mean clustering per stretch of degrees, NaN where few accounts have such degrees."""
    degree, closed = _local(log)
    stretch = np.searchsorted(STRETCHES, degree, side="right") - 1
    count = np.bincount(stretch, minlength=len(STRETCHES))
    total = np.bincount(stretch, closed, minlength=len(STRETCHES))
    return np.where(count >= _LEAST_ACCOUNTS, total / np.maximum(count, 1), np.nan)
