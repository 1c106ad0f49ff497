"""What was concluded about a cluster, by whom, and what stands?

Verdicts are appended, each as the next version for its cluster; the latest stands, and all remain.
A verdict can ask for a second reviewer, who says whether they would have concluded the same; where
not, the verdict is disputed until somebody judges again. What is appended goes into the run's own
audit log in the same step, without the reason: of that the log has a salted hash.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from graphmeta.cases.log import write
from graphmeta.cases.store import (
    MOST_NAME,
    CaseStore,
    known,
    now,
    record,
    require_clusters,
    written,
)
from graphmeta.cases.tables import VERDICTS, Verdict
from graphmeta.errors import ConflictError, UsageError
from graphmeta.run import RunFolder
from graphmeta.scores.wording import LOOK_ALIKES

#: A benign look-alike that none of the named kinds fits.
OTHER = "other"
#: What a benign cluster may be said to look like. ("anything" is what data without blocks may be.)
KINDS = (*(kind for kind in LOOK_ALIKES if kind != "anything"), OTHER)


@dataclass(frozen=True)
class Judgement:
    """What somebody concludes about a cluster.

    Args:
        cluster: The cluster's name in its run.
        verdict: One of ``VERDICTS``.
        reason: Why, in the reviewer's words.
        reviewer: Who says so.
        looks_like: For a benign one, which of ``KINDS`` it is, where the reviewer can tell.
        second_asked: Whether another person shall look at it too.
        second: Whether this is what that other person says of the verdict that stands.
        seconds_spent: How long the reviewer looked at it.
        blind: Whether the reviewer had not been shown the score.
        seen_version: The version that stood when the reviewer looked (0 for none). Where another
            has come since, the verdict is refused. None appends in any case.
    """

    cluster: str
    verdict: str
    reason: str
    reviewer: str
    looks_like: str | None = None
    second_asked: bool = False
    second: bool = False
    seconds_spent: float | None = None
    blind: bool = False
    seen_version: int | None = None


@dataclass(frozen=True)
class Review:
    """What stands for a cluster.

    Args:
        verdict: The latest verdict.
        seconds: What second reviewers said of it, oldest first.
        version: The number of the latest row, verdict or second review.
    """

    verdict: Verdict
    seconds: tuple[Verdict, ...]
    version: int

    @property
    def disputed(self) -> bool:
        """Whether a second reviewer concluded otherwise."""
        return any(second.verdict != self.verdict.verdict for second in self.seconds)

    @property
    def waiting(self) -> bool:
        """Whether a second reviewer was asked for and none has answered."""
        return self.verdict.second_asked and not self.seconds


def judge(store: CaseStore, run: RunFolder, judgements: Sequence[Judgement]) -> list[Verdict]:
    """Append verdicts, all of them or none, and put them into the run's audit log.

    Returns:
        The rows as they were kept, in order.

    Raises:
        UsageError: A verdict, a look-alike, a name or a cluster is none that can be, a reason is
            empty, or a second review comes from the first reviewer or has nothing to review.
        ConflictError: A cluster has been judged since its reviewer looked.
        RunError: The run's audit log cannot be written, or is broken.
    """
    said = [checked(one) for one in judgements]
    require_clusters(run.genuine, *(one.cluster for one in said))
    with store.writing() as session:
        run_id = known(session, run)
        standing = _reviews(session, run_id, {one.cluster for one in said})
        rows = []
        for one in said:
            row = _next(run_id, one, standing.get(one.cluster))
            standing[one.cluster] = _after(standing.get(one.cluster), row)
            session.add(row)
            said_of = {"version": row.version, "verdict": row.verdict}
            record(session, row.reviewer, "verdict", said_of, run_id=run_id, cluster=row.cluster)
            rows.append(row)
        session.flush()
        # Last, so that what the database refuses is not in the log.
        write(run, "verdict", [_detail(row) for row in rows])
    return rows


def reviews(store: CaseStore, run_id: str) -> dict[str, Review]:
    """Return what stands for each cluster of a run that was judged."""
    with store.reading() as session:
        return _reviews(session, run_id)


def history(store: CaseStore, run_id: str, cluster: str) -> list[Verdict]:
    """Return all verdicts and second reviews of a cluster, oldest first."""
    with store.reading() as session:
        return _rows(session, run_id, {cluster})


def review_of(rows: Iterable[Verdict]) -> Review | None:
    """Return what stands after some rows of one cluster, the oldest first; None without any."""
    standing: Review | None = None
    for row in rows:
        standing = _after(standing, row)
    return standing


def checked(one: Judgement) -> Judgement:
    """Return a judgement without spaces around what was written.

    Raises:
        UsageError: It says what cannot be.
    """
    if one.verdict not in VERDICTS:
        raise UsageError(f"{one.verdict!r} is no verdict.", f"Give one of {', '.join(VERDICTS)}.")
    if one.looks_like is not None and one.verdict != "benign":
        raise UsageError(
            f"A look-alike was given with the verdict {one.verdict}.",
            "Only a benign cluster is said to be a look-alike.",
        )
    if one.looks_like is not None and one.looks_like not in KINDS:
        raise UsageError(
            f"{one.looks_like!r} is no kind of look-alike.", f"Give one of {', '.join(KINDS)}."
        )
    if one.seconds_spent is not None and not 0 <= one.seconds_spent < float("inf"):
        raise UsageError("The seconds spent are no length of time.", "Give 0 or more.")
    return Judgement(
        **{
            **vars(one),
            "reason": written(one.reason, "reason"),
            "reviewer": written(one.reviewer, "reviewer's name", MOST_NAME),
        }
    )


def _next(run_id: str, one: Judgement, standing: Review | None) -> Verdict:
    version = standing.version if standing else 0
    if one.seen_version is not None and one.seen_version != version:
        raise ConflictError(
            f"Cluster {one.cluster!r} was judged meanwhile (version {version}).",
            "Look at that verdict, and give yours again if it still stands.",
        )
    if one.second:
        _require_second(one, standing)
    return Verdict(
        run_id=run_id,
        cluster=one.cluster,
        version=version + 1,
        verdict=one.verdict,
        looks_like=one.looks_like,
        reason=one.reason,
        salt=secrets.token_hex(16),
        reviewer=one.reviewer,
        second_asked=one.second_asked,
        second_of=standing.verdict.version if standing and one.second else None,
        seconds_spent=one.seconds_spent,
        blind=one.blind,
        at=now(),
    )


def _require_second(one: Judgement, standing: Review | None) -> None:
    if standing is None:
        raise UsageError(
            f"Cluster {one.cluster!r} has no verdict that could be reviewed.",
            "Give a first verdict instead.",
        )
    if standing.verdict.reviewer == one.reviewer:
        raise UsageError(
            f"The verdict on {one.cluster!r} is by {one.reviewer} too.",
            "A second review is given by another person.",
        )


def _after(standing: Review | None, row: Verdict) -> Review:
    """Return what stands once a row has been added."""
    if standing is None or row.second_of is None:
        return Review(row, (), row.version)
    if row.second_of != standing.verdict.version:
        return Review(standing.verdict, standing.seconds, row.version)
    return Review(standing.verdict, (*standing.seconds, row), row.version)


def _rows(session: Session, run_id: str, clusters: Iterable[str] | None = None) -> list[Verdict]:
    chosen = select(Verdict).where(Verdict.run_id == run_id).order_by(Verdict.version)
    if clusters is not None:
        chosen = chosen.where(Verdict.cluster.in_(sorted(clusters)))
    return list(session.scalars(chosen))


def _reviews(
    session: Session, run_id: str, clusters: Iterable[str] | None = None
) -> dict[str, Review]:
    standing: dict[str, Review] = {}
    for row in _rows(session, run_id, clusters):
        standing[row.cluster] = _after(standing.get(row.cluster), row)
    return standing


def _detail(row: Verdict) -> dict[str, object]:
    said: dict[str, object] = {
        "cluster": row.cluster,
        "verdict": row.verdict,
        "reviewer": row.reviewer,
        "reason_sha256": row.reason_sha256,
        "version": row.version,
    }
    return said if row.second_of is None else {**said, "second_of": row.second_of}
