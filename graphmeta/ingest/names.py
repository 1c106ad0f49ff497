"""Who stands behind each name that left the ingest?

Nobody is told, unless a way back was authorised when the events were analysed. Then the answer
leaves in a sealed form alone; ``pipeline.reverse_map`` keeps of it what a reveal may ever need.
"""

from __future__ import annotations

import io

import polars as pl

from graphmeta.privacy import sealing

FILE = "names.age"


def sealed_names(entities: pl.DataFrame, names: pl.Series, recipient: str) -> bytes:
    """Return who bears which name, sealed.

    Args:
        entities: Columns id and life, shape (n, ...).
        names: The name of each, shape (n,).
        recipient: Whose key opens it.
    """
    content = io.BytesIO()
    entities.select("id", "life", account=names).write_parquet(content, compression="lz4")
    return sealing.seal(content.getvalue(), [recipient])
