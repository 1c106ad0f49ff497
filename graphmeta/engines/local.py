"""How are lazy frames computed on this machine? By Polars, in this process."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl


def stream(frame: pl.LazyFrame, rows: int) -> Iterator[pl.DataFrame]:
    """Compute a lazy frame and yield its rows in order, about ``rows`` at a time.

    Raises:
        pl.exceptions.PolarsError: The frame cannot be computed.
    """
    yield from frame.collect_batches(chunk_size=rows, maintain_order=True)
