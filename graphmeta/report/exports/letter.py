"""What does a cluster's case say, as paragraphs of plain text?

For formats that hold a graph or objects and have no rows for reasons: the statements, the case for,
the case against, and what people said, each as lines. They repeat what rows say elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import polars as pl

from graphmeta.report import summary, words
from graphmeta.report.exports.case import Case
from graphmeta.report.exports.dossier import Dossier
from graphmeta.report.exports.inert import spelt

#: The evidence that speaks neither way: where scores start, and what would change the verdict.
_FRAME = "frame"
_EVIDENCE = {"for": "evidence_for", "against": "evidence_against", "neither": _FRAME}


def paragraphs(dossier: Dossier) -> dict[str, str]:
    """Return everything that is said, by name; what there is nothing to say of is left out.

    Returns:
        The dossier's statements by their names, then ``summary``, ``evidence_for``,
        ``evidence_against``, ``frame``, ``verdicts``, ``notes`` and ``pins``. Lines end with line
        feeds; everything else that cannot be seen is spelt out.
    """
    said: dict[str, Iterable[str]] = {name: [says] for name, says in dossier.about.items()}
    said["summary"] = [dossier.sentence]
    for speaks, name in _EVIDENCE.items():
        rows = dossier.evidence.filter(pl.col("speaks") == speaks)
        said[name] = map(_reason, rows.iter_rows(named=True))
    said["verdicts"] = verdicts(dossier.case)
    said["notes"] = (f"{_when(one.at)}, {one.author}: {one.text}" for one in dossier.case.notes)
    said["pins"] = dossier.case.pins
    written = {name: "\n".join(map(spelt, lines)) for name, lines in said.items()}
    return {name: text for name, text in written.items() if text}


def verdicts(case: Case) -> Iterator[str]:
    """Yield one line per verdict, dissent included, oldest first."""
    for one in case.opinions:
        kind = f" ({words.plain(one.looks_like)})" if one.looks_like else ""
        yield (
            f"{_when(one.at)}, {one.reviewer}: {one.verdict}{kind} [{case.position(one)}]: "
            f"{one.reason}"
        )


def _reason(row: Mapping[str, Any]) -> str:
    """Write one row of evidence: what it adds to which score, and what it says."""
    unit = "nats" if row["score"] == "coordination" else "log-odds"
    weight = "" if row["score"] == "verdict" else f"{words.log_odds(row['contribution'])} {unit}, "
    mark = " [pinned]" if row["pinned"] else ""
    term = summary.term_name(row["term"])
    return f"{row['score']}: {weight}{term}: {words.sentence(row['says'])}{mark}"


def _when(moment: Any) -> str:
    return str(moment.isoformat(timespec="seconds"))
