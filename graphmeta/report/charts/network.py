"""Who contacted whom within one cluster? Its graph, drawn.

Roles differ by colour and by shape. The contacted can be hidden; members are then joined by how
many of the contacted they share. ``picture`` decides what is drawn, and says what is left out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from graphmeta.report import words
from graphmeta.report.charts import style
from graphmeta.report.charts.picture import Picture, by_member, picture

if TYPE_CHECKING:
    from bokeh.models import ColumnDataSource
    from bokeh.plotting import figure

#: To draw a cluster's graph: ``network(picture(members, contacts))``.
__all__ = ["Picture", "by_member", "describe", "network", "picture"]

_FEW_NODES = 40
#: Colour, opacity and width of each kind of link, in the order in which they are drawn.
_LINK_LOOKS = {
    "reached": (style.STARTING, 0.35, 0.8),
    "answered": (style.AGAINST, 0.35, 0.8),
    "arrived": (style.STRANGERS, 0.7, 1.2),
    "inside": (style.INK, 0.6, 1.4),
}
_SIZES = {"actor": 14, "recruiter": 16, "hub": 24, "contacted": 6}


def network(shown: Picture) -> figure:
    """Draw a cluster's graph: roles by colour and shape, links by kind.

    The glyphs of the contacted and their links are named "contacted", and the ties that stand
    for them "ties" (not visible at first), so that a page can show one or the other.
    """
    from bokeh.models import BoxZoomTool, PanTool, ResetTool, WheelZoomTool

    pan = PanTool()
    plot = style.plain_figure(
        height=460 if shown.nodes.height > _FEW_NODES else 300,
        x_range=(-1.06, 1.06),
        y_range=(-1.08, 1.08),
        toolbar_location="right",
        tools=[pan, BoxZoomTool(), WheelZoomTool(), ResetTool()],
        active_drag=pan,
    )
    plot.toolbar.logo = None
    plot.axis.visible = False
    plot.grid.visible = False
    for kind, look in _LINK_LOOKS.items():
        links = shown.links.filter(pl.col("kind") == kind)
        if links.height:
            _draw_links(plot, _segments(shown, links), kind, look)
    if shown.ties.height:
        _draw_ties(plot, shown)
    for role in ("contacted", "actor", "recruiter", "hub"):
        nodes = shown.nodes.filter(pl.col("role") == role)
        if nodes.height:
            _draw_nodes(plot, nodes, role)
    return plot


def describe(shown: Picture) -> str:
    """Say what the picture shows, for readers who do not see it."""
    roles = shown.nodes.group_by("role").len()
    counts = dict(zip(roles["role"], roles["len"], strict=True))
    named = [
        words.plural(counts[role], look.label.lower(), "contacted" if role == "contacted" else None)
        for role, look in style.ROLE_LOOKS.items()
        if role in counts
    ]
    kinds = shown.links.group_by("kind").len()
    links = dict(zip(kinds["kind"], kinds["len"], strict=True))
    shared = shown.nodes.filter((pl.col("role") == "contacted") & (pl.col("shared_by") > 1)).height
    inside = links.get("inside", 0)
    among = (
        f"{words.plural(inside, 'contact')} among the members themselves"
        if inside
        else "no contact among the members themselves"
    )
    hubs = shown.nodes.filter(pl.col("role") == "hub")
    alone = (
        " No contacts with the hub are recorded: a group is joined, and not contacted."
        if hubs.height and not shown.links.filter(pl.col("b").is_in(hubs["node"].implode())).height
        else ""
    )
    return (
        f"{words.listing(named)}. There {'is' if inside < 2 else 'are'} {among}; "
        f"{words.count(shared)} of the contacted drawn are linked to two members or more."
        f"{alone}"
    )


def _draw_links(
    plot: figure, segments: ColumnDataSource, kind: str, look: tuple[str, float, float]
) -> None:
    """Draw the links of one kind as thin segments of a colour, opacity and width."""
    colour, alpha, width = look
    plot.segment(
        "x0", "y0", "x1", "y1", source=segments,
        name="inside" if kind == "inside" else "contacted",
        line_color=colour, line_alpha=alpha, line_width=width,
    )  # fmt: skip


def _draw_ties(plot: figure, shown: Picture) -> None:
    """Draw the ties that stand for shared contacted accounts, wider where more are shared."""
    source = _segments(shown, shown.ties)
    most = float(shown.ties["shared"][0])
    source.data["width"] = [round(0.3 + 4 * (n / most) ** 2, 2) for n in shown.ties["shared"]]
    ties = plot.segment(
        "x0", "y0", "x1", "y1", name="ties", source=source,
        line_color=style.MUTED, line_alpha=0.4, line_width="width",
    )  # fmt: skip
    ties.visible = False


def _segments(shown: Picture, pairs: pl.DataFrame) -> ColumnDataSource:
    """Return where the lines between pairs of nodes begin and end."""
    from bokeh.models import ColumnDataSource

    x, y = shown.nodes["x"], shown.nodes["y"]
    a, b = pairs["a"], pairs["b"]
    return ColumnDataSource(
        {end: places.gather(at).to_list() for end, places, at in
         (("x0", x, a), ("y0", y, a), ("x1", x, b), ("y1", y, b))}
    )  # fmt: skip


def _draw_nodes(plot: figure, nodes: pl.DataFrame, role: str) -> None:
    """Draw the accounts of one role, with what their tool tip says."""
    from bokeh.models import ColumnDataSource, HoverTool

    look = style.ROLE_LOOKS[role]
    source = ColumnDataSource(
        {
            "x": nodes["x"].to_list(),
            "y": nodes["y"].to_list(),
            "shared_by": nodes["shared_by"].to_list(),
        }
    )
    shown = [("role", look.label.lower()), ("linked to members", "@shared_by")]
    if role != "contacted":
        source.data["account"] = nodes["account"].to_list()
        source.data["strength"] = [words.score(value) for value in nodes["strength"]]
        shown = [("account", "@account"), ("strength", "@strength"), *shown]
    drawn = plot.scatter(
        "x", "y", source=source, marker=look.marker, size=_SIZES[role], name=role,
        fill_color="#ffffff" if role == "contacted" else look.colour,
        line_color=look.colour if role == "contacted" else "#ffffff", line_width=1.2,
    )  # fmt: skip
    plot.add_tools(HoverTool(renderers=[drawn], tooltips=style.tool_tip(shown), visible=False))
