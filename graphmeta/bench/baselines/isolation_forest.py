"""Isolation forest over a dozen features of each account: what a practitioner tries first.

Liu, Ting and Zhou (Isolation forest, ICDM 2008), as scikit-learn has it. It knows lone accounts
only, so it finds what is unusual, which campaigns need not be and look-alikes often are.
"""

from __future__ import annotations

import polars as pl

from graphmeta.bench.baselines.contacts import contacts, defences, events, reaching
from graphmeta.bench.detector import Answer, Problem
from graphmeta.errors import MissingExtraError

_TREES = 200
#: Counts have long tails; without the logarithm one sender of newsletters is all there is.
_COUNTS = ("fan_out", "volume", "per_contact", "unanswered", "in_degree", "age", "active_days")


def features(problem: Problem) -> pl.DataFrame:
    """Return one row per account that reached anybody: account, and its features, none missing.

    ``fan_out`` contacts; ``volume`` events; ``per_contact`` events per contact; ``reply_rate``
    answered share of contacts; ``unanswered`` contacts without answer; ``in_degree`` who reached
    it; ``blocks`` and ``reports`` received per contact; ``age`` days since opening at the last
    event of the data; ``burstiness`` of the gaps between its events (Goh and Barabasi 2008);
    ``night`` share of events between midnight and six, UTC; ``active_days``.
    """
    sent = contacts(problem)
    wrote = (
        sent.group_by(account="sender")
        .agg(
            fan_out=pl.len().cast(pl.Float64),
            volume=pl.col("n").sum().cast(pl.Float64),
            reply_rate=pl.col("answered").mean(),
        )
        .with_columns(
            per_contact=pl.col("volume") / pl.col("fan_out"),
            unanswered=pl.col("fan_out") * (1 - pl.col("reply_rate")),
        )
    )
    reached = sent.group_by(account="recipient").agg(in_degree=pl.len().cast(pl.Float64))
    return (
        wrote.join(reached, on="account", how="left")
        .join(defences(problem), on="account", how="left")
        .join(_rhythm(problem), on="account", how="left")
        .join(_ages(problem), on="account", how="left")
        .with_columns(
            pl.col("blocks", "reports").fill_null(0) / pl.col("fan_out"),
            pl.col("in_degree").fill_null(0),
        )
        .with_columns(pl.exclude("account").cast(pl.Float64).fill_null(0.0).fill_nan(0.0))
        .sort("account")
        .collect()
    )


def _rhythm(problem: Problem) -> pl.LazyFrame:
    """Return how regular each account's sending is: burstiness, night, active_days."""
    hour = pl.col("timestamp").dt.hour()
    gap = pl.col("timestamp").sort().diff().dt.total_seconds().drop_nulls().cast(pl.Float64)
    return (
        reaching(problem)
        .group_by(account="sender")
        .agg(
            spread=gap.std(),
            middle=gap.mean(),
            night=(hour < 6).mean(),
            active_days=pl.col("timestamp").dt.date().n_unique(),
        )
        .with_columns(
            burstiness=(pl.col("spread") - pl.col("middle")) / (pl.col("spread") + pl.col("middle"))
        )
        .drop("spread", "middle")
    )


def _ages(problem: Problem) -> pl.LazyFrame:
    """Return the age of every account in days: account, age."""
    last = events(problem).select(last=pl.col("timestamp").max())
    return (
        pl.scan_parquet(problem.accounts)
        .group_by("account")
        .agg(pl.col("created_at").max())
        .join(last, how="cross")
        .select(
            "account", age=(pl.col("last") - pl.col("created_at")).dt.total_seconds() / 86_400.0
        )
    )


class IsolationForest:
    """Scores an account by how easily random cuts set it apart from the others."""

    name = "isolation_forest"

    def detect(self, problem: Problem) -> Answer:
        """Measure the features, grow the forest, score.

        Raises:
            MissingExtraError: If scikit-learn is not installed.
        """
        try:
            from sklearn.ensemble import IsolationForest as Forest
        except ImportError as error:
            raise MissingExtraError("scikit-learn", "bench") from error
        measured = features(problem)
        values = measured.drop("account").with_columns(pl.col(_COUNTS).log1p()).to_numpy()
        forest = Forest(n_estimators=_TREES, random_state=problem.seed).fit(values)
        score = pl.Series("score", -forest.score_samples(values), dtype=pl.Float64)
        return Answer(pl.DataFrame([measured["account"], score]))
