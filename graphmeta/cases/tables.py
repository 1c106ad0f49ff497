"""Which tables does the case store hold?

Runs are known by their id, clusters by run and name. Verdicts and the audit are appended to and
never changed: the database itself refuses (``migrations/versions``). What people write freely
(reasons, notes, pins, cases) is text of its own, so that a pseudonym can be erased from it.
The schema itself is made by the migrations; a test compares the two.
"""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    CheckConstraint,
    DateTime,
    Dialect,
    Double,
    ForeignKey,
    Index,
    String,
    Text,
    TypeDecorator,
    UniqueConstraint,
    false,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

VERDICTS = ("spam", "recruitment", "benign", "unsure")
#: What reviewers may say of a cluster that does wrong.
ABUSIVE = ("spam", "recruitment")


class Moment(TypeDecorator[datetime]):
    """A time with a zone, in UTC on the way in and out (SQLite forgets zones)."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(
        self,
        value: datetime | None,
        dialect: Dialect,  # noqa: ARG002 - as SQLAlchemy calls it
    ) -> datetime | None:
        """Return the time in UTC, for any database."""
        return None if value is None else value.astimezone(UTC)

    def process_result_value(
        self,
        value: datetime | None,
        dialect: Dialect,  # noqa: ARG002 - as SQLAlchemy calls it
    ) -> datetime | None:
        """Return the time with its zone."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    """All tables of the store."""


class KnownRun(Base):
    """A run of which something was said.

    ``run_id`` is that of :class:`graphmeta.run.RunFolder`.
    """

    __tablename__ = "runs"

    run_id: Mapped[str] = mapped_column(String(16), primary_key=True)
    analysed_at: Mapped[datetime] = mapped_column(Moment)
    known_since: Mapped[datetime] = mapped_column(Moment)


class Verdict(Base):
    """What one person concluded about one cluster. A later version supersedes it.

    ``second_of`` is the version that a second reviewer looked at; ``second_asked`` asks for one.
    ``blind`` says that the workbench had not shown the reviewer the score. ``salt`` goes before the
    reason when it is hashed for a run's audit log, so that nobody can guess from the hash what an
    erased reason had said.
    """

    __tablename__ = "verdicts"
    __table_args__ = (
        UniqueConstraint("run_id", "cluster", "version"),
        CheckConstraint("verdict in ('spam', 'recruitment', 'benign', 'unsure')", name="verdict"),
        CheckConstraint("looks_like is null or verdict = 'benign'", name="looks_like"),
        CheckConstraint("seconds_spent is null or seconds_spent >= 0", name="seconds_spent"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    run_id: Mapped[str] = mapped_column(ForeignKey("runs.run_id"))
    cluster: Mapped[str] = mapped_column(String(200))
    version: Mapped[int]
    verdict: Mapped[str] = mapped_column(String(16))
    looks_like: Mapped[str | None] = mapped_column(String(64))
    reason: Mapped[str] = mapped_column(Text)
    salt: Mapped[str] = mapped_column(String(32))
    reviewer: Mapped[str] = mapped_column(String(64))
    second_asked: Mapped[bool] = mapped_column(default=False)
    second_of: Mapped[int | None]
    seconds_spent: Mapped[float | None] = mapped_column(Double)
    blind: Mapped[bool] = mapped_column(default=False, server_default=false())
    at: Mapped[datetime] = mapped_column(Moment)

    @property
    def reason_sha256(self) -> str:
        """The SHA-256 over salt and reason, as a run's audit log holds it."""
        return hashlib.sha256((self.salt + self.reason).encode()).hexdigest()


class Case(Base):
    """What is gathered about one or more clusters of a run, to be handed on.

    ``version`` rises with every change; who changes a version that is no longer there is refused.
    """

    __tablename__ = "cases"
    __table_args__ = (CheckConstraint("state in ('open', 'closed')", name="state"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    run_id: Mapped[str] = mapped_column(ForeignKey("runs.run_id"), index=True)
    title: Mapped[str] = mapped_column(Text)
    summary: Mapped[str] = mapped_column(Text, default="")
    state: Mapped[str] = mapped_column(String(16), default="open")
    opened_by: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(Moment)
    version: Mapped[int] = mapped_column()

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - as SQLAlchemy wants it


class CaseCluster(Base):
    """A cluster that a case is about."""

    __tablename__ = "case_clusters"

    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), primary_key=True)
    cluster: Mapped[str] = mapped_column(String(200), primary_key=True)


class Note(Base):
    """What somebody wrote beside a cluster."""

    __tablename__ = "notes"
    __table_args__ = (Index("notes_of_cluster", "run_id", "cluster"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    run_id: Mapped[str] = mapped_column(ForeignKey("runs.run_id"))
    cluster: Mapped[str] = mapped_column(String(200))
    author: Mapped[str] = mapped_column(String(64))
    text: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(Moment)


class Pin(Base):
    """A piece of a cluster that somebody pinned: an evidence term, a contact, a member, an hour.

    A pin that was taken off stays, with the time at which it was.
    """

    __tablename__ = "pins"
    __table_args__ = (Index("pins_of_cluster", "run_id", "cluster"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    run_id: Mapped[str] = mapped_column(ForeignKey("runs.run_id"))
    cluster: Mapped[str] = mapped_column(String(200))
    author: Mapped[str] = mapped_column(String(64))
    item: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(Moment)
    removed_at: Mapped[datetime | None] = mapped_column(Moment)


class SavedFilter(Base):
    """A way of looking at the queue that somebody kept for themselves."""

    __tablename__ = "saved_filters"
    __table_args__ = (UniqueConstraint("owner", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    owner: Mapped[str] = mapped_column(String(64))
    name: Mapped[str] = mapped_column(String(64))
    query: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(Moment)


class GoldenCluster(Base):
    """A hidden cluster whose answer is known, mixed into what is served of a run.

    ``name`` is what reviewers see; ``golden_run_id`` and ``golden_cluster`` say where it is from.
    ``salt`` goes into the names of its accounts.
    """

    __tablename__ = "golden_clusters"
    __table_args__ = (
        UniqueConstraint("run_id", "name"),
        UniqueConstraint("run_id", "golden_run_id", "golden_cluster"),
        CheckConstraint("answer in ('spam', 'recruitment', 'benign')", name="answer"),
        CheckConstraint("source in ('synthetic', 'settled')", name="source"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    run_id: Mapped[str] = mapped_column(ForeignKey("runs.run_id"))
    name: Mapped[str] = mapped_column(String(200))
    golden_run_id: Mapped[str] = mapped_column(String(16))
    golden_cluster: Mapped[str] = mapped_column(String(200))
    answer: Mapped[str] = mapped_column(String(16))
    source: Mapped[str] = mapped_column(String(16))
    salt: Mapped[str] = mapped_column(String(32))
    added_by: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(Moment)


class GoldenVerdict(Base):
    """What a reviewer concluded about a golden cluster. Rows are as fixed as those of verdicts."""

    __tablename__ = "golden_verdicts"
    __table_args__ = (
        Index("golden_verdicts_of_cluster", "golden_id", "reviewer"),
        CheckConstraint("verdict in ('spam', 'recruitment', 'benign', 'unsure')", name="verdict"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    golden_id: Mapped[int] = mapped_column(ForeignKey("golden_clusters.id"))
    verdict: Mapped[str] = mapped_column(String(16))
    looks_like: Mapped[str | None] = mapped_column(String(64))
    reason: Mapped[str] = mapped_column(Text)
    salt: Mapped[str] = mapped_column(String(32))
    reviewer: Mapped[str] = mapped_column(String(64))
    second_asked: Mapped[bool] = mapped_column(default=False)
    seconds_spent: Mapped[float | None] = mapped_column(Double)
    at: Mapped[datetime] = mapped_column(Moment)

    @property
    def reason_sha256(self) -> str:
        """As :attr:`Verdict.reason_sha256`."""
        return hashlib.sha256((self.salt + self.reason).encode()).hexdigest()


class Act(Base):
    """Who did what in the store, and when: the audit. It holds no free text and no account."""

    __tablename__ = "audit"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(Moment)
    actor: Mapped[str] = mapped_column(String(64))
    act: Mapped[str] = mapped_column(String(32))
    run_id: Mapped[str | None] = mapped_column(String(16), index=True)
    cluster: Mapped[str | None] = mapped_column(String(200))
    detail: Mapped[dict[str, Any]] = mapped_column(JSON)
