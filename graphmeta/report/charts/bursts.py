"""When did a cluster contact more strangers than the hour explains?

Each period's stranger contacts stand beside a band: what 98 of 100 periods would hold if every one
of the cluster's stranger contacts had fallen when everybody else's fell, independently (a Poisson
count whose mean is the cluster's total times the others' share of that period). Many periods above
the band mean that the members acted in bursts. It says nothing about why: a shift that begins, a
match that ends or a newsletter that goes out on Mondays looks the same; and where the members live
in another time zone than most, their whole day stands out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from graphmeta.report import words
from graphmeta.report.charts import style
from graphmeta.report.charts.timeline import BAR_WIDTHS, period_name

if TYPE_CHECKING:
    from bokeh.plotting import figure

MOST_BARS = 260
#: In CSS pixels.
HEIGHT = 190
#: A period lies outside the band, on either side together, with this chance.
OUTSIDE = 0.02
#: The table beside the chart holds the periods furthest above the band, this many at most.
MOST_ROWS = 25


def bar_hours(rhythm: pl.DataFrame) -> int:
    """Return how many hours one bar stands for."""
    if rhythm.is_empty():
        return BAR_WIDTHS[0]
    first, last = rhythm["hour"][0], rhythm["hour"][-1]
    hours = (last - first).total_seconds() / 3600 + 1
    return next((width for width in BAR_WIDTHS if hours <= width * MOST_BARS), BAR_WIDTHS[-1])


def by_period(timeline: pl.DataFrame, rhythm: pl.DataFrame) -> pl.DataFrame:
    """Set what a cluster did beside what everybody's rhythm would make of it.

    Args:
        timeline: One cluster's rows of the timeline table.
        rhythm: The run's rhythm table.

    Returns:
        One row per period in which anybody contacted a stranger, in order of time: ``hour`` (where
        it begins), ``observed``, ``expected``, ``low``, ``high`` (the band), ``above`` (bool). None
        where nobody but the cluster contacted strangers: there is nothing to set it beside.
    """
    from scipy import stats

    width = bar_hours(rhythm)
    own = timeline.lazy().select("hour", observed="stranger_contacts")
    # Where clusters of another run are laid over this one, there is more of them than of all.
    others = (pl.col("stranger_contacts") - pl.col("observed")).clip(lower_bound=0)
    expected = pl.col("observed").sum() * pl.col("others") / pl.col("others").sum()
    periods = (
        rhythm.lazy()
        .join(own, on="hour", how="full", coalesce=True)
        .with_columns(pl.col("stranger_contacts", "observed").fill_null(0))
        .group_by(pl.col("hour").dt.truncate("1w" if width == 168 else f"{width}h"))
        .agg(pl.col("observed").sum(), others=others.sum())
        .filter(pl.col("others").sum() > 0)
        .sort("hour")
        .select("hour", "observed", expected=expected)
        .collect()
    )
    mean = periods["expected"].to_numpy()
    low, high = (np.asarray(stats.poisson.ppf(p, mean)) for p in (OUTSIDE / 2, 1 - OUTSIDE / 2))
    return periods.with_columns(
        pl.Series("low", np.maximum(low, 0.0)),
        pl.Series("high", high),
        pl.Series("above", periods["observed"].to_numpy() > high),
    )


def bursts(periods: pl.DataFrame, hours: int) -> figure:
    """Draw a cluster's stranger contacts beside the band of what everybody's rhythm explains.

    Args:
        periods: What ``by_period`` returns, at least one row.
        hours: How many hours a period has, as ``bar_hours`` says.
    """
    from bokeh.models import ColumnDataSource, HoverTool

    begins = periods["hour"].dt.epoch("ms")
    width = hours * 3_600_000
    source = ColumnDataSource(
        {
            "left": begins.to_list(),
            "middle": (begins + width // 2).to_list(),
            "right": (begins + width).to_list(),
            "begins": [words.minute(moment) for moment in periods["hour"]],
            "observed": periods["observed"].to_list(),
            "expected": periods["expected"].round(2).to_list(),
            "low": periods["low"].to_list(),
            "high": periods["high"].to_list(),
        }
    )
    most = max(*periods["observed"].to_list(), *periods["high"].to_list(), 1)
    plot = style.plain_figure(
        height=HEIGHT,
        x_axis_type="datetime",
        x_range=(float(begins[0] - width), float(begins[-1] + 2 * width)),
        y_range=(0, 1.16 * most),
    )
    plot.quad(
        left="left", right="right", bottom="low", top="high", source=source,
        fill_color=style.BAND, line_color=None,
    )  # fmt: skip
    bars = plot.vbar(
        x="middle", top="observed", width=0.5 * width, source=source,
        fill_color=style.STRANGERS, line_color=None,
    )  # fmt: skip
    above = periods.filter("above")
    plot.scatter(
        x=(above["hour"].dt.epoch("ms") + width // 2).to_list(),
        y=(above["observed"] + 0.06 * most).to_list(),
        marker="inverted_triangle", size=6, fill_color=style.FOR, line_color=None,
    )  # fmt: skip
    shown = [
        ("from", "@begins"),
        ("stranger contacts", "@observed{0,0}"),
        ("everybody's rhythm", "@expected"),
        ("band", "@low to @high"),
    ]
    plot.add_tools(HoverTool(renderers=[bars], tooltips=style.tool_tip(shown)))
    style.counts_upwards(plot, f"per {period_name(hours)}")
    return plot


def describe(periods: pl.DataFrame, hours: int) -> str:
    """Say what the chart shows, for readers who do not see it; arguments as ``bursts``."""
    above = periods.filter("above")
    name = period_name(hours)
    counted = (
        f"Of {words.plural(periods.height, 'period')} of {'one ' if ' ' not in name else ''}{name}"
    )
    chance = max(round(OUTSIDE / 2 * periods.height), 1)
    if above.is_empty():
        return f"{counted}, none lies above what everybody's rhythm explains."
    top = above.sort(pl.col("observed") - pl.col("high"), "hour", descending=[True, False])
    row = top.row(0, named=True)
    lie = "lies" if above.height == 1 else "lie"
    return (
        f"{counted}, {words.count(above.height)} {lie} above what "
        f"everybody's rhythm explains; by chance about {chance} would. Furthest above: "
        f"{words.minute(row['hour'])}, with {words.plural(row['observed'], 'stranger contact')}, "
        f"where the band ends at {words.count(row['high'])}."
    )


def table(periods: pl.DataFrame) -> list[dict[str, Any]]:
    """Return the periods furthest above the band, in order of time."""
    excess = pl.col("observed") - pl.col("high")
    furthest = periods.lazy().filter("above").sort(excess, "hour", descending=[True, False])
    return furthest.head(MOST_ROWS).sort("hour").collect().to_dicts()
