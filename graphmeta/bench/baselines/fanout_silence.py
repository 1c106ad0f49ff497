"""Fan-out times silence: who reaches many and is answered by few."""

from __future__ import annotations

import polars as pl

from graphmeta.bench.baselines.contacts import contacts
from graphmeta.bench.detector import Answer, Problem


class FanoutSilence:
    """Scores an account by its contacts times the share of them that never answered."""

    name = "fanout_silence"

    def detect(self, problem: Problem) -> Answer:
        """Count contacts, and those that were not answered: their product over the former."""
        silent = (~pl.col("answered")).sum().cast(pl.Float64)
        return Answer(contacts(problem).group_by(account="sender").agg(score=silent).collect())
