"""The pseudonymised store that ingest writes and every later step reads.

A store is a folder with two files, ``events.arrow`` (Arrow IPC, uncompressed: it is written in a
tenth of the time that Parquet takes, and lives for one analysis) and ``entities.parquet``, and
holds dense integers, times and kinds alone. Names appear only in ``entities.parquet``, and they
are pseudonyms unless plain identifiers were asked for.

Between two processes it is handed over sealed: with the examples of rejected rows in a third
file, and the SHA-256 of every file in a fourth. The seal is that fourth file's own SHA-256. It
goes another way than the folder, so that what was changed on the way shows when the store is
opened. Afterwards nobody looks again: whoever can write into the folder then is not noticed.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl

from graphmeta.errors import GraphmetaError

EVENTS_FILE = "events.arrow"
ENTITIES_FILE = "entities.parquet"
QUARANTINE_FILE = "quarantine.parquet"
SUMS_FILE = "sha256.json"


@dataclass(frozen=True)
class Store:
    """Accepted events with dense integer ids, and what was read to get them.

    Args:
        folder: Where the two files stand.
        quarantine: Rejected rows, capped examples, columns of the run's quarantine table.
        receipt: What the manifest says of the reading: per file its fingerprint, columns seen,
            read and ignored, byte ranges read; counts of rows accepted and rejected by reason.
    """

    folder: Path
    quarantine: pl.DataFrame
    receipt: Mapping[str, Any] = field(default_factory=dict)

    @property
    def events(self) -> pl.LazyFrame:
        """Events in order of (time, sender, recipient, kind, group, duration_s).

        Columns as in ``contract.events.STORE_EVENTS``. Rows with equal sender and recipient
        are left out (and counted in the receipt).
        """
        return pl.scan_ipc(self.folder / EVENTS_FILE, glob=False)

    @property
    def entities(self) -> pl.LazyFrame:
        """One row per dense integer, in order; columns as in ``STORE_ENTITIES``."""
        return pl.scan_parquet(self.folder / ENTITIES_FILE, glob=False)


def seal(store: Store) -> str:
    """Make a store ready to be handed over, and return its seal: 64 hexadecimal digits."""
    store.quarantine.write_parquet(store.folder / QUARANTINE_FILE)
    sums = {
        name: _sha256(store.folder / name) for name in (EVENTS_FILE, ENTITIES_FILE, QUARANTINE_FILE)
    }
    (store.folder / SUMS_FILE).write_text(json.dumps(sums), encoding="utf-8")
    return _sha256(store.folder / SUMS_FILE)


def open_sealed(folder: Path, sealed: str) -> Store:
    """Open a store that was handed over. Its receipt is empty: it goes to the manifest directly.

    Args:
        folder: Where it stands.
        sealed: What :func:`seal` returned.

    Raises:
        GraphmetaError: A file is not as it was sealed.
    """
    changed = [SUMS_FILE] if _sha256(folder / SUMS_FILE) != sealed else []
    if not changed:
        sums = json.loads((folder / SUMS_FILE).read_text(encoding="utf-8"))
        changed = [name for name, expected in sums.items() if _sha256(folder / name) != expected]
    if changed:
        raise GraphmetaError(
            f"The store's {changed[0]} is not as ingest wrote it.",
            "Check the disk, and who else may write beside the run; then analyse again.",
        )
    return Store(folder, pl.read_parquet(folder / QUARANTINE_FILE, glob=False))


def _sha256(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()
