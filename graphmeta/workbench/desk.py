"""What is on the table: the runs that are served, and the case store."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from starlette.exceptions import HTTPException

from graphmeta.cases.store import CaseStore
from graphmeta.errors import UsageError
from graphmeta.workbench.golden import Golden
from graphmeta.workbench.measured import Measured
from graphmeta.workbench.reviews import Reviews
from graphmeta.workbench.served import ServedRun


class Desk:
    """All that pages work with.

    Args:
        runs: The runs, in the order in which they are listed.
        store: What people concluded.
        golden: What lays golden clusters over the runs; nothing, where it is not given.
        bench: A benchmark's results, where there are some to show.

    Raises:
        RunError: A table of a run that golden clusters are from cannot be read.
    """

    def __init__(
        self,
        runs: Sequence[ServedRun],
        store: CaseStore,
        golden: Golden | None = None,
        bench: Measured | None = None,
    ) -> None:
        self.runs = tuple(runs)
        self.store = store
        self.bench = bench
        if golden is not None:
            for run in self.runs:
                run.lay_over(golden.over)
        hiding = [run.id for run in runs if run.folder is not run.folder.genuine]
        self.reviews = Reviews(store, [run.id for run in runs], hiding)
        #: What pages keep that concerns several runs; whoever keeps it sees to it that it is true.
        self.kept: dict[str, object] = {}

    def run(self, run_id: str) -> ServedRun:
        """Return a run by its id.

        Raises:
            HTTPException: It is not served here (404).
        """
        for run in self.runs:
            if run.id == run_id:
                return run
        raise HTTPException(404, "There is no such run here")


def open_runs(paths: Sequence[Path]) -> list[ServedRun]:
    """Open the runs that are to be served.

    Raises:
        UsageError: There are none, or two folders are copies of one run.
        RunError: One of them is no run, is incomplete, or has expired.
    """
    if not paths:
        raise UsageError("No run was named.", "Write: graphmeta serve RUN...")
    runs: dict[str, ServedRun] = {}
    for path in paths:
        run = ServedRun(path)
        if run.id in runs:
            raise UsageError(
                f"{path} and {runs[run.id].path} are the same run.", "Name one of them."
            )
        runs[run.id] = run
    return list(runs.values())
