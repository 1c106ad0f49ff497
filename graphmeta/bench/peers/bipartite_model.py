"""Bipartite configuration model: which accounts share more targets than their degrees explain?

Saracco, Straka, Di Clemente, Gabrielli, Caldarelli and Squartini, Inferring monopartite
projections of bipartite networks: an entropy-based approach, New Journal of Physics 2017, in the
line of Tumminello et al., Statistically validated networks in bipartite complex systems, 2011.
The model keeps every account's and every object's expected degree; the number of objects that a
pair shares is compared with what it makes likely, and pairs are held to a false discovery rate.

The package ``bicm`` (MIT) fits the model. Its own loop over pairs takes minutes for the millions
of a world of 10,000 accounts, so p-values are computed here, by the formula of its method
``poisson``, once per pair of degrees: accounts of one degree have one fitness. A test holds both
to be equal. An edge weighs its surprise, -log p. What it does not see: friends. Ordinary circles
share targets more than degrees explain, so they are validated too; groups whose pairs share one
object each validate nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, triu
from scipy.stats import poisson

from graphmeta.bench.detector import Answer, Problem
from graphmeta.bench.peers import networks
from graphmeta.bench.peers.contacts import Form, Objects, contacts, incidence
from graphmeta.bench.peers.packages import load, quiet

# As tuned by ``benchmarks/tune_peers.py``: mean average precision 0.357 on 2,000 accounts
# and 0.298 on 10,000.
TARGETS_FORM: Form = "contacts"
TARGETS_OBJECTS: Objects = "target_and_day"
TARGETS_ALPHA = 0.01
# As tuned by the same runs: 0.266 and 0.212.
MOMENTS_FORM: Form = "first_contacts"
MOMENTS_OBJECTS: Objects = "hour"
MOMENTS_ALPHA = 0.2

#: Below this a p-value has no logarithm that a float can hold.
_LEAST_P = 1e-300
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class BipartiteModel:
    """A statistically validated projection.

    Args:
        name: The name that tables carry.
        form: Which contacts it sees.
        objects: What two accounts can share.
        alpha: False discovery rate over all pairs of accounts (Benjamini-Hochberg).
    """

    name: str
    form: Form
    objects: Objects
    alpha: float

    def detect(self, problem: Problem) -> Answer:
        """Validate pairs, and rank accounts by the surprise of their edges.

        Raises:
            MissingExtraError: bicm is not installed.
        """
        model = load("bicm", "bicm")
        acts = incidence(contacts(problem.events, self.form), self.objects)
        a, b, p = shared(acts.matrix, *_fitnesses(model, acts.matrix))
        kept = p <= threshold(p, acts.matrix.shape[0], self.alpha)
        return networks.answer(
            acts.accounts, a[kept], b[kept], -np.log(np.maximum(p[kept], _LEAST_P))
        )


def targets() -> BipartiteModel:
    """Return the projection by shared targets, as tuned."""
    return BipartiteModel("bicm_targets", TARGETS_FORM, TARGETS_OBJECTS, TARGETS_ALPHA)


def moments() -> BipartiteModel:
    """Return the projection by shared moments, as tuned."""
    return BipartiteModel("bicm_moments", MOMENTS_FORM, MOMENTS_OBJECTS, MOMENTS_ALPHA)


def _fitnesses(model: object, matrix: csr_matrix) -> tuple[Floats, Floats]:
    """Return the fitnesses of accounts and objects that the package fits."""
    rows = np.asarray(matrix.sum(axis=1)).ravel().astype(np.int64)
    columns = np.asarray(matrix.sum(axis=0)).ravel().astype(np.int64)
    if not len(rows):
        return np.zeros(0), np.zeros(0)
    with quiet():
        graph = model.BipartiteGraph(degree_sequences=(rows, columns))  # type: ignore[attr-defined]
        graph.solve_tool(print_error=False)
        return np.asarray(graph.x, dtype=np.float64), np.asarray(graph.y, dtype=np.float64)


def shared(matrix: csr_matrix, x: Floats, y: Floats) -> tuple[Ints, Ints, Floats]:
    """Return the pairs of accounts that share an object, and how likely they share so many.

    Args:
        matrix: Ones, shape (accounts, objects).
        x: Fitness per account.
        y: Fitness per object.

    Returns:
        Two accounts per pair, the first below the second, and the upper tail of the Poisson
        distribution whose mean is the sum of the products of both accounts' probabilities.
    """
    level, of_account = np.unique(x, return_inverse=True)
    height, copies = np.unique(y, return_counts=True)
    odds = level[:, None] * height
    probability = odds / (1 + odds)
    mean = (probability * copies) @ probability.T
    pairs = triu(matrix @ matrix.T, k=1).tocoo()
    a, b = pairs.row.astype(np.int64), pairs.col.astype(np.int64)
    return a, b, poisson.sf(pairs.data - 1, mean[of_account[a], of_account[b]])


def threshold(p: Floats, accounts: int, alpha: float) -> float:
    """Return the highest p-value accepted among all pairs, also those that share nothing."""
    tests = accounts * (accounts - 1) / 2
    ordered = np.sort(p)
    passing = np.flatnonzero(ordered * tests <= alpha * np.arange(1, len(p) + 1))
    return float(ordered[passing[-1]]) if len(passing) else -1.0
