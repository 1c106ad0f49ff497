"""Cosine similarity: which accounts act on the same rare objects, in proportion?

Pacheco, Hui, Torres-Lugo, Truong, Flammini and Menczer, Uncovering coordinated networks on social
media: methods and case studies, ICWSM 2021. Accounts are vectors over the objects they acted on,
weighted by inverse document frequency; accounts with few acts are left out; pairs above a
similarity are edges. A moment as an object is what SynchroTrap (Cao et al., CCS 2014) compares.

This is our reading of the paper, by scikit-learn's ``TfidfTransformer`` (BSD-3-Clause). The package
of the authors' laboratory, which adds a null model, is a peer of its own (``coordinationz.py``). An
edge weighs its similarity. What it does not see: chance, and accounts of few acts.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, triu

from graphmeta.bench.detector import Answer, Problem
from graphmeta.bench.peers import networks
from graphmeta.bench.peers.contacts import Form, Objects, contacts, incidence
from graphmeta.bench.peers.packages import load

# As tuned by ``benchmarks/tune_peers.py``: mean average precision 0.673 on 2,000 accounts
# and 0.601 on 10,000.
TARGETS_FORM: Form = "later_first_contacts"
TARGETS_OBJECTS: Objects = "target_and_day"
TARGETS_AT_LEAST = 20
TARGETS_SIMILARITY = 0.0
# As tuned by the same runs: 0.618 and 0.438.
MOMENTS_FORM: Form = "later_first_contacts"
MOMENTS_OBJECTS: Objects = "hour"
MOMENTS_AT_LEAST = 20
MOMENTS_SIMILARITY = 0.2

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Cosine:
    """A similarity network.

    Args:
        name: The name that tables carry.
        form: Which contacts it sees.
        objects: What accounts act on.
        at_least: Distinct objects that an account must have acted on to be looked at.
        similarity: Cosine above which a pair is an edge.
    """

    name: str
    form: Form
    objects: Objects
    at_least: int
    similarity: float

    def detect(self, problem: Problem) -> Answer:
        """Compare accounts, and rank them by their strength.

        Raises:
            MissingExtraError: scikit-learn is not installed.
        """
        text = load("sklearn.feature_extraction.text", "scikit-learn")
        acts = incidence(contacts(problem.events, self.form), self.objects, self.at_least)
        if acts.matrix.nnz == 0:
            return networks.answer(acts.accounts, *_edges(acts.matrix, self.similarity))
        weighed = text.TfidfTransformer(norm="l2").fit_transform(acts.matrix)
        return networks.answer(acts.accounts, *_edges(weighed, self.similarity))


def targets() -> Cosine:
    """Return the network of accounts with the same targets, as tuned."""
    return Cosine(
        "cosine_targets", TARGETS_FORM, TARGETS_OBJECTS, TARGETS_AT_LEAST, TARGETS_SIMILARITY
    )


def moments() -> Cosine:
    """Return the network of accounts with the same moments, as tuned."""
    return Cosine(
        "cosine_moments", MOMENTS_FORM, MOMENTS_OBJECTS, MOMENTS_AT_LEAST, MOMENTS_SIMILARITY
    )


def _edges(unit: csr_matrix, similarity: float) -> tuple[Ints, Ints, Floats]:
    """Return the pairs of rows of length one whose product is above a similarity."""
    pairs = triu(unit @ unit.T, k=1).tocoo()
    kept = pairs.data > similarity
    return (
        pairs.row[kept].astype(np.int64),
        pairs.col[kept].astype(np.int64),
        pairs.data[kept].astype(np.float64),
    )
