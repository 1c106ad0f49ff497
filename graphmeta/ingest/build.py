"""How do files of contact events become a store?

One screen: open all inputs and decide what is read of each before reading any; read them, and what
an earlier run kept, where it is updated; part recycled accounts; number the entities by structure;
name them; write the two tables, and what is to be kept. Events wait on disk in between (``spool``),
so that memory holds a batch of them at a time, and what grows with the number of accounts.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa

from graphmeta.contract.events import STORE_EVENTS
from graphmeta.engines.base import Progress, silent
from graphmeta.errors import InputError
from graphmeta.ingest import earlier, names, state
from graphmeta.ingest.accounts import NO_LIVES, lives, part_lives
from graphmeta.ingest.earlier import Earlier
from graphmeta.ingest.inputs import Opened, open_inputs
from graphmeta.ingest.intake import Namespaces, accepted_accounts, accepted_events
from graphmeta.ingest.naming import as_stored, based, provisional_entities, traits, with_names
from graphmeta.ingest.numbering import ABSENT, structural_order
from graphmeta.ingest.reading import Reading
from graphmeta.ingest.receipt import Taken, receipt
from graphmeta.ingest.spool import Change, Spool
from graphmeta.ingest.state import About, Keep
from graphmeta.ingest.store import ENTITIES_FILE, EVENTS_FILE, Store
from graphmeta.privacy.keys import KeySource
from graphmeta.run import STATE

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
    kept: Path | None = None,
) -> Store:
    """Read events into a store of dense integers.

    Args:
        sources: A file, a folder, a frame (Polars, pandas, pyarrow, or anything that offers an
            Arrow C stream), or a sequence of them.
        folder: Where the store's files are written; it must exist.
        reading: What is stated about the input.
        progress: Told what is being done.
        names_for: An age recipient to whom the ids behind the names are sealed, in a file of the
            store. By default they are not kept.
        kept: The state of an earlier run, whose events come first (``state``).

    Returns:
        The store. Its receipt has the keys "inputs", "counts", "span", "privacy" and "update", as
        the manifest quotes them.

    Raises:
        InputError: An input is malformed (exit code 2). Nothing was written.
        PrivacyRefusalError: An input holds what may not be read, or the state does not open (exit
            code 4), likewise.
        RunError: The state cannot be read.
        UsageError: What was stated about the input cannot be, or not for the state.
    """
    reading = reading or Reading()
    # Keys come first: where one cannot be had, nothing is read.
    key = None if reading.identifiers == "plain" else state.key_of(reading)
    sealing = state.key_of(reading) if reading.keep_state or kept else None
    old = earlier.opened(kept, reading, sealing)
    inputs = open_inputs(sources, reading)
    with tempfile.TemporaryDirectory(dir=folder, prefix="waiting-") as waiting:
        job = _Job(inputs, reading, key, sealing, old, Path(waiting), folder, progress, names_for)
        return job.built()


@dataclass(frozen=True)
class _Job:
    """One ingest; fields as the arguments of ``ingest``, and what was opened."""

    inputs: Sequence[Opened]
    reading: Reading
    key: KeySource | None
    sealing: KeySource | None
    old: Earlier | None
    waiting: Path
    folder: Path
    progress: Progress
    names_for: str | None

    def built(self) -> Store:
        """Read all inputs and write the store's files."""
        ids, reading = Namespaces(), self.reading
        events = _read_events(self.inputs, reading, ids, self.waiting, self.progress)
        known = _read_accounts(self.inputs, reading, ids, self.progress)
        new = [state.of_input(item) for item in self.inputs if item.table == "events"]
        every = self.old.with_new(new) if self.old else new
        self.progress("numbering accounts")
        accounts, groups = self._joined(ids, events)
        if not len(events):
            raise _nothing_left()
        candidates = provisional_entities(accounts, groups, known)
        events.change(_to_entities(candidates, groups_from=len(accounts)))
        read = len(events) + (self.old.collapsed if self.old else 0)
        if reading.collapse_duplicates:
            events = _collapsed(events, self.waiting)
        about = traits(candidates, events.first)
        ranks = pl.Series(structural_order(events, events.first, candidates["base"], about))
        present = candidates.with_columns(entity=ranks).filter(pl.col("entity") < ABSENT)
        present = with_names(present.sort("entity"), reading.dataset, self.key)
        self.progress("writing the store")
        if self.names_for is not None:
            sealed = names.sealed_names(present, present["name"], self.names_for)
            (self.folder / names.FILE).write_bytes(sealed)
        span = events.first, events.last
        taken = Taken(self.inputs, every, self.old, read, len(events), span, present)
        kept = taken.about(reading, self.sealing) if reading.keep_state and self.sealing else None
        with self._keeping(kept, taken) as keep:
            _write_events(self.folder / EVENTS_FILE, events, ranks, keep)
        as_stored(present).write_parquet(self.folder / ENTITIES_FILE, compression="lz4")
        said = receipt(taken, reading, self.key, kept)
        return Store(self.folder, taken.quarantine.examples(), said)

    def _keeping(self, about: About | None, taken: Taken) -> AbstractContextManager[Keep | None]:
        """Give what takes the store's events to be kept; nothing where none are."""
        if about is None or self.sealing is None:
            return nullcontext()
        secret = state.sealing_secret(self.sealing, self.reading.dataset)
        entities = taken.entities.select("is_group", name="base")
        return state.keeping(self.folder / STATE, secret, about, taken.events_inputs, entities)

    def _joined(self, ids: Namespaces, events: Spool) -> tuple[pl.DataFrame, pl.DataFrame]:
        """Return accounts and groups with their bases, and let earlier events wait with others."""
        dataset = self.reading.dataset
        accounts = based(ids.accounts.names(), "account", dataset, self.key)
        groups = based(ids.groups.names(), "group", dataset, self.key)
        if self.old is not None:
            accounts, groups = self.old.joined(accounts, groups)
            for part in self.old.events():
                events.add(part)
        return accounts, groups


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
    return events


def _nothing_left() -> InputError:
    return InputError(
        "No event is left: every row was rejected, ignored, too early, or a contact of an account "
        "with itself.",
        "Run graphmeta check on the same files to see the reasons.",
    )


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


def _write_events(file: Path, events: Spool, ranks: pl.Series, keep: Keep | None) -> None:
    """Write the store's table of events in its order: by slices of time, each in order."""
    schema = pl.DataFrame(schema=STORE_EVENTS).to_arrow().schema
    with pa.OSFile(str(file), "wb") as opened, pa.ipc.new_file(opened, schema) as writer:
        for some in events.slices(_AT_ONCE):
            ordered = in_order(_dense_events(some, ranks))
            if keep is not None:
                keep(ordered)
            writer.write_table(ordered.to_arrow().cast(schema), max_chunksize=_CHUNK)


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
