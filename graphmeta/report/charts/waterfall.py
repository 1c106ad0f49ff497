"""Why is a score what it is? Its terms as a waterfall whose bars add up to it.

Scores are additive in log-odds: the contributions of a cluster's terms sum to the logarithm of
score / (1 - score). Every bar begins where the one above it ended, so the last one's end is the
score itself, which the axis shows on the scale of the score. Reading the axis as if a bar's
length were a change of probability misleads: the same bar moves a score of 0.5 far and one of
0.98 hardly.
"""

from __future__ import annotations

import math
from itertools import accumulate
from typing import TYPE_CHECKING, Any

import polars as pl

from graphmeta.report import words
from graphmeta.report.charts import style
from graphmeta.report.summary import BASELINE, SCORE_NAMES, term_name

if TYPE_CHECKING:
    from bokeh.models import BaseText
    from bokeh.plotting import figure

#: More bars than this are no longer read; the smallest are drawn as one, so the sum stays whole.
MOST_BARS = 14
#: Less than this is written as 0.00, and has no bar of its own either.
_LEAST_SEEN = 0.005
_ROW_HEIGHT = 27
#: A term, what it says, and its contribution.
_Row = tuple[str, str, float]
_COLUMNS = {
    "term": pl.String,
    "says": pl.String,
    "contribution": pl.Float64,
    "label": pl.String,
    "start": pl.Float64,
    "end": pl.Float64,
}
_SCORE_TICKS = (0.001, 0.01, 0.1, 0.5, 0.9, 0.99, 0.999)


def steps(evidence: pl.DataFrame, score: str) -> pl.DataFrame:
    """Return the bars of a waterfall, top to bottom.

    Args:
        evidence: One cluster's rows of the evidence table.
        score: "spam" or "recruitment".

    Returns:
        ``term``, ``label``, ``says``, ``contribution`` (log-odds), ``start`` and ``end`` (running
        sums, log-odds): the baseline first, then what speaks for, then what speaks against, each
        from strong to weak, and at the end, as one bar, those too small to be seen.
    """
    terms = evidence.filter(pl.col("score") == score).select("term", "says", "contribution")
    kept, small = _parted(terms.rows())
    rows = sorted(kept, key=lambda row: (_side(row), -abs(row[2]), row[0])) + _joined(small)
    ends = list(accumulate(row[2] for row in rows))
    return pl.DataFrame(
        [
            (term, says, adds, term_name(term), end - adds, end)
            for (term, says, adds), end in zip(rows, ends, strict=True)
        ],
        schema=_COLUMNS,
        orient="row",
    )


def height(bars: pl.DataFrame) -> int:
    """Return how high a waterfall of so many bars is, in CSS pixels."""
    return 62 + _ROW_HEIGHT * (bars.height + 1)


def waterfall(bars: pl.DataFrame) -> figure:
    """Draw one score of one cluster as the sum of its terms.

    Args:
        bars: What ``steps`` returns, at least one.
    """
    from bokeh.core.properties import value
    from bokeh.models import ColumnDataSource, HoverTool
    from bokeh.models.annotations import Span

    total = float(bars["end"][-1])
    plot = style.plain_figure(
        height=height(bars),
        x_range=_reach(bars),
        y_range=(bars.height + 0.7, -0.7),
    )
    source = ColumnDataSource(_drawn(bars))
    drawn = plot.hbar(
        y="row", left="left", right="right", height=0.62,
        fill_color="colour", line_color=None, source=source,
    )  # fmt: skip
    tip = style.tool_tip([("@label", "@written"), ("seen", "@says")])
    plot.add_tools(HoverTool(renderers=[drawn], tooltips=tip))
    plot.text(
        x="text_x", y="row", text="written", source=source, text_align="left", x_offset=5,
        text_baseline="middle", text_font=value(style.FONT), text_font_size="12px",
        text_color=style.INK,
    )  # fmt: skip
    _add_total(plot, bars.height, total)
    even_odds = Span(location=0, dimension="height", line_color=style.STARTING, level="underlay")
    plot.add_layout(even_odds)
    _label_axes(plot, bars["label"].to_list())
    return plot


def describe(bars: pl.DataFrame, score: str) -> str:
    """Say what the waterfall of a score shows, for readers who do not see it."""
    terms = words.listing(
        [f"{row['label']} {words.log_odds(row['contribution'])}" for row in bars.to_dicts()]
    )
    total = float(bars["end"][-1])
    return (
        f"{SCORE_NAMES[score]} score as a sum of log-odds: {terms}. "
        f"Together {words.log_odds(total)}, a score of {words.score(probability(total))}."
    )


def probability(log_odds: float) -> float:
    """Return the score that a sum of log-odds means."""
    return (1 + math.tanh(log_odds / 2)) / 2


def _side(row: _Row) -> int:
    """Return 0 for the baseline, 1 for what speaks for, 2 for what speaks against."""
    return 0 if row[0] == BASELINE else 1 if row[2] > 0 else 2


def _parted(rows: list[_Row]) -> tuple[list[_Row], list[_Row]]:
    """Part terms into those that get a bar of their own and those that share one."""
    ranked = sorted(rows, key=lambda row: (row[0] != BASELINE, -abs(row[2]), row[0]))
    seen = sum(row[0] == BASELINE or abs(row[2]) >= _LEAST_SEEN for row in rows)
    count = min(seen, MOST_BARS - 1)
    if len(rows) <= MOST_BARS and len(rows) - count <= 1:
        count = len(rows)  # one alone needs no other name
    return ranked[:count], ranked[count:]


def _joined(small: list[_Row]) -> list[_Row]:
    """Return small terms as one, so that the sum is unchanged; none where there are none."""
    if not small:
        return []
    names = words.listing(sorted(term_name(row[0]) for row in small))
    return [(f"{len(small)} smaller terms", names, sum(row[2] for row in small))]


def _reach(bars: pl.DataFrame) -> tuple[float, float]:
    """Return the axis ends in log-odds, with room for the numbers beside the bars."""
    ends = [0.0, *bars["start"], *bars["end"]]
    low, high = min(ends), max(ends)
    width = max(high - low, 1.0)
    return low - 0.06 * width, high + 0.22 * width


def _drawn(bars: pl.DataFrame) -> dict[str, Any]:
    """Return the columns that the figure draws from."""
    rows = bars.to_dicts()
    return {
        "row": list(range(len(rows))),
        "left": [round(min(row["start"], row["end"]), 4) for row in rows],
        "right": [round(max(row["start"], row["end"]), 4) for row in rows],
        "text_x": [round(max(row["start"], row["end"]), 4) for row in rows],
        "colour": [_colour(row["term"], row["contribution"]) for row in rows],
        "written": [words.log_odds(row["contribution"]) for row in rows],
        "label": [row["label"] for row in rows],
        "says": [row["says"] for row in rows],
    }


def _colour(term: str, contribution: float) -> str:
    if term == BASELINE:
        return style.STARTING
    return style.FOR if contribution > 0 else style.AGAINST


def _add_total(plot: figure, row: int, total: float) -> None:
    """Draw the score itself as the last row: a bar from even odds, and its value."""
    from bokeh.core.properties import value

    plot.hbar(
        y=[row], left=[min(0.0, total)], right=[max(0.0, total)], height=0.62,
        fill_color=style.INK, line_color=None,
    )  # fmt: skip
    plot.text(
        x=[max(0.0, total)], y=[row], text=[words.score(probability(total))], x_offset=5,
        text_baseline="middle", text_font=value(style.FONT), text_font_size="13px",
        text_font_style="bold", text_color=style.INK,
    )  # fmt: skip


def _label_axes(plot: figure, labels: list[str]) -> None:
    """Name the rows, and mark the log-odds axis with the scores that they mean."""
    plot.yaxis.ticker = list(range(len(labels) + 1))
    plot.yaxis.major_label_overrides = dict(enumerate([*labels, "score"]))
    plot.yaxis.axis_line_color = None
    plot.yaxis.major_tick_line_color = None
    plot.ygrid.grid_line_color = None
    places: dict[float | str, str | BaseText] = {
        round(math.log(p / (1 - p)), 4): f"{p:g}" for p in _SCORE_TICKS
    }
    plot.xaxis.ticker = [float(place) for place in places]
    plot.xaxis.major_label_overrides = places
    plot.xaxis.axis_label = "score (each bar adds log-odds)"
