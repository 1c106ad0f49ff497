"""How near do worlds come to one real set in all respects, at a glance?

One row per measure. The grey bar spans how far the other real sets are from this one, the dot is
the median distance of the worlds, the line the range over seeds: a dot left of its bar is nearer
than any other real set, one to the right of it farther than all of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from graphmeta.bench.realism.compare import Apart, Matched, apart
from graphmeta.bench.realism.measures import MEASURES
from graphmeta.report import words
from graphmeta.report.charts import embed, style

_ROW, _FRAME = 21, 70
_COLOURS = {"near": style.STRANGERS, "far": style.FOR}
_MARKERS = {"near": "circle", "far": "triangle"}


def overview(one: Matched, made: Sequence[Matched], name: str) -> dict[str, Any] | None:
    """Return the chart of one real set as the page's template wants it; none without distances.

    Args:
        one: The real set and its worlds.
        made: All that were compared, as rulers.
        name: The id of the chart's place, unique in its page.
    """
    found = {measure.title: apart(measure, one, made) for measure in MEASURES}
    told = {title: each for title, each in found.items() if each.median is not None}
    if not told:
        return None
    height = _FRAME + _ROW * len(told)
    plot = style.plain_figure(
        height,
        y_range=list(reversed(told)),
        x_range=(0, max(0.5, 1.05 * max(_ends(each) for each in told.values()))),
        x_axis_label="distance",
    )
    plot.ygrid.visible = False
    plot.yaxis.axis_line_color = None
    for title, each in told.items():
        if each.reals:
            low, high = min(each.reals.values()), max(each.reals.values())
            # Rulers of a single other set are points, which a bar has to be widened for.
            plot.hbar(y=[title], left=[low - 0.004], right=[high + 0.004], height=0.6,
                      fill_color=style.EVENTS, line_color=None)  # fmt: skip
        colour = _COLOURS.get(each.verdict, style.STARTING)
        ends = [each.least or 0.0, each.most or 0.0]
        plot.line(ends, [title, title], line_color=colour, line_width=2)
        plot.scatter([each.median or 0.0], [title], marker=_MARKERS.get(each.verdict, "square"),
                     size=9, fill_color=colour, line_color="#ffffff")  # fmt: skip
    return {
        "name": name,
        "height": height,
        "item": embed.chart_item(plot, name),
        "alternative": _says(one, told),
    }


def _ends(each: Apart) -> float:
    """Return the largest figure of a row."""
    return max(each.most or 0.0, *each.reals.values(), 0.0)


def _says(one: Matched, told: dict[str, Apart]) -> str:
    """Say which measures are nearest and which farthest."""
    ranked = sorted(told, key=lambda title: told[title].median or 0.0)
    best = words.listing([title.lower() for title in ranked[:3]])
    worst = words.listing([title.lower() for title in ranked[-3:]])
    return f"Worlds are nearest to {one.real.name} in {best}, and farthest from it in {worst}."
