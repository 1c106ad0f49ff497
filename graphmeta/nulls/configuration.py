"""Which targets would an account reach, if it chose them alone?

The null keeps how many strangers each account reached (activity), how often each target was
reached (popularity) and towards which circles the account turns (propensity); beyond that,
accounts choose independently. It is the bipartite configuration model (Saracco et al. 2015) in
its sparse form, ``P(u reaches v) = n_u * w_u(C) * y_v / Y_C`` for a target ``v`` of circle ``C``,
with the circle propensities ``w_u`` shrunk towards everybody's.

It misleads where targets are alike in a way that is neither popularity nor circle: two couriers
of one street share customers without knowing of each other. Confirmation cannot see that
either; counter-evidence has to.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy import sparse

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

#: Strength of the pull of an account's circle propensities towards everybody's, in contacts.
_SHRINK = 5.0


@dataclass(frozen=True)
class Choice:
    """The fitted null of who reaches whom.

    Args:
        circle_of: Circle number of every account as a target, shape (accounts,), 0 to K-1.
        popularity: How often each account was reached, shape (accounts,).
        activity: How many each account reached, shape (accounts,).
        towards: How many each account reached in each circle, sparse (accounts, K).
    """

    circle_of: IntArray
    popularity: FloatArray
    activity: FloatArray
    towards: sparse.csr_array

    @property
    def circle_popularity(self) -> FloatArray:
        """How often each circle was reached, shape (K,)."""
        return np.bincount(
            self.circle_of, weights=self.popularity, minlength=self.towards.shape[1]
        )

    def collisions(self, weights: FloatArray) -> FloatArray:
        """Return, per circle, the weighted chance that two contacts to it meet in one target.

        Args:
            weights: What a meeting in each target counts, shape (accounts,).

        Returns:
            Shape (K,). Unbiased: a contact does not meet itself.
        """
        y = self.popularity
        meetings = np.bincount(
            self.circle_of, weights=weights * y * (y - 1), minlength=self.towards.shape[1]
        )
        total = self.circle_popularity
        return np.asarray(meetings / np.maximum(total * (total - 1), 1.0))

    def expected_shared(self, a: IntArray, b: IntArray, weights: FloatArray) -> FloatArray:
        """Return how many targets (by weight) each pair would share by chance.

        Args:
            a: First accounts, shape (n,).
            b: Second accounts, shape (n,).
            weights: What a meeting in each target counts, shape (accounts,).

        Returns:
            Shape (n,).
        """
        root = np.sqrt(self.collisions(weights))
        everybody = self.circle_popularity / max(self.circle_popularity.sum(), 1.0)
        own = self.activity / (self.activity + _SHRINK)
        pulled = own * _SHRINK
        towards = (self.towards @ sparse.diags_array(root)).tocsr()
        common = everybody * root
        with_common = towards @ common
        both = np.empty(a.size)
        step = 1_000_000
        for start in range(0, a.size, step):
            part = slice(start, start + step)
            both[part] = (towards[a[part]] * towards[b[part]]).sum(axis=1)
        return np.asarray(
            own[a] * own[b] * both
            + own[a] * pulled[b] * with_common[a]
            + pulled[a] * own[b] * with_common[b]
            + pulled[a] * pulled[b] * (common @ common)
        )

    def propensity(self, accounts: IntArray) -> FloatArray:
        """Return the share of each account's contacts that goes to each circle.

        Returns:
            Shape (n, K), rows add up to 1.
        """
        everybody = self.circle_popularity / max(self.circle_popularity.sum(), 1.0)
        rows = self.towards[accounts].toarray() + _SHRINK * everybody
        return np.asarray(rows / np.maximum(rows.sum(axis=1, keepdims=True), 1e-12))


def fit(contacts: pl.DataFrame, circle_of: IntArray) -> Choice:
    """Fit the null to stranger contacts.

    Args:
        contacts: Columns sender, recipient; each pair once.
        circle_of: Circle number of every account, shape (accounts,), 0 to K-1.

    Returns:
        The fitted null.
    """
    accounts = circle_of.size
    circles = int(circle_of.max(initial=0)) + 1
    sender = contacts["sender"].to_numpy().astype(np.int64)
    recipient = contacts["recipient"].to_numpy().astype(np.int64)
    ones = np.ones(sender.size)
    towards = sparse.coo_array(
        (ones, (sender, circle_of[recipient])), shape=(accounts, circles)
    ).tocsr()
    return Choice(
        circle_of=circle_of,
        popularity=np.bincount(recipient, minlength=accounts).astype(np.float64),
        activity=np.bincount(sender, minlength=accounts).astype(np.float64),
        towards=towards,
    )
