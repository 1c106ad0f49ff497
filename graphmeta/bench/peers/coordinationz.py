"""coordinationz: which accounts are more similar than accounts as busy would be by chance?

The package of the laboratory behind the cosine networks (Pacheco et al., ICWSM 2021), by
Filipi N. Silva and others: similarities weighted by inverse document frequency, each with a p-value
from a bipartite null model that keeps how busy the two accounts are and how popular the objects.
Pairs up to a p-value are edges and weigh their similarity. Its licence is MIT; igraph, which it
brings along, is under the GPL.

It draws its null model from the system's randomness and reads a ``config.toml`` of the current
folder on import: here it gets the problem's seed and no such file. What it does not see: circles of
friends, and accounts of few acts.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from graphmeta.bench.detector import Answer, Problem
from graphmeta.bench.peers import networks
from graphmeta.bench.peers.contacts import Form, Objects, contacts, incidence
from graphmeta.bench.peers.packages import load

# As tuned by ``benchmarks/tune_peers.py`` on six small worlds: mean average precision 0.410 for
# targets, 0.667 for moments.
FORM: Form = "later_first_contacts"
TARGETS_OBJECTS: Objects = "target_and_day"
TARGETS_AT_LEAST = 10
TARGETS_ALPHA = 0.05
MOMENTS_OBJECTS: Objects = "hour"
MOMENTS_AT_LEAST = 20
MOMENTS_ALPHA = 0.05
#: Draws of the null model. A p-value is never below one over so many and one; the package draws
#: 10,000 by default, which takes thirty times as long.
REALIZATIONS = 300
_CONFIG = "COORDINATIONZ_CONFIG_PATH"


@dataclass(frozen=True)
class Coordinationz:
    """A similarity network whose edges a null model has to let pass.

    Args:
        name: The name that tables carry.
        form: Which contacts it sees.
        objects: What accounts act on.
        at_least: Distinct objects that an account must have acted on to be looked at.
        alpha: p-value up to which a pair is an edge.
        realizations: Draws of the null model.
    """

    name: str
    form: Form
    objects: Objects
    at_least: int
    alpha: float
    realizations: int = REALIZATIONS

    def detect(self, problem: Problem) -> Answer:
        """Compare accounts, and rank them by their strength.

        Raises:
            MissingExtraError: coordinationz is not installed.
        """
        with without_config():
            model = load("coordinationz.nullmodel", "coordinationz")
        acts = incidence(contacts(problem.events, self.form), self.objects, self.at_least)
        row, column = acts.matrix.nonzero()
        nothing = np.zeros(0, dtype=np.int64)
        if len(row) == 0:
            return networks.answer(acts.accounts, nothing, nothing, np.zeros(0))
        with _seeded(model, problem.seed):
            said = model.bipartiteNullModelSimilarity(
                list(zip(row.tolist(), column.tolist(), strict=True)),
                scoreType=["pvalue"],
                realizations=self.realizations,
                idf="smoothlog",
                showProgress=False,
                workers=1,
            )
        ends = np.asarray(said["labels"], dtype=np.int64)[
            np.asarray(said["indexedEdges"], dtype=np.int64).reshape(-1, 2)
        ]
        kept = np.asarray(said["pvalues"]) <= self.alpha
        weight = np.asarray(said["similarities"], dtype=np.float64)[kept]
        return networks.answer(acts.accounts, ends[kept, 0], ends[kept, 1], weight)


def targets() -> Coordinationz:
    """Return the network of accounts with the same targets, as tuned."""
    return Coordinationz(
        "coordinationz_targets", FORM, TARGETS_OBJECTS, TARGETS_AT_LEAST, TARGETS_ALPHA
    )


def moments() -> Coordinationz:
    """Return the network of accounts with the same moments, as tuned."""
    return Coordinationz(
        "coordinationz_moments", FORM, MOMENTS_OBJECTS, MOMENTS_AT_LEAST, MOMENTS_ALPHA
    )


@contextlib.contextmanager
def without_config() -> Iterator[None]:
    """Let the package find no configuration while it is imported."""
    before = os.environ.get(_CONFIG)
    os.environ[_CONFIG] = os.devnull
    try:
        yield
    finally:
        if before is None:
            del os.environ[_CONFIG]
        else:
            os.environ[_CONFIG] = before


@contextlib.contextmanager
def _seeded(model: Any, seed: int) -> Iterator[None]:
    """Let the package draw from a seed: from NumPy's global generator, and from one of its own."""
    state, drawn = np.random.get_state(), model.SeedSequence  # noqa: NPY002 - theirs, not ours
    np.random.seed(seed)  # noqa: NPY002
    model.SeedSequence = partial(np.random.SeedSequence, seed)
    try:
        yield
    finally:
        np.random.set_state(state)  # noqa: NPY002
        model.SeedSequence = drawn
