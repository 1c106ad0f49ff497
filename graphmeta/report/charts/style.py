"""How do all charts look?

One set of colours, markers and fonts. Colours are from a palette that people with the common
colour-vision deficiencies tell apart (Okabe and Ito 2008, darkened for contrast on white), and
colour never stands alone: roles also differ by shape, evidence also by sign and direction.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import polars as pl

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    from bokeh.plotting import figure

INK = "#1d2733"
MUTED = "#5a6675"
RULE = "#d9dee4"
FOR = "#b4501e"
AGAINST = "#1f6f8b"
STARTING = "#8a94a1"
EVENTS = "#b9cbd9"
STRANGERS = "#1f5a80"
BAND = "#d3d9df"
#: From no activity to the most, light to dark.
HEAT = ("#f3f6f8", "#dbe6ee", "#bcd2e0", "#94b8cf", "#659ab8", "#3b799f", "#1f5a80", "#0f3b5c")
FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"


@dataclass(frozen=True)
class RoleLook:
    """How one role is drawn: its name for people, colour, Bokeh marker and a like symbol."""

    label: str
    colour: str
    marker: str
    symbol: str


ROLE_LOOKS = {
    "actor": RoleLook("Actor", "#b4501e", "circle", "●"),
    "recruiter": RoleLook("Recruiter", "#7a3f98", "triangle", "▲"),
    "hub": RoleLook("Hub", "#1f5a80", "diamond", "◆"),
    "contacted": RoleLook("Contacted", "#7b8794", "circle", "○"),
}


def tool_tip(lines: Sequence[tuple[str, str]]) -> str:
    """Return the template of a tool tip: what each line is called, and the column it shows.

    Bokeh escapes the columns' values where it fills a template in, unless their format is
    "safe", which is therefore never used.
    """
    rows = "".join(
        f'<tr><th scope="row" style="text-align: right; font-weight: 400; color: {MUTED}; '
        f'padding-right: 0.6em; vertical-align: top; white-space: nowrap">{name}</th>'
        f'<td style="color: {INK}; overflow-wrap: anywhere">{field}</td></tr>'
        for name, field in lines
    )
    return f'<table style="font-size: 13px; max-width: 24rem">{rows}</table>'


def numbers(values: pl.Series) -> npt.NDArray[np.int32] | npt.NDArray[np.float32]:
    """Return numbers as a chart of thousands holds them: packed, so that browsers need not read.

    Four bytes are as many as a screen can show.
    """
    if values.dtype.is_integer():
        return values.fill_null(0).cast(pl.Int32).to_numpy()
    return values.cast(pl.Float32).to_numpy()


def plain_figure(height: int, **options: Any) -> figure:
    """Return an empty figure of the common look, as wide as its place, without tools.

    Args:
        height: In CSS pixels.
        options: Handed to ``bokeh.plotting.figure``.
    """
    from bokeh.plotting import figure

    plot = figure(
        **{
            "height": height,
            "sizing_mode": "stretch_width",
            "min_width": 280,
            "toolbar_location": None,
            "tools": "",
            "outline_line_color": None,
            "background_fill_color": None,
            "border_fill_color": None,
            **options,
        }
    )
    plot.grid.grid_line_color = RULE
    for axis in plot.axis:
        axis.axis_line_color = RULE
        axis.major_tick_line_color = RULE
        axis.minor_tick_line_color = None
        axis.major_label_text_color = INK
        axis.major_label_text_font = FONT
        axis.major_label_text_font_size = "13px"
        axis.axis_label_text_color = MUTED
        axis.axis_label_text_font = FONT
        axis.axis_label_text_font_size = "13px"
        axis.axis_label_text_font_style = "normal"
    return plot


def counts_upwards(plot: figure, label: str) -> None:
    """Let a figure count whole things upwards, with lines across alone.

    Args:
        plot: The figure.
        label: What is counted.
    """
    from bokeh.models import BasicTicker

    plot.xgrid.grid_line_color = None
    plot.yaxis.axis_label = label
    plot.yaxis.ticker = BasicTicker(min_interval=1, desired_num_ticks=4)
