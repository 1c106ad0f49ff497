"""How are the figures of a benchmark arranged for reading: which rows, columns and panels?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from graphmeta.bench import cost
from graphmeta.bench.figures import figure, interval
from graphmeta.bench.front import IN_FRONT, colours
from graphmeta.report import words
from graphmeta.report.charts.curves import Line, curves, look

Row = dict[str, Any]
_GREY = (
    f" The first and the {IN_FRONT - 1} with the highest means are in colour, the others in grey."
)


def lookalike_tables(summary: Mapping[str, Any]) -> list[Row]:
    """Return one table per size of world: look-alikes of which anybody was flagged, by detector.

    Returns:
        Per table ``accounts``, ``detectors``, and ``rows``: ``kind`` and ``cells``, each with
        ``flagged`` (a rate over appearances), ``members`` and ``members_flagged``.
    """
    tables = []
    for size in dict.fromkeys(row["accounts"] for row in summary["lookalikes"]):
        here = [row for row in summary["lookalikes"] if row["accounts"] == size]
        names = list(dict.fromkeys(row["detector"] for row in here))
        hit = dict.fromkeys(row["kind"] for row in here if row["members_flagged"])
        rows = []
        for kind in sorted(hit):
            cells = {row["detector"]: row for row in here if row["kind"] == kind}
            rows.append({"kind": kind, "cells": [cells.get(name) for name in names]})
        if rows:
            tables.append({"accounts": size, "detectors": names, "rows": rows})
    return tables


def failures(entries: Sequence[Row]) -> list[Row]:
    """Return who gave no answer and why: one row per detector, status and reason.

    Returns:
        ``detector``, ``status``, ``reason``, and the ``worlds`` where it was so.
    """
    worlds: dict[tuple[str, str, str], list[str]] = {}
    for each in entries:
        if each["status"] != "done":
            key = (each["detector"], each["status"], each["reason"])
            worlds.setdefault(key, []).append(each["world"])
    return [
        {"detector": detector, "status": status, "reason": reason, "worlds": where}
        for (detector, status, reason), where in worlds.items()
    ]


#: So many failures are shown; the rest is counted.
MOST_IN_GALLERY = 60


def touched_tables(summary: Mapping[str, Any]) -> list[Row]:
    """Return one table per size of world: whom each detector's clusters touch, by risk.

    Returns:
        Per table ``accounts`` and ``detectors``: a name and its ``rows`` of the summary.
    """
    rows = summary.get("touched", [])
    tables = []
    for size in dict.fromkeys(row["accounts"] for row in rows):
        here = [row for row in rows if row["accounts"] == size]
        names = dict.fromkeys(row["detector"] for row in here)
        tables.append(
            {
                "accounts": size,
                "detectors": [
                    (name, [row for row in here if row["detector"] == name]) for name in names
                ],
            }
        )
    return tables


def gallery(results: Mapping[str, Any]) -> Row:
    """Return where a detector with flags was wrong, world by world: missed, or flagged innocents.

    Returns:
        ``rows`` with ``detector``, ``world``, ``seed``, ``what`` (``missed`` or ``flagged``),
        ``name`` (campaign or look-alike) and ``says``; ``left_out``: how many more there are.
    """
    seeds = {world["name"]: world["seed"] for world in results["worlds"]}
    rows: list[Row] = []
    for each in results["entries"]:
        if each["status"] != "done" or each["flags"] is None:
            continue
        about = {
            "detector": each["detector"], "world": each["world"], "seed": seeds[each["world"]],
        }  # fmt: skip
        rows += [
            {**about, "what": "missed", "name": name, "says": _missed(found)}
            for name, found in each["flags"]["campaigns"].items()
            if not found["detected"]
        ]
        rows += [
            {
                **about,
                "what": "flagged",
                "name": kind,
                "says": f"{found['accounts_flagged']} of {found['accounts']} accounts stand in "
                "flagged clusters",
            }
            for kind, found in each["flags"]["lookalikes"].items()
            if found["flagged"]
        ]
    rows.sort(key=lambda row: row["what"])
    return {"rows": rows[:MOST_IN_GALLERY], "left_out": max(len(rows) - MOST_IN_GALLERY, 0)}


def _missed(found: Mapping[str, Any]) -> str:
    if not found["recall"]:
        return "none of its accounts stands in a flagged cluster"
    return f"{words.share(found['recall'])} of its accounts stand in flagged clusters of others"


def ranking_tables(summary: Mapping[str, Any], detectors: Sequence[str]) -> list[Row]:
    """Return one table per size of world: campaigns by detectors, average precision.

    Returns:
        Per table ``accounts`` and ``rows``; per row ``label``, ``by_chance`` and ``cells``, each
        with its figures and whether it is the best of its row.
    """
    sizes = list(dict.fromkeys(row["accounts"] for row in summary["campaigns"]))
    tables = []
    for size in sizes:
        here = [row for row in summary["campaigns"] if row["accounts"] == size]
        labels = list(dict.fromkeys(row["label"] for row in here))
        rows = [
            _ranking_row(label, {row["detector"]: row for row in here if row["label"] == label})
            for label in labels
        ]
        overall = {row["detector"]: row for row in summary["detectors"] if row["accounts"] == size}
        ranked = [row for row in rows if row["by_chance"] is not None]
        if ranked:
            tables.append(
                {
                    "accounts": size,
                    "detectors": list(detectors),
                    "rows": ranked,
                    "mean": _ranking_row("mean over worlds", overall),
                }
            )
    return tables


def _ranking_row(label: str, by_detector: Mapping[str, Row]) -> Row:
    values = [row["average_precision"]["value"] for row in by_detector.values()]
    best = max((value for value in values if value is not None), default=None)
    chances = [row["by_chance"]["value"] for row in by_detector.values()]
    return {
        "label": label,
        "by_chance": next((value for value in chances if value is not None), None),
        "cells": [
            {
                "estimate": row["average_precision"],
                "failed": row["failed"],
                "worlds": row["worlds"],
                "best": best is not None and row["average_precision"]["value"] == best,
            }
            for row in by_detector.values()
        ],
    }


def charts(summary: Mapping[str, Any], detectors: Sequence[str]) -> list[Row]:
    """Return the charts' parts of the page, each with a title, what it says, and panels.

    A panel has ``draw`` (returns a Bokeh figure), ``says`` (the same in words), and the figures as
    a table: ``columns`` and ``rows``.
    """
    looks = {name: look(place) for place, name in enumerate(detectors)}
    parts = [
        {
            "id": "curves",
            "title": "Precision and recall over accounts",
            "says": "How pure the top of the ranking is when so much of the planted accounts has "
            "been reached; the mean over worlds with a campaign."
            + (_GREY if len(detectors) > IN_FRONT else ""),
            "panels": _curve_panels(summary, looks),
        },
        {
            "id": "calibration",
            "title": "Calibration of risk",
            "says": "Of the clusters of such a risk, the share most of whose accounts are planted, "
            "with its Clopper-Pearson interval. On the dotted line risk would be a probability. "
            "Detectors whose risk is on another scale are left out.",
            "panels": _calibration_panels(summary, looks),
        },
        {
            "id": "cost",
            "title": "What evasion costs the attacker",
            "says": "Rings of 24 accounts change one thing at a time, each account making so many "
            "contacts a week and no more: what goes into camouflage, or is shared out over more "
            "accounts, is lost to the list. The farther left a line stays high, the more reach an "
            "attacker must give up." + (_GREY if len(detectors) > IN_FRONT else ""),
            "panels": cost.panels(summary, looks),
        },
    ]
    return [part for part in parts if part["panels"]]


def _curve_panels(summary: Mapping[str, Any], looks: Mapping[str, Any]) -> list[Row]:
    sizes = dict.fromkeys(row["accounts"] for row in summary["curves"])
    panels = []
    for size in sizes:
        rows = [row for row in summary["curves"] if row["accounts"] == size]
        lines = [
            Line(row["detector"], looks[row["detector"]], row["recall"], row["precision"])
            for row in rows
        ]
        shown = [at for at, recall in enumerate(rows[0]["recall"]) if round(recall * 100) % 10 == 0]
        panels.append(
            {
                "part": "curves",
                "title": f"Worlds of {words.count(size)} accounts",
                "draw": partial(
                    curves,
                    colours([_thin(line) for line in lines]),
                    "recall",
                    "precision",
                    x_range=(0, 1),
                    height=380,
                ),
                "says": _says_at(rows, "precision", shown[4], "half of the planted accounts"),
                "columns": ["detector", *(f"{rows[0]['recall'][at]:g}" for at in shown)],
                "rows": [
                    [row["detector"], *(f"{row['precision'][at]:.2f}" for at in shown)]
                    for row in rows
                ],
            }
        )
    return panels


def _thin(line: Line) -> Line:
    """Return a curve with every fifth of its points, so that markers can be told apart."""
    return Line(line.name, line.look, line.x[4::5], line.y[4::5])


def _says_at(rows: Sequence[Row], field: str, at: int, where: str) -> str:
    said = [f"{words.plain(row['detector'])} {row[field][at]:.2f}" for row in rows]
    return f"Mean {field} when {where} have been reached: {', '.join(said)}."


def _calibration_panels(summary: Mapping[str, Any], looks: Mapping[str, Any]) -> list[Row]:
    panels = []
    for row in summary["calibration"]:
        bins = row["bins"]
        line = Line(
            row["detector"],
            looks[row["detector"]],
            [each["risk"] for each in bins],
            [each["true"]["value"] for each in bins],
            [each["true"]["low"] for each in bins],
            [each["true"]["high"] for each in bins],
            joined=False,
        )
        clusters = sum(each["true"]["n"] for each in bins)
        panels.append(
            {
                "part": "calibration",
                "title": row["detector"],
                "draw": partial(
                    curves, [line], "mean risk of the bin", "share planted", diagonal=True,
                    x_range=(0, 1),
                ),
                "says": f"{words.plural(clusters, 'cluster')} of {words.plain(row['detector'])} in "
                f"{words.plural(len(bins), 'bin')} of risk.",
                "columns": ["risk", "clusters", "share planted", "interval"],
                "rows": [
                    [
                        f"{each['low']:.1f} to {each['high']:.1f}",
                        words.count(each["true"]["n"]),
                        figure(each["true"]),
                        interval(each["true"]),
                    ]
                    for each in bins
                ],
            }
        )  # fmt: skip
    return panels
