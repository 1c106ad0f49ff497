"""The results as one HTML page: first who finds what, then how surely, at what cost, and limits.

Self-contained and offline like every report: styles, scripts and charts as the report has them,
under a content security policy that lets nothing else in. Every chart's figures stand in a table
too.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from graphmeta.bench import cost, figures, views
from graphmeta.bench.suites import SUITES
from graphmeta.bench.summary import summarise
from graphmeta.report import page, words
from graphmeta.report.charts import embed
from graphmeta.report.charts.curves import look


def page_html(results: Mapping[str, Any]) -> str:
    """Return the page of some results; equal results give equal bytes.

    Args:
        results: As ``graphmeta.bench.running.run`` returns them.
    """
    held = content(results)
    scripts = page.drawing_scripts() if held["has_charts"] else []
    return (
        page.environment("graphmeta.bench")
        .get_template("benchmark.html.j2")
        .render(**held, scripts=scripts, policy=page.content_policy(scripts))
    )


def content(results: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the page of some results holds, for ``benchmark_body.html.j2``.

    The workbench shows the same, within a page of its own.

    Args:
        results: As ``page_html``.
    """
    summary = summarise(results)
    charts = [
        {**part, "panels": [_drawn(panel, place) for place, panel in enumerate(part["panels"])]}
        for part in views.charts(summary, results["detectors"])
    ]
    return {
        "results": results,
        "says": {suite.name: suite.says for suite in SUITES}[results["plan"]["suite"]],
        "posed": _posed(results["plan"]),
        "made_at": words.minute(words.parse_time(results["made_at"])),
        "tables": views.ranking_tables(summary, results["detectors"]),
        "detectors": summary["detectors"],
        "flaggers": [row for row in summary["detectors"] if row["flags"]],
        "found": [row for row in summary["campaigns"] if row["recall"]["n"]],
        "lookalikes": views.lookalike_tables(summary),
        "touched": views.touched_tables(summary),
        "calibration": summary["calibration"],
        "timelines": [row for row in summary["campaigns"] if row["contacts_before"]["n"]],
        "looks": {name: look(place) for place, name in enumerate(results["detectors"])},
        "charts": charts,
        "has_charts": any(part["panels"] for part in charts),
        "lost": cost.lost_sight(summary),
        "gallery": views.gallery(results),
        "failures": views.failures(results["entries"]),
        "figures": figures,
    }


def _posed(plan: Mapping[str, Any]) -> str:
    """Say which look-alikes the worlds have; earlier versions always posed all of them."""
    kinds = plan.get("lookalikes")
    if not kinds:
        return "with all kinds of look-alikes"
    return "with these look-alikes alone: " + ", ".join(words.plain(kind) for kind in kinds)


def _drawn(panel: Mapping[str, Any], place: int) -> dict[str, Any]:
    """Return a panel as the template wants it: its chart as data, its height, its name."""
    name = f"chart-{panel['part']}-{place}"
    drawn = panel["draw"]()
    return {
        "title": panel["title"],
        "chart": {
            "name": name,
            "height": drawn.height,
            "item": embed.chart_item(drawn, name),
            "alternative": panel["says"],
        },
        "columns": panel["columns"],
        "rows": panel["rows"],
    }
