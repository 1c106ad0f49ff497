"""What does a run look like with golden clusters in it?

As the run itself, with their rows among its own in every table that reviewers see, each under the
name that it was given. Nothing is written into the run's folder. Whatever must not meet a golden
cluster asks for ``genuine``, which is the run itself; exports and draws do so of themselves.

It misleads whoever compares the manifest's counts with the tables: the manifest counts its own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from graphmeta.cases.golden.disguise import TABLES, disguised
from graphmeta.cases.tables import GoldenCluster
from graphmeta.run import RunFolder

#: The column that names the cluster.
_NAMED = {"signals": "entity"}


@dataclass(frozen=True)
class MixedRun(RunFolder):
    """A run as reviewers are shown it.

    Args:
        hidden: The rows of golden clusters, by table, under the names that reviewers see.
    """

    hidden: Mapping[str, pl.DataFrame]

    @property
    def genuine(self) -> RunFolder:
        """The run without golden clusters."""
        return RunFolder(self.path, self.manifest)

    def table(self, name: str) -> pl.DataFrame:
        """Return one of the tables, golden clusters included.

        Raises:
            RunError: As of the run itself.
        """
        own = super().table(name)
        if name not in self.hidden:
            return own
        both = pl.concat([own, self.hidden[name].select(own.columns).cast(own.schema)])
        return both.sort(_NAMED.get(name, "cluster_id"), maintain_order=True)


def mixed(run: RunFolder, golden: Sequence[tuple[RunFolder, Sequence[GoldenCluster]]]) -> RunFolder:
    """Return a run with golden clusters laid over it; the run itself, where there are none.

    Args:
        run: The run.
        golden: Every run that golden clusters are from, with those that were mixed in.

    Raises:
        RunError: A table cannot be read.
    """
    parts = [_named(run, source, rows) for source, rows in golden if rows]
    if not parts:
        return run
    hidden = {name: pl.concat([part[name] for part in parts]) for name in TABLES}
    return MixedRun(run.path, run.manifest, hidden)


def _named(
    run: RunFolder, source: RunFolder, rows: Sequence[GoldenCluster]
) -> dict[str, pl.DataFrame]:
    """Return the rows of golden clusters of one source, under the names that they were given."""
    made: dict[str, list[pl.DataFrame]] = {name: [] for name in TABLES}
    for salt in sorted({row.salt for row in rows}):
        names = {row.golden_cluster: row.name for row in rows if row.salt == salt}
        tables = disguised(run, source, list(names), salt)
        for name, frame in tables.items():
            column = pl.col(_NAMED.get(name, "cluster_id"))
            renamed = column.replace_strict(
                list(names), list(names.values()), return_dtype=pl.String
            )
            made[name].append(frame.with_columns(renamed))
    return {name: pl.concat(frames) for name, frames in made.items()}
