"""Does what a cluster does look like spam, or like recruitment?

Each score is additive: its log-odds are a constant and one term per measurement, each term
monotone in it, so the score is exactly the sum of what is shown. A term is a weight times the
logarithm of observed over usual, bounded so that no single measurement decides alone.

The weights are set by hand: their signs from what abuse and its look-alikes are known to do, the
constants so that volunteers who write to strangers from one list, the most tempting look-alike,
stay below one half on synthetic worlds. Scores order clusters and are no probabilities, and every
report says so.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

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


@dataclass(frozen=True)
class Term:
    """One measurement's say in one score.

    Args:
        signal: The measurement.
        weight: Log-odds per e-fold of observed over usual; negative where more speaks against.
        floor: Added to both before the ratio, in the measurement's unit: counts near nothing
            prove nothing.
        most_for: The most it may add.
        most_against: The most it may take away.
    """

    signal: str
    weight: float
    floor: float
    most_for: float
    most_against: float

    def contribution(self) -> pl.Expr:
        """Return the term's log-odds from the columns value and expected."""
        ratio = (pl.col("value") + self.floor) / (pl.col("expected") + self.floor)
        return (self.weight * ratio.log()).clip(-self.most_against, self.most_for)


@dataclass(frozen=True)
class Score:
    """One additive score: a constant and its terms."""

    name: str
    constant: float
    terms: tuple[Term, ...]


SPAM = Score(
    "spam",
    constant=-5.3,
    terms=(
        Term("defence_rate", 2.0, 0.003, 4.0, 2.0),
        Term("reply_rate", -1.2, 0.02, 1.5, 1.5),
        Term("fan_out", 0.5, 0.2, 1.5, 0.5),
        Term("stranger_share", 1.0, 0.05, 0.4, 1.0),
        Term("inbound_share", -0.5, 0.02, 1.2, 1.0),
        Term("insistence", -1.0, 0.0, 0.4, 2.0),
        Term("dialogue", -0.5, 0.5, 0.4, 1.0),
        Term("acquaintances", -0.6, 1.0, 0.8, 1.2),
        Term("youth", 0.4, 0.05, 0.6, 0.3),
        Term("mutual_ties", -0.5, 0.01, 0.0, 1.5),
        Term("declared", -0.6, 0.05, 0.0, 1.5),
    ),
)

RECRUITMENT = Score(
    "recruitment",
    constant=-2.5,
    terms=(
        Term("converts", 0.8, 0.5, 3.0, 0.5),
        Term("sent_by_strangers", 0.8, 0.1, 1.5, 1.0),
        Term("defence_rate", 0.5, 0.005, 1.0, 0.7),
        Term("stranger_share", 1.0, 0.05, 0.4, 1.0),
        Term("inbound_share", -0.4, 0.02, 0.5, 1.0),
        Term("insistence", -0.8, 0.0, 0.3, 1.5),
        Term("mutual_ties", -0.3, 0.01, 0.0, 1.0),
        Term("newcomer_share", 0.8, 0.05, 1.5, 0.0),
        Term("isolated_newcomers", 1.5, 0.1, 0.8, 0.8),
        Term("newcomers_covered", -0.5, 0.05, 0.2, 0.8),
        Term("groups_watched", 0.5, 0.5, 1.0, 0.5),
        Term("declared", -0.6, 0.05, 0.0, 1.5),
    ),
)

SCORES = (SPAM, RECRUITMENT)


def terms(measured: pl.DataFrame, groups: pl.Series) -> pl.DataFrame:
    """Turn measurements into the terms of both scores.

    Args:
        measured: Columns group, signal, value, expected.
        groups: Every cluster.

    Returns:
        Columns ``TERMS``, constants included, in order of (group, score, term).
    """
    frames = [_constant(score, groups) for score in SCORES]
    for score in SCORES:
        for term in score.terms:
            rows = measured.filter(pl.col("signal") == term.signal)
            frames.append(
                rows.select(
                    "group",
                    score=pl.lit(score.name),
                    term=pl.lit(term.signal),
                    observed="value",
                    expected="expected",
                    contribution=term.contribution(),
                )
            )
    return pl.concat(frames).cast(TERMS).sort("group", "score", "term")


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


def add_up(terms: pl.DataFrame) -> pl.DataFrame:
    """Add terms up to scores.

    Returns:
        Columns group, spam, recruitment (both 0 to 1), in order of group.
    """
    return (
        terms.group_by("group")
        .agg((1.0 / (1.0 + (-_odds(score.name)).exp())).alias(score.name) for score in SCORES)
        .sort("group")
    )


def _odds(score: str) -> pl.Expr:
    return pl.col("contribution").filter(pl.col("score") == score).sort().sum()
