"""What does a case say to somebody who reads it as a document, part by part?

One description for all documents (HTML, PDF), so that none says more or less than another. Of every
cluster: the sentence that sums it up, all evidence for and against with what was pinned marked,
every verdict with dissent, notes, pins, and the scored members. Contacts between members and ties
are counted here; the tables and graphs of other formats list them. All text is spelt
(:func:`graphmeta.report.exports.inert.spelt`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from graphmeta.report import summary, words
from graphmeta.report.charts.still import still
from graphmeta.report.charts.style import ROLE_LOOKS
from graphmeta.report.exports.case import Case, Heading
from graphmeta.report.exports.dossier import Dossier
from graphmeta.report.exports.form import Leaving
from graphmeta.report.exports.inert import spelt

#: The statements that differ from cluster to cluster; all others stand once.
_OF_THE_CLUSTER = ("cluster", "members", "unjudged")
_SIDES = {
    "for": "Evidence for",
    "against": "Evidence against",
    "neither": "Neither for nor against",
}
_FIGURES = {
    "risk": ("Risk", words.score),
    "spam": ("Spam", words.score),
    "recruitment": ("Recruitment", words.score),
    "q_value": ("q-value", words.probability),
    "n_actors": ("Actors", words.count),
    "n_contacted": ("Contacted", words.count),
}


def document(dossiers: Sequence[Dossier], heading: Heading) -> dict[str, Any]:
    """Return what a document holds, as values that JSON can hold.

    Args:
        dossiers: One for each cluster; all of one run, audience and moment.
        heading: What stands above them.
    """
    first = dossiers[0]
    return {
        "title": spelt(heading.title),
        "summary": spelt(heading.summary),
        "state": heading.state,
        "audience": first.about["audience"],
        "exported": words.minute(first.exported_at),
        "day": [first.exported_at.year, first.exported_at.month, first.exported_at.day],
        "statements": [
            {"name": words.plain(name), "says": spelt(says)}
            for name, says in first.about.items()
            if name not in _OF_THE_CLUSTER
        ],
        "clusters": [_cluster(one) for one in dossiers],
    }


def rows(made: Mapping[str, Any]) -> int:
    """Return how many statements, reasons, sayings and members a document holds."""
    return sum(one.count for one in leaving(made))


def leaving(made: Mapping[str, Any]) -> tuple[Leaving, ...]:
    """Return what is in a document, read off the document itself."""
    clusters = made["clusters"]
    reasons = [row for one in clusters for side in one["evidence"] for row in side["rows"]]
    parts = {
        "statement": [{name: row[name] for name in ("name", "says")} for row in made["statements"]],
        "cluster": [dict(one["figures"]) | {"sentence": 0} for one in clusters],
        "evidence": reasons,
        **{
            part: [row for one in clusters for row in one[name]]
            for part, name in {"verdict": "verdicts", "note": "notes", "member": "members"}.items()
        },
        "pin": [{"item": pin} for one in clusters for pin in one["pins"]],
    }
    heads = ("title", "summary", "state")
    drawn = [one["picture"] for one in clusters if one["picture"]]
    found = [Leaving("heading", 1, tuple(name for name in heads if made[name]))]
    found += [Leaving(part, len(held), tuple(held[0])) for part, held in parts.items() if held]
    if drawn:
        found.append(Leaving("picture", len(drawn), ("members", "contacts between them", "ties")))
    return tuple(found)


def _cluster(dossier: Dossier) -> dict[str, Any]:
    row = dossier.cluster
    return {
        "name": spelt(row["cluster_id"]),
        "flagged": bool(row["flagged"]),
        "status": row["status"],
        "sentence": spelt(dossier.sentence),
        "unjudged": dossier.about.get("unjudged", ""),
        "figures": [(label, write(row[name])) for name, (label, write) in _FIGURES.items()],
        "evidence": [
            {"title": title, "side": side, "rows": _reasons(dossier.evidence, side)}
            for side, title in _SIDES.items()
        ],
        "would_change": spelt(summary.would_change(dossier.evidence) or ""),
        "verdicts": _verdicts(dossier.case),
        "notes": [
            {"by": one.author, "at": words.minute(one.at), "text": spelt(one.text)}
            for one in dossier.case.notes
        ],
        "pins": [spelt(one) for one in dossier.case.pins],
        "picture": _picture(dossier),
        "company": spelt(words.sentence(dossier.about.get("members", ""))),
        "members": _members(dossier.members),
        "contacts": dossier.contacts.height,
        "ties": dossier.ties.height,
        "withheld": [
            (name, words.count(count)) for name, count in dossier.withheld.items() if count
        ],
    }


def _reasons(evidence: pl.DataFrame, side: str) -> list[dict[str, Any]]:
    """Return one side of the evidence, the strongest first; what would change it is told apart."""
    held = evidence.filter((pl.col("speaks") == side) & (pl.col("score") != "verdict")).sort(
        pl.col("contribution").abs(), "score", "term", descending=[True, False, False]
    )
    return [
        {
            "score": row["score"],
            "term": spelt(summary.term_name(row["term"])),
            "says": spelt(words.sentence(row["says"])),
            "observed": words.number(row["observed"]),
            "expected": words.number(row["expected"]),
            "adds": words.log_odds(row["contribution"]),
            "pinned": bool(row["pinned"]),
        }
        for row in held.iter_rows(named=True)
    ]


def _verdicts(case: Case) -> list[dict[str, Any]]:
    return [
        {
            "at": words.minute(one.at),
            "by": one.reviewer,
            "verdict": one.verdict
            + (f" ({words.plain(one.looks_like)})" if one.looks_like else ""),
            "place": case.position(one),
            "reason": spelt(one.reason),
        }
        for one in case.opinions
    ]


def _picture(dossier: Dossier) -> dict[str, Any] | None:
    made = still(dossier.members, dossier.contacts, dossier.ties)
    return None if made is None else vars(made)


def _members(members: pl.DataFrame) -> list[dict[str, str]]:
    return [
        {
            "account": spelt(row["account"]),
            "role": ROLE_LOOKS[row["role"]].label,
            "strength": words.score(row["strength"]),
            "part": "core" if row["core"] else "periphery",
            "reached": words.count(row["reached"]),
            "strangers": words.count(row["strangers"]),
            "shared": words.count(row["shared"]),
        }
        for row in members.iter_rows(named=True)
    ]
