"""What Alembic runs: the migrations, on the connection and in the transaction given to it."""

from __future__ import annotations

from alembic import context

from graphmeta.cases.tables import Base

context.configure(connection=context.config.attributes["connection"], target_metadata=Base.metadata)
context.run_migrations()
