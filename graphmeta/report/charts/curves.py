"""How does one figure depend on another, for several things at once?

Lines through points, with intervals where there are any. Each line has a colour, a marker and a
dash of its own, so that none of them has to be told by colour alone; the page's legend shows the
marker. Lines between points are drawn to guide the eye and were not measured.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from graphmeta.report.charts import style

if TYPE_CHECKING:
    from bokeh.plotting import figure

#: Axis labels for a chart's ends stay inside the frame by so much of it.
_MARGIN = 0.04


@dataclass(frozen=True)
class Look:
    """How one line is drawn: colour, Bokeh marker, a like symbol, dash."""

    colour: str
    marker: str
    symbol: str
    dash: str


LOOKS = (
    Look("#1f5a80", "circle", "●", "solid"),
    Look("#b4501e", "triangle", "▲", "dashed"),
    Look("#7a3f98", "square", "■", "dotdash"),
    Look("#2c7a51", "diamond", "◆", "dashed"),
    Look("#8a6a00", "inverted_triangle", "▼", "dotdash"),
    Look("#a8326e", "star", "★", "dashed"),
    Look("#4d5966", "hex", "⬢", "dotted"),
    Look("#1f6f8b", "circle_dot", "◉", "dotted"),
    Look("#6b4f2a", "square_dot", "▣", "dotted"),
    Look("#5a3fb0", "plus", "✚", "dashed"),
    Look("#9a3b3b", "circle_x", "⊗", "dotted"),
    Look("#3f6a2a", "square_cross", "⊞", "dashed"),
    Look("#8f4a8f", "diamond_dot", "◈", "dotdash"),
    Look("#20808a", "asterisk", "✱", "dotted"),
)


@dataclass(frozen=True)
class Line:
    """One line.

    Args:
        name: What it is about.
        look: Which of ``LOOKS``.
        x: Places, rising.
        y: Values, as long.
        low: Lower ends of intervals, None where there is none.
        high: Upper ends.
        markers: Whether points are marked; without, the line alone is drawn.
        joined: Whether points are joined.
    """

    name: str
    look: Look
    x: Sequence[float]
    y: Sequence[float]
    low: Sequence[float | None] = ()
    high: Sequence[float | None] = ()
    markers: bool = True
    joined: bool = True


def look(place: int) -> Look:
    """Return the look of the line at a place; after the last they begin again."""
    return LOOKS[place % len(LOOKS)]


def curves(
    lines: Sequence[Line],
    x_label: str,
    y_label: str,
    *,
    x_ticks: Sequence[float] = (),
    logarithmic: bool = False,
    x_range: tuple[float, float] | None = None,
    diagonal: bool = False,
    height: int = 300,
) -> figure:
    """Draw lines over a common axis; values lie between 0 and 1.

    Args:
        lines: At least one, with at least one point.
        x_label: What the places are.
        y_label: What the values are.
        x_ticks: Where the axis is marked; by default where Bokeh likes.
        logarithmic: Whether equal ratios of places lie equally far apart (all above zero).
        x_range: Where the axis ends; by default at the outermost points.
        diagonal: Whether the line of equal value and place is drawn as a reference.
        height: In CSS pixels.
    """
    from bokeh.models import ColumnDataSource, HoverTool

    places = list(x_range) if x_range else [place for line in lines for place in line.x]
    plot = style.plain_figure(
        height,
        x_axis_type="log" if logarithmic else "linear",
        x_range=_range(min(places), max(places), logarithmic),
        y_range=(-_MARGIN, 1 + _MARGIN),
    )
    plot.xaxis.axis_label, plot.yaxis.axis_label = x_label, y_label
    if x_ticks:
        plot.xaxis.ticker = sorted(set(x_ticks))
        plot.xaxis.major_label_overrides = {each: f"{each:g}" for each in x_ticks}
    if diagonal:
        plot.line([0, 1], [0, 1], line_color=style.STARTING, line_dash="dotted")
    for line in reversed(lines):  # the first is drawn last, on top
        colour = line.look.colour
        if line.joined:
            plot.line(
                list(line.x), list(line.y), line_color=colour, line_width=2,
                line_dash=line.look.dash,
            )  # fmt: skip
        for x, low, high in zip(line.x, line.low, line.high, strict=False):
            if low is not None and high is not None:
                plot.line([x, x], [low, high], line_color=colour, line_width=1.5, line_alpha=0.55)
        if line.markers:
            source = ColumnDataSource(
                {"x": list(line.x), "y": list(line.y), "name": [line.name] * len(line.x)}
            )
            points = plot.scatter(
                "x", "y", source=source, marker=line.look.marker, size=9, fill_color=colour,
                line_color="#ffffff", line_width=0.8,
            )  # fmt: skip
            tips = [("", "@name"), (x_label, "@x{0.[00]}"), (y_label, "@y{0.00}")]
            plot.add_tools(HoverTool(renderers=[points], tooltips=style.tool_tip(tips)))
    return plot


def _range(low: float, high: float, logarithmic: bool) -> tuple[float, float]:
    """Return an axis's ends, a little beyond the outermost points."""
    if logarithmic:
        return low / 1.15, high * 1.15
    room = _MARGIN * ((high - low) or 1.0)
    return low - room, high + room
