"""Which rows were rejected, how many, and for which reasons?

Counts are whole; examples are capped, and hold no value: file, row, field and reason.
"""

from __future__ import annotations

from collections import Counter

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

    @property
    def total(self) -> int:
        """How many rows were rejected."""
        return self._counts.total()

    def by_reason(self) -> dict[str, int]:
        """Return how many rows each reason rejected, in order of ``field: reason``."""
        return {f"{field}: {reason}": n for (field, reason), n in sorted(self._counts.items())}

    def examples(self) -> pl.DataFrame:
        """Return at most ``MAX_EXAMPLES`` rows, the first of each reason among them."""
        if not self._kept:
            return pl.DataFrame(schema=QUARANTINE)
        rows = pl.concat(self._kept).select(QUARANTINE.names()).cast(QUARANTINE)
        later = ~pl.struct("field", "reason").is_first_distinct()
        return rows.sort(later, maintain_order=True).head(MAX_EXAMPLES).sort("file", "row")
