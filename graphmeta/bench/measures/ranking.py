"""How well does a ranking of accounts put the planted ones first?

Accounts of equal score are one step: taken together or not at all, so no order within them can
flatter or hurt. Accounts without a score rank last, together. Average precision is the sum over
steps of precision times the recall gained, without interpolation (as scikit-learn has it).
"""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from graphmeta.bench.worlds import Truth

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

#: At these levels of recall the precision is kept, for curves.
RECALLS = tuple(round(0.02 * step, 2) for step in range(1, 51))


def aligned(scores: pl.DataFrame, accounts: pl.Series) -> Floats:
    """Return every account's score, minus infinity where there is none; shape (n,)."""
    everyone = pl.DataFrame({"account": accounts})
    joined = everyone.join(scores, on="account", how="left", maintain_order="left")
    return joined["score"].fill_null(-np.inf).to_numpy().astype(np.float64)


def steps(positive: Bools, score: Floats) -> tuple[Floats, Floats]:
    """Return precision and recall after each step of equal scores, from the highest on.

    Args:
        positive: Which accounts are planted, shape (n,), at least one.
        score: Their scores, shape (n,).

    Returns:
        Two arrays of shape (number of distinct scores,).
    """
    _, step = np.unique(-score, return_inverse=True)
    hits = np.bincount(step, weights=positive).cumsum()
    taken = np.bincount(step).cumsum()
    return hits / taken, hits / hits[-1]


def average_precision(positive: Bools, score: Floats) -> float | None:
    """Return the average precision; None where nobody is planted."""
    if not positive.any():
        return None
    precision, recall = steps(positive, score)
    return float(np.sum(np.diff(recall, prepend=0.0) * precision))


def precision_at(positive: Bools, score: Floats) -> list[float] | None:
    """Return the precision at the first step that reaches each of ``RECALLS``."""
    if not positive.any():
        return None
    precision, recall = steps(positive, score)
    # Recall is a ratio of counts; without the margin 0.06 might miss 3 of 50.
    at = np.searchsorted(recall, np.asarray(RECALLS) - 1e-9)
    return [round(float(value), 4) for value in precision[at]]


def measure(scores: pl.DataFrame, truth: Truth) -> dict[str, object]:
    """Measure a ranking.

    Returns:
        ``average_precision`` of all planted accounts; ``by_chance``, what a random order gives on
        average (their share, nearly); ``precision_at_recall``; and ``campaigns``: the average
        precision of each, the accounts of the others left out.
    """
    score = aligned(scores, truth.accounts)
    positive = truth.accounts.is_in(truth.planted["account"].implode()).to_numpy()
    campaigns = {}
    for (name,), part in truth.planted.partition_by("campaign", as_dict=True).items():
        mine = truth.accounts.is_in(part["account"].implode()).to_numpy()
        keep = mine | ~positive
        campaigns[str(name)] = average_precision(mine[keep], score[keep])
    return {
        "average_precision": average_precision(positive, score),
        "by_chance": float(positive.mean()) if positive.any() else None,
        "precision_at_recall": precision_at(positive, score),
        "campaigns": campaigns,
    }
