"""What does evasion cost the attacker? A curve per sweep, and how far one must go to get away.

A detector has *lost sight* of a ring at the first step of a sweep, from the plainest to the best
hidden, at which its average precision is below a half. What the attacker pays for that is stated
in strangers reached per account and week where a sweep costs reach. Steps are few, so the point at
which sight is lost lies somewhere between two of them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from graphmeta.bench.figures import figure, interval
from graphmeta.bench.front import colours
from graphmeta.bench.sweeps import PLAIN, SWEEPS, Sweep, reach
from graphmeta.report import words
from graphmeta.report.charts.curves import Line, Look, curves

Row = dict[str, Any]
#: Average precision below which a detector has lost sight of a ring.
LOST = 0.5
_REACH = "strangers reached per account and week"


def panels(summary: Mapping[str, Any], looks: Mapping[str, Look]) -> list[Row]:
    """Return one chart per sweep, with its figures as a table and in words."""
    return [
        _panel(each, rows, looks) for each in SWEEPS if (rows := _steps(summary, each)) is not None
    ]


def lost_sight(summary: Mapping[str, Any]) -> Row | None:
    """Return how far an attacker must go: a row per sweep, a cell per detector.

    Returns:
        ``columns``, ``rows``; none where nothing was swept. A cell holds the step, "at once" where
        not even the first is seen, or "never"; and what share of the plain ring's reach is left.
    """
    found = [(each, rows) for each in SWEEPS if (rows := _steps(summary, each)) is not None]
    if not found:
        return None
    names = list(dict.fromkeys(row["detector"] for _, rows in found for row in rows))
    return {
        "columns": names,
        "rows": [
            {
                "title": each.title,
                "unit": each.unit,
                "cells": [_lost(each, [row for row in rows if row["detector"] == name])
                          for name in names],
            }
            for each, rows in found
        ],
    }  # fmt: skip


def _lost(sweep: Sweep, rows: Sequence[Row]) -> dict[str, str]:
    """Return the first step at which a detector has lost sight, and the reach that is left."""
    if not rows:
        return {"step": words.NOTHING, "left": ""}
    for row in rows:
        if row["average_precision"]["value"] < LOST:
            if row is rows[0]:
                return {"step": "at once", "left": ""}
            left = (
                f"{words.share(row['reach'] / reach(PLAIN))} of reach" if sweep.costs_reach else ""
            )
            return {"step": f"{row['value']:g}", "left": left}
    return {"step": "never", "left": f"up to {rows[-1]['value']:g}"}


def _steps(summary: Mapping[str, Any], sweep: Sweep) -> list[Row] | None:
    """Return what was measured of a sweep, from its plainest to its best hidden step."""
    order = {float(value): place for place, value in enumerate(sweep.values)}
    rows = [
        row
        for row in summary["steps"]
        if row["sweep"] == sweep.name and row["average_precision"]["value"] is not None
    ]
    # A single step, such as the plain ring's, shows nothing.
    if len({row["value"] for row in rows}) < 2:
        return None
    return sorted(rows, key=lambda row: order.get(float(row["value"]), len(order)))


def _panel(sweep: Sweep, rows: Sequence[Row], looks: Mapping[str, Look]) -> Row:
    place = "reach" if sweep.costs_reach else "value"
    axis = _REACH if sweep.costs_reach else sweep.unit
    names = list(dict.fromkeys(row["detector"] for row in rows))
    lines = [_line(name, looks[name], rows, place) for name in names]
    ticks = sorted({row[place] for row in rows})
    return {
        "part": "cost",
        "title": sweep.title,
        "draw": partial(
            curves, colours(lines), axis, "average precision", x_ticks=ticks,
            logarithmic=ticks[0] > 0, height=340,
        ),
        "says": _says(lines[0], axis),
        "columns": [axis, *(words.plain(name) for name in names)],
        "rows": [
            [f"{tick:g}", *(_cell(rows, name, place, tick) for name in names)] for tick in ticks
        ],
    }  # fmt: skip


def _line(name: str, look: Look, rows: Sequence[Row], place: str) -> Line:
    steps = sorted((row for row in rows if row["detector"] == name), key=lambda row: row[place])
    found = [row["average_precision"] for row in steps]
    return Line(
        name,
        look,
        [row[place] for row in steps],
        [each["value"] for each in found],
        [each["low"] for each in found],
        [each["high"] for each in found],
    )


def _says(line: Line, axis: str) -> str:
    said = [f"{y:.2f} at {x:g}" for x, y in zip(line.x, line.y, strict=True)]
    return f"Average precision of {words.plain(line.name)} by {axis}: {', '.join(said)}."


def _cell(rows: Sequence[Row], name: str, place: str, tick: float) -> str:
    for row in rows:
        if row["detector"] == name and row[place] == tick:
            found = row["average_precision"]
            held = interval(found)
            return f"{figure(found)} ({held})" if held else figure(found)
    return words.NOTHING
