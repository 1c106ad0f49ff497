"""What of a way back to the ids is kept, where one was authorised?

The ingest seals all names to a key that lives for this analysis only, in the memory of the
process that started it. Once clusters are known, what is kept are the scored members of flagged
clusters, sealed to the two recipients who were named. Everybody else, above all those who were
contacted, is in no map. Who may ask and approve is written into the audit log with it.
"""

from __future__ import annotations

import hashlib
import io
from pathlib import Path

import polars as pl

from graphmeta import run
from graphmeta.ingest import Reading
from graphmeta.ingest.names import FILE
from graphmeta.privacy import audit, sealing
from graphmeta.privacy.sealing import Identity


def write(partial: Path, store: Path, reading: Reading, passing: Identity) -> None:
    """Keep a sealed map of a finished run, and record it in the run's log.

    Args:
        partial: The run's folder, with its tables and its log.
        store: The store that ingest wrote.
        reading: Who may open the map, and who may ask.
        passing: The key to which ingest sealed the names.
    """
    names = pl.read_parquet(io.BytesIO(sealing.unseal((store / FILE).read_bytes(), [passing])))
    flagged = pl.read_parquet(partial / "clusters.parquet", glob=False).filter("flagged")
    kept = (
        pl.read_parquet(partial / "members.parquet", glob=False)
        .filter(pl.col("role") != "contacted")
        .join(flagged, on="cluster_id", how="semi")
        .select("cluster_id", "role", "account")
        .join(names, on="account", maintain_order="left")
    )
    content = io.BytesIO()
    kept.write_parquet(content)
    sealed = sealing.seal(content.getvalue(), reading.seal_to)
    (partial / run.REVERSE_MAP).write_bytes(sealed)
    audit.append(
        partial / run.AUDIT,
        "map_sealed",
        {
            "accounts": kept.height,
            "sha256": hashlib.sha256(sealed).hexdigest(),
            "sealed_to": list(reading.seal_to),
            "people": dict(reading.people),
        },
    )
