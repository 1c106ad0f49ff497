"""How far is the review of every cluster of some runs, for a list of many?

The same that :func:`graphmeta.cases.verdicts.reviews` says of a run, without what people wrote and
as plain values: a queue of a hundred thousand clusters asks for it with every page. Verdicts are
only ever appended, so as long as their number stays the same, so does what stands.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import func, select

from graphmeta.cases.store import CaseStore
from graphmeta.cases.tables import Verdict

_COLUMNS = (
    Verdict.run_id,
    Verdict.cluster,
    Verdict.version,
    Verdict.verdict,
    Verdict.looks_like,
    Verdict.reviewer,
    Verdict.second_asked,
    Verdict.second_of,
    Verdict.at,
)


@dataclass(frozen=True)
class Standing:
    """What stands for a cluster.

    Args:
        version: The version of the verdict that stands.
        verdict: What it says.
        looks_like: For a benign one, the look-alike.
        reviewer: Who said so.
        at: When.
        second_asked: Whether somebody else shall look at it too.
        seconds: What second reviewers concluded, oldest first.
        reviewers: All who ever judged the cluster.
    """

    version: int
    verdict: str
    looks_like: str | None
    reviewer: str
    at: datetime
    second_asked: bool
    seconds: tuple[str, ...] = ()
    reviewers: frozenset[str] = frozenset()

    @property
    def disputed(self) -> bool:
        """Whether a second reviewer concluded otherwise."""
        return any(second != self.verdict for second in self.seconds)

    @property
    def waiting(self) -> bool:
        """Whether a second reviewer was asked for and none has answered."""
        return self.second_asked and not self.seconds


def count(store: CaseStore, run_ids: Sequence[str]) -> int:
    """Return how many verdicts and second reviews there are on some runs."""
    with store.reading() as session:
        chosen = select(func.count()).where(Verdict.run_id.in_(run_ids))
        return session.execute(chosen).scalar_one()


def standings(store: CaseStore, run_ids: Sequence[str]) -> dict[tuple[str, str], Standing]:
    """Return what stands for each cluster that was judged, by run and cluster."""
    found: dict[tuple[str, str], Standing] = {}
    with store.reading() as session:
        chosen = select(*_COLUMNS).where(Verdict.run_id.in_(run_ids)).order_by(Verdict.version)
        for row in session.execute(chosen):
            run_id, cluster, version, said, looks_like, who, asked, second_of, at = row
            before = found.get((run_id, cluster))
            everybody = (before.reviewers if before else frozenset()) | {who}
            if before is None or second_of is None:
                now = Standing(version, said, looks_like, who, at, asked, (), everybody)
            elif second_of == before.version:
                now = replace(before, seconds=(*before.seconds, said), reviewers=everybody)
            else:
                now = replace(before, reviewers=everybody)
            found[run_id, cluster] = now
    return found
