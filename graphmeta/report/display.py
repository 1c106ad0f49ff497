"""What does a notebook show of a run, or of one cluster?

Small static HTML without any script: a table of the first clusters, and per cluster its
sentence, its reasons as bars and its members' hours as a strip. Everything is escaped, styles
stand in the elements themselves, and colours are inherited where they can be, so that it reads
on a light and on a dark notebook. ``graphmeta report`` has the full picture.
"""

from __future__ import annotations

import polars as pl

from graphmeta.report import page, summary, words
from graphmeta.report.charts import timeline
from graphmeta.run import RunFolder

MOST_ROWS = 10
MOST_REASONS = 8


def run_html(run: RunFolder) -> str:
    """Return a run as a few lines and the head of its queue.

    Raises:
        RunError: A table of the run cannot be read.
    """
    queue = summary.queue_frame(run)
    span = run.manifest["span"]
    return (
        page.environment()
        .get_template("display_run.html.j2")
        .render(
            counts=run.manifest["counts"],
            statements=run.manifest["statements"],
            period=words.period(
                words.parse_time(span["first_event"]), words.parse_time(span["last_event"])
            ),
            rows=queue.head(MOST_ROWS).to_dicts(),
            n_clusters=queue.height,
            n_flagged=int(queue["flagged"].sum()),
            nothing="" if queue.height else summary.nothing_found(run),
        )
    )


def cluster_html(run: RunFolder, cluster_id: str) -> str:
    """Return one cluster as its sentence, the reasons for its leading score, and its hours.

    Raises:
        UsageError: The run has no cluster of that name.
        RunError: A table of the run cannot be read.
    """
    row = summary.cluster_row(run, cluster_id)
    evidence = summary.cluster_evidence(run, cluster_id)
    score = summary.leading_score(row)
    reasons = (
        evidence.filter((pl.col("score") == score) & (pl.col("term") != summary.BASELINE))
        .sort([pl.col("contribution").abs(), "term"], descending=[True, False])
        .head(MOST_REASONS)
        .to_dicts()
    )
    return (
        page.environment()
        .get_template("display_cluster.html.j2")
        .render(
            row=row,
            sentence=summary.cluster_sentence(row, evidence),
            would_change=summary.would_change(evidence),
            score=score,
            reasons=reasons,
            most=max((abs(reason["contribution"]) for reason in reasons), default=1.0) or 1.0,
            hours=_strip(run.table("timeline").filter(pl.col("cluster_id") == cluster_id)),
        )
    )


def _strip(hours: pl.DataFrame) -> dict[str, object] | None:
    """Return a cluster's activity as bars of a strip 400 wide and 40 high."""
    if hours.is_empty():
        return None
    length = timeline.bar_hours(hours)
    bars = timeline.by_period(hours, length)
    at = (bars["hour"] - bars["hour"][0]).dt.total_hours() // length
    step = 400 / (int(at[-1]) + 1)
    most = float(max(bars["events"]))
    return {
        "bars": [
            (round(place * step, 2), round(40 * events / most, 1))
            for place, events in zip(at, bars["events"], strict=True)
        ],
        "width": round(max(0.9 * step, 0.5), 2),
        "says": timeline.describe_activity(hours),
    }
