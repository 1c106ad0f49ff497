"""Which targets would an account reach, if it chose them alone?

The null keeps how many strangers each account reached (activity), how attractive each target is
(popularity) and towards which circles the account turns (propensity); beyond that, accounts
choose independently. It is the bipartite configuration model (Saracco et al. 2015) in its sparse
form, ``P(u reaches v) = n_u * w_u(C) * y_v / Y_C`` for a target ``v`` of circle ``C``, with the
circle propensities ``w_u`` shrunk towards everybody's.

A target's popularity is known only from few contacts, and a plug-in of counts would exaggerate
its spread. It is therefore taken as Gamma distributed within a circle, with the shape that makes
two random contacts meet as often as they do; given what others did, the number of a group's
contacts in a target is then negative binomial (Robbins 1956, empirical Bayes).

It misleads where targets are alike in a way that is neither popularity nor circle: two couriers
of one street share customers without knowing of each other. Confirmation cannot see that
either; counter-evidence has to.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy import sparse

from graphmeta.nulls.target_classes import CLASSES, class_of, leaning

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

#: Strength of the pull of an account's circle propensities towards everybody's, in contacts.
_SHRINK = 5.0
#: Contacts by which one account may shape what counts as popular; a ring that writes to its
#: list by the hundred must not make its list look popular.
_FAIR = 10.0
_PAIRS_AT_ONCE = 1_000_000
_ROWS_AT_ONCE = 100_000


@dataclass(frozen=True)
class Choice:
    """The fitted null of who reaches whom.

    Args:
        circle_of: Circle number of every account as a target, shape (accounts,), 0 to K-1.
        popularity: How often each account was reached, shape (accounts,).
        activity: How many each account reached, shape (accounts,).
        towards: How many each account reached in each circle, sparse (accounts, K).
        meetings: Fair-weighted ordered pairs of contacts that met in each target, (accounts,).
        chances: Fair-weighted ordered pairs of contacts that went to each circle, (K,).
        leanings: How much more often accounts reach targets of each class than everybody does,
            shape (1 + accounts that reached any, classes). The first row is for those that reached
            nobody, who are most.
        leanings_at: The row of each account in it, shape (accounts,).
    """

    circle_of: IntArray
    popularity: FloatArray
    activity: FloatArray
    towards: sparse.csr_array
    meetings: FloatArray
    chances: FloatArray
    leanings: FloatArray
    leanings_at: NDArray[np.int32]

    def leaning_to(self, accounts: IntArray, classes: IntArray | int) -> FloatArray:
        """Return how much more often accounts reach a class of targets than everybody, (n,)."""
        return np.asarray(self.leanings[self.leanings_at[accounts], classes])

    @property
    def circles(self) -> int:
        """How many circles there are (K)."""
        return int(self.towards.shape[1])

    @cached_property
    def circle_popularity(self) -> FloatArray:
        """How often each circle was reached, shape (K,)."""
        return np.bincount(self.circle_of, weights=self.popularity, minlength=self.circles).astype(
            np.float64
        )

    @cached_property
    def circle_size(self) -> FloatArray:
        """How many accounts each circle has, shape (K,)."""
        return np.bincount(self.circle_of, minlength=self.circles).astype(np.float64)

    @cached_property
    def everybody(self) -> FloatArray:
        """Share of all contacts that goes to each circle, shape (K,)."""
        total = self.circle_popularity.sum()
        return np.asarray(self.circle_popularity / max(total, 1.0))

    @cached_property
    def alike(self) -> tuple[IntArray, FloatArray, IntArray]:
        """Targets that the null cannot tell apart: circle, popularity, and how many there are."""
        most = int(self.popularity.max(initial=0)) + 1
        both, many = np.unique(
            self.circle_of * most + self.popularity.astype(np.int64), return_counts=True
        )
        return both // most, (both % most).astype(np.float64), many

    def collisions(self, weights: FloatArray) -> FloatArray:
        """Return, per circle, the weighted chance that two contacts to it meet in one target.

        Args:
            weights: What a meeting in each target counts, shape (accounts,).

        Returns:
            Shape (K,). Unbiased: a contact does not meet itself.
        """
        met = np.bincount(self.circle_of, weights=weights * self.meetings, minlength=self.circles)
        return np.asarray(met / np.maximum(self.chances, 1e-9))

    @cached_property
    def shape(self) -> float:
        """Shape of the Gamma law of popularity: 1 / (its squared coefficient of variation)."""
        meet = self.collisions(np.ones(self.circle_of.size))
        spread = float((self.everybody * meet * self.circle_size).sum()) - 1.0
        return float(np.clip(1.0 / max(spread, 1e-3), 0.01, 100.0))

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
        own = self.activity / (self.activity + _SHRINK)
        pulled = own * _SHRINK
        towards = (self.towards @ sparse.diags_array(root)).tocsr()
        common = self.everybody * root
        with_common = towards @ common
        both = np.empty(a.size)
        for start in range(0, a.size, _PAIRS_AT_ONCE):
            part = slice(start, start + _PAIRS_AT_ONCE)
            both[part] = (towards[a[part]] * towards[b[part]]).sum(axis=1)
        return np.asarray(
            own[a] * own[b] * both
            + own[a] * pulled[b] * with_common[a]
            + pulled[a] * own[b] * with_common[b]
            + pulled[a] * pulled[b] * (common @ common)
        )

    def turning(self, accounts: IntArray) -> tuple[sparse.csr_array, FloatArray]:
        """Return which share of each account's contacts goes to each circle, in two parts.

        Returns:
            How many each account reached in each circle, sparse (n, K), to which :attr:`pull` is
            to be added, and what that is to be divided by, shape (n,). Shares add up to 1.
        """
        return self.towards[accounts], self.activity[accounts] + self.pull.sum()

    @cached_property
    def pull(self) -> FloatArray:
        """Contacts to each circle that are added to every account's own, shape (K,)."""
        return np.asarray(_SHRINK * self.everybody + 1e-12)

    def lands_in(self, accounts: IntArray, circles: IntArray, classes: IntArray) -> FloatArray:
        """Return how likely a contact goes to a circle, leaning to a class of targets, shape (n,).

        Args:
            accounts: Who makes it, shape (n,).
            circles: Where to, shape (n,).
            classes: Class of the target, shape (n,).
        """
        own = np.asarray(self.towards[accounts, circles]).ravel()
        total = self.activity[accounts] + self.pull.sum()
        lean = self.leaning_to(accounts, classes)
        return np.asarray((own + self.pull[circles]) / total * lean)

    def covered(
        self, accounts: IntArray, row: IntArray, at: IntArray, chance: FloatArray
    ) -> FloatArray:
        """Return how likely a contact hits one of many targets, shape (n,).

        The same as :meth:`lands_in` times ``chance``, summed over circles and classes; circles
        that an account never reached are summed for all accounts together.

        Args:
            accounts: Who makes it, shape (n,).
            row: Which targets are meant, shape (n,).
            at: Number of the targets times K, plus a circle that has some of them; ascending,
                each once, shape (m,).
            chance: How likely a contact to that circle hits one of the targets, by class of the
                target, shape (m, classes).
        """
        total = self.activity[accounts] + self.pull.sum()
        targets, circle = at // self.circles, at % self.circles
        hit = np.zeros((int(max(row.max(initial=-1), targets.max(initial=-1))) + 1, CLASSES))
        np.add.at(hit, targets, self.pull[circle][:, None] * chance)
        # What is found nowhere stands at -1: the last row, of zeros.
        chances = np.vstack([chance, np.zeros((1, CLASSES))])
        out = np.empty(accounts.size)
        for start in range(0, accounts.size, _ROWS_AT_ONCE):
            part = slice(start, start + _ROWS_AT_ONCE)
            lean = self.leanings[self.leanings_at[accounts[part]]]
            first = self.towards.indptr[accounts[part]]
            many = self.towards.indptr[accounts[part] + 1] - first
            each = np.repeat(np.arange(many.size), many)
            before = np.cumsum(many) - many
            reached = np.arange(each.size) + np.repeat(first - before, many)
            key = row[part][each] * self.circles + self.towards.indices[reached]
            own = chances[find(at, key)]
            weight = self.towards.data[reached] * np.einsum("ij,ij->i", own, lean[each])
            pulled = np.einsum("ij,ij->i", hit[row[part]], lean)
            out[part] = np.bincount(each, weights=weight, minlength=many.size) + pulled
        return np.asarray(out / total)

    def prior_rate(self, reached: FloatArray, circles: IntArray) -> FloatArray:
        """Return the rate of the Gamma prior of popularity in some circles, shape (n,).

        Args:
            reached: How often each circle was reached by those who count, shape (n,).
            circles: Which circles, shape (n,).
        """
        mean = np.maximum(reached, 0.5) / np.maximum(self.circle_size[circles], 1.0)
        return np.asarray(self.shape / mean)


def find(ordered: IntArray, wanted: IntArray) -> IntArray:
    """Return where values stand in an ordered list, -1 where they do not."""
    if ordered.size == 0:
        return np.full(wanted.size, -1)
    at = np.minimum(np.searchsorted(ordered, wanted), ordered.size - 1)
    return np.where(ordered[at] == wanted, at, -1)


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
    activity = np.bincount(sender, minlength=accounts).astype(np.float64)
    towards = sparse.coo_array(
        (np.ones(sender.size), (sender, circle_of[recipient])), shape=(accounts, circles)
    ).tocsr()
    fair = np.minimum(1.0, _FAIR / np.maximum(activity, 1.0))[sender]
    once = np.bincount(recipient, weights=fair, minlength=accounts)
    popularity = np.bincount(recipient, minlength=accounts).astype(np.float64)
    kind = class_of(popularity[recipient] - 1.0)
    at = np.where(activity > 0, np.cumsum(activity > 0), 0)
    rows = int(at.max(initial=0)) + 1
    by_class = np.bincount(at[sender] * CLASSES + kind, minlength=rows * CLASSES)
    of_class = by_class.reshape(rows, CLASSES).astype(np.float64)
    twice = np.bincount(recipient, weights=fair**2, minlength=accounts)
    return Choice(
        circle_of=circle_of,
        popularity=popularity,
        activity=activity,
        towards=towards,
        meetings=np.maximum(once**2 - twice, 0.0),
        chances=np.asarray(
            np.bincount(circle_of, weights=once, minlength=circles) ** 2
            - np.bincount(circle_of, weights=twice, minlength=circles),
            dtype=np.float64,
        ),
        leanings=leaning(of_class, of_class.sum(axis=0)),
        leanings_at=at.astype(np.int32),
    )
