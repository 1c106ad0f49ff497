"""What does a cluster look like as one long table?

One row per fact, so that everything fits into one file and a filter on ``part`` gives the table of
one kind: statements, the cluster's own figures, evidence, members, contacts among them, ties, what
people said. Columns that a part has no use for are empty.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import polars as pl

from graphmeta.contract.tables import TIME
from graphmeta.report.exports.dossier import Dossier
from graphmeta.report.exports.form import Leaving

ROWS = pl.Schema(
    {
        "part": pl.String(),
        "name": pl.String(),
        "value": pl.String(),
        "score": pl.String(),
        "speaks": pl.String(),
        "pinned": pl.Boolean(),
        "observed": pl.Float64(),
        "expected": pl.Float64(),
        "contribution": pl.Float64(),
        "says": pl.String(),
        "by": pl.String(),
        "at": TIME,
        "account": pl.String(),
        "role": pl.String(),
        "strength": pl.Float64(),
        "core": pl.Boolean(),
        "p_value": pl.Float64(),
        "reached": pl.Int64(),
        "strangers": pl.Int64(),
        "shared": pl.Int64(),
        "inside": pl.Int64(),
        "other": pl.String(),
        "events": pl.Int64(),
        "first_event": TIME,
        "last_event": TIME,
        "first_contact": pl.Boolean(),
        "stranger": pl.Boolean(),
    }
)


def rows(dossier: Dossier) -> pl.DataFrame:
    """Return everything that leaves as rows of :data:`ROWS`."""
    parts = {
        "statement": _pairs(dossier.about),
        "cluster": _pairs({**dossier.cluster, "summary": dossier.sentence}),
        "evidence": dossier.evidence.rename({"term": "name"}),
        "verdict": _opinions(dossier),
        "note": _notes(dossier),
        "pin": pl.DataFrame({"name": list(dossier.case.pins)}, schema={"name": pl.String}),
        "member": dossier.members,
        "contact": dossier.contacts,
        "tie": dossier.ties,
    }
    return pl.concat([_fitted(name, frame) for name, frame in parts.items()])


def leaving(frame: pl.DataFrame) -> tuple[Leaving, ...]:
    """Return what of each part is in a frame of :data:`ROWS`, read off the frame itself."""
    return tuple(
        Leaving(str(name), part.height, tuple(_used(part)))
        for (name,), part in frame.partition_by("part", maintain_order=True, as_dict=True).items()
    )


def _fitted(part: str, frame: pl.DataFrame) -> pl.DataFrame:
    """Give a part the columns and types of all parts."""
    named = frame.with_columns(part=pl.lit(part))
    return named.select(
        (pl.col(name) if name in named.columns else pl.lit(None)).cast(dtype).alias(name)
        for name, dtype in ROWS.items()
    )


def _pairs(values: Any) -> pl.DataFrame:
    written = {name: _written(value) for name, value in values.items() if value is not None}
    return pl.DataFrame(
        {"name": list(written), "value": list(written.values())},
        schema={"name": pl.String, "value": pl.String},
    )


def _written(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return value.isoformat() if isinstance(value, datetime) else str(value)


def _opinions(dossier: Dossier) -> pl.DataFrame:
    """``name`` is the verdict, ``value`` the look-alike, ``speaks`` its place among the others."""
    case = dossier.case
    return pl.DataFrame(
        [
            {
                "name": one.verdict,
                "value": one.looks_like or None,
                "speaks": case.position(one),
                "says": one.reason,
                "by": one.reviewer,
                "at": one.at,
            }
            for one in case.opinions
        ],
        schema={name: ROWS[name] for name in ("name", "value", "speaks", "says", "by", "at")},
    )


def _notes(dossier: Dossier) -> pl.DataFrame:
    return pl.DataFrame(
        [{"says": one.text, "by": one.author, "at": one.at} for one in dossier.case.notes],
        schema={name: ROWS[name] for name in ("says", "by", "at")},
    )


def _used(part: pl.DataFrame) -> list[str]:
    return [name for name in part.columns[1:] if part[name].null_count() < part.height]
