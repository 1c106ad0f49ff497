"""Does what a cluster does look like spam, or like recruitment?

Each score is additive: its log-odds are a constant and one term per measurement, each term
monotone in it, so the score is exactly the sum of what is shown. Which way a term may point is
stated in ``terms``; how much it counts is trained on synthetic worlds (``model``). The look-alike
that a cluster resembles most is a term too: no score is higher than the odds against that kind
(``counter``).

Scores order clusters and are no probabilities, and every report says so.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from graphmeta.scores import counter
from graphmeta.scores.model import Model, Score, contributions

#: What scoring returns: one row per cluster, score and term.
TERMS = pl.Schema(
    {
        "group": pl.UInt32(),
        "score": pl.String(),
        "term": pl.String(),
        "observed": pl.Float64(),
        "expected": pl.Float64(),
        "contribution": pl.Float64(),
    }
)


def terms(measured: pl.DataFrame, groups: pl.Series, model: Model) -> pl.DataFrame:
    """Turn measurements into the terms of both scores.

    Args:
        measured: Columns group, signal, value, expected.
        groups: Every cluster.
        model: What was trained.

    Returns:
        Columns ``TERMS``, constants included, in order of (group, score, term).
    """
    added = contributions(measured, model.scores).rename({"signal": "term", "value": "observed"})
    own = _stacked([added, *(_constant(score, groups) for score in model.scores)])
    alike = counter.speaks_against(counter.resemblance(measured, groups, model), _higher(own))
    against = [alike.select(pl.lit(score.name).alias("score"), pl.all()) for score in model.scores]
    return _stacked([own, *against])


def _stacked(frames: Sequence[pl.DataFrame]) -> pl.DataFrame:
    return pl.concat([frame.select(TERMS.names()).cast(TERMS) for frame in frames]).sort(
        "group", "score", "term"
    )


def _higher(terms: pl.DataFrame) -> pl.DataFrame:
    """Return the higher of each cluster's scores: columns group, log_odds."""
    sums = terms.group_by("group", "score").agg(log_odds=pl.col("contribution").sort().sum())
    return sums.group_by("group").agg(pl.col("log_odds").max())


def _constant(score: Score, groups: pl.Series) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "group": groups,
            "score": score.name,
            "term": "constant",
            "observed": None,
            "expected": None,
            "contribution": score.constant,
        },
        schema=TERMS,
    )


def add_up(terms: pl.DataFrame, model: Model) -> pl.DataFrame:
    """Add terms up to scores.

    Returns:
        Columns group, spam, recruitment (both 0 to 1), in order of group.
    """
    return (
        terms.group_by("group")
        .agg((1.0 / (1.0 + (-_odds(score.name)).exp())).alias(score.name) for score in model.scores)
        .sort("group")
    )


def _odds(score: str) -> pl.Expr:
    return pl.col("contribution").filter(pl.col("score") == score).sort().sum()
