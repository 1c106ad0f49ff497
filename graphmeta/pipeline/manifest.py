"""What the manifest says: all that is needed to make the run again, and all that it may claim."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from graphmeta import provenance, run
from graphmeta.contract.tables import TABLES
from graphmeta.ingest import Reading
from graphmeta.pipeline.clock import Stopwatch
from graphmeta.pipeline.settings import Settings
from graphmeta.pipeline.updating import Source
from graphmeta.privacy import audit
from graphmeta.scores.model import fingerprint


@dataclass(frozen=True)
class Outcome:
    """What came of an analysis, beside its tables.

    Args:
        receipt: What ingest says of the reading; see ``ingest.receipt``.
        facts: What the analysis counted; see ``facts.facts``.
        sandbox: What kept the analysis apart from the input and from everything else; see
            ``apart.Sandbox``.
        peak_memory: The highest resident memory of each process that took part, in bytes.
        taken_up: Stages that were not done but taken from an earlier analysis that was stopped.
    """

    receipt: Mapping[str, Any]
    facts: Mapping[str, Any]
    sandbox: Mapping[str, Any]
    peak_memory: Mapping[str, int]
    taken_up: Sequence[str] = ()


def write(
    folder: Path,
    outcome: Outcome,
    reading: Reading,
    settings: Settings,
    watch: Stopwatch,
    earlier: Source | None = None,
) -> None:
    """Write the manifest and the audit log of a finished analysis.

    Args:
        folder: Where they go; the run's tables are there.
        outcome: What came of the analysis.
        reading: How the input was read.
        settings: What was asked of the analysis.
        watch: Has the seconds of its stages.
        earlier: The run from which events were taken over, if one was updated.

    Raises:
        RunError: What was taken over is not that run's.
    """
    made = datetime.now(UTC)
    receipt, facts = outcome.receipt, outcome.facts
    content = {
        "graphmeta": provenance.version(),
        "environment": provenance.environment(),
        "created_at": made.isoformat(),
        "configuration": {**_settings(settings), **_reading(reading)},
        "scores": fingerprint(),
        "seed": settings.seed,
        "inputs": receipt["inputs"],
        "update": None if earlier is None else earlier.told(receipt["update"]),
        "counts": {**receipt["counts"], **facts["counts"]},
        "span": {**receipt["span"], "since": facts["since"]},
        "layers": facts["layers"],
        "confirmation": facts["confirmation"],
        "sampled": facts["sampled"],
        "timings_s": watch.seconds(),
        "peak_memory_bytes": max(outcome.peak_memory.values()),
        "peak_memory": dict(outcome.peak_memory),
        "taken_up": list(outcome.taken_up),
        "privacy": {
            **receipt["privacy"],
            "sandbox": dict(outcome.sandbox),
            "content_columns_read": [],
            "expires_at": (made + timedelta(days=settings.retention_days)).isoformat(),
        },
        "statements": facts["statements"],
    }
    text = json.dumps(content, indent=2, ensure_ascii=False) + "\n"
    (folder / run.MANIFEST).write_text(text, encoding="utf-8")
    _log(folder / run.AUDIT, content)


def _log(path: Path, content: dict[str, Any]) -> None:
    counts = content["counts"]
    opened = [entry["file"] for entry in content["inputs"]]
    update = content["update"]
    taken = {} if update is None else {"update_of": update["run_id"], "events": update["events"]}
    audit.append(path, "opened", {"files": len(opened), **taken})
    audit.append(
        path,
        "read",
        {
            "columns": sorted({name for one in content["inputs"] for name in one["columns_read"]}),
            "rows": counts["events_accepted"],
            "rejected": counts["rows_rejected"],
        },
    )
    audit.append(path, "analysed", {"clusters": counts["clusters"], "flagged": counts["flagged"]})
    audit.append(
        path,
        "written",
        {
            "identifiers": content["privacy"]["identifiers"],
            "tables": list(TABLES),
            "sha256": run.sums(path.parent),
        },
    )


def _settings(settings: Settings) -> dict[str, Any]:
    values = asdict(settings)
    values["since"] = None if settings.since is None else settings.since.isoformat()
    return values


def _reading(reading: Reading) -> dict[str, Any]:
    """Return how the input was read; never where the key or a file lies."""
    return {
        "mapping": dict(reading.mapping),
        "ignore_columns": list(reading.ignore_columns),
        "ignore_unknown_columns": reading.ignore_unknown_columns,
        "ignore_kinds": list(reading.ignore_kinds),
        "collapse_duplicates": reading.collapse_duplicates,
        "timestamp_unit": reading.timestamp_unit,
        "time_zone": reading.time_zone,
        "identifiers": reading.identifiers,
        "dataset": reading.dataset,
        "not_before": None if reading.not_before is None else reading.not_before.isoformat(),
        "keep_state": reading.keep_state,
    }
