"""How a real set and the worlds that match it look in one respect, in one small chart.

The real set is a line; the worlds are a band from the lowest to the highest seed with their median
as a dashed line. Distributions are drawn as complementary cumulative distributions (the share of
accounts, pairs or gaps that is at least so large), which shows tails.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from graphmeta.bench.realism import phrases
from graphmeta.bench.realism.compare import Matched
from graphmeta.bench.realism.log import Floats
from graphmeta.bench.realism.measures import Measure, Value
from graphmeta.bench.realism.ties import STRETCHES
from graphmeta.report.charts import embed, style

REAL = style.FOR
MADE = style.STRANGERS
BAND = style.EVENTS
_HEIGHT = 230
_POINTS = 60


def chart(measure: Measure, one: Matched, name: str) -> dict[str, Any] | None:
    """Return a chart as the page's template wants it; none where there is nothing to draw.

    Args:
        measure: What to draw; shares are not drawn.
        one: The real set and its worlds.
        name: The id of the chart's place, unique in its page.
    """
    told = [world.values[measure.name] for world in one.worlds]
    made = [value for value in told if isinstance(value, np.ndarray)]
    real = one.real.values[measure.name]
    if not made or not isinstance(real, np.ndarray):
        return None
    at = _points(measure, [real, *made])
    plot = style.plain_figure(
        _HEIGHT,
        x_axis_type="log" if measure.log_axis and measure.kind == "distribution" else "auto",
        y_axis_type="log" if measure.log_axis and measure.kind == "distribution" else "auto",
        x_axis_label=measure.axis,
        tools="hover",
        tooltips=[("at", "$x{0,0.[00]}"), ("share", "$y{0.[0000]}")],
    )
    lines = np.array([_drawn(measure, value, at) for value in made])
    known = np.isfinite(lines).any(axis=0)
    lines, here = lines[:, known], at[known]
    low, high = np.nanmin(lines, axis=0), np.nanmax(lines, axis=0)
    plot.varea(x=here, y1=low, y2=high, fill_color=BAND, fill_alpha=0.8)
    middle = np.nanmedian(lines, axis=0)
    plot.line(here, middle, line_color=MADE, line_width=2, line_dash="dashed")
    shown = _drawn(measure, real, at)
    plot.line(at, shown, line_color=REAL, line_width=2.5)
    if measure.kind in ("profile", "curve"):
        plot.scatter(at, shown, fill_color=REAL, line_color=None, size=5)
    _ticks(measure, plot)
    return {
        "name": name,
        "height": _HEIGHT,
        "item": embed.chart_item(plot, name),
        "alternative": f"{measure.title}, {one.real.name} and worlds. "
        + phrases.differs(measure, one),
    }


def _points(measure: Measure, values: list[Floats]) -> Floats:
    """Return where to draw: evenly on the axis, or the places of a profile or curve."""
    if measure.kind == "profile":
        return np.arange(len(values[0]), dtype=np.float64)
    if measure.kind == "curve":
        return np.log2(STRETCHES.astype(np.float64))
    low = min(float(value.min()) for value in values)
    high = max(float(value.max()) for value in values)
    if not measure.log_axis:
        return np.linspace(low, high, _POINTS)
    positive = min(float(value[value > 0].min()) for value in values if (value > 0).any())
    return np.geomspace(positive, max(high, positive * 2), _POINTS)


def _drawn(measure: Measure, value: Value, at: Floats) -> Floats:
    """Return the heights of a line; NaN where a log axis could not show it."""
    assert isinstance(value, np.ndarray)
    if measure.kind != "distribution":
        return value
    ordered = np.sort(value)
    above = 1 - np.searchsorted(ordered, at * (1 - 1e-9), side="left") / len(ordered)
    return np.where(above > 0, above, np.nan) if measure.log_axis else above


def _ticks(measure: Measure, plot: Any) -> None:
    """Name what an axis's numbers stand for."""
    if measure.axis == "seconds":
        known = {1: "1 s", 60: "1 min", 3_600: "1 h", 86_400: "1 day", 604_800: "1 wk"}
        plot.xaxis.ticker = list(known)
        plot.xaxis.major_label_overrides = known
        plot.xaxis.axis_label = None
    elif measure.kind == "curve":
        ends = [f"{low}+" for low in STRETCHES]
        plot.xaxis.ticker = list(range(1, len(ends) + 1))
        plot.xaxis.major_label_overrides = dict(enumerate(ends, start=1))
    elif measure.kind == "profile" and measure.axis == "hour":
        plot.xaxis.ticker = list(range(0, 24, 3))
    if not (measure.log_axis and measure.kind == "distribution"):
        plot.y_range.start = 0
