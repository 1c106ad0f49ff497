"""How do files of contact events become a store?

One screen: open all inputs and decide what is read of each before reading any; read them; part
recycled accounts; number the entities by structure; name them; write the two tables.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl

from graphmeta.contract.events import ACCOUNT_COLUMNS, EVENT_COLUMNS, STORE_EVENTS, Column
from graphmeta.engines.base import Progress, silent
from graphmeta.errors import InputError
from graphmeta.ingest.accounts import NO_LIVES, lives, part_lives
from graphmeta.ingest.intake import Namespaces, Tally, accepted_accounts, accepted_events
from graphmeta.ingest.mapping import Plan, plan
from graphmeta.ingest.naming import named, provisional_entities, traits
from graphmeta.ingest.numbering import ABSENT, structural_order
from graphmeta.ingest.open import open_sources
from graphmeta.ingest.quarantine import Quarantine
from graphmeta.ingest.reading import Reading
from graphmeta.ingest.sources import Source
from graphmeta.ingest.store import ENTITIES_FILE, EVENTS_FILE, Store
from graphmeta.privacy.keys import load_key


@dataclass
class Opened:
    """An input that was opened, with what is to be read of it and what it turned out to hold."""

    table: str
    source: Source
    plan: Plan
    tally: Tally = field(default_factory=Tally)


def ingest(
    sources: Any, *, folder: Path, reading: Reading | None = None, progress: Progress = silent
) -> Store:
    """Read events into a store of dense integers.

    Args:
        sources: A file, a folder, several of them, or any Arrow-capable frame.
        folder: Where the store's two files are written; it must exist.
        reading: What is stated about the input.
        progress: Told what is being done.

    Returns:
        The store, with the receipt that the manifest quotes: "inputs", "counts", "span",
        "privacy".

    Raises:
        InputError: An input is malformed (exit code 2).
        PrivacyRefusalError: An input holds what may not be read (exit code 4).
        UsageError: What was stated about it cannot be.
    """
    reading = reading or Reading()
    # The key first: without it nothing may be read.
    key = load_key(reading.key_file) if reading.identifiers == "pseudonymous" else None
    inputs = open_inputs(sources, reading)
    ids = Namespaces()
    events = _read_events(inputs, reading, ids, progress)
    known = _read_accounts(inputs, reading, ids, progress)
    progress("numbering accounts")
    entities = provisional_entities(ids.accounts.names(), ids.groups.names(), known)
    events = _to_entities(events, entities)
    events, collapsed = _collapsed(events) if reading.collapse_duplicates else (events, 0)
    start = events["time"].min()
    ranks = structural_order(events, entities["id"], traits(entities, int(start)))  # type: ignore[arg-type]
    progress("writing the store")
    table = _dense_events(events, pl.Series(ranks))
    present = entities.with_columns(entity=pl.Series(ranks)).filter(pl.col("entity") < ABSENT)
    names = named(present.sort("entity"), reading.dataset, key)
    table.write_parquet(folder / EVENTS_FILE, compression="lz4")
    names.write_parquet(folder / ENTITIES_FILE, compression="lz4")
    quarantine = Quarantine()
    for item in inputs:
        quarantine.add_all(item.tally.quarantine)
        item.source.close()
    counts = {
        "events_accepted": len(table),
        "rows_rejected": quarantine.total,
        "rejected_by_reason": quarantine.by_reason(),
        "self_contacts": sum(item.tally.self_contacts for item in inputs),
        "ignored_by_kind": sum(item.tally.ignored for item in inputs),
        "duplicates_collapsed": collapsed,
        "accounts": int((~names["is_group"]).sum()),
        "groups": int(names["is_group"].sum()),
    }
    receipt = {
        "inputs": [receipt_of(item) for item in inputs],
        "counts": counts,
        "span": {"first_event": iso(table["time"].min()), "last_event": iso(table["time"].max())},
        "privacy": {
            "identifiers": reading.identifiers,
            "dataset": reading.dataset,
            "key_id": key.key_id if key else None,
        },
    }
    return Store(folder, quarantine.examples(), receipt)


def iso(seconds: Any) -> str:
    """Return seconds since 1970 as an ISO 8601 instant."""
    return datetime.fromtimestamp(seconds, UTC).isoformat()


def open_inputs(sources: Any, reading: Reading) -> list[Opened]:
    """Open all inputs and decide what is read of each, before any value is read."""
    inputs = [_opened("events", source, EVENT_COLUMNS, reading) for source in open_sources(sources)]
    if reading.accounts is not None:
        inputs += [
            _opened("accounts", source, ACCOUNT_COLUMNS, reading)
            for source in open_sources(reading.accounts)
        ]
    return inputs


def _opened(table: str, source: Source, contract: Sequence[Column], reading: Reading) -> Opened:
    return Opened(table, source, plan(source.name, source.columns, contract, reading))


def _read_events(
    inputs: Sequence[Opened], reading: Reading, ids: Namespaces, progress: Progress
) -> pl.DataFrame:
    files = [item for item in inputs if item.table == "events"]
    parts: list[pl.DataFrame] = []
    for number, item in enumerate(files, 1):
        stage = f"reading {item.source.name} ({number} of {len(files)})"
        progress(stage)
        for part in accepted_events(item.source, item.plan, reading, ids, item.tally):
            parts.append(part)
            if item.source.rows:
                progress(stage, item.tally.rows / item.source.rows)
    events = pl.concat(parts, rechunk=True)
    if events.is_empty():
        raise InputError(
            "No event is left: every row was rejected, ignored or a contact of an account with "
            "itself.",
            "Run graphmeta check on the files to see the reasons.",
        )
    return events


def _read_accounts(
    inputs: Sequence[Opened], reading: Reading, ids: Namespaces, progress: Progress
) -> pl.DataFrame:
    """Return the lives of accounts; what repeats a life goes to the quarantine."""
    parts: list[pl.DataFrame] = []
    for item in inputs:
        if item.table == "accounts":
            progress(f"reading {item.source.name}")
            parts += accepted_accounts(item.source, item.plan, reading, ids, item.tally)
    if not parts:
        return NO_LIVES
    known, repeated = lives(parts)
    inputs[-1].tally.quarantine.add(inputs[-1].source.name, repeated)
    return known


def _to_entities(events: pl.DataFrame, entities: pl.DataFrame) -> pl.DataFrame:
    """Return the events with groups behind accounts, and lives apart."""
    groups_from = int(entities["is_group"].arg_max() or 0) if entities["is_group"].any() else 0
    events = events.with_columns(pl.col("group") + pl.lit(groups_from, pl.UInt32))
    return part_lives(events, entities.filter(pl.col("account").is_not_null()))


def _collapsed(events: pl.DataFrame) -> tuple[pl.DataFrame, int]:
    """Return one event of those equal in all but duration, with the longest, and how many went."""
    same = ("sender", "recipient", "kind", "group", "time")
    kept = events.group_by(same).agg(pl.col("duration_s").max())
    return kept, len(events) - len(kept)


def _dense_events(events: pl.DataFrame, ranks: pl.Series) -> pl.DataFrame:
    """Return the store's table of events, in its order."""
    dense = {
        column: ranks.gather(events[column]).alias(column)
        for column in ("sender", "recipient", "group")
    }
    dense["recipient"] = pl.select(
        pl.coalesce(dense["recipient"], dense["group"]).alias("recipient")
    ).to_series()
    return (
        events.with_columns(dense.values())
        .select(pl.col(column).cast(dtype) for column, dtype in STORE_EVENTS.items())
        .sort("time", "sender", "recipient", "kind", "group", "duration_s")
    )


def receipt_of(item: Opened) -> dict[str, Any]:
    """Return what the manifest says of one input."""
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
