"""Which ways of looking at the queue did somebody keep for themselves?

A saved filter is a name and the part of the queue's address that says what is shown and in which
order, such as ``status=confirmed&sort=actors``. Each belongs to one person, and is a convenience:
saving under the same name replaces, and what is deleted is gone. None of it is an act about a run,
so no audit speaks of it.
"""

from __future__ import annotations

from urllib.parse import parse_qsl, urlencode

from sqlalchemy import delete, select
from sqlalchemy.dialects import postgresql, sqlite

from graphmeta.cases.place import POSTGRESQL
from graphmeta.cases.store import MOST_NAME, CaseStore, now, written
from graphmeta.cases.tables import SavedFilter
from graphmeta.errors import UsageError

MOST_QUERY = 2_000


def save_filter(store: CaseStore, owner: str, name: str, query: str) -> SavedFilter:
    """Keep a filter under a name, in place of one that bears it already.

    Args:
        store: The store.
        owner: Whose it is.
        name: What they call it.
        query: Names and values as they stand in an address, without the question mark.

    Returns:
        The filter as it was kept; its query is written anew, so that it holds nothing but letters,
        digits and what separates values.

    Raises:
        UsageError: The owner, the name or the query is empty, too long, or none.
    """
    owner, name = written(owner, "owner's name", MOST_NAME), written(name, "name", MOST_NAME)
    kept = {"query": _checked(query), "at": now()}
    insert = postgresql.insert if store.address.kind == POSTGRESQL else sqlite.insert
    with store.writing() as session:
        session.execute(
            insert(SavedFilter)
            .values(owner=owner, name=name, **kept)
            .on_conflict_do_update(index_elements=["owner", "name"], set_=kept)
        )
        return session.scalars(
            select(SavedFilter).where(SavedFilter.owner == owner, SavedFilter.name == name)
        ).one()


def saved_filters(store: CaseStore, owner: str) -> list[SavedFilter]:
    """Return what somebody saved, by name."""
    with store.reading() as session:
        rows = session.scalars(select(SavedFilter).where(SavedFilter.owner == owner))
        # Sorted here, since databases sort letters each in their own way.
        return sorted(rows, key=lambda row: (row.name.casefold(), row.name))


def delete_filter(store: CaseStore, owner: str, filter_id: int) -> None:
    """Delete a filter; one that is gone already stays so.

    Another person's filter is none of the owner's: nothing happens to it.
    """
    with store.writing() as session:
        session.execute(
            delete(SavedFilter).where(SavedFilter.id == filter_id, SavedFilter.owner == owner)
        )


def _checked(query: str) -> str:
    try:
        pairs = parse_qsl(
            written(query, "filter", MOST_QUERY), keep_blank_values=True, strict_parsing=True
        )
    except ValueError as error:
        raise UsageError(
            "The filter is none: it is not written as name=value&name=value.",
            "Save it from the queue, as it is shown there.",
        ) from error
    return urlencode(pairs)
