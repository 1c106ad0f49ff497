"""How far is the review of the clusters on the desk?

Asked for with every page. The case store counts its verdicts, which is quick, and is read again
when there are more; draws stand in the runs' audit logs, which are read again when these grew.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from graphmeta.cases import draws, standing
from graphmeta.cases.golden import verdicts as golden_verdicts
from graphmeta.cases.standing import Standing
from graphmeta.cases.store import CaseStore
from graphmeta.errors import RunError
from graphmeta.run import AUDIT
from graphmeta.workbench.served import ServedRun

Standings = Mapping[tuple[str, str], Standing]


@dataclass
class Reviews:
    """What stands, kept until there is more. All threads share it.

    Args:
        store: The case store.
        run_ids: The runs.
        golden_in: Those of the runs over which golden clusters are laid.
    """

    store: CaseStore
    run_ids: Sequence[str]
    golden_in: Sequence[str] = ()
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _count: int = -1
    _standings: Standings = field(default_factory=dict)
    _drawn: dict[str, tuple[int, frozenset[str]]] = field(default_factory=dict)

    def standings(self) -> Standings:
        """Return what stands, by run and cluster, for every cluster that was judged."""
        number = standing.count(self.store, self.run_ids)
        with self._lock:
            if number != self._count:
                self._standings = standing.standings(self.store, self.run_ids)
                self._count = number
            return self._standings

    def seen_by(self, user: str) -> Standings:
        """Return what one user may see: of golden clusters, what they themselves concluded."""
        own = {
            (run_id, cluster): Standing(
                version=review.version,
                verdict=review.verdict.verdict,
                looks_like=review.verdict.looks_like,
                reviewer=user,
                at=review.verdict.at,
                second_asked=review.verdict.second_asked,
                reviewers=frozenset({user}),
            )
            for run_id in self.golden_in
            for cluster, review in golden_verdicts.own_reviews(self.store, run_id, user).items()
        }
        return {**self.standings(), **own} if own else self.standings()

    def drawn(self, run: ServedRun) -> frozenset[str]:
        """Return the clusters of a run that were drawn by chance."""
        size = (run.path / AUDIT).stat().st_size
        kept = self._drawn.get(run.id)
        if kept is None or kept[0] != size:
            kept = self._drawn[run.id] = size, _drawn(run)
        return kept[1]


def _drawn(run: ServedRun) -> frozenset[str]:
    try:
        return frozenset(draws.drawn(run.folder))
    except RunError:
        return frozenset()  # a list of clusters is not where a broken log is reported
