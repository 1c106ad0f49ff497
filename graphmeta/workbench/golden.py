"""Golden clusters, as the workbench shows them: laid over the runs that reviewers see.

The runs that they are from are named when the workbench starts (``--golden``). Which of their
clusters stand in which run, and under which names, the case store knows.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from graphmeta.cases.golden.adding import golden_clusters
from graphmeta.cases.golden.overlay import mixed
from graphmeta.cases.store import CaseStore
from graphmeta.run import RunFolder, open_run


class Golden:
    """Lays golden clusters over runs.

    Args:
        store: The case store.
        folders: The runs that golden clusters are from.

    Raises:
        RunError: One of them is no run, is incomplete, or has expired.
    """

    def __init__(self, store: CaseStore, folders: Sequence[Path] = ()) -> None:
        self._store = store
        self._sources = [open_run(folder) for folder in folders]

    def over(self, run: RunFolder) -> RunFolder:
        """Return a run with its golden clusters; the run itself, where it has none.

        Raises:
            RunError: A table cannot be read.
        """
        if not self._sources:
            return run
        rows = golden_clusters(self._store, run.run_id)
        return mixed(
            run,
            [
                (source, [row for row in rows if row.golden_run_id == source.run_id])
                for source in self._sources
            ],
        )
