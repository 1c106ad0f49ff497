"""Golden clusters, and what reviewers said of them, which is as fixed as other verdicts.

``golden_verdicts`` refuses delete, and every update but that of a reason with its salt;
``golden_clusters`` refuses both: who changed an answer afterwards would change what is held against
people. What refuses is as in the first migration.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from graphmeta.cases.tables import Moment

revision = "0003"
down_revision = "0002"

_FIXED = "id, golden_id, verdict, looks_like, reviewer, second_asked, seconds_spent, at"
_GUARDED = {"golden_clusters": "UPDATE", "golden_verdicts": f"UPDATE OF {_FIXED}"}


def upgrade() -> None:
    """Make the tables and what guards them."""
    _tables()
    guard = _in_postgresql if op.get_bind().dialect.name == "postgresql" else _in_sqlite
    for table, update in _GUARDED.items():
        guard(table, update)


def _tables() -> None:
    op.create_table(
        "golden_clusters",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("run_id", sa.String(16), sa.ForeignKey("runs.run_id"), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("golden_run_id", sa.String(16), nullable=False),
        sa.Column("golden_cluster", sa.String(200), nullable=False),
        sa.Column("answer", sa.String(16), nullable=False),
        sa.Column("source", sa.String(16), nullable=False),
        sa.Column("salt", sa.String(32), nullable=False),
        sa.Column("added_by", sa.String(64), nullable=False),
        sa.Column("at", Moment, nullable=False),
        sa.UniqueConstraint("run_id", "name"),
        sa.UniqueConstraint("run_id", "golden_run_id", "golden_cluster"),
        sa.CheckConstraint("answer in ('spam', 'recruitment', 'benign')", name="answer"),
        sa.CheckConstraint("source in ('synthetic', 'settled')", name="source"),
    )
    op.create_table(
        "golden_verdicts",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("golden_id", sa.Integer, sa.ForeignKey("golden_clusters.id"), nullable=False),
        sa.Column("verdict", sa.String(16), nullable=False),
        sa.Column("looks_like", sa.String(64)),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("salt", sa.String(32), nullable=False),
        sa.Column("reviewer", sa.String(64), nullable=False),
        sa.Column("second_asked", sa.Boolean, nullable=False),
        sa.Column("seconds_spent", sa.Double),
        sa.Column("at", Moment, nullable=False),
        sa.CheckConstraint(
            "verdict in ('spam', 'recruitment', 'benign', 'unsure')", name="verdict"
        ),
    )
    op.create_index("golden_verdicts_of_cluster", "golden_verdicts", ["golden_id", "reviewer"])


def _in_sqlite(table: str, update: str) -> None:
    stays = f"BEGIN SELECT RAISE(ABORT, '{table}: what is recorded stays'); END"
    op.execute(f"CREATE TRIGGER {table}_update BEFORE {update} ON {table} {stays}")
    op.execute(f"CREATE TRIGGER {table}_delete BEFORE DELETE ON {table} {stays}")
    op.execute(
        f"CREATE TRIGGER {table}_replace BEFORE INSERT ON {table} "
        f"WHEN EXISTS (SELECT 1 FROM {table} WHERE id = NEW.id) {stays}"
    )


def _in_postgresql(table: str, update: str) -> None:
    op.execute(
        f"CREATE TRIGGER {table}_change BEFORE {update} OR DELETE ON {table} "
        "FOR EACH ROW EXECUTE FUNCTION graphmeta_stays()"
    )
    op.execute(
        f"CREATE TRIGGER {table}_truncate BEFORE TRUNCATE ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION graphmeta_stays()"
    )
