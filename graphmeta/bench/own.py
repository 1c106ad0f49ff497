"""graphmeta's own detection, run as anybody would run it: with its defaults."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Literal

import polars as pl

from graphmeta.bench.detector import Answer, Problem


class Graphmeta:
    """Ranks accounts by strength times risk of the cluster that ranks them highest.

    Args:
        sandbox: As for ``pipeline.Settings``. With "off", what was changed in this process (by an
            ablation) counts.
    """

    name = "graphmeta"

    def __init__(self, sandbox: Literal["auto", "off"] = "auto") -> None:
        self._sandbox = sandbox

    def detect(self, problem: Problem) -> Answer:
        """Analyse the events, and take scores, clusters and members from the run."""
        # Imported here: a process for another detector shall not carry what this one needs.
        from graphmeta import pipeline
        from graphmeta.ingest import Reading

        with tempfile.TemporaryDirectory(prefix="graphmeta-bench-") as folder:
            run = pipeline.analyze(
                [problem.events],
                out=Path(folder) / "run",
                reading=Reading(accounts=problem.accounts, identifiers="plain"),
                settings=pipeline.Settings(seed=problem.seed, sandbox=self._sandbox),
            )
            clusters = run.table("clusters")
            members = run.table("members").filter(pl.col("role") != "contacted")
        scores = (
            members.join(clusters.select("cluster_id", "risk"), on="cluster_id")
            .group_by("account")
            .agg(score=(pl.col("strength") * pl.col("risk")).max())
        )
        return Answer(
            scores,
            clusters.select("cluster_id", "flagged", "risk"),
            members.select("cluster_id", "account"),
        )
