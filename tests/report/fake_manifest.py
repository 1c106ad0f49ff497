"""The manifest of a made-up run, with every key that the report reads."""

from __future__ import annotations

from typing import Any

from fake_tables import Row, Tables

from graphmeta.scores.model import fingerprint

INPUTS: list[Row] = [
    {
        "file": "events.parquet",
        "format": "parquet",
        "fingerprint": "5f1d0c6a2b7e49d38a90b1c4",
        "rows": 1_204_331,
        "bytes": 48_300_112,
        "columns_seen": ["sender", "recipient", "timestamp", "kind", "body"],
        "columns_read": ["sender", "recipient", "timestamp", "kind"],
        "columns_ignored": ["body"],
        "byte_ranges": [[4, 9_100_000], [30_000_000, 34_000_000]],
        "note": "",
    },
    {
        "file": "accounts.csv",
        "format": "csv",
        "fingerprint": "a0337bb1c2d94e55",
        "rows": 18_112,
        "bytes": 612_000,
        "columns_seen": ["account", "created_at"],
        "columns_read": ["account", "created_at"],
        "columns_ignored": [],
        "byte_ranges": None,
        "note": "text is read whole, and unread columns are dropped before parsing",
    },
]
PRIVACY: Row = {
    "identifiers": "pseudonymous",
    "dataset": "default",
    "key_id": "9c41d07e",
    "sandbox": {
        "asked": "auto",
        "separated": True,
        "input_read_by": "a process of its own",
        "landlock_abi": 7,
        "input_landlock_abi": 7,
        "input_seccomp": True,
        "seccomp": True,
        "not_available": [],
    },
    "content_columns_read": [],
    "expires_at": "2999-07-01T09:30:00+00:00",
}


def manifest(tables: Tables) -> dict[str, Any]:
    """Return a manifest with every key that the report reads."""
    return {
        "graphmeta": "0.1.0",
        "environment": {
            "python": "3.12.4",
            "platform": "Linux x86_64",
            "libraries": {"polars": "2.1.0", "bokeh": "3.9.2"},
        },
        "created_at": "2024-06-01T09:30:00+00:00",
        "configuration": {
            "min_actors": 3,
            "settings": {"alpha": 0.05, "min_score": 0.5, "since": None},
            "reading": {"mapping": {"sender": "caller_id"}, "ignore_columns": ["body"]},
        },
        "scores": fingerprint(),
        "seed": 0,
        "inputs": INPUTS,
        "counts": _counts(tables.rows["clusters"]),
        "span": {
            "first_event": "2024-04-26T00:00:12+00:00",
            "last_event": "2024-05-24T23:58:40+00:00",
            "since": "2024-05-03T00:00:00+00:00",
        },
        "layers": [
            {"layer": "shared_targets", "pairs": 88_120, "significant": 301},
            {"layer": "shared_timing", "pairs": 51_002, "significant": 144},
            {"layer": "funnel", "pairs": 2_310, "significant": 9},
        ],
        "timings_s": {"reading": 3.2, "graph": 4.8, "layers": 11.5},
        "peak_memory_bytes": 1_310_000_000,
        "peak_memory": {"reading": 410_000_000, "analysing": 1_310_000_000},
        "taken_up": [],
        "update": None,
        "privacy": PRIVACY,
        "statements": {
            "bound": "Among the confirmed clusters, at most 5 % are expected to be coordinated "
            "by chance alone.",
            "innocents": "It does not say that a flagged cluster does wrong. How often innocent "
            "groups are flagged is measured on look-alikes, and has not been measured for this "
            "data.",
            "risk": "Risk orders the queue and is no probability of abuse.",
        },
    }


def _counts(clusters: list[Row]) -> Row:
    return {
        "events_accepted": 1_203_988,
        "rows_rejected": 343,
        "self_contacts": 12,
        "accounts": 18_112,
        "groups": 40,
        "contacts": 96_400,
        "first_contacts": 41_020,
        "stranger_contacts": 3_911,
        "clusters": len(clusters),
        "flagged": sum(row["flagged"] for row in clusters),
        "rejected_by_reason": {"no_time": 340, "id_too_long": 3},
    }
