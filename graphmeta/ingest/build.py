"""How do files of contact events become a store?

One screen: open all inputs and decide what is read of each before reading any; read them; part
recycled accounts; number the entities by structure; name them; write the two tables. Events wait
on disk in between (``spool``), so that memory holds a batch of them at a time, and what grows with
the number of accounts.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa

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
from graphmeta.ingest.spool import Change, Spool
from graphmeta.ingest.store import ENTITIES_FILE, EVENTS_FILE, Store
from graphmeta.privacy.keys import KeySource, load_key

#: Events that are put into order at a time: about 350 MB while they are.
_AT_ONCE = 1 << 21
_CHUNK = 1 << 17


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
    with tempfile.TemporaryDirectory(dir=folder, prefix="waiting-") as waiting:
        return _built(inputs, reading, key, Path(waiting), folder, progress, names_for)


def _built(
    inputs: Sequence[Opened],
    reading: Reading,
    key: KeySource | None,
    waiting: Path,
    folder: Path,
    progress: Progress,
    names_for: str | None,
) -> Store:
    """Read all inputs and write the store's files."""
    ids = Namespaces()
    events = _read_events(inputs, reading, ids, waiting, progress)
    known = _read_accounts(inputs, reading, ids, progress)
    progress("numbering accounts")
    accounts, groups = ids.accounts.names(), ids.groups.names()
    candidates = provisional_entities(accounts, groups, known)
    events.change(_to_entities(candidates, groups_from=len(accounts)))
    read = len(events)
    if reading.collapse_duplicates:
        events = _collapsed(events, waiting)
    about = traits(candidates, events.first)
    ranks = pl.Series(structural_order(events, events.first, candidates["id"], about))
    present = candidates.with_columns(entity=ranks).filter(pl.col("entity") < ABSENT)
    present = present.sort("entity")
    entities = named(present, reading.dataset, key)
    progress("writing the store")
    if names_for is not None:
        (folder / names.FILE).write_bytes(names.sealed_names(present, entities["name"], names_for))
    _write_events(folder / EVENTS_FILE, events, ranks)
    entities.write_parquet(folder / ENTITIES_FILE, compression="lz4")
    quarantine = Quarantine()
    for item in inputs:
        quarantine.add_all(item.tally.quarantine)
    span = (events.first, events.last)
    said = receipt(inputs, reading, key, len(events), span, read, entities, quarantine)
    return Store(folder, quarantine.examples(), said)


def _key(reading: Reading) -> KeySource | None:
    """Return the key of the pseudonyms; none where ids stay as they are."""
    if reading.identifiers == "plain":
        return None
    return reading.key or load_key(reading.key_file)


def _read_events(
    inputs: Sequence[Opened], reading: Reading, ids: Namespaces, waiting: Path, progress: Progress
) -> Spool:
    files = [item for item in inputs if item.table == "events"]
    events = Spool(waiting / "read")
    for number, item in enumerate(files, 1):
        stage = f"reading {item.source.name} ({number} of {len(files)})"
        progress(stage)
        for part in accepted_events(item.source, item.plan, reading, ids, item.tally):
            events.add(part)
            if item.source.rows:
                progress(stage, item.tally.rows / item.source.rows)
    if not len(events):
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


def _to_entities(candidates: pl.DataFrame, *, groups_from: int) -> Change:
    """Return what numbers groups behind accounts, and parts the lives of accounts."""
    lives_of = candidates.filter(~pl.col("is_group"))

    def to_entities(events: pl.DataFrame) -> pl.DataFrame:
        events = events.with_columns(pl.col("group") + pl.lit(groups_from, pl.UInt32))
        return part_lives(events, lives_of)

    return to_entities


def _collapsed(events: Spool, waiting: Path) -> Spool:
    """Return one event for all that are equal but in duration, with the longest of these."""
    same = ("sender", "recipient", "kind", "group", "time")
    once = Spool(waiting / "collapsed")
    for some in events.slices(_AT_ONCE):
        once.add(some.group_by(same).agg(pl.col("duration_s").max()))
    events.clear()
    return once


def _write_events(file: Path, events: Spool, ranks: pl.Series) -> None:
    """Write the store's table of events in its order: by slices of time, each in order."""
    schema = pl.DataFrame(schema=STORE_EVENTS).to_arrow().schema
    with pa.OSFile(str(file), "wb") as opened, pa.ipc.new_file(opened, schema) as writer:
        for some in events.slices(_AT_ONCE):
            table = in_order(_dense_events(some, ranks)).to_arrow().cast(schema)
            writer.write_table(table, max_chunksize=_CHUNK)


def _dense_events(events: pl.DataFrame, ranks: pl.Series) -> pl.DataFrame:
    """Return some events as the store's table holds them."""
    dense = events.with_columns(
        ranks.gather(events[end]).alias(end) for end in ("sender", "recipient", "group")
    )
    return (
        # Where a group is the recipient, no account is.
        dense.with_columns(pl.coalesce("recipient", "group").alias("recipient")).select(
            pl.col(column).cast(dtype) for column, dtype in STORE_EVENTS.items()
        )
    )


def in_order(events: pl.DataFrame) -> pl.DataFrame:
    """Return events in the order of all their columns: time, sender, recipient, kind and so on.

    Sorting by six columns takes four times as long as by one. Time and sender fit into one
    integer; the events that are alike in both, few of all, are put into order by the rest.
    """
    bits = int(events["sender"].to_numpy().max(initial=1)).bit_length()
    key = (pl.col("time") - pl.col("time").min()).cast(pl.UInt64) * 2**bits + pl.col("sender")
    events = events.with_columns(key=key).sort("key")
    key = events["key"].to_numpy()
    same = key[1:] == key[:-1]
    alike = np.flatnonzero(np.append(same, False) | np.append(False, same))
    events = events.drop("key")
    if not len(alike):
        return events
    ordered = events[alike].sort("time", "sender", "recipient", "kind", "group", "duration_s")
    place = np.arange(len(events))
    place[alike] = len(events) + np.arange(len(alike))
    return pl.concat([events, ordered])[place]
