"""What do people keep beside a cluster: what they wrote, and which pieces of it they pinned?

Notes are appended. A pin that is taken off stays, with the time at which it was.
"""

from __future__ import annotations

from sqlalchemy import select

from graphmeta.cases.store import (
    MOST_NAME,
    CaseStore,
    known,
    now,
    record,
    require_clusters,
    written,
)
from graphmeta.cases.tables import Note, Pin
from graphmeta.errors import UsageError
from graphmeta.run import RunFolder


def note(store: CaseStore, run: RunFolder, cluster: str, text: str, author: str) -> Note:
    """Keep a note beside a cluster.

    Raises:
        UsageError: The run has no such cluster, or the text or the name is empty or too long.
    """
    text, author = written(text, "note"), written(author, "author's name", MOST_NAME)
    require_clusters(run, cluster)
    with store.writing() as session:
        row = Note(run_id=known(session, run), cluster=cluster, author=author, text=text, at=now())
        session.add(row)
        session.flush()
        record(session, author, "note", {"note": row.id}, run_id=row.run_id, cluster=cluster)
    return row


def pin(store: CaseStore, run: RunFolder, cluster: str, item: str, author: str) -> Pin:
    """Pin a piece of a cluster, such as ``evidence:spam:reply_rate``; the same piece once only.

    Raises:
        UsageError: The run has no such cluster, or the item or the name is empty or too long.
    """
    item, author = written(item, "item"), written(author, "author's name", MOST_NAME)
    require_clusters(run, cluster)
    with store.writing() as session:
        run_id = known(session, run)
        there = session.scalars(
            select(Pin).where(
                Pin.run_id == run_id,
                Pin.cluster == cluster,
                Pin.item == item,
                Pin.removed_at.is_(None),
            )
        ).first()
        if there:
            return there
        row = Pin(run_id=run_id, cluster=cluster, author=author, item=item, at=now())
        session.add(row)
        session.flush()
        record(session, author, "pin", {"pin": row.id}, run_id=run_id, cluster=cluster)
    return row


def unpin(store: CaseStore, pin_id: int, actor: str) -> None:
    """Take a pin off; one that is off already stays so.

    Raises:
        UsageError: There is no such pin.
    """
    with store.writing() as session:
        row = session.get(Pin, pin_id)
        if row is None:
            raise UsageError(f"There is no pin {pin_id}.", "It may be in another case store.")
        if row.removed_at is None:
            row.removed_at = now()
            record(session, actor, "unpin", {"pin": row.id}, run_id=row.run_id, cluster=row.cluster)


def notes(store: CaseStore, run_id: str, cluster: str | None = None) -> list[Note]:
    """Return the notes of a run, or of one of its clusters, oldest first."""
    chosen = select(Note).where(Note.run_id == run_id).order_by(Note.id)
    with store.reading() as session:
        return list(
            session.scalars(chosen if cluster is None else chosen.where(Note.cluster == cluster))
        )


def pins(store: CaseStore, run_id: str, cluster: str | None = None) -> list[Pin]:
    """Return the pins that are on, of a run or of one of its clusters, oldest first."""
    chosen = select(Pin).where(Pin.run_id == run_id, Pin.removed_at.is_(None)).order_by(Pin.id)
    with store.reading() as session:
        return list(
            session.scalars(chosen if cluster is None else chosen.where(Pin.cluster == cluster))
        )
