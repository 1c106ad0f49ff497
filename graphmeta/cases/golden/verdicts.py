"""What do reviewers say of clusters, some of which are golden, without knowing which?

A verdict on a golden cluster is kept apart from all others, and each reviewer sees their own alone:
whoever comes after another is measured too. In the run's audit log it is the act
``golden_verdict``, which nothing counts as a verdict.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence

from sqlalchemy import select

from graphmeta.cases import log, verdicts
from graphmeta.cases.golden.adding import golden_clusters
from graphmeta.cases.store import CaseStore, now, record
from graphmeta.cases.tables import GoldenCluster, GoldenVerdict, Verdict
from graphmeta.cases.verdicts import Judgement, Review
from graphmeta.errors import UsageError
from graphmeta.run import RunFolder

#: The act in the run's audit log.
ACT = "golden_verdict"


def judge(store: CaseStore, run: RunFolder, judgements: Sequence[Judgement]) -> None:
    """Append verdicts on clusters of a run as it is served, golden ones among them.

    The genuine ones are appended all or none, and before the golden ones.

    Raises:
        UsageError: As :func:`graphmeta.cases.verdicts.judge`.
        ConflictError: A genuine cluster has been judged since its reviewer looked.
        RunError: The run's audit log cannot be written, or is broken.
    """
    said = [verdicts.checked(one) for one in judgements]
    hidden = {row.name: row for row in golden_clusters(store, run.run_id)}
    for one in said:
        if one.cluster in hidden and one.second:
            # Somebody else's verdict on it is not theirs to see, and their own is their own.
            raise UsageError(
                f"There is no verdict of another on {one.cluster!r} that could be reviewed.",
                "Give a verdict of your own instead.",
            )
    verdicts.judge(store, run, [one for one in said if one.cluster not in hidden])
    _keep(store, run, [(hidden[one.cluster], one) for one in said if one.cluster in hidden])


def reviews(store: CaseStore, run_id: str, reviewer: str) -> dict[str, Review]:
    """Return what stands for each cluster of a run, as one reviewer may see it."""
    return {**verdicts.reviews(store, run_id), **own_reviews(store, run_id, reviewer)}


def own_reviews(store: CaseStore, run_id: str, reviewer: str) -> dict[str, Review]:
    """Return what one reviewer concluded about the golden clusters of a run."""
    own = _own(store, run_id, reviewer)
    return {name: Review(rows[-1], (), len(rows)) for name, rows in own.items()}


def history(store: CaseStore, run_id: str, cluster: str, reviewer: str) -> list[Verdict]:
    """Return all verdicts on a cluster, oldest first, as one reviewer may see them."""
    own = _own(store, run_id, reviewer)
    return own.get(cluster) or verdicts.history(store, run_id, cluster)


def _keep(
    store: CaseStore, run: RunFolder, said: Sequence[tuple[GoldenCluster, Judgement]]
) -> None:
    if not said:
        return
    with store.writing() as session:
        rows = [(golden, _row(golden, one)) for golden, one in said]
        session.add_all(row for _, row in rows)
        for golden, row in rows:
            record(session, row.reviewer, ACT, {"golden": golden.id}, run_id=golden.run_id)
        session.flush()
        log.write(run, ACT, [_detail(golden, row) for golden, row in rows])


def _row(golden: GoldenCluster, one: Judgement) -> GoldenVerdict:
    return GoldenVerdict(
        golden_id=golden.id,
        verdict=one.verdict,
        looks_like=one.looks_like,
        reason=one.reason,
        salt=secrets.token_hex(16),
        reviewer=one.reviewer,
        second_asked=one.second_asked,
        seconds_spent=one.seconds_spent,
        at=now(),
    )


def _own(store: CaseStore, run_id: str, reviewer: str) -> dict[str, list[Verdict]]:
    """Return a reviewer's verdicts on golden clusters, in the form of all others."""
    chosen = (
        select(GoldenVerdict, GoldenCluster.name)
        .join(GoldenCluster, GoldenCluster.id == GoldenVerdict.golden_id)
        .where(GoldenCluster.run_id == run_id, GoldenVerdict.reviewer == reviewer)
        .order_by(GoldenVerdict.id)
    )
    own: dict[str, list[Verdict]] = {}
    with store.reading() as session:
        for row, name in session.execute(chosen):
            own.setdefault(name, []).append(_as_verdict(run_id, name, row, len(own.get(name, ()))))
    return own


def _as_verdict(run_id: str, name: str, row: GoldenVerdict, before: int) -> Verdict:
    return Verdict(
        run_id=run_id,
        cluster=name,
        version=before + 1,
        verdict=row.verdict,
        looks_like=row.looks_like,
        reason=row.reason,
        salt=row.salt,
        reviewer=row.reviewer,
        second_asked=row.second_asked,
        second_of=None,
        seconds_spent=row.seconds_spent,
        at=row.at,
    )


def _detail(golden: GoldenCluster, row: GoldenVerdict) -> dict[str, object]:
    return {
        "cluster": golden.name,
        "verdict": row.verdict,
        "reviewer": row.reviewer,
        "reason_sha256": row.reason_sha256,
        "answer": golden.answer,
    }
