"""What does the manifest say of the reading?"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import polars as pl

from graphmeta.ingest.inputs import Opened
from graphmeta.ingest.quarantine import Quarantine
from graphmeta.ingest.reading import Reading
from graphmeta.privacy.keys import KeySource


def receipt(
    inputs: Sequence[Opened],
    reading: Reading,
    key: KeySource | None,
    events: int,
    span: tuple[int, int],
    read: int,
    entities: pl.DataFrame,
    quarantine: Quarantine,
) -> dict[str, Any]:
    """Return what was read, how much of it was kept, and under which names.

    Args:
        inputs: All inputs, read.
        reading: What was stated about them.
        key: The key of the pseudonyms, or None.
        events: How many events the store holds.
        span: When the first and the last of them were.
        read: How many there were before duplicates were collapsed.
        entities: The store's entities.
        quarantine: All rejected rows.
    """
    groups = int(entities["is_group"].sum())
    return {
        "inputs": [_input(item) for item in inputs],
        "counts": {
            "rows_read": sum(item.tally.rows for item in inputs if item.table == "events"),
            "events_accepted": events,
            "rows_rejected": quarantine.total,
            "rejected_by_reason": quarantine.by_reason(),
            "ignored_by_kind": sum(item.tally.ignored for item in inputs),
            "self_contacts": sum(item.tally.self_contacts for item in inputs),
            "duplicates_collapsed": read - events,
            "accounts": len(entities) - groups,
            "groups": groups,
        },
        "span": {
            "first_event": iso(span[0]),
            "last_event": iso(span[1]),
        },
        "privacy": {
            "identifiers": reading.identifiers,
            "dataset": reading.dataset,
            "epoch": None if key is None else key.epoch,
            "key_id": None if key is None else key.key_id,
            "reverse_map": {"sealed_to": list(reading.seal_to)} if reading.seal_to else None,
        },
    }


def iso(seconds: int) -> str:
    """Return seconds since 1970 as an ISO 8601 instant in UTC."""
    return datetime.fromtimestamp(seconds, UTC).isoformat()


def _input(item: Opened) -> dict[str, Any]:
    source, ranges = item.source, item.source.byte_ranges()
    return {
        "file": source.name,
        "table": item.table,
        "format": source.format,
        "fingerprint": item.tally.fingerprint,
        "rows": item.tally.rows,
        "bytes": source.size_bytes,
        "columns_seen": list(source.columns),
        "columns_read": list(item.plan.read.values()),
        "columns_ignored": list(item.plan.ignored),
        "byte_ranges": None if ranges is None else [list(pair) for pair in ranges],
        "note": source.note,
    }
