"""Filters of the queue that people keep for themselves. They may be changed and deleted."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from graphmeta.cases.tables import Moment

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "saved_filters",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("owner", sa.String(64), nullable=False),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("query", sa.Text, nullable=False),
        sa.Column("at", Moment, nullable=False),
        sa.UniqueConstraint("owner", "name"),
    )
