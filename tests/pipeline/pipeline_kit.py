"""What the tests of the pipeline share: small planted worlds, and runs over them."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl

from graphmeta.contract.tables import TABLES, TIME
from graphmeta.ingest import Reading
from graphmeta.pipeline import Settings, analyze
from graphmeta.run import RunFolder
from graphmeta.synthetic import World, make_world
from graphmeta.synthetic.campaigns import Campaign
from graphmeta.synthetic.campaigns.funnel import Funnel
from graphmeta.synthetic.campaigns.one_clock import OneClock
from graphmeta.synthetic.campaigns.ring import Ring
from graphmeta.synthetic.campaigns.split_list import SplitList

HOUR = 3_600.0
#: Campaigns strong enough that missing one is a fault and no matter of luck.
STRONG: dict[str, Campaign] = {
    "shared_targets": Ring(actors=20, targets=80, overlap=0.6, window=6 * HOUR),
    "split_list": SplitList(actors=20, targets=40, rounds=12, window=600.0),
    "one_clock": OneClock(actors=20, ticks=40),
    "funnel": Funnel(recruiters=8, targets=60, converts=0.25, passes_on=0.0, into_group=False),
}
LOOKALIKES = ("support_desk", "text_bank", "courier")
SMALL: tuple[Campaign, ...] = (
    Ring(actors=12, targets=60, overlap=0.6, window=6 * HOUR),
    OneClock(actors=10, ticks=30),
    Funnel(recruiters=8, targets=40),
)


def small_world(seed: int = 2) -> World:
    """Return four hundred people, three campaigns and two look-alikes in three weeks."""
    return make_world(400, 21, SMALL, ("support_desk", "text_bank"), seed)


def run(folder: Path, sources: Any, accounts: Any = None, **settings: Any) -> RunFolder:
    """Analyse with plain identifiers, in this process, into a new folder below ``folder``."""
    out = Path(tempfile.mkdtemp(dir=folder)) / "run"
    reading = Reading(identifiers="plain", accounts=accounts)
    return analyze(
        sources, out=out, reading=reading, settings=Settings(**{"sandbox": "off", **settings})
    )


def table_bytes(run: RunFolder) -> dict[str, bytes]:
    """Return the bytes of every table by name."""
    return {name: (run.path / f"{name}.parquet").read_bytes() for name in TABLES}


def differing(one: dict[str, bytes], other: dict[str, bytes]) -> list[str]:
    """Return the names of the tables that are not the same bytes."""
    return [name for name in TABLES if one[name] != other[name]]


def at(seconds: int) -> datetime:
    """Return a moment by its seconds since 2024 began."""
    return datetime.fromtimestamp(int(datetime(2024, 1, 1, tzinfo=UTC).timestamp()) + seconds, UTC)


def frame(
    rows: Sequence[tuple[str, str, int]], kind: str = "message", group: str | None = None
) -> pl.DataFrame:
    """Return events of one kind from (sender, recipient, seconds since 2024 began)."""
    return pl.DataFrame(
        {
            "sender": [row[0] for row in rows],
            "recipient": [row[1] for row in rows],
            "timestamp": pl.Series([at(row[2]) for row in rows], dtype=TIME),
            "kind": [kind] * len(rows),
            "group": pl.Series([group] * len(rows), dtype=pl.String),
        }
    )
