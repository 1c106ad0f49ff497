"""Runs that can be reviewed: small ones, whose manifest tells of a file that was really read."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from oversight_kit import make_run

from graphmeta import run
from graphmeta.ingest import Reading, ingest
from graphmeta.oversight.review import trial
from graphmeta.oversight.review.result import Check, Review
from graphmeta.oversight.review.trial import Trial
from graphmeta.privacy import audit
from graphmeta.run import RunFolder

SECRET = "what was said"
#: What a trial says that went well; a real one takes two analyses.
GOOD = Trial("Tried", ("body",), clusters=2, files=9, looked_into=("analyse", "ingest"))
READ = ["sender", "recipient", "timestamp"]
_WALLS = {
    "asked": "auto",
    "separated": True,
    "input_read_by": "a process of its own",
    "landlock_abi": 6,
    "seccomp": True,
    "input_landlock_abi": 6,
    "input_seccomp": True,
    "not_available": [],
}


def write_events(path: Path, rows: int = 300) -> Path:
    """Write events with a column of content, in three row groups."""
    start = datetime(2026, 3, 2, tzinfo=UTC)
    pl.DataFrame(
        {
            "sender": [f"s{row % 9}" for row in range(rows)],
            "recipient": [f"r{row % 31}" for row in range(rows)],
            "body": [f"{SECRET} {row}" for row in range(rows)],
            "timestamp": [start + timedelta(minutes=row) for row in range(rows)],
        }
    ).write_parquet(path, row_group_size=100)
    return path


def with_events(here: RunFolder) -> tuple[Path]:
    """Return the events of a reviewable run, as a review is given them."""
    return (here.path.parent / "events.parquet",)


def trial_passed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take the trial for made and passed: two analyses take long, and have a test of their own."""
    monkeypatch.setattr(trial, "tried", lambda *_: GOOD)


def reviewable(folder: Path, *, identifiers: str = "pseudonymous", **made: Any) -> RunFolder:
    """Make a run that says that it read ``events.parquet`` of the folder, as was really done."""
    events = folder / "events.parquet"
    if not events.exists():
        write_events(events)
    store = folder / "store"
    store.mkdir(exist_ok=True)
    reading = Reading(identifiers="plain", ignore_columns=("body",))
    receipt = ingest(events, folder=store, reading=reading).receipt
    here = make_run(folder, **made)

    def told(manifest: dict[str, Any]) -> None:
        manifest["inputs"] = receipt["inputs"]
        manifest["counts"] |= receipt["counts"]
        manifest["configuration"] |= {"ignore_columns": ["body"], "retention_days": 30}
        manifest["privacy"] |= {"sandbox": _WALLS, "identifiers": identifiers}

    change(here, told)
    log_anew(here)
    return run.open_even_expired(here.path)


def change(where: RunFolder, how: Any) -> None:
    """Change a run's manifest, and nothing else."""
    file = where.path / run.MANIFEST
    manifest = json.loads(file.read_text(encoding="utf-8"))
    how(manifest)
    file.write_text(json.dumps(manifest), encoding="utf-8")


def log_anew(where: RunFolder) -> None:
    """Write the log of an analysis that left the run as it is now."""
    manifest = json.loads((where.path / run.MANIFEST).read_text(encoding="utf-8"))
    counts = manifest["counts"]
    log = where.path / run.AUDIT
    log.unlink()
    audit.append(log, "opened", {"files": 1})
    audit.append(
        log,
        "read",
        {
            "columns": sorted(READ),
            "rows": counts["events_accepted"],
            "rejected": counts["rows_rejected"],
        },
    )
    audit.append(log, "analysed", {"clusters": counts["clusters"], "flagged": counts["flagged"]})
    written = {"identifiers": manifest["privacy"]["identifiers"], "sha256": run.sums(where.path)}
    audit.append(log, "written", written)


def named(review: Review, name: str) -> Check:
    """Return the check of a name."""
    (found,) = (check for check in review.checks if check.name == name)
    return found


def failures(review: Review) -> set[str]:
    """Return the names of the checks that failed."""
    return {check.name for check in review.checks if check.verdict == "failed"}
