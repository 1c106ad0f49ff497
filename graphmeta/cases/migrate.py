"""Is the store's schema the one that this version works with, and if not, can it be made so?

Alembic brings an older or empty store up to date, under a lock, in one transaction: two processes
that open a new store at once do it once, and one that is stopped half-way leaves it as it was.
Most openings find the newest schema and never load Alembic.
"""

from __future__ import annotations

from sqlalchemy import Connection, Engine, inspect, text

from graphmeta.cases.engine import WRITES
from graphmeta.errors import UsageError

#: The newest migration; a test holds it to ``migrations/versions``.
NEWEST = "0004"
_SCRIPTS = "graphmeta.cases:migrations"
#: Any number that nothing else in the database locks by.
_LOCK = 7_147_273


def bring_up_to_date(engine: Engine) -> None:
    """Make the schema the newest.

    Raises:
        UsageError: The store was made by a newer graphmeta.
    """
    with engine.connect() as connection:
        if _version(connection) == NEWEST:
            return
    with engine.execution_options(**{WRITES: True}).begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        if _version(connection) != NEWEST:
            _upgrade(connection)


def _version(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def _upgrade(connection: Connection) -> None:
    from alembic import command  # slow to load, and seldom needed
    from alembic.config import Config
    from alembic.util import CommandError

    config = Config()
    config.set_main_option("script_location", _SCRIPTS)
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, "head")
    except CommandError as error:
        raise UsageError(
            "The case store was made by a newer version of graphmeta.",
            "Update graphmeta, or name another store with --case-store.",
        ) from error
