"""The first schema: runs, verdicts, cases, notes, pins, and an audit that cannot be changed.

The audit refuses update and delete in the database itself. Verdicts refuse delete, and every
update but that of a reason (with its salt), from which a pseudonym can be erased. SQLite deletes
rows in silence where an insert replaces them, PostgreSQL where a table is truncated; both are
refused as well. Whoever owns the database can take triggers off: against them, see the audit logs
of the runs.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from graphmeta.cases.tables import Moment

revision = "0001"
down_revision = None

_FIXED = (
    "id, run_id, cluster, version, verdict, looks_like, reviewer, second_asked, second_of, "
    "seconds_spent, at"
)


def upgrade() -> None:
    """Make the tables and what guards them."""
    _runs_and_verdicts()
    _cases()
    _notes_and_pins()
    _audit()
    if op.get_bind().dialect.name == "postgresql":
        _guard_in_postgresql()
    else:
        _guard_in_sqlite()


def _run_id(*, index: bool = False) -> sa.Column[str]:
    return sa.Column(
        "run_id", sa.String(16), sa.ForeignKey("runs.run_id"), nullable=False, index=index
    )


def _runs_and_verdicts() -> None:
    op.create_table(
        "runs",
        sa.Column("run_id", sa.String(16), primary_key=True),
        sa.Column("analysed_at", Moment, nullable=False),
        sa.Column("known_since", Moment, nullable=False),
    )
    op.create_table(
        "verdicts",
        sa.Column("id", sa.Integer, primary_key=True),
        _run_id(),
        sa.Column("cluster", sa.String(200), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("verdict", sa.String(16), nullable=False),
        sa.Column("looks_like", sa.String(64)),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("salt", sa.String(32), nullable=False),
        sa.Column("reviewer", sa.String(64), nullable=False),
        sa.Column("second_asked", sa.Boolean, nullable=False),
        sa.Column("second_of", sa.Integer),
        sa.Column("seconds_spent", sa.Double),
        sa.Column("at", Moment, nullable=False),
        sa.UniqueConstraint("run_id", "cluster", "version"),
        sa.CheckConstraint(
            "verdict in ('spam', 'recruitment', 'benign', 'unsure')", name="verdict"
        ),
        sa.CheckConstraint("looks_like is null or verdict = 'benign'", name="looks_like"),
        sa.CheckConstraint("seconds_spent is null or seconds_spent >= 0", name="seconds_spent"),
    )


def _cases() -> None:
    op.create_table(
        "cases",
        sa.Column("id", sa.Integer, primary_key=True),
        _run_id(index=True),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("summary", sa.Text, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("opened_by", sa.String(64), nullable=False),
        sa.Column("at", Moment, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.CheckConstraint("state in ('open', 'closed')", name="state"),
    )
    op.create_table(
        "case_clusters",
        sa.Column("case_id", sa.Integer, sa.ForeignKey("cases.id"), primary_key=True),
        sa.Column("cluster", sa.String(200), primary_key=True),
    )


def _notes_and_pins() -> None:
    for table, text in (("notes", "text"), ("pins", "item")):
        op.create_table(
            table,
            sa.Column("id", sa.Integer, primary_key=True),
            _run_id(),
            sa.Column("cluster", sa.String(200), nullable=False),
            sa.Column("author", sa.String(64), nullable=False),
            sa.Column(text, sa.Text, nullable=False),
            sa.Column("at", Moment, nullable=False),
            *([sa.Column("removed_at", Moment)] if table == "pins" else []),
        )
        op.create_index(f"{table}_of_cluster", table, ["run_id", "cluster"])


def _audit() -> None:
    op.create_table(
        "audit",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("at", Moment, nullable=False),
        sa.Column("actor", sa.String(64), nullable=False),
        sa.Column("act", sa.String(32), nullable=False),
        sa.Column("run_id", sa.String(16), index=True),
        sa.Column("cluster", sa.String(200)),
        sa.Column("detail", sa.JSON, nullable=False),
    )


def _guard_in_sqlite() -> None:
    for name, when in (
        ("audit_update", "UPDATE ON audit"),
        ("audit_delete", "DELETE ON audit"),
        ("verdicts_update", f"UPDATE OF {_FIXED} ON verdicts"),
        ("verdicts_delete", "DELETE ON verdicts"),
    ):
        table = name.partition("_")[0]
        op.execute(
            f"CREATE TRIGGER {name} BEFORE {when} "
            f"BEGIN SELECT RAISE(ABORT, '{table}: what is recorded stays'); END"
        )
    for table, same in (
        ("audit", "id = NEW.id"),
        (
            "verdicts",
            "id = NEW.id OR (run_id = NEW.run_id AND cluster = NEW.cluster "
            "AND version = NEW.version)",
        ),
    ):
        op.execute(
            f"CREATE TRIGGER {table}_replace BEFORE INSERT ON {table} "
            f"WHEN EXISTS (SELECT 1 FROM {table} WHERE {same}) "
            f"BEGIN SELECT RAISE(ABORT, '{table}: what is recorded stays'); END"
        )


def _guard_in_postgresql() -> None:
    op.execute(
        "CREATE FUNCTION graphmeta_stays() RETURNS trigger LANGUAGE plpgsql AS $$ "
        "BEGIN RAISE EXCEPTION '%: what is recorded stays', TG_TABLE_NAME; END $$"
    )
    for table, update in (("audit", "UPDATE"), ("verdicts", f"UPDATE OF {_FIXED}")):
        op.execute(
            f"CREATE TRIGGER {table}_change BEFORE {update} OR DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION graphmeta_stays()"
        )
        op.execute(
            f"CREATE TRIGGER {table}_truncate BEFORE TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION graphmeta_stays()"
        )
