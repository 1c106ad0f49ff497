"""How is one account taken out of what people wrote?

Its pseudonym is replaced, wherever it stands as a word of its own, in the reasons of verdicts, in
notes, pins and cases; a saved filter that holds it is deleted. A reason's salt is replaced with it:
the hash in a run's audit log then tells nothing of what the reason had said. Verdicts, dates and
names of reviewers stay. In SQLite what was erased is overwritten in the file at once; PostgreSQL
keeps old rows until its next vacuum, and backups of either keep what they hold. Text that describes
a person without the pseudonym is not found.
"""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import InstrumentedAttribute

from graphmeta.cases.store import CaseStore, record, written
from graphmeta.cases.tables import Case, GoldenVerdict, Note, Pin, SavedFilter, Verdict

ERASED = "[erased]"
#: Every column that holds what people wrote.
_TEXTS: tuple[InstrumentedAttribute[str], ...] = (
    Verdict.reason,
    Note.text,
    Pin.item,
    Case.title,
    Case.summary,
    SavedFilter.name,
    SavedFilter.query,
    GoldenVerdict.reason,
)


@dataclass(frozen=True)
class Texts:
    """What people wrote, as a holder of mentions of accounts: counted, or taken out.

    Args:
        store: The store.
        actor: Who asks.
    """

    store: CaseStore
    actor: str

    @property
    def name(self) -> str:
        """What it is called in front of people."""
        return f"the case store at {self.store.address.name}"

    def mentions(self, account: str) -> dict[str, int]:
        """Return how many texts name an account, by table, and record that somebody asked."""
        return _each(self.store, account, self.actor, replace=False)

    def erase(self, account: str) -> dict[str, int]:
        """Take an account out of all texts, and return how many were changed, by table."""
        return erase(self.store, account, self.actor)


def erase(store: CaseStore, pseudonym: str, actor: str) -> dict[str, int]:
    """Take an account out of everything that people wrote, in all runs.

    Args:
        store: The store.
        pseudonym: The account, as runs name it. The store's audit keeps that something was
            erased, and how often, but not this.
        actor: Who asks for it.

    Returns:
        How many texts were changed, by table: verdicts, notes, pins, cases, saved_filters,
            golden_verdicts.

    Raises:
        UsageError: The pseudonym is empty.
    """
    changed = _each(store, pseudonym, actor, replace=True)
    store.overwrite_what_was_erased()
    return changed


def _each(store: CaseStore, pseudonym: str, actor: str, *, replace: bool) -> dict[str, int]:
    """Find every text that names an account, and record it; replace the name where asked."""
    wanted = written(pseudonym, "pseudonym")
    word = re.compile(rf"(?<!\w){re.escape(wanted)}(?!\w)", re.IGNORECASE)
    found = dict.fromkeys((column.class_.__tablename__ for column in _TEXTS), 0)
    with store.writing() as session:
        for column in _TEXTS:
            rows = [
                row
                for row in session.scalars(
                    select(column.class_).where(column.icontains(wanted, autoescape=True))
                )
                if word.search(getattr(row, column.key))
            ]
            found[column.class_.__tablename__] += len(rows)
            for row in rows if replace else ():
                if isinstance(row, SavedFilter):
                    session.delete(row)  # without the account it would find something else
                    continue
                setattr(row, column.key, word.sub(ERASED, getattr(row, column.key)))
                if isinstance(row, Verdict | GoldenVerdict):
                    row.salt = secrets.token_hex(16)
            session.flush()
        record(session, actor, "erased" if replace else "mentions counted", found)
    return found
