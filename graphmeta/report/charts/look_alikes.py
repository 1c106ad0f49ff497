"""Which benign groups does a cluster look like?

For each kind of look-alike a point: the share of that kind's appearances, in synthetic worlds, that
look as much like a campaign as this cluster. Left of the line the kind is ruled out. A point far to
the right says that the cluster looks like an everyday case of that kind; one that is ruled out says
nothing of kinds that nobody thought of. Beside it stands which measurement decides most.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from graphmeta.report import words
from graphmeta.report.charts import style
from graphmeta.scores import wording
from graphmeta.scores.model import REJECTED_AT

if TYPE_CHECKING:
    from bokeh.plotting import figure

#: The chart shows the nearest; the table has all.
MOST_SHOWN = 8
_ROW_HEIGHT = 26
_TICKS = (0.001, 0.01, 0.1, 1.0)


def rows(kinds: pl.DataFrame, signals: pl.DataFrame) -> list[dict[str, Any]]:
    """Return every kind beside one cluster, the nearest first.

    Args:
        kinds: The cluster's rows of the look-alikes table.
        signals: The cluster's rows of the signals table.

    Returns:
        ``kind``, ``name``, ``p_value``, ``ruled_out``, ``apart`` and ``alike``: the measurement
        that decides most against and for it, with its value and what is usual, in words.
    """
    measured = {row["signal"]: row for row in signals.to_dicts()}
    return [
        {
            "kind": row["kind"],
            "name": wording.look_alike(row["kind"]),
            "p_value": row["p_value"],
            "ruled_out": row["p_value"] <= REJECTED_AT,
            "apart": _told(row["apart_by"], measured),
            "alike": _told(row["alike_by"], measured),
        }
        for row in _nearest(kinds).to_dicts()
    ]


def height(kinds: pl.DataFrame) -> int:
    """Return how high the chart of so many kinds is, in CSS pixels."""
    return 56 + _ROW_HEIGHT * min(kinds.height, MOST_SHOWN)


def look_alikes(kinds: pl.DataFrame) -> figure:
    """Draw the kinds that one cluster resembles most.

    Args:
        kinds: Its rows of the look-alikes table, at least one.
    """
    from bokeh.models import ColumnDataSource, HoverTool
    from bokeh.models.annotations import Span

    nearest = _nearest(kinds).head(MOST_SHOWN)
    least = min(_TICKS[0], float(nearest["p_value"][-1]))
    plot = style.plain_figure(
        height=height(nearest),
        x_axis_type="log",
        x_range=(0.7 * least, 1.35),
        y_range=(nearest.height - 0.4, -0.6),
    )
    ruled_out = (nearest["p_value"] <= REJECTED_AT).to_list()
    names = [wording.look_alike(kind) for kind in nearest["kind"]]
    source = ColumnDataSource(
        {
            "row": list(range(nearest.height)),
            "p": nearest["p_value"].round(5).to_list(),
            "least": [0.7 * least] * nearest.height,
            "name": names,
            "says": ["ruled out" if out else "it may be one" for out in ruled_out],
            "fill": ["#ffffff" if out else style.AGAINST for out in ruled_out],
            "line": [style.STARTING if out else style.AGAINST for out in ruled_out],
        }
    )
    plot.segment("least", "row", "p", "row", source=source, line_color=style.RULE, line_width=2)
    points = plot.scatter(
        "p", "row", source=source, size=11, fill_color="fill", line_color="line", line_width=2
    )
    plot.add_layout(
        Span(location=REJECTED_AT, dimension="height", line_color=style.MUTED, line_dash="dashed")
    )
    tip = style.tool_tip([("", "@name: @says"), ("p-value", "@p")])
    plot.add_tools(HoverTool(renderers=[points], tooltips=tip))
    plot.ygrid.grid_line_color = None
    plot.yaxis.ticker = list(range(nearest.height))
    plot.yaxis.major_label_overrides = dict(enumerate(names))
    plot.yaxis.axis_line_color = None
    plot.yaxis.major_tick_line_color = None
    plot.xaxis.ticker = [tick for tick in _TICKS if tick >= least]
    plot.xaxis.major_label_overrides = {tick: f"{100 * tick:g} %" for tick in _TICKS}
    plot.xaxis.axis_label = "of the kind look as much like a campaign (ruled out at 1 %)"
    return plot


def describe(kinds: pl.DataFrame) -> str:
    """Say what the chart shows, for readers who do not see it."""
    nearest = _nearest(kinds)
    may_be = nearest.filter(pl.col("p_value") > REJECTED_AT)
    if may_be.is_empty():
        row = nearest.row(0, named=True)
        return (
            f"All {nearest.height} kinds of look-alikes are ruled out: in synthetic worlds at most "
            f"{_share(row['p_value'])} of any kind look as much like a campaign."
        )
    names = [
        f"{wording.look_alike(row['kind'])} ({_share(row['p_value'])})"
        for row in may_be.head(MOST_SHOWN).to_dicts()
    ]
    more = may_be.height - len(names)
    further = f", and {words.plural(more, 'kind')} more" if more else ""
    return (
        f"It may be {words.listing(names)}{further}: so many of each kind, in synthetic worlds, "
        f"look as much like a campaign. {words.count(nearest.height - may_be.height)} of "
        f"{nearest.height} kinds are ruled out."
    )


def _nearest(kinds: pl.DataFrame) -> pl.DataFrame:
    return kinds.sort("p_value", "kind", descending=[True, False])


def _share(p_value: float) -> str:
    return wording.PERCENT.write(p_value)


def _told(signal: str | None, measured: dict[str, dict[str, Any]]) -> str | None:
    """Tell a measurement: ``answers: 4 %, 30 % is usual``."""
    if signal is None:
        return None
    if signal not in measured:
        return wording.short(signal)
    row = measured[signal]
    value, usual = (wording.amount(signal, row[name]) for name in ("value", "expected"))
    return f"{wording.short(signal)}: {value}, {usual} is usual"
