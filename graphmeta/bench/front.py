"""Which of many lines stand in front, in colour, and which behind them, in grey?

A dozen lines in a dozen colours cannot be told apart. In colour are the first, which is
graphmeta's by default, and those with the highest means; the rest show how the field lies, and
every figure of theirs stands in the table under the chart.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from statistics import fmean

from graphmeta.report.charts.curves import Line, Look

#: Lines in colour.
IN_FRONT = 6
#: How those behind are drawn.
BEHIND = Look("#c3cad1", "circle", "", "solid")


def colours(lines: Sequence[Line], most: int = IN_FRONT) -> list[Line]:
    """Return lines in order of their names' places, those behind without colour and markers.

    Args:
        lines: The first is always in front.
        most: How many may be in front.
    """
    best = sorted(range(1, len(lines)), key=lambda at: -fmean(lines[at].y))[: most - 1]
    kept = {0, *best}
    front = [line for at, line in enumerate(lines) if at in kept]
    behind = [
        replace(line, look=BEHIND, markers=False, low=(), high=())
        for at, line in enumerate(lines)
        if at not in kept
    ]
    return [*front, *behind]
