"""How is the case store opened, read and written?

What is read is read in one transaction, what is written in another that holds or fails whole.
Rows that come out are plain objects: they stay readable when the store is closed, and changing
one changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, Self

from sqlalchemy import Engine, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from graphmeta.cases.engine import WRITES, connect
from graphmeta.cases.migrate import bring_up_to_date
from graphmeta.cases.place import POSTGRESQL, SQLITE, StoreAddress, address
from graphmeta.cases.tables import Act, KnownRun
from graphmeta.errors import ConflictError, GraphmetaError, UsageError
from graphmeta.run import RunFolder

MOST_TEXT = 10_000
MOST_NAME = 64


class CaseStore:
    """An open case store. Use it in a ``with`` statement, or close it.

    Args:
        address: Where it is.
        engine: Its connections, shared by all threads.
    """

    def __init__(self, address: StoreAddress, engine: Engine) -> None:
        self.address = address
        self._reads = engine
        self._writes = engine.execution_options(**{WRITES: True})

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Give all connections back."""
        self._reads.dispose()

    def overwrite_what_was_erased(self) -> None:
        """Bring SQLite's write-ahead log, which may hold older pages, into the file and cut it."""
        if self.address.kind == SQLITE:
            connection = self._reads.raw_connection()  # outside of any transaction
            connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
            connection.close()

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Give a session that sees the store as it is at one moment."""
        with _explained(self.address), Session(self._reads, expire_on_commit=False) as session:
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """Give a session whose changes are all kept at the end, or none of them.

        Raises:
            ConflictError: Somebody else changed the same rows meanwhile.
        """
        with (
            _explained(self.address),
            Session(self._writes, expire_on_commit=False) as session,
            session.begin(),
        ):
            yield session


def open_store(given: str | None = None) -> CaseStore:
    """Open the case store, and make it or bring it up to date where need be.

    Args:
        given: Its address; see :mod:`graphmeta.cases.place` for where it is otherwise.

    Raises:
        UsageError: There is no such store, it does not answer, or a newer graphmeta made it.
        MissingExtraError: PostgreSQL's driver is not installed.
    """
    where = address(given)
    engine = connect(where)
    try:
        with _explained(where):
            bring_up_to_date(engine)
    except BaseException:
        engine.dispose()
        raise
    return CaseStore(where, engine)


def known(session: Session, run: RunFolder) -> str:
    """Make a run known, wait until nobody else writes about it, and return its id."""
    postgres = session.get_bind().dialect.name == POSTGRESQL
    insert: Any = postgresql.insert if postgres else sqlite.insert
    session.execute(
        insert(KnownRun)
        .values(
            run_id=run.run_id,
            analysed_at=datetime.fromisoformat(run.manifest["created_at"]),
            known_since=now(),
        )
        .on_conflict_do_nothing()
    )
    # PostgreSQL locks the row; in SQLite the whole transaction holds the only lock there is.
    session.execute(select(KnownRun).where(KnownRun.run_id == run.run_id).with_for_update())
    return run.run_id


def record(
    session: Session,
    actor: str,
    act: str,
    detail: Mapping[str, object],
    *,
    run_id: str | None = None,
    cluster: str | None = None,
) -> None:
    """Add an act to the store's audit. ``detail`` holds neither free text nor an account."""
    session.add(
        Act(at=now(), actor=actor, act=act, run_id=run_id, cluster=cluster, detail=dict(detail))
    )


def require_clusters(run: RunFolder, *clusters: str) -> None:
    """Refuse clusters that a run does not have.

    Raises:
        UsageError: One of them is none of the run's.
    """
    there = set(run.table("clusters")["cluster_id"])
    for cluster in clusters:
        if cluster not in there:
            raise UsageError(
                f"This run has no cluster {cluster!r}.", "`graphmeta queue RUN` lists the clusters."
            )


def written(text: str, what: str, most: int = MOST_TEXT) -> str:
    """Return what somebody wrote, without spaces around it.

    Raises:
        UsageError: It is empty, longer than ``most`` characters, or no text.
    """
    said = text.strip()
    if not said:
        raise UsageError(f"The {what} is empty.", "Write at least a word.")
    if len(said) > most:
        raise UsageError(
            f"The {what} is {len(said):,} characters long.", f"Write at most {most:,}."
        )
    if "\x00" in said:
        raise UsageError(f"The {what} holds a null character.", "Write text alone.")
    return said


def now() -> datetime:
    """Return the present, in UTC."""
    return datetime.now(UTC)


@contextmanager
def _explained(where: StoreAddress) -> Iterator[None]:
    """Turn what databases raise into errors that say what to do, without what people wrote."""
    try:
        yield
    except StaleDataError:
        raise ConflictError(
            "Somebody else changed this meanwhile.", "Look at it again, and repeat your change."
        ) from None
    except DBAPIError as error:
        # The database's own words may repeat a row, so only their kind is passed on.
        raise GraphmetaError(
            f"The case store at {where.name} refused ({type(error.orig).__name__}).",
            "Nothing of this step was kept. Check its disk, its locks and your rights in it.",
        ) from None
