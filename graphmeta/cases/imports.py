"""Which verdicts does a file hold?

A CSV file with the columns cluster, verdict and reason, and optionally looks_like, reviewer and
seconds_spent. A file is taken whole or not at all: the first row that cannot be is named.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from pathlib import Path

from graphmeta.cases.verdicts import Judgement, checked
from graphmeta.errors import InputError, UsageError
from graphmeta.run import RunFolder

REQUIRED = ("cluster", "verdict", "reason")
OPTIONAL = ("looks_like", "reviewer", "seconds_spent")
_REMEDY = f"Write {', '.join(REQUIRED)}, and if you like {', '.join(OPTIONAL)}."


def read(file: Path, run: RunFolder, reviewer: str, *, called: str = "") -> list[Judgement]:
    """Return the verdicts that a file holds about a run's clusters.

    Args:
        file: The file.
        run: The run.
        reviewer: Who says so, in rows that name nobody.
        called: What errors call the file; by default its path.

    Raises:
        InputError: The file cannot be read, has other columns, or a row cannot be.
    """
    there = set(run.table("clusters")["cluster_id"])
    seen: set[str] = set()
    judgements = []
    called = called or str(file)
    for row, fields in _rows(file, called):
        where = f"{called}, row {row}"
        cluster = fields["cluster"].strip()
        if cluster not in there:
            raise InputError(
                f"{where}: this run has no cluster {cluster!r}.",
                "`graphmeta queue RUN` lists the clusters. Nothing was recorded.",
            )
        if cluster in seen:
            raise InputError(
                f"{where}: cluster {cluster!r} stands in the file twice.",
                "Keep one row. Nothing was recorded.",
            )
        seen.add(cluster)
        judgements.append(_judgement(where, cluster, fields, reviewer))
    return judgements


def _judgement(where: str, cluster: str, fields: Mapping[str, str], reviewer: str) -> Judgement:
    spent = fields.get("seconds_spent", "").strip()
    try:
        return checked(
            Judgement(
                cluster,
                fields["verdict"].strip(),
                fields["reason"],
                fields.get("reviewer", "").strip() or reviewer,
                looks_like=fields.get("looks_like", "").strip() or None,
                seconds_spent=float(spent) if spent else None,
            )
        )
    except UsageError as error:
        raise InputError(
            f"{where}: {error.problem}", f"{error.remedy} Nothing was recorded."
        ) from error
    except ValueError as error:
        raise InputError(
            f"{where}: seconds_spent is no number.", "Give seconds, or leave it empty."
        ) from error


def _rows(file: Path, called: str) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield rows with their numbers, from 1, the header not counted."""
    try:
        with file.open(encoding="utf-8-sig", newline="") as handle:
            reader = csv.DictReader(handle, strict=True)
            names = tuple(reader.fieldnames or ())
            _require_columns(called, names)
            for number, fields in enumerate(reader, 1):
                if None in fields or None in fields.values():
                    raise InputError(
                        f"{called}, row {number}: it has other fields than the header.", _REMEDY
                    )
                yield number, fields
    except OSError as error:
        raise InputError(
            f"{called} cannot be read: {error.strerror}.", "Name a CSV file with --from."
        ) from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise InputError(f"{called} is no CSV in UTF-8.", _REMEDY) from error


def _require_columns(called: str, names: tuple[str, ...]) -> None:
    absent = [name for name in REQUIRED if name not in names]
    strange = [name for name in names if name not in (*REQUIRED, *OPTIONAL)]
    if absent or strange or len(set(names)) < len(names):
        wrong = f"lacks the column {absent[0]!r}" if absent else "has a column that is not known"
        if strange and not absent:
            wrong = f"has the column {strange[0]!r}, which is not known"
        raise InputError(f"{called} {wrong}, or has one twice.", _REMEDY)
