"""Who contacted whom within one cluster? Its graph, drawn.

Roles differ by colour and by shape. The contacted can be hidden; members are then joined by how
many of the contacted they share. Accounts can be selected with a lasso. Links and the contacted
carry the hours in which they were in use, and a filter over them, so that a page can play the
campaign without any code in the chart. ``picture`` decides what is drawn, and says what is left
out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from graphmeta.report import words
from graphmeta.report.charts import style
from graphmeta.report.charts.picture import Picture, by_member, picture

if TYPE_CHECKING:
    from bokeh.models import CDSView, ColumnDataSource
    from bokeh.models.renderers import GlyphRenderer
    from bokeh.plotting import figure

#: To draw a cluster's graph: ``network(picture(members, contacts))``.
__all__ = ["Picture", "by_member", "describe", "network", "picture"]

_FEW_NODES, _MANY_NODES = 40, 1_000
#: Colour, opacity and width of each kind of link, in the order in which they are drawn.
_LINK_LOOKS = {
    "reached": (style.STARTING, 0.35, 0.8),
    "answered": (style.AGAINST, 0.35, 0.8),
    "arrived": (style.STRANGERS, 0.7, 1.2),
    "inside": (style.INK, 0.6, 1.4),
}
#: More links of one kind than this are drawn fainter.
_FULL_LINKS = 300
_SIZES = {"actor": 14, "recruiter": 16, "hub": 24, "contacted": 6}
#: Of many, the contacted are drawn smaller.
_SMALL = 4
#: The name of the filters by which a page shows some hours alone, and the columns they go by.
TIMED = "timed"
_HOURS = ("from_hour", "to_hour")


def network(shown: Picture) -> figure:
    """Draw a cluster's graph: roles by colour and shape, links by kind.

    The glyphs of the contacted and their links are named "contacted", and the ties that stand
    for them "ties" (not visible at first), so that a page can show one or the other. Sources that
    hold the hours ``from_hour`` and ``to_hour`` have a filter named ``TIMED``.
    """
    from bokeh.models import BoxZoomTool, LassoSelectTool, PanTool, ResetTool, WheelZoomTool

    pan, lasso = PanTool(), LassoSelectTool()
    plot = style.plain_figure(
        height=height(shown),
        x_range=_reach(shown.nodes["x"], 0.04),
        y_range=_reach(shown.nodes["y"], 0.07),
        min_border=0,  # a lasso that begins outside of the frame would be an error
        toolbar_location="right",
        tools=[pan, lasso, BoxZoomTool(), WheelZoomTool(), ResetTool()],
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
    small = shown.nodes.height > _MANY_NODES
    lasso.renderers = [
        _draw_nodes(plot, nodes, role, _SMALL if small and role == "contacted" else _SIZES[role])
        for role in ("contacted", "actor", "recruiter", "hub")
        if (nodes := shown.nodes.filter(pl.col("role") == role)).height
    ]
    return plot


def _reach(places: pl.Series, room: float) -> tuple[float, float]:
    """Return where an axis ends, so that what is drawn fills the frame, with room for the marks."""
    far = float(places.abs().max() or 0.5) * (1 + room)  # type: ignore[arg-type]
    return -far, far


def height(shown: Picture) -> int:
    """Return how high the figure is, in CSS pixels."""
    nodes = shown.nodes.height
    return 300 if nodes <= _FEW_NODES else 460 if nodes <= _MANY_NODES else 600


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
    # Where there are many, each is fainter, so that what they lead to still shows.
    alpha *= min(1.0, (_FULL_LINKS / len(segments.data["x0"])) ** 0.5)
    plot.segment(
        "x0", "y0", "x1", "y1", source=segments, view=_timed_view(),
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
    """Return where the lines between pairs of nodes begin and end, and when they were in use."""
    from bokeh.models import ColumnDataSource

    x, y = shown.nodes["x"], shown.nodes["y"]
    a, b = pairs["a"], pairs["b"]
    ends = (("x0", x, a), ("y0", y, a), ("x1", x, b), ("y1", y, b))
    source = ColumnDataSource({end: style.numbers(places.gather(at)) for end, places, at in ends})
    for name in _HOURS:
        if name in pairs.columns:
            source.data[name] = style.numbers(pairs[name])
    return source


def _timed_view() -> CDSView:
    """Return a view of a source that a page may narrow to some hours."""
    from bokeh.models import BooleanFilter, CDSView

    return CDSView(filter=BooleanFilter(name=TIMED))


def _draw_nodes(plot: figure, nodes: pl.DataFrame, role: str, size: int) -> GlyphRenderer[Any]:
    """Draw the accounts of one role, with what their tool tip says."""
    from bokeh.models import CDSView, ColumnDataSource, HoverTool

    look = style.ROLE_LOOKS[role]
    source = ColumnDataSource(
        {
            "x": style.numbers(nodes["x"]),
            "y": style.numbers(nodes["y"]),
            "shared_by": style.numbers(nodes["shared_by"]),
        }
    )
    shown = [("role", look.label.lower()), ("linked to members", "@shared_by")]
    if role == "contacted":
        for name in _HOURS:
            source.data[name] = style.numbers(nodes[name])
    else:
        source.data["account"] = nodes["account"].to_list()
        source.data["strength"] = [words.score(value) for value in nodes["strength"]]
        shown = [("account", "@account"), ("strength", "@strength"), *shown]
    drawn = plot.scatter(
        "x", "y", source=source, marker=look.marker, size=size, name=role,
        view=_timed_view() if role == "contacted" else CDSView(),
        fill_color="#ffffff" if role == "contacted" else look.colour,
        line_color=look.colour if role == "contacted" else "#ffffff", line_width=1.2,
        nonselection_alpha=0.25,
    )  # fmt: skip
    plot.add_tools(HoverTool(renderers=[drawn], tooltips=style.tool_tip(shown), visible=False))
    return drawn
