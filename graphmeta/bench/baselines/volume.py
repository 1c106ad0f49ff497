"""Volume: who reaches out most, by events. What a rate limit sees."""

from __future__ import annotations

import polars as pl

from graphmeta.bench.baselines.contacts import reaching
from graphmeta.bench.detector import Answer, Problem


class Volume:
    """Scores an account by its number of messages, calls and invitations."""

    name = "volume"

    def detect(self, problem: Problem) -> Answer:
        """Count."""
        counted = reaching(problem).group_by(account="sender").agg(score=pl.len().cast(pl.Float64))
        return Answer(counted.collect())
