"""What does the manifest say of the reading?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import polars as pl

from graphmeta.ingest.earlier import Earlier
from graphmeta.ingest.inputs import Opened
from graphmeta.ingest.quarantine import Quarantine
from graphmeta.ingest.reading import Reading
from graphmeta.ingest.state import About, KeptInput, new_id
from graphmeta.privacy.keys import KeySource

_DAY_S = 86_400


@dataclass(frozen=True)
class Taken:
    """What was taken in.

    Args:
        inputs: The inputs that were read.
        events_inputs: All inputs of events in order, those that an earlier run had read among
            them.
        earlier: The events of that run, or None.
        read: How many events there were before duplicates were collapsed.
        events: How many events the store holds.
        span: When the first and the last of them were.
        entities: The accounts and groups in them, with their names.
    """

    inputs: Sequence[Opened]
    events_inputs: Sequence[KeptInput]
    earlier: Earlier | None
    read: int
    events: int
    span: tuple[int, int]
    entities: pl.DataFrame

    @property
    def quarantine(self) -> Quarantine:
        """All rejected rows."""
        quarantine = Quarantine()
        for one in self.events_inputs:
            quarantine.add_all(one.quarantine)
        for item in self.inputs:
            if item.table == "accounts":
                quarantine.add_all(item.tally.quarantine)
        return quarantine

    @property
    def dropped(self) -> int:
        """How many events of earlier runs were left out since for being too early."""
        old = self.earlier
        return 0 if old is None else old.about.too_early + old.too_early

    @property
    def groups(self) -> int:
        """How many of the entities are groups."""
        return int(self.entities["is_group"].sum())

    def about(self, reading: Reading, key: KeySource) -> About:
        """Return what a state says of itself that keeps it."""
        return About(
            id=new_id(),
            key_id=key.key_id,
            epoch=key.epoch,
            identifiers=reading.identifiers,
            dataset=reading.dataset,
            ignore_kinds=list(reading.ignore_kinds),
            collapse_duplicates=reading.collapse_duplicates,
            accounts_file=reading.accounts is not None,
            start=reading.first_second,
            too_early=self.dropped,
            read=self.read,
            events=self.events,
            first=self.span[0],
            last=self.span[1],
            entities=len(self.entities),
            groups=self.groups,
            updates=0 if self.earlier is None else self.earlier.about.updates + 1,
        )


def receipt(
    taken: Taken, reading: Reading, key: KeySource | None, kept: About | None
) -> dict[str, Any]:
    """Return what was read, how much of it was kept, and under which names.

    Args:
        taken: What was taken in.
        reading: What was stated about it.
        key: The key of the pseudonyms, or None.
        kept: What the state says of itself, where one is kept.
    """
    quarantine, inputs = taken.quarantine, taken.events_inputs
    return {
        "inputs": [_input(item) for item in taken.inputs],
        "counts": {
            "rows_read": sum(one.rows for one in inputs),
            "events_accepted": taken.events,
            "rows_rejected": quarantine.total,
            "rejected_by_reason": quarantine.by_reason(),
            "ignored_by_kind": sum(one.ignored for one in inputs),
            "too_early": sum(one.too_early for one in inputs) + taken.dropped,
            "self_contacts": sum(one.self_contacts for one in inputs),
            "duplicates_collapsed": taken.read - taken.events,
            "accounts": len(taken.entities) - taken.groups,
            "groups": taken.groups,
        },
        "span": {
            "first_event": iso(taken.span[0]),
            "last_event": iso(taken.span[1]),
        },
        "privacy": {
            "identifiers": reading.identifiers,
            "dataset": reading.dataset,
            "epoch": None if key is None else key.epoch,
            "key_id": None if key is None else key.key_id,
            "reverse_map": {"sealed_to": list(reading.seal_to)} if reading.seal_to else None,
            "state": None if kept is None else _state(kept),
        },
        "update": None if taken.earlier is None else _update(taken.earlier),
    }


def _state(kept: About) -> dict[str, Any]:
    """Return what a manifest says of a state that is kept."""
    return {
        "id": kept.id,
        "key_id": kept.key_id,
        "epoch": kept.epoch,
        "events": kept.events,
        "accounts": kept.entities - kept.groups,
        "groups": kept.groups,
        "first_event": iso(kept.first),
        "carried_over": kept.updates,
    }


def _update(old: Earlier) -> dict[str, Any]:
    """Return what a manifest says of what was taken from an earlier run."""
    return {
        "state": old.about.id,
        "events": old.taken,
        "days": old.last // _DAY_S - old.first // _DAY_S + 1 if old.taken else 0,
        "first_event": iso(old.first) if old.taken else None,
        "last_event": iso(old.last) if old.taken else None,
        "inputs": [
            {"file": one.file, "fingerprint": one.fingerprint, "rows": one.rows}
            for one in old.inputs
        ],
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
