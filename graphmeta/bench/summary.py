"""From single results to figures with intervals: by campaign, by detector, by look-alike, by step.

A detector that failed on a world has no figure there; means are over the worlds it answered, ``n``
says how many, and ``failed`` how many it did not. Nothing is filled in.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from graphmeta.bench.measures import intervals
from graphmeta.bench.measures.ranking import RECALLS

Entry = Mapping[str, Any]


def summarise(results: Mapping[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """Return the summary of results.

    Returns:
        ``campaigns``, ``detectors``, ``lookalikes``, ``calibration``, ``curves``, ``touched``,
        ``steps``: lists of rows; every figure with an interval is a mapping of value, low, high
        and n.
    """
    worlds = {world["name"]: world for world in results["worlds"]}
    parts: dict[tuple[int, str, str], list[Entry]] = {}
    for entry in results["entries"]:
        world = worlds[entry["world"]]
        key = (world["accounts"], world["label"], entry["detector"])
        parts.setdefault(key, []).append(entry)
    sizes = list(dict.fromkeys(world["accounts"] for world in worlds.values()))
    names: list[str] = results["detectors"]
    of_size = {
        (size, name): [
            each for key, part in parts.items() if key[::2] == (size, name) for each in part
        ]
        for size in sizes
        for name in names
    }
    return {
        "campaigns": [
            {"accounts": key[0], "label": key[1], "detector": key[2], **_campaign(part)}
            for key, part in parts.items()
        ],
        "detectors": [
            {"accounts": size, "detector": name, **_detector(part)}
            for (size, name), part in of_size.items()
        ],
        "lookalikes": [
            {"accounts": size, "detector": name, **row}
            for (size, name), part in of_size.items()
            for row in _lookalikes(part)
        ],
        "calibration": [
            {"detector": name, "bins": bins}
            for name in names
            if (bins := _calibration([each for size in sizes for each in of_size[size, name]]))
        ],
        "curves": [
            {"accounts": size, "detector": name, "recall": list(RECALLS), "precision": curve}
            for (size, name), part in of_size.items()
            if (curve := _curve(part))
        ],
        "touched": [
            {"accounts": size, "detector": name, **row}
            for (size, name), part in of_size.items()
            for row in _touched(part)
        ],
        "steps": [
            {**step, "detector": key[2], **_campaign(part)}
            for key, part in parts.items()
            for step in worlds[part[0]["world"]]["steps"]
        ],
    }


def _campaign(part: Sequence[Entry]) -> dict[str, Any]:
    """Return the figures of one detector on the worlds of one campaign."""
    ranked, flagged = _ranked(part), _flagged(part)
    figures = {
        "worlds": len(part),
        "failed": len(part) - len(ranked),
        "average_precision": _mean(each["average_precision"] for each in ranked),
        "by_chance": _mean(each["by_chance"] for each in ranked),
    }
    for name in ("precision", "recall", "f1"):
        figures[name] = _mean(_mean_over_campaigns(each, name) for each in flagged)
    hits = [found["detected"] for each in flagged for found in each["campaigns"].values()]
    return {
        **figures,
        "detected": _rate(sum(hits), len(hits)),
        "contacts_before": _mean(
            _mean_of(found["share"] for found in each["timeline"]["campaigns"].values())
            for each in part
            if "timeline" in each
        ),
    }


def _detector(part: Sequence[Entry]) -> dict[str, Any]:
    """Return the figures of one detector on all worlds of one size."""
    flagged = _flagged(part)
    kinds = [kind for each in flagged for kind in each["lookalikes"].values()]
    clusters = sum(each["flagged"] for each in flagged)
    memory = [each["peak_memory_bytes"] for each in part if each["peak_memory_bytes"] is not None]
    figures = _campaign(part)
    return {
        **figures,
        "flags": bool(flagged),
        "flagged_clusters": clusters,
        "false_share": _rate(sum(each["false_flagged"] for each in flagged), clusters),
        "false_flagged": _mean(each["false_flagged"] for each in flagged),
        "innocents_flagged": _mean(each["innocents_flagged"] for each in flagged),
        "contacted_flagged": _mean(each["contacted_flagged"] for each in flagged),
        "lookalikes_flagged": _rate(sum(kind["flagged"] for kind in kinds), len(kinds)),
        "precision_at_budget": _mean(
            each["precision_at_budget"] for each in flagged if each["campaigns"]
        ),
        "seconds": _mean(each["seconds"] for each in part if each["status"] == "done"),
        "cpu_seconds": _mean(each["cpu_seconds"] for each in part if each["status"] == "done"),
        "peak_memory_bytes": max(memory, default=None),
    }


def _lookalikes(part: Sequence[Entry]) -> list[dict[str, Any]]:
    """Return, per kind, the rate of appearances flagged and the accounts flagged."""
    kinds: dict[str, list[Mapping[str, Any]]] = {}
    for each in _flagged(part):
        for kind, found in each["lookalikes"].items():
            kinds.setdefault(kind, []).append(found)
    return [
        {
            "kind": kind,
            "flagged": _rate(sum(each["flagged"] for each in found), len(found)),
            "members": sum(each["accounts"] for each in found),
            "members_flagged": sum(each["accounts_flagged"] for each in found),
        }
        for kind, found in sorted(kinds.items())
    ]


def _calibration(part: Sequence[Entry]) -> list[dict[str, Any]]:
    """Return, per bin of risk that holds clusters, how many of them are true."""
    counted = [each["calibration"] for each in _flagged(part) if each["calibration"] is not None]
    if not counted:
        return []
    total = np.sum(counted, axis=0)
    return [
        {
            "low": at / len(total),
            "high": (at + 1) / len(total),
            "risk": float(risk / n),
            "true": _rate(int(true), int(n)),
        }
        for at, (n, true, risk) in enumerate(total)
        if n
    ]


def _touched(part: Sequence[Entry]) -> list[dict[str, Any]]:
    """Return whom clusters from each risk on hold, per world; nothing in results of older versions.

    Innocents also as the most in any one world: a mean hides the day on which it goes wrong.
    """
    told = [rows for each in _flagged(part) if (rows := each.get("touched")) is not None]
    return [
        {
            "risk": rows[0]["risk"],
            **{
                name: _mean(row[name] for row in rows)
                for name in ("clusters", "planted", "innocents")
            },
            "most_innocents": max(row["innocents"] for row in rows),
        }
        for rows in zip(*told, strict=True)
    ]


def _curve(part: Sequence[Entry]) -> list[float]:
    """Return the mean precision at each level of recall, over worlds with a campaign."""
    curves = [each["precision_at_recall"] for each in _ranked(part)]
    known = [curve for curve in curves if curve is not None]
    return [round(float(value), 4) for value in np.mean(known, axis=0)] if known else []


def _ranked(part: Sequence[Entry]) -> list[Mapping[str, Any]]:
    return [each["ranking"] for each in part if each["status"] == "done"]


def _flagged(part: Sequence[Entry]) -> list[Mapping[str, Any]]:
    """Return the measured flags of those answers that have groups."""
    return [
        each["flags"] for each in part if each["status"] == "done" and each["flags"] is not None
    ]


def _mean_over_campaigns(flags: Mapping[str, Any], name: str) -> float | None:
    return _mean_of(found[name] for found in flags["campaigns"].values())


def _mean_of(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known else None


def _mean(values: Iterable[float | None]) -> dict[str, Any]:
    return intervals.mean([value for value in values if value is not None]).as_json()


def _rate(hits: int, trials: int) -> dict[str, Any]:
    return intervals.rate(hits, trials).as_json()
