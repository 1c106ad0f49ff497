"""How is one account taken out of what people wrote?

Its pseudonym is replaced, wherever it stands as a word of its own, in the reasons of verdicts, in
notes, pins and cases. A reason's salt is replaced with it: the hash in a run's audit log then tells
nothing of what the reason had said. Verdicts, dates and names of reviewers stay. In SQLite what was
erased is overwritten in the file at once; PostgreSQL keeps old rows until its next vacuum, and
backups of either keep what they hold. Text that describes a person without the pseudonym is not
found.
"""

from __future__ import annotations

import re
import secrets

from sqlalchemy import select
from sqlalchemy.orm import InstrumentedAttribute, Session

from graphmeta.cases.store import CaseStore, record, written
from graphmeta.cases.tables import Case, Note, Pin, Verdict

ERASED = "[erased]"
#: Every column that holds what people wrote.
_TEXTS: tuple[InstrumentedAttribute[str], ...] = (
    Verdict.reason,
    Note.text,
    Pin.item,
    Case.title,
    Case.summary,
)


def erase(store: CaseStore, pseudonym: str, actor: str) -> dict[str, int]:
    """Take an account out of everything that people wrote, in all runs.

    Args:
        store: The store.
        pseudonym: The account, as runs name it. The store's audit keeps that something was
            erased, and how often, but not this.
        actor: Who asks for it.

    Returns:
        How many texts were changed, by table: verdicts, notes, pins, cases.

    Raises:
        UsageError: The pseudonym is empty.
    """
    wanted = written(pseudonym, "pseudonym")
    word = re.compile(rf"(?<!\w){re.escape(wanted)}(?!\w)", re.IGNORECASE)
    changed = dict.fromkeys((column.class_.__tablename__ for column in _TEXTS), 0)
    with store.writing() as session:
        for column in _TEXTS:
            changed[column.class_.__tablename__] += _erase_in(session, column, wanted, word)
        record(session, actor, "erased", changed)
    store.overwrite_what_was_erased()
    return changed


def _erase_in(
    session: Session, column: InstrumentedAttribute[str], wanted: str, word: re.Pattern[str]
) -> int:
    changed = 0
    for row in session.scalars(
        select(column.class_).where(column.icontains(wanted, autoescape=True))
    ):
        before = getattr(row, column.key)
        after = word.sub(ERASED, before)
        if after != before:
            setattr(row, column.key, after)
            if isinstance(row, Verdict):
                row.salt = secrets.token_hex(16)
            changed += 1
    session.flush()
    return changed
