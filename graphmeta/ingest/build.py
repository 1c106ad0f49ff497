"""How do files of contact events become a store?

One screen: open all inputs and decide what is read of each before reading any; read them; part
recycled accounts; number the entities by structure; name them; write the two tables.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import polars as pl

from graphmeta.contract.events import STORE_EVENTS
from graphmeta.engines.base import Progress, silent
from graphmeta.errors import InputError
from graphmeta.ingest import names
from graphmeta.ingest.accounts import NO_LIVES, lives, part_lives
from graphmeta.ingest.inputs import Opened, open_inputs
from graphmeta.ingest.intake import Namespaces, accepted_accounts, accepted_events
from graphmeta.ingest.naming import named, provisional_entities, traits
from graphmeta.ingest.numbering import ABSENT, structural_order
from graphmeta.ingest.quarantine import Quarantine
from graphmeta.ingest.reading import Reading
from graphmeta.ingest.receipt import receipt
from graphmeta.ingest.store import ENTITIES_FILE, EVENTS_FILE, Store
from graphmeta.privacy.keys import KeySource, load_key


def ingest(
    sources: Any,
    *,
    folder: Path,
    reading: Reading | None = None,
    progress: Progress = silent,
    names_for: str | None = None,
) -> Store:
    """Read events into a store of dense integers.

    Args:
        sources: A file, a folder, a frame (Polars, pandas, pyarrow, or anything that offers an
            Arrow C stream), or a sequence of them.
        folder: Where the store's two files are written; it must exist.
        reading: What is stated about the input.
        progress: Told what is being done.
        names_for: An age recipient to whom the ids behind the names are sealed, in a file of the
            store. By default they are not kept.

    Returns:
        The store. Its receipt has the keys "inputs", "counts", "span" and "privacy", as the
        manifest quotes them.

    Raises:
        InputError: An input is malformed (exit code 2). Nothing was written.
        PrivacyRefusalError: An input holds what may not be read (exit code 4), likewise.
        UsageError: What was stated about it cannot be.
    """
    reading = reading or Reading()
    # The key comes first: where it cannot be had, nothing is read.
    key = _key(reading)
    inputs = open_inputs(sources, reading)
    ids = Namespaces()
    events = _read_events(inputs, reading, ids, progress)
    known = _read_accounts(inputs, reading, ids, progress)
    progress("numbering accounts")
    accounts, groups = ids.accounts.names(), ids.groups.names()
    candidates = provisional_entities(accounts, groups, known)
    events = _to_entities(events, candidates, groups_from=len(accounts))
    read = len(events)
    if reading.collapse_duplicates:
        events = _collapsed(events)
    ranks = pl.Series(structural_order(events, candidates["id"], traits(candidates, events)))
    table = _dense_events(events, ranks)
    present = candidates.with_columns(entity=ranks).filter(pl.col("entity") < ABSENT)
    present = present.sort("entity")
    entities = named(present, reading.dataset, key)
    progress("writing the store")
    if names_for is not None:
        (folder / names.FILE).write_bytes(names.sealed_names(present, entities["name"], names_for))
    table.write_parquet(folder / EVENTS_FILE, compression="lz4")
    entities.write_parquet(folder / ENTITIES_FILE, compression="lz4")
    quarantine = Quarantine()
    for item in inputs:
        quarantine.add_all(item.tally.quarantine)
    collapsed = read - len(table)
    said = receipt(inputs, reading, key, table, entities, quarantine, collapsed)
    return Store(folder, quarantine.examples(), said)


def _key(reading: Reading) -> KeySource | None:
    """Return the key of the pseudonyms; none where ids stay as they are."""
    if reading.identifiers == "plain":
        return None
    return reading.key or load_key(reading.key_file)


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
    events = pl.concat(parts)
    if events.is_empty():
        raise InputError(
            "No event is left: every row was rejected, ignored, or a contact of an account with "
            "itself.",
            "Run graphmeta check on the same files to see the reasons.",
        )
    return events


def _read_accounts(
    inputs: Sequence[Opened], reading: Reading, ids: Namespaces, progress: Progress
) -> pl.DataFrame:
    """Return the lives of accounts; rows that repeat a life go to the quarantine."""
    files = {item.source.name: item for item in inputs if item.table == "accounts"}
    if not files:
        return NO_LIVES
    parts: list[pl.DataFrame] = []
    for name, item in files.items():
        progress(f"reading {name}")
        parts += accepted_accounts(item.source, item.plan, reading, ids, item.tally)
    known, repeated = lives(parts)
    for name, item in files.items():
        again = repeated.filter(pl.col("file") == name).drop("file")
        item.tally.quarantine.add(name, again)
    return known


def _to_entities(
    events: pl.DataFrame, candidates: pl.DataFrame, *, groups_from: int
) -> pl.DataFrame:
    """Return the events with groups numbered behind accounts, and the lives of accounts apart."""
    events = events.with_columns(pl.col("group") + pl.lit(groups_from, pl.UInt32))
    return part_lives(events, candidates.filter(~pl.col("is_group")))


def _collapsed(events: pl.DataFrame) -> pl.DataFrame:
    """Return one event for all that are equal but in duration, with the longest of these."""
    same = ("sender", "recipient", "kind", "group", "time")
    return events.group_by(same).agg(pl.col("duration_s").max())


def _dense_events(events: pl.DataFrame, ranks: pl.Series) -> pl.DataFrame:
    """Return the store's table of events, in its order."""
    dense = events.with_columns(
        ranks.gather(events[end]).alias(end) for end in ("sender", "recipient", "group")
    )
    return (
        # Where a group is the recipient, no account is.
        dense.with_columns(pl.coalesce("recipient", "group").alias("recipient"))
        .select(pl.col(column).cast(dtype) for column, dtype in STORE_EVENTS.items())
        .sort("time", "sender", "recipient", "kind", "group", "duration_s")
    )
