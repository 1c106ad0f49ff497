"""How do ids become small integers while a file is being read?

Every distinct id gets the next free integer when it is first seen. These integers depend on the
order of rows and are provisional: ``numbering`` replaces them. Each distinct id is looked at
once for smuggled text, some thousands of them together, and all of a file before the next begins.
"""

from __future__ import annotations

import numpy as np
import polars as pl

from graphmeta.contract.check import refuse_text

#: New ids are looked at when so many wait, or when so many batches have brought some: they keep
#: the batches in memory that they came with.
_WAITING_IDS = 1 << 16
_WAITING_BATCHES = 32


class Interner:
    """The ids of one namespace (accounts, or groups) and their provisional integers."""

    def __init__(self) -> None:
        self._categories = pl.Categories.random()
        self._dtype = pl.Categorical(self._categories)
        # Polars forgets categories that no series uses any more; this series keeps them alive.
        self._keep = pl.Series([], dtype=self._dtype)
        self._seen = np.zeros(1024, dtype=np.bool_)
        self._waiting: list[tuple[pl.Series, pl.Series]] = []

    def codes(self, ids: pl.Series, rows: pl.Series, file: str) -> pl.Series:
        """Return the integers of some ids, and look at those that are new, now or before long.

        Args:
            ids: String, named as their column; nulls stay null.
            rows: Their 1-based rows in the file.
            file: The file's name.

        Raises:
            PrivacyRefusalError: An id carries text.
        """
        codes = ids.cast(self._dtype).to_physical()
        known = codes.fill_null(0).to_numpy()
        highest = int(known.max(initial=0))
        if highest >= len(self._seen):
            grown = np.zeros(2 * (highest + 1), dtype=np.bool_)
            grown[: len(self._seen)] = self._seen
            self._seen = grown
        new = pl.Series(~self._seen[known]) & ids.is_not_null()
        if new.any():
            self._waiting.append((ids.filter(new), rows.filter(new)))
            self._seen[codes.filter(new).to_numpy()] = True
            if (
                len(self._waiting) >= _WAITING_BATCHES
                or sum(len(some) for some, _ in self._waiting) >= _WAITING_IDS
            ):
                self.look(file)
        return codes

    def look(self, file: str) -> None:
        """Look at the new ids of a file that have not been looked at.

        Raises:
            PrivacyRefusalError: One of them carries text.
        """
        for field in dict.fromkeys(ids.name for ids, _ in self._waiting):
            of_field = [pair for pair in self._waiting if pair[0].name == field]
            ids, rows = (pl.concat(some) for some in zip(*of_field, strict=True))
            refuse_text(ids, rows, file)
        self._waiting.clear()

    def __len__(self) -> int:
        """How many ids were seen."""
        return int(self._seen.sum())

    def names(self) -> pl.Series:
        """Return all ids seen, so that the integer of each is its place."""
        return self._categories.to_series()
