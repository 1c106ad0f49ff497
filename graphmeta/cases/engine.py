"""How are SQLite and PostgreSQL spoken to, so that the rest need not know which it is?

SQLite runs in WAL mode (readers never wait for a writer) and with transactions begun here rather
than by the driver: one that writes takes the lock at once, so that two writers queue up instead
of failing half-way. What is erased is overwritten (``secure_delete``). Parameters stay out of
error messages, since they hold what people wrote.
"""

from __future__ import annotations

import os
import sqlite3
import time
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.engine import URL
from sqlalchemy.exc import ArgumentError, DBAPIError

from graphmeta.cases.place import SQLITE, StoreAddress
from graphmeta.errors import MissingExtraError, UsageError

#: The execution option of engines whose transactions write.
WRITES = "graphmeta_writes"
_WAIT_SECONDS = 30
_CONNECT_SECONDS = 10
_LOOK_AGAIN_SECONDS = 0.02
_PRAGMAS = (
    f"PRAGMA busy_timeout = {_WAIT_SECONDS * 1000}",
    "PRAGMA foreign_keys = ON",
    "PRAGMA secure_delete = ON",
)


def connect(address: StoreAddress) -> Engine:
    """Return the engine of a store, which answers.

    Raises:
        MissingExtraError: PostgreSQL's driver is not installed.
        UsageError: The store cannot be reached, or its file cannot be made.
    """
    engine = _sqlite(address) if address.kind == SQLITE else _postgresql(address)
    try:
        engine.connect().close()
    except DBAPIError as error:
        # The driver's words could repeat a piece of the address, so only their kind is passed on.
        raise UsageError(
            f"The case store at {address.name} does not answer ({type(error.orig).__name__}).",
            "Check that it is there, and that you may use it; see --case-store.",
        ) from None
    return engine


def _postgresql(address: StoreAddress) -> Engine:
    try:
        url = make_url(address.secret).set(drivername="postgresql+psycopg")
    except (ArgumentError, ValueError):
        raise UsageError(
            "The address of the case store is malformed.",
            "Write postgresql://USER@HOST/DATABASE.",
        ) from None
    if "connect_timeout" not in url.query:
        url = url.update_query_dict({"connect_timeout": str(_CONNECT_SECONDS)})
    try:
        return create_engine(url, hide_parameters=True, pool_pre_ping=True)
    except ImportError as error:
        raise MissingExtraError("What speaks to PostgreSQL", "postgres") from error


def _sqlite(address: StoreAddress) -> Engine:
    _make_private(address)
    engine = create_engine(
        URL.create("sqlite+pysqlite", database=str(address.path)), hide_parameters=True
    )
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)
    return engine


def _make_private(address: StoreAddress) -> None:
    """Make the file where there is none: verdicts concern nobody else on the machine."""
    try:
        address.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(address.path, os.O_RDWR | os.O_CREAT, 0o600))
    except OSError as error:
        raise UsageError(
            f"The case store {address.path} cannot be made or opened: {error.strerror}.",
            "Name another with --case-store sqlite:////absolute/path/of/cases.sqlite.",
        ) from error


def _prepare(connection: Any, _: object) -> None:
    connection.isolation_level = None  # transactions are begun by _begin
    for pragma in _PRAGMAS:
        connection.execute(pragma)
    _write_ahead(connection)


def _write_ahead(connection: Any) -> None:
    """Turn to WAL mode. Where another connection is doing so, SQLite fails and does not wait."""
    until = time.monotonic() + _WAIT_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            busy = error.sqlite_errorcode & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
            if not busy or time.monotonic() > until:
                raise
            time.sleep(_LOOK_AGAIN_SECONDS)
        else:
            return


def _begin(connection: Connection) -> None:
    writes = connection.get_execution_options().get(WRITES, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
