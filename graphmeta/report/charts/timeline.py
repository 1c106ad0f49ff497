"""When did a cluster's members act? Hour by hour, and hour of week by hour of week.

Both charts count what the scored members did, in UTC; hours without events are left blank.
Long periods are drawn in longer bars, which the axis names. A rhythm in UTC may look nocturnal
only because the accounts live elsewhere.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import polars as pl

from graphmeta.report import words
from graphmeta.report.charts import style

if TYPE_CHECKING:
    from bokeh.plotting import figure

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
#: Widths of a bar, in hours; the first that gives at most ``MOST_BARS`` is used.
BAR_WIDTHS = (1, 3, 6, 24, 168)
MOST_BARS = 400
#: Of either chart, in CSS pixels.
HEIGHT = 210
#: The table beside the chart is by day up to this many days.
MOST_ROWS = 62


def bar_hours(timeline: pl.DataFrame) -> int:
    """Return how many hours one bar of a cluster's activity stands for."""
    spans = timeline.select(pl.col("hour").max() - pl.col("hour").min()).item()
    hours = (spans or timedelta()).total_seconds() / 3600 + 1
    return next((width for width in BAR_WIDTHS if hours <= width * MOST_BARS), BAR_WIDTHS[-1])


def by_period(timeline: pl.DataFrame, hours: int) -> pl.DataFrame:
    """Add hours up into longer periods.

    Returns:
        ``hour`` (where the period begins), ``events``, ``stranger_contacts``, and
        ``active_members`` (the most in any one hour of it), in order of time.
    """
    return _added_up(timeline, "1w" if hours == 168 else f"{hours}h")


def _added_up(timeline: pl.DataFrame, length: str) -> pl.DataFrame:
    """Add hours up into periods of a length in Polars' notation."""
    return (
        timeline.lazy()
        .group_by(pl.col("hour").dt.truncate(length))
        .agg(
            pl.col("events").sum(),
            pl.col("stranger_contacts").sum(),
            pl.col("active_members").max(),
        )
        .sort("hour")
        .collect()
    )


def by_week(timeline: pl.DataFrame) -> pl.DataFrame:
    """Add hours up by their place in the week.

    Returns:
        All 168 rows: ``weekday`` (0 is Monday), ``clock`` (0 to 23), ``events``.
    """
    hours = [(day, clock) for day in range(7) for clock in range(24)]
    places = pl.LazyFrame(hours, schema={"weekday": pl.Int64, "clock": pl.Int64}, orient="row")
    seen = timeline.lazy().group_by(
        weekday=pl.col("hour").dt.weekday().cast(pl.Int64) - 1,
        clock=pl.col("hour").dt.hour().cast(pl.Int64),
    )
    return (
        places.join(seen.agg(pl.col("events").sum()), on=["weekday", "clock"], how="left")
        .with_columns(pl.col("events").fill_null(0))
        .sort("weekday", "clock")
        .collect()
    )


def table(timeline: pl.DataFrame) -> dict[str, Any]:
    """Return the activity as numbers: by day, or by week or month where that is too long.

    Returns:
        ``unit`` ("day", "week" or "month") and ``rows``: (where it begins, events, stranger
        contacts, most members active in one of its hours).
    """
    n_days = timeline["hour"].dt.date().n_unique()
    unit = "day" if n_days <= MOST_ROWS else "week" if n_days <= 7 * MOST_ROWS else "month"
    lengths = {"day": "1d", "week": "1w", "month": "1mo"}
    return {"unit": unit, "rows": _added_up(timeline, lengths[unit]).rows()}


def activity(timeline: pl.DataFrame) -> figure:
    """Draw what one cluster's members did over time: all events, and stranger contacts.

    Args:
        timeline: One cluster's rows of the timeline table, at least one.
    """
    from bokeh.models import ColumnDataSource, HoverTool

    hours = bar_hours(timeline)
    bars = by_period(timeline, hours)
    begins = bars["hour"].dt.epoch("ms")
    width = hours * 3_600_000
    source = ColumnDataSource(
        {
            "middle": (begins + width // 2).to_list(),
            "begins": [words.minute(moment) for moment in bars["hour"]],
            "events": bars["events"].to_list(),
            "strangers": bars["stranger_contacts"].to_list(),
            "members": bars["active_members"].to_list(),
        }
    )
    plot = style.plain_figure(
        height=HEIGHT,
        x_axis_type="datetime",
        x_range=(float(begins[0] - width // 2), float(begins[-1] + width + width // 2)),
        y_range=(0, 1.08 * max(bars["events"].to_list())),
    )
    drawn = plot.vbar(
        x="middle", top="events", width=0.92 * width, source=source,
        fill_color=style.EVENTS, line_color=None,
    )  # fmt: skip
    plot.vbar(
        x="middle", top="strangers", width=0.92 * width, source=source,
        fill_color=style.STRANGERS, line_color=None,
    )  # fmt: skip
    shown = [
        ("from", "@begins"),
        ("events", "@events{0,0}"),
        ("stranger contacts", "@strangers{0,0}"),
        ("members active in an hour", "@members{0,0}"),
    ]
    plot.add_tools(HoverTool(renderers=[drawn], tooltips=style.tool_tip(shown)))
    style.counts_upwards(plot, f"events per {period_name(hours)}")
    return plot


def week(timeline: pl.DataFrame) -> figure:
    """Draw at which hours of the week one cluster's members acted.

    Args:
        timeline: One cluster's rows of the timeline table, at least one.
    """
    from bokeh.models import ColumnDataSource, HoverTool
    from bokeh.transform import linear_cmap

    hours = by_week(timeline)
    most = int(hours["events"].max() or 0)  # type: ignore[arg-type]
    plot = style.plain_figure(height=HEIGHT, x_range=(-0.5, 23.5), y_range=(6.5, -0.5))
    source = ColumnDataSource(
        {
            "clock": hours["clock"].to_list(),
            "weekday": hours["weekday"].to_list(),
            "events": hours["events"].to_list(),
            "when": [
                f"{WEEKDAYS[row['weekday']]} {row['clock']:02d}:00" for row in hours.to_dicts()
            ],
        }
    )
    cells = plot.rect(
        x="clock", y="weekday", width=0.94, height=0.92, source=source, line_color=None,
        fill_color=linear_cmap("events", style.HEAT, low=0, high=max(most, 1)),
    )  # fmt: skip
    plot.add_tools(
        HoverTool(
            renderers=[cells],
            tooltips=style.tool_tip([("UTC", "@when"), ("events", "@events{0,0}")]),
        )
    )
    plot.grid.grid_line_color = None
    plot.axis.axis_line_color = None
    plot.axis.major_tick_line_color = None
    plot.yaxis.ticker = list(range(7))
    plot.yaxis.major_label_overrides = {at: name[:3] for at, name in enumerate(WEEKDAYS)}
    plot.xaxis.ticker = list(range(0, 24, 3))
    plot.xaxis.axis_label = "hour of day, UTC"
    return plot


def describe_activity(timeline: pl.DataFrame) -> str:
    """Say what the activity chart shows, for readers who do not see it."""
    hours = bar_hours(timeline)
    bars = by_period(timeline, hours)
    busiest = bars.sort(["events", "hour"], descending=[True, False]).row(0, named=True)
    return (
        f"{words.plural(int(timeline['events'].sum()), 'event')} by the members, of which "
        f"{words.plural(int(timeline['stranger_contacts'].sum()), 'stranger contact')}, "
        f"{words.period(bars['hour'][0], bars['hour'][-1])}. "
        f"The busiest {period_name(hours)} begins {words.minute(busiest['hour'])}, with "
        f"{words.plural(busiest['events'], 'event')}."
    )


def describe_week(timeline: pl.DataFrame) -> str:
    """Say what the week chart shows, for readers who do not see it."""
    hours = by_week(timeline)
    busiest = hours.sort(["events", "weekday", "clock"], descending=[True, False, False])
    top = busiest.row(0, named=True)
    total = max(int(hours["events"].sum()), 1)
    weekend = int(hours.filter(pl.col("weekday") >= 5)["events"].sum()) / total
    return (
        f"Events by hour of the week, UTC. Most fall on {WEEKDAYS[top['weekday']]} from "
        f"{top['clock']:02d}:00 to {(top['clock'] + 1) % 24:02d}:00 "
        f"({words.plural(top['events'], 'event')}); {words.share(weekend)} fall on the weekend, "
        f"and {(hours['events'] == 0).sum()} of the 168 hours are empty."
    )


def period_name(hours: int) -> str:
    """Name the length of a bar: ``hour``, ``3 hours``, ``day``, ``week``."""
    return {1: "hour", 24: "day", 168: "week"}.get(hours, f"{hours} hours")
