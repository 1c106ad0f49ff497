"""What of a run may outlive it, so that public reports stay exact once the data has gone?

Reports cover a year, runs live a month. So a run is boiled down to a record: how many clusters it
found, of each flagged one the classes that reports break down by (never an exact size), and the
acts that reports count. No account is in it, no reviewer and no time of anybody's contacts. A
receipt of a purge keeps the record; a live run gives the same one.

It misleads where a run was analysed twice: two runs over the same events are counted as two.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import polars as pl

from graphmeta.errors import RunError
from graphmeta.oversight import acts
from graphmeta.oversight.acts import Act
from graphmeta.run import RunFolder
from graphmeta.signals.behaviour.defence_rate import PULL, DefenceRate

#: Classes by upper bound; the last has none.
ACTORS = {9: "under 10", 29: "10 to 29", 99: "30 to 99", None: "100 or more"}
REACHED = {99: "under 100", 999: "100 to 999", 9_999: "1,000 to 9,999", None: "10,000 or more"}
DAYS = {2: "under 3 days", 6: "3 to 6 days", 13: "7 to 13 days", None: "14 days or more"}
#: Blocks and reports may weigh less than one each; less than this is rounding.
_ANY = 1e-6


@dataclass(frozen=True)
class Record:
    """One run, boiled down to what reports count.

    Args:
        made_at: When the run was made.
        found: Clusters by how far they got: found, confirmed, flagged.
        flagged: One mapping per flagged cluster: cluster, looks_like, layer, actors, reached,
            lasted, reported (whether people had blocked or reported its members).
        acts: What was done with the run, as far as it is counted.
        purged_at: When the run was deleted, if it was.
    """

    made_at: datetime
    found: Mapping[str, int]
    flagged: tuple[Mapping[str, Any], ...]
    acts: tuple[Act, ...]
    purged_at: datetime | None = None

    def as_json(self) -> dict[str, Any]:
        """Return it as a receipt keeps it."""
        return {
            "made_at": self.made_at.isoformat(),
            "found": dict(self.found),
            "flagged": [dict(one) for one in self.flagged],
            "acts": acts.countable(self.acts),
        }


def of_run(run: RunFolder) -> Record:
    """Boil down a run.

    Raises:
        RunError: Its audit log was changed, its manifest is damaged, or a table cannot be read.
    """
    history = acts.recorded(run.audit_lines(), run.path)
    try:
        counts = run.manifest["counts"]
        made_at = datetime.fromisoformat(run.manifest["created_at"])
        found = {name: int(counts[name]) for name in ("clusters", "confirmed", "flagged")}
    except (LookupError, TypeError, ValueError, OverflowError) as error:
        raise RunError(
            f"The manifest of {run.path} is damaged.", "It cannot be counted; look into that first."
        ) from error
    return Record(made_at, found, tuple(_flagged(run)), tuple(history))


def of_receipt(receipt: Mapping[str, Any]) -> Record:
    """Return the record that a receipt of a purge keeps.

    Raises:
        KeyError: It keeps none.
        ValueError: A time in it is none.
    """
    kept = receipt["record"]
    return Record(
        made_at=datetime.fromisoformat(kept["made_at"]),
        found=kept["found"],
        flagged=tuple(kept["flagged"]),
        acts=tuple(acts.counted(kept["acts"])),
        purged_at=datetime.fromisoformat(receipt["purged_at"]),
    )


def _flagged(run: RunFolder) -> list[dict[str, Any]]:
    reported = _reported(run.table("signals"))
    rows = run.table("clusters").filter("flagged").sort("cluster_id").to_dicts()
    return [
        {
            "cluster": row["cluster_id"],
            "looks_like": row["behaviour"],
            "layer": (row["layers"] or ["none"])[0],
            "actors": _class(row["n_actors"], ACTORS),
            "reached": _class(row["n_contacted"], REACHED),
            "lasted": _class(_days(row["first_event"], row["last_event"]), DAYS),
            "reported": row["cluster_id"] in reported,
        }
        for row in rows
    ]


def _reported(signals: pl.DataFrame) -> set[str]:
    """Return the clusters whose members were blocked or reported at all.

    The share in the table is pulled towards the usual one; more than the pull alone is somebody's.
    """
    pulled = PULL * pl.col("expected") / (pl.col("support") + PULL)
    return set(
        signals.filter((pl.col("signal") == DefenceRate.name) & (pl.col("value") > pulled + _ANY))[
            "entity"
        ]
    )


def _days(first: datetime | None, last: datetime | None) -> int:
    return 0 if first is None or last is None else (last - first).days


def _class(value: int, classes: Mapping[int | None, str]) -> str:
    """Return the first class whose upper bound holds the value."""
    return next(name for bound, name in classes.items() if bound is None or value <= bound)
