"""Additive scores with monotone terms, fitted by penalised logistic regression with bounds.

A term's slopes may only have the sign that ``graphmeta.scores.terms`` states, so no accident of
synthetic worlds can make, say, many blocks speak for innocence. Every label (a family of campaigns,
a kind of look-alike) has the same weight on its side, however many clusters it has: families differ
in how many worlds draw them, which says nothing about platforms.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy import optimize, special

from graphmeta.scores.terms import Term, log_ratio

FloatArray = NDArray[np.float64]

#: Strength of the pull of slopes towards nothing, in weights of one label, for the scores. They are
#: to carry over to families that the training never saw.
PENALTY = 0.02
#: The same for the classes of look-alikes, whose appearances say how far each carries.
PENALTY_OF_CLASS = 0.001


@dataclass(frozen=True)
class Fitted:
    """A fitted score: a constant, and two slopes per term (above and below what is usual)."""

    constant: float
    above: FloatArray
    below: FloatArray

    def log_odds(self, ratios: FloatArray) -> FloatArray:
        """Return the score of clusters from their log ratios, shape (clusters, terms)."""
        return np.asarray(
            self.constant
            + np.maximum(ratios, 0.0) @ self.above
            + np.minimum(ratios, 0.0) @ self.below
        )


def ratios(clusters: pl.DataFrame, terms: Sequence[Term]) -> FloatArray:
    """Return the bounded log ratio of every term, 0 where it was not measured.

    Args:
        clusters: Columns ``NAME`` and ``NAME expected`` for every signal.
        terms: The terms.

    Returns:
        Shape (clusters, terms).
    """
    columns = []
    for term in terms:
        if term.signal not in clusters.columns:
            columns.append(np.zeros(clusters.height))
            continue
        expected = pl.col(f"{term.signal} expected")
        ratio = log_ratio(pl.col(term.signal), expected, *term.scale())
        columns.append(clusters.select(ratio.fill_null(0.0)).to_series().to_numpy())
    return np.column_stack(columns).astype(np.float64)


def balanced(labels: Sequence[str], positive: NDArray[np.bool_], odds: float) -> FloatArray:
    """Return weights that make labels equal on their side, and the sides stand at given odds.

    Args:
        labels: One per cluster.
        positive: On which side it is, shape (clusters,).
        odds: Weight of all positive clusters over that of all others.
    """
    weights = np.zeros(len(labels))
    names = np.asarray(labels)
    for side, total in ((True, odds / (1 + odds)), (False, 1 / (1 + odds))):
        here = positive == side
        kinds = np.unique(names[here])
        for kind in kinds:
            mine = here & (names == kind)
            weights[mine] = total / kinds.size / mine.sum()
    return weights


def fit(
    x: FloatArray,
    positive: NDArray[np.bool_],
    weights: FloatArray,
    terms: Sequence[Term],
    penalty: float = PENALTY,
) -> Fitted:
    """Fit a score.

    Args:
        x: Log ratios, shape (clusters, terms).
        positive: What is to score high, shape (clusters,).
        weights: Weights of clusters, adding up to 1.
        terms: The terms, which say in which direction each may point.
        penalty: Strength of the pull of slopes towards nothing.
    """
    up, down = np.maximum(x, 0.0), np.minimum(x, 0.0)
    design = np.column_stack([np.ones(x.shape[0]), up, down])
    sign = np.where(positive, 1.0, -1.0)
    pull = penalty * np.concatenate([[0.0], np.ones(2 * x.shape[1])])

    def loss(parameters: FloatArray) -> tuple[float, FloatArray]:
        margin = sign * (design @ parameters)
        value = (weights * np.logaddexp(0.0, -margin)).sum() + 0.5 * (pull * parameters**2).sum()
        slope = design.T @ (-weights * sign * special.expit(-margin)) + pull * parameters
        return float(value), np.asarray(slope)

    allowed = [(0.0, None) if term.sign > 0 else (None, 0.0) for term in terms]
    found = optimize.minimize(
        loss,
        np.zeros(design.shape[1]),
        jac=True,
        method="L-BFGS-B",
        bounds=[(None, None), *allowed, *allowed],
        options={"maxiter": 2000},
    )
    count = x.shape[1]
    return Fitted(float(found.x[0]), found.x[1 : 1 + count], found.x[1 + count :])
