"""Which cases are there, which clusters is each about, and who changed it last?

Two people may work on one case: each change names the version that it started from, and is refused
where another change came first, so that nobody overwrites what they have not seen.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from graphmeta.cases.store import (
    MOST_NAME,
    CaseStore,
    known,
    now,
    record,
    require_clusters,
    written,
)
from graphmeta.cases.tables import Case, CaseCluster
from graphmeta.errors import ConflictError, UsageError
from graphmeta.run import RunFolder

STATES = ("open", "closed")


def open_case(
    store: CaseStore, run: RunFolder, clusters: Sequence[str], title: str, actor: str
) -> Case:
    """Open a case about one or more clusters of a run.

    Raises:
        UsageError: No cluster was named or the run lacks one, or the title or the name is empty.
    """
    title, actor = written(title, "title"), written(actor, "name", MOST_NAME)
    if not clusters:
        raise UsageError("A case is about something.", "Name at least one cluster.")
    require_clusters(run, *clusters)
    with store.writing() as session:
        case = Case(
            run_id=known(session, run), title=title, summary="", state="open", opened_by=actor,
            at=now(),
        )  # fmt: skip
        session.add(case)
        session.flush()
        session.add_all(CaseCluster(case_id=case.id, cluster=one) for one in sorted(set(clusters)))
        record(session, actor, "case opened", {"case": case.id}, run_id=case.run_id)
    return case


def change_case(
    store: CaseStore,
    case_id: int,
    seen_version: int,
    actor: str,
    *,
    title: str | None = None,
    summary: str | None = None,
    state: str | None = None,
) -> Case:
    """Change what is given of a case, and leave the rest.

    Args:
        store: The store.
        case_id: Which case.
        seen_version: The version that the change starts from.
        actor: Who changes it.
        title: What it is called.
        summary: What it says, as free text; may be empty.
        state: ``open`` or ``closed``.

    Raises:
        ConflictError: Somebody else changed the case since ``seen_version``.
        UsageError: There is no such case, or a value is none that can be.
    """
    if state is not None and state not in STATES:
        raise UsageError(f"{state!r} is no state of a case.", f"Give one of {', '.join(STATES)}.")
    with store.writing() as session:
        case = _seen(session, case_id, seen_version)
        case.title = case.title if title is None else written(title, "title")
        if summary is not None:
            case.summary = written(summary, "summary") if summary.strip() else ""
        case.state = state or case.state
        record(
            session,
            actor,
            "case changed",
            {"case": case.id, "state": case.state},
            run_id=case.run_id,
        )
    return case


def add_clusters(
    store: CaseStore,
    run: RunFolder,
    case_id: int,
    seen_version: int,
    clusters: Sequence[str],
    actor: str,
) -> Case:
    """Let a case be about more clusters of its run; those that it is about already stay.

    Raises:
        ConflictError: Somebody else changed the case since ``seen_version``.
        UsageError: There is no such case of that run, or the run lacks a cluster.
    """
    actor = written(actor, "name", MOST_NAME)
    require_clusters(run, *clusters)
    with store.writing() as session:
        case = _seen(session, case_id, seen_version)
        if case.run_id != run.run_id:
            raise UsageError(f"Case {case_id} is about another run.", "Open a case about this one.")
        there = select(CaseCluster.cluster).where(CaseCluster.case_id == case_id)
        more = sorted(set(clusters) - set(session.scalars(there)))
        session.add_all(CaseCluster(case_id=case_id, cluster=one) for one in more)
        if more:
            flag_modified(case, "title")  # so that the case gets its next version
            said = {"case": case_id, "clusters": len(more)}
            record(session, actor, "case extended", said, run_id=case.run_id)
    return case


def exported(
    store: CaseStore, case_id: int, actor: str, format_name: str, tlp: str, sha256: str
) -> None:
    """Keep in the store's audit that a case left, as what, for whom, and at whose hands.

    Raises:
        UsageError: There is no such case.
    """
    with store.writing() as session:
        case = _of(session, case_id)
        said = {"case": case_id, "format": format_name, "tlp": tlp, "sha256": sha256}
        record(session, actor, "case exported", said, run_id=case.run_id)


def cases(store: CaseStore, *run_ids: str) -> list[Case]:
    """Return the cases of some runs, oldest first."""
    chosen = select(Case).where(Case.run_id.in_(run_ids)).order_by(Case.id)
    with store.reading() as session:
        return list(session.scalars(chosen))


def case_of(store: CaseStore, case_id: int) -> Case:
    """Return a case.

    Raises:
        UsageError: There is no such case.
    """
    with store.reading() as session:
        return _of(session, case_id)


def clusters_of(store: CaseStore, case_id: int) -> list[str]:
    """Return the clusters that a case is about, in order."""
    chosen = select(CaseCluster.cluster).where(CaseCluster.case_id == case_id)
    with store.reading() as session:
        return sorted(session.scalars(chosen))


def _of(session: Session, case_id: int) -> Case:
    case = session.get(Case, case_id)
    if case is None:
        raise UsageError(f"There is no case {case_id}.", "It may be in another case store.")
    return case


def _seen(session: Session, case_id: int, seen_version: int) -> Case:
    """Return a case, if it is as whoever changes it has seen it."""
    case = _of(session, case_id)
    if case.version != seen_version:
        raise ConflictError(
            f"Case {case_id} was changed meanwhile (version {case.version}).",
            "Look at it again, and repeat your change.",
        )
    return case
