"""Is this the same input as that one, whatever file held it?

The fingerprint is a SHA-256 over the decoded values of the accepted columns, column by column in
the contract's types. Compression, encoding, row groups and ignored columns leave it unchanged;
the order of rows does not.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np
import polars as pl


class Fingerprint:
    """The fingerprint of one input, fed batch by batch.

    Args:
        columns: The contract's columns that the input has.
    """

    def __init__(self, columns: Sequence[str]) -> None:
        # Two streams per column: how long each value is (or that there is none), and the values.
        self._streams = {name: (hashlib.sha256(), hashlib.sha256()) for name in columns}

    def update(self, decoded: pl.DataFrame) -> None:
        """Add the rows of a decoded batch."""
        for name, (shape, values) in self._streams.items():
            column = decoded[name]
            if column.dtype == pl.String:
                lengths = column.str.len_bytes().cast(pl.Int32).fill_null(-1)
                shape.update(lengths.to_numpy().tobytes())
                values.update(_text_bytes(column))
            else:
                shape.update(column.is_null().to_numpy().tobytes())
                values.update(column.fill_null(0).to_numpy().tobytes())

    def hexdigest(self) -> str:
        """Return the fingerprint of the rows so far, as 64 hexadecimal digits."""
        whole = hashlib.sha256()
        for name, (shape, values) in self._streams.items():
            whole.update(name.encode() + b"\0" + shape.digest() + values.digest())
        return whole.hexdigest()


def _text_bytes(column: pl.Series) -> memoryview:
    """Return the bytes of all values, one after the other."""
    _, offsets, data = column.fill_null("").to_arrow().buffers()
    if data is None:
        return memoryview(b"")
    ends = np.frombuffer(offsets, dtype=np.int64)
    return memoryview(data)[ends[0] : ends[len(column)]]
