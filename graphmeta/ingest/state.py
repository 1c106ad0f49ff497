"""What is kept of the events that a run read, so that a later run need not read them again?

Only where it is asked for (``Reading.keep_state``), and as one sealed file: the accepted events as
the store holds them, the pseudonym of every account and group in them, and of each input what a
manifest and a quarantine say. No id is in it, and nothing of an accounts file: that is given anew,
since what is known of accounts changes. The key is derived from the pseudonyms' own: whoever lacks
the key file reads nothing, and destroying the epoch's key ends every copy.

Entities have the names of their first life here: an accounts file to come may part the events of a
number among its holders in another way. With plain identifiers, ids stand in the place of
pseudonyms.

It misleads as a measure of what a run holds: the tables tell of clusters, this of everybody.
"""

from __future__ import annotations

import io
import json
import secrets
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Protocol

import polars as pl

from graphmeta.contract.events import KIND
from graphmeta.errors import RunError
from graphmeta.ingest.inputs import Opened
from graphmeta.ingest.quarantine import Quarantine
from graphmeta.ingest.reading import Reading
from graphmeta.privacy.keys import KeySource, load_key
from graphmeta.privacy.pseudonyms import derived
from graphmeta.privacy.sealed_records import SealedWriter, records

_FORMAT = 1
#: Entities, and events, in a record.
_ENTITIES, _EVENTS = 1 << 18, 1 << 17


@dataclass(frozen=True)
class KeptInput:
    """What is kept of one input of events beside them.

    Args:
        file: Its name.
        format: As ``Source.format``.
        fingerprint: Of its decoded values.
        rows: How many it had.
        ignored: How many of them were left out for their kind.
        too_early: How many were left out for their time.
        self_contacts: How many were of an account with itself.
        quarantine: Those that were rejected.
    """

    file: str
    format: str
    fingerprint: str
    rows: int
    ignored: int
    too_early: int
    self_contacts: int
    quarantine: Quarantine


@dataclass(frozen=True)
class About:
    """What a state says of itself.

    Args:
        id: What tells it from every other state.
        key_id: The name of the key from which its own is derived.
        epoch: That key's epoch.
        identifiers: As ``Reading.identifiers``; so are dataset, ignore_kinds, collapse_duplicates.
        accounts_file: Whether an accounts file was read.
        start: The second from which events were taken in; None where all were.
        too_early: How many events were left out of the states of earlier runs for it.
        read: Events read, before duplicates were collapsed.
        events: Events kept.
        first: The time of the first of them, in seconds.
        last: That of the last.
        entities: How many accounts and groups are in them.
        groups: How many of these are groups.
        updates: How often it was carried over from run to run.
    """

    id: str
    key_id: str
    epoch: int
    identifiers: str
    dataset: str
    ignore_kinds: list[str]
    collapse_duplicates: bool
    accounts_file: bool
    start: int | None
    too_early: int
    read: int
    events: int
    first: int
    last: int
    entities: int
    groups: int
    updates: int


@dataclass(frozen=True)
class State:
    """A state, opened.

    Args:
        about: What it says of itself.
        inputs: The inputs of which it was made, in order.
        entities: Columns name (null where the account was erased) and is_group, by dense integer.
        events: Their parts in order, as the store holds them; to be gone through once, to the end.
    """

    about: About
    inputs: Sequence[KeptInput]
    entities: pl.DataFrame
    events: Iterator[pl.DataFrame]


class Keep(Protocol):
    """Takes the next events of the store to be kept."""

    def __call__(self, events: pl.DataFrame) -> None:
        """Keep some events, in the store's order."""


def new_id() -> str:
    """Return what tells a new state from every other: 32 hexadecimal digits."""
    return secrets.token_hex(16)


def sealing_secret(key: KeySource, dataset: str) -> bytes:
    """Return the secret from which the keys of a data set's states are derived."""
    return derived(key, dataset, "state")


def key_of(reading: Reading) -> KeySource:
    """Return the key of which a state's is derived; plain identifiers need one too."""
    return reading.key or load_key(reading.key_file)


@contextmanager
def keeping(
    path: Path,
    secret: bytes,
    about: About,
    inputs: Sequence[KeptInput],
    entities: pl.DataFrame,
) -> Iterator[Keep]:
    """Write a state, and give what takes its events.

    Args:
        path: The file to be made.
        secret: As ``sealing_secret`` returns it.
        about: What it says of itself.
        inputs: Of which inputs it is made.
        entities: Columns name and is_group, by dense integer.
    """
    with SealedWriter(path, secret) as sealed:
        said = [_input(one) for one in inputs]
        sealed.add(json.dumps({"format": _FORMAT, "about": asdict(about), "inputs": said}).encode())
        sealed.add(_packed(_rejected(inputs)))
        for some in entities.select("name", "is_group").iter_slices(_ENTITIES):
            sealed.add(_packed(some))

        def keep(events: pl.DataFrame) -> None:
            for some in events.iter_slices(_EVENTS):
                sealed.add(_packed(some))

        yield keep


def open_state(path: Path, secret: bytes) -> State:
    """Open a state.

    Args:
        path: The file.
        secret: As ``sealing_secret`` returns it.

    Raises:
        PrivacyRefusalError: The key is another, or the file was changed or cut off.
        RunError: It cannot be read, or another version wrote it.
    """
    try:
        opened = records(path, secret)
        said = json.loads(next(opened))
        if said["format"] != _FORMAT:
            raise RunError(f"{path} was written by another version.", "Analyse the events again.")
        about = About(**said["about"])
        rejected = _unpacked(next(opened))
        parts: list[pl.DataFrame] = []
        while sum(map(len, parts)) < about.entities:
            parts.append(_unpacked(next(opened)))
    except OSError as error:
        raise RunError(
            f"{path} cannot be read: {error.strerror}.", "Check that you may read it."
        ) from error
    inputs = [_kept(one, rejected.filter(input=n)) for n, one in enumerate(said["inputs"])]
    kinds = pl.col("kind").cast(pl.String).cast(KIND)
    events = (_unpacked(record).with_columns(kinds) for record in opened)
    return State(about, inputs, pl.concat(parts), events)


def of_input(item: Opened) -> KeptInput:
    """Return what is kept of an input that was read."""
    tally = item.tally
    return KeptInput(
        item.source.name,
        item.source.format,
        tally.fingerprint,
        tally.rows,
        tally.ignored,
        tally.too_early,
        tally.self_contacts,
        tally.quarantine,
    )


def _input(one: KeptInput) -> dict[str, Any]:
    told = {name: value for name, value in vars(one).items() if name != "quarantine"}
    return {**told, "rejected": one.quarantine.counts()}


def _rejected(inputs: Sequence[KeptInput]) -> pl.DataFrame:
    """Return the examples of rejected rows of all inputs, each with the number of its input."""
    return pl.concat(
        one.quarantine.kept().with_columns(input=pl.lit(n, pl.UInt32))
        for n, one in enumerate(inputs)
    )


def _kept(said: Mapping[str, Any], rejected: pl.DataFrame) -> KeptInput:
    told = {name: value for name, value in said.items() if name != "rejected"}
    return KeptInput(**told, quarantine=Quarantine.of(said["rejected"], rejected.drop("input")))


def _packed(frame: pl.DataFrame) -> bytes:
    content = io.BytesIO()
    frame.write_ipc(content, compression="zstd")
    return content.getvalue()


def _unpacked(record: bytes) -> pl.DataFrame:
    return pl.read_ipc(io.BytesIO(record))
