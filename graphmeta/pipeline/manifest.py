"""What the manifest says: all that is needed to make the run again, and all that it may claim."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl

from graphmeta import provenance, run
from graphmeta.clusters.assemble import Clusters
from graphmeta.contract.tables import TABLES
from graphmeta.ingest import Reading, Store
from graphmeta.pipeline.clock import Stopwatch
from graphmeta.pipeline.settings import Settings
from graphmeta.privacy import audit
from graphmeta.scores.model import REJECTED_AT, fingerprint
from graphmeta.signals.base import FOLDS, Observations
from graphmeta.signals.observe import Network

_BOUND = (
    "Among the confirmed clusters, at most a share of {alpha:g} is expected to be coordinated by "
    "chance alone, if accounts otherwise act independently given their activity, rhythm, "
    "circles and the popularity of those they contact. The bound says nothing about whether a "
    "cluster does wrong: a protest is coordinated too."
)
_INNOCENTS = (
    "How often innocent groups are flagged on real platforms is not known. Of each kind of "
    "look-alike that the scores were trained on, about {level:g} of the appearances in synthetic "
    "worlds like those of the training may be flagged. People decide, cluster by cluster."
)
_RISK = "Risk is for ordering only. It is no probability, and a score is no proof."
_RISK_CALIBRATED = (
    "Risk is calibrated on what people found in {verdicts} randomly drawn clusters, {abusive} of "
    "them abusive ({day}): of clusters with a risk of 0.3, about 30 % would be found abusive, as "
    "long as data and reviewers stay alike. A score is no proof."
)


def facts(
    graph: Network, seen: Observations, found: Clusters, clusters: pl.DataFrame
) -> dict[str, Any]:
    """Return what the analysis counted."""
    return {
        "counts": {
            "contacts": graph.contacts.height,
            "first_contacts": graph.judged.height,
            "stranger_contacts": graph.strangers.height,
            "circles": int(graph.circle_of.max(initial=0)),
            "groups_tested": found.tested,
            "clusters": clusters.height,
            "confirmed": int((clusters["status"] == "confirmed").sum()),
            "flagged": int(clusters["flagged"].sum()),
        },
        "since": _iso(graph.since),
        "layers": found.layers.to_dicts(),
        "confirmation": {
            "folds": FOLDS,
            "days": seen.span_days,
            "dispersion": "Poisson",
        },
    }


def write(
    folder: Path,
    store: Store,
    reading: Reading,
    settings: Settings,
    facts: dict[str, Any],
    watch: Stopwatch,
) -> None:
    """Write the manifest and the audit log of a finished analysis."""
    made = datetime.now(UTC)
    receipt = store.receipt
    content = {
        "graphmeta": provenance.version(),
        "environment": provenance.environment(),
        "created_at": made.isoformat(),
        "configuration": {**_settings(settings), **_reading(reading)},
        "scores": fingerprint(),
        "seed": settings.seed,
        "inputs": receipt["inputs"],
        "counts": {**receipt["counts"], **facts["counts"]},
        "span": {**receipt["span"], "since": facts["since"]},
        "layers": facts["layers"],
        "confirmation": facts["confirmation"],
        "timings_s": watch.seconds(),
        "peak_memory_bytes": provenance.peak_memory_bytes(),
        "privacy": {
            **receipt["privacy"],
            "sandbox": "off: this version does not sandbox the analysing process",
            "content_columns_read": [],
            "expires_at": (made + timedelta(days=settings.retention_days)).isoformat(),
        },
        "statements": {
            "bound": _BOUND.format(alpha=settings.alpha),
            "innocents": _INNOCENTS.format(level=REJECTED_AT),
            "risk": _risk(settings),
        },
    }
    text = json.dumps(content, indent=2, ensure_ascii=False) + "\n"
    (folder / run.MANIFEST).write_text(text, encoding="utf-8")
    _log(folder / run.AUDIT, content)


def _log(path: Path, content: dict[str, Any]) -> None:
    counts = content["counts"]
    opened = [entry["file"] for entry in content["inputs"]]
    audit.append(path, "opened", {"files": len(opened)})
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
        {"identifiers": content["privacy"]["identifiers"], "tables": list(TABLES)},
    )


def _settings(settings: Settings) -> dict[str, Any]:
    values = asdict(settings)
    values["since"] = None if settings.since is None else settings.since.isoformat()
    return values


def _risk(settings: Settings) -> str:
    own = settings.calibration
    if own is None:
        return _RISK
    return _RISK_CALIBRATED.format(day=own["fitted_at"][:10], **own)


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
    }


def _iso(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat()
