"""The pseudonymised store that ingest writes and every later step reads.

A store is a folder with two Parquet files, ``events.parquet`` and ``entities.parquet``, and
holds dense integers, times and kinds alone. Names appear only in ``entities.parquet``, and they
are pseudonyms unless plain identifiers were asked for.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl

EVENTS_FILE = "events.parquet"
ENTITIES_FILE = "entities.parquet"


@dataclass(frozen=True)
class Store:
    """Accepted events with dense integer ids, and what was read to get them.

    Args:
        folder: Where the two Parquet files stand.
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
        return pl.scan_parquet(self.folder / EVENTS_FILE)

    @property
    def entities(self) -> pl.LazyFrame:
        """One row per dense integer, in order; columns as in ``STORE_ENTITIES``."""
        return pl.scan_parquet(self.folder / ENTITIES_FILE)
