"""Runs so small that a person can count them, with a log that holds and names made with a key."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from unittest import mock

import polars as pl

from graphmeta import run
from graphmeta.contract.tables import TABLES
from graphmeta.ingest.naming import name_of
from graphmeta.oversight.subject import KeyOf
from graphmeta.privacy import audit
from graphmeta.privacy.keys import Key, load_key
from graphmeta.run import RunFolder

START = datetime(2026, 3, 2, 9, tzinfo=UTC)
DATASET = "test"
#: Ids as they stand in the events: actors of two clusters, and those whom they contacted.
RING = ("anna", "bert", "cora", "dirk")
TRIO = ("emil", "fred", "gina")
REACHED = ("hans", "iris", "jens")


def key_at(folder: Path) -> Key:
    """Return the key of a folder's runs, made where it is absent."""
    return load_key(folder / "key")


def keys_of(folder: Path) -> KeyOf:
    """Return where the keys of a folder's runs come from."""
    return lambda _: key_at(folder)


def named(account: str, folder: Path) -> str:
    """Return an account's pseudonym in the runs of a folder."""
    return name_of(account, 1, DATASET, key_at(folder))


def make_run(
    folder: Path,
    name: str = "RUN",
    *,
    days_left: float = 30,
    made_at: datetime | None = None,
    flagged: tuple[str, ...] = ("c0001",),
    reported: bool = False,
) -> RunFolder:
    """Make a run with two clusters, c0001 of ``RING`` and c0002 of ``TRIO``.

    Everybody in them contacted everybody of ``REACHED``, and anna also bert. The flagged ones look
    like spam.
    """
    now = datetime.now(UTC)
    key = key_at(folder)
    rows: dict[str, list[dict[str, Any]]] = {table: [] for table in TABLES}
    for cluster, members in (("c0001", RING), ("c0002", TRIO)):
        _cluster(rows, cluster, members, key, cluster in flagged, reported=reported)
    rows["contacts"].append(_contact("c0001", "anna", "bert", key))
    rows["quarantine"].append({"file": "e.csv", "row": 3, "field": "sender", "reason": "no_id"})
    partial = run.claim(folder / name)
    frames = {table: pl.DataFrame(rows[table], schema=schema) for table, schema in TABLES.items()}
    run.write_tables(partial, frames)
    manifest = _manifest(made_at or now, now + timedelta(days=max(days_left, 1)), key, len(flagged))
    (partial / run.MANIFEST).write_text(json.dumps(manifest), encoding="utf-8")
    log = partial / run.AUDIT
    audit.append(log, "opened", {"files": 1})
    audit.append(log, "read", {"rows": 90})
    audit.append(log, "analysed", {"clusters": 2, "flagged": len(flagged)})
    audit.append(log, "written", {"identifiers": "pseudonymous"})
    with mock.patch("os.fsync"):  # it lives for a moment: nobody waits for the disk
        made = run.publish(partial, folder / name)
    if days_left < 0:
        manifest["privacy"]["expires_at"] = (now + timedelta(days=days_left)).isoformat()
        (made.path / run.MANIFEST).write_text(json.dumps(manifest), encoding="utf-8")
    return made


def judge(where: RunFolder, cluster: str, verdict: str, at: datetime | None = None) -> None:
    """Record a verdict as the cases do."""
    detail = {"cluster": cluster, "verdict": verdict, "reviewer": "ann", "reason_sha256": "0" * 64}
    audit.append(where.path / run.AUDIT, "verdict", detail, at=at)


def log(where: Path) -> list[dict[str, Any]]:
    """Return the entries of a run's log."""
    lines = (where / run.AUDIT).read_text(encoding="utf-8").splitlines()
    assert audit.find_break(lines) is None
    return [json.loads(line) for line in lines]


def _cluster(
    rows: dict[str, list[dict[str, Any]]],
    cluster: str,
    members: tuple[str, ...],
    key: Key,
    flagged: bool,
    *,
    reported: bool,
) -> None:
    rows["clusters"].append(
        {
            "cluster_id": cluster,
            "status": "confirmed",
            "flagged": flagged,
            "risk": 0.9,
            "spam": 0.9,
            "recruitment": 0.1,
            "behaviour": "spam",
            "p_value": 1e-6,
            "q_value": 1e-5,
            "n_actors": len(members),
            "n_contacted": len(REACHED),
            "layers": ["shared_targets"],
            "first_event": START,
            "last_event": START + timedelta(days=8),
            "stability": 1.0,
        }
    )
    for account in (*members, *REACHED):
        acts = account in members
        name = name_of(account, 1, DATASET, key)
        rows["members"].append(_member(cluster, name, acts))
        if acts:
            rows["signals"].append(
                _signal(name, "membership", 0.8, f"how surely it belongs to {cluster}")
            )
            rows["contacts"] += [_contact(cluster, account, other, key) for other in REACHED]
    share = (20 * 0.01 + (3 if reported else 0)) / (20 + 80)
    rows["signals"].append(_signal(cluster, "defence_rate", share, "what the cluster does"))
    rows["timeline"].append(
        {
            "cluster_id": cluster,
            "hour": START,
            "events": 12,
            "stranger_contacts": 9,
            "active_members": len(members),
        }
    )
    for score, says in (("coordination", "they share targets"), ("spam", "strangers block them")):
        rows["evidence"].append(_evidence(cluster, score, says))


def _member(cluster: str, name: str, acts: bool) -> dict[str, Any]:
    return {
        "cluster_id": cluster,
        "account": name,
        "role": "actor" if acts else "contacted",
        "strength": 0.8 if acts else 0.0,
        "core": acts,
        "p_value": 0.001 if acts else 1.0,
        "x": 0.5 if acts else 0.0,
        "y": 0.0,
    }


def _evidence(cluster: str, score: str, says: str) -> dict[str, Any]:
    return {
        "cluster_id": cluster,
        "score": score,
        "term": "shared_targets",
        "observed": 9.0,
        "expected": 1.0,
        "contribution": 2.0,
        "says": says,
    }


def _signal(entity: str, signal: str, value: float, reason: str) -> dict[str, Any]:
    return {
        "entity": entity,
        "signal": signal,
        "version": 1,
        "value": value,
        "expected": 0.01,
        "p_mid": None,
        "support": 80,
        "reason": reason,
    }


def _contact(cluster: str, sender: str, recipient: str, key: Key) -> dict[str, Any]:
    return {
        "cluster_id": cluster,
        "sender": name_of(sender, 1, DATASET, key),
        "recipient": name_of(recipient, 1, DATASET, key),
        "events": 2,
        "first_event": START,
        "last_event": START,
        "first_contact": True,
        "stranger": True,
    }


def _manifest(made_at: datetime, expires: datetime, key: Key, flagged: int) -> dict[str, Any]:
    return {
        "graphmeta": "0.1.0",
        "created_at": made_at.isoformat(),
        "configuration": {"alpha": 0.05, "min_score": 0.5, "min_actors": 3},
        "seed": 0,
        "inputs": [
            {
                "file": "e|`.csv",
                "columns_read": ["sender", "recipient", "timestamp"],
                "columns_ignored": ["body"],
            }
        ],
        "counts": {
            "events_accepted": 90,
            "rows_rejected": 1,
            "accounts": 10,
            "groups": 0,
            "clusters": 2,
            "confirmed": 2,
            "flagged": flagged,
        },
        "span": {
            "first_event": START.isoformat(),
            "last_event": (START + timedelta(days=8)).isoformat(),
            "since": START.isoformat(),
        },
        "privacy": {
            "identifiers": "pseudonymous",
            "dataset": DATASET,
            "key_id": key.key_id,
            "sandbox": "off",
            "content_columns_read": [],
            "expires_at": expires.isoformat(),
        },
        "statements": {"innocents": "How many innocents are flagged is not known."},
    }
