"""Which rows were rejected, how many, and for which reasons?

Counts are whole; examples are capped, and hold no value: file, row, field and reason.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

import polars as pl

from graphmeta.contract.tables import QUARANTINE

MAX_EXAMPLES = 1000


class Quarantine:
    """The rejected rows of all inputs of one ingest."""

    def __init__(self) -> None:
        self._counts: Counter[tuple[str, str]] = Counter()
        self._kept: list[pl.DataFrame] = []
        self._room = MAX_EXAMPLES

    def add(self, file: str, rejected: pl.DataFrame) -> None:
        """Add rejected rows (columns row, field, reason) of one file."""
        if rejected.is_empty():
            return
        # The first row of a reason is kept even where the examples are full.
        firsts = rejected.filter(pl.struct("field", "reason").is_first_distinct())
        new = [pair not in self._counts for pair in firsts.select("field", "reason").iter_rows()]
        firsts = firsts.filter(pl.Series(new, dtype=pl.Boolean))
        kept = pl.concat([rejected.head(self._room), firsts])
        self._room = max(self._room - len(rejected), 0)
        self._kept.append(kept.unique(maintain_order=True).with_columns(file=pl.lit(file)))
        counted = rejected.group_by("field", "reason").len()
        for field, reason, count in counted.iter_rows():
            self._counts[field, reason] += count

    def add_all(self, other: Quarantine) -> None:
        """Add what another quarantine holds."""
        self._counts.update(other._counts)
        self._kept.extend(other._kept)

    @classmethod
    def of(cls, counts: Iterable[tuple[str, str, int]], kept: pl.DataFrame) -> Quarantine:
        """Return the quarantine whose ``counts`` and ``kept`` these are."""
        quarantine = cls()
        quarantine._counts.update({(field, reason): n for field, reason, n in counts})
        quarantine._kept.append(kept)
        return quarantine

    def counts(self) -> list[tuple[str, str, int]]:
        """Return how many rows each field and reason rejected."""
        return [(field, reason, n) for (field, reason), n in self._counts.items()]

    def kept(self) -> pl.DataFrame:
        """Return the examples, those of each file in the order in which they were found."""
        parts = [part.select(QUARANTINE.names()).cast(QUARANTINE) for part in self._kept]
        return pl.concat(parts) if parts else pl.DataFrame(schema=QUARANTINE)

    @property
    def total(self) -> int:
        """How many rows were rejected."""
        return self._counts.total()

    def by_reason(self) -> dict[str, int]:
        """Return how many rows each reason rejected, in order of ``field: reason``."""
        return {f"{field}: {reason}": n for (field, reason), n in sorted(self._counts.items())}

    def examples(self) -> pl.DataFrame:
        """Return at most ``MAX_EXAMPLES`` rows, the first of each reason among them."""
        rows = self.kept()
        later = ~pl.struct("field", "reason").is_first_distinct()
        return rows.sort(later, maintain_order=True).head(MAX_EXAMPLES).sort("file", "row")
