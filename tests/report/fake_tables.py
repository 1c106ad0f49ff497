"""The tables of a made-up run, as their rows are gathered, and the rows of one cluster."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import polars as pl

from graphmeta.contract.tables import TABLES
from graphmeta.graph.places import places

START = datetime(2024, 5, 3, tzinfo=UTC)
Row = dict[str, Any]


@dataclass
class Tables:
    """Rows of the run's tables, as they are gathered."""

    rows: dict[str, list[Row]] = field(default_factory=lambda: {name: [] for name in TABLES})

    def add(self, table: str, **values: Any) -> None:
        self.rows[table].append(values)

    def frames(self) -> dict[str, pl.DataFrame]:
        frames = {
            name: pl.DataFrame(self.rows[name], schema=schema) for name, schema in TABLES.items()
        }
        return {**frames, "members": _placed(frames["members"], frames["contacts"])}


def _placed(members: pl.DataFrame, contacts: pl.DataFrame) -> pl.DataFrame:
    """Give every account its place, as an analysis does."""
    numbers = members.select("account").unique().sort("account").with_row_index("number")
    groups = members.select("cluster_id").unique().sort("cluster_id").with_row_index("group")

    def numbered(frame: pl.DataFrame, column: str, name: str) -> pl.DataFrame:
        by = numbers.rename({"account": column, "number": name})
        return frame.join(by, on=column, maintain_order="left")

    known = numbered(members.rename({"account": "a"}), "a", "account").join(
        groups, on="cluster_id", maintain_order="left"
    )
    links = numbered(contacts.rename({"sender": "s", "recipient": "r"}), "s", "sender")
    links = numbered(links, "r", "recipient").join(groups, on="cluster_id")
    found = places(known, links, 0)
    return members.with_columns(found["x"], found["y"])


def cluster_row(
    tables: Tables,
    cluster: str,
    spam: float,
    recruitment: float,
    behaviour: str,
    risk: float,
    q_value: float | None,
    n_actors: int,
    n_contacted: int,
    status: str = "confirmed",
) -> None:
    layers = [
        row["term"]
        for row in tables.rows["evidence"]
        if row["cluster_id"] == cluster and row["score"] == "coordination"
    ]
    hours = [row["hour"] for row in tables.rows["timeline"] if row["cluster_id"] == cluster]
    tables.add(
        "clusters",
        cluster_id=cluster,
        status=status,
        flagged=status == "confirmed" and behaviour != "unclear",
        risk=risk,
        spam=spam,
        recruitment=recruitment,
        behaviour=behaviour,
        p_value=None if q_value is None else q_value / 3,
        q_value=q_value,
        n_actors=n_actors,
        n_contacted=n_contacted,
        layers=layers,
        first_event=min(hours, default=START),
        last_event=max(hours, default=START),
        stability=0.83 if status == "confirmed" else 0.0,
    )


def member(tables: Tables, cluster: str, account: str, role: str, strength: float) -> None:
    scored = role != "contacted"
    tables.add(
        "members",
        cluster_id=cluster,
        account=account,
        role=role,
        strength=round(strength, 3),
        core=scored and strength > 0.7,
        p_value=10 ** (-12 * strength) if scored else None,
        x=0.0,
        y=0.0,
    )


def contact(tables: Tables, cluster: str, sender: str, recipient: str, *, stranger: bool) -> None:
    tables.add(
        "contacts",
        cluster_id=cluster,
        sender=sender,
        recipient=recipient,
        events=1 + len(tables.rows["contacts"]) % 3,
        first_event=START + timedelta(hours=7 * len(tables.rows["contacts"]) % (14 * 24)),
        last_event=START + timedelta(hours=7 * len(tables.rows["contacts"]) % (14 * 24) + 48),
        first_contact=True,
        stranger=stranger,
    )


def look_alikes(
    tables: Tables, cluster: str, *kinds: tuple[str, float, str | None, str | None]
) -> None:
    for kind, p_value, apart_by, alike_by in kinds:
        tables.add(
            "look_alikes",
            cluster_id=cluster,
            kind=kind,
            p_value=p_value,
            apart_by=apart_by,
            alike_by=alike_by,
        )


def verdict(tables: Tables, cluster: str, says: str) -> None:
    tables.add(
        "evidence",
        cluster_id=cluster,
        score="verdict",
        term="would_change",
        observed=None,
        expected=None,
        contribution=0.0,
        says=says,
    )


def hours_of(tables: Tables, cluster: str, hours: Iterator[tuple[int, int]], members: int) -> None:
    for hour, events in hours:
        tables.add(
            "timeline",
            cluster_id=cluster,
            hour=START + timedelta(hours=hour),
            events=events,
            stranger_contacts=round(events * 0.7),
            active_members=min(members, events),
        )


def coordination(tables: Tables, cluster: str, *terms: tuple[str, float, float, str]) -> None:
    for term, observed, expected, says in terms:
        evidence(tables, cluster, "coordination", term, observed, expected, 0.0, says)


def scored(
    tables: Tables,
    cluster: str,
    score: str,
    *terms: tuple[str, float | None, float | None, float, str],
) -> float:
    """Add the terms of a score and return what they add up to, between 0 and 1."""
    for term, observed, expected, contribution, says in terms:
        evidence(tables, cluster, score, term, observed, expected, contribution, says)
    return 1 / (1 + math.exp(-sum(term[3] for term in terms)))


def evidence(
    tables: Tables,
    cluster: str,
    score: str,
    term: str,
    observed: float | None,
    expected: float | None,
    contribution: float,
    says: str,
) -> None:
    tables.add(
        "evidence",
        cluster_id=cluster,
        score=score,
        term=term,
        observed=observed,
        expected=expected,
        contribution=contribution,
        says=says,
    )
