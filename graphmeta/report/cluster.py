"""What is told of one cluster: in sentences, in charts, and in the tables beside them.

The report and the workbench show the same, made here once. Every chart comes with words for
readers who do not see it and with a table that holds what it draws, so a page reads whole without
any script. Nothing is computed that the run does not hold.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import polars as pl

from graphmeta.report import summary
from graphmeta.report.charts import (
    bursts,
    embed,
    look_alikes,
    network,
    picture,
    style,
    timeline,
    waterfall,
)
from graphmeta.scores.wording import SPEAKS_FROM

if TYPE_CHECKING:
    from bokeh.plotting import figure

#: The tables of which a cluster has rows that are told.
TABLES = ("members", "evidence", "look_alikes", "contacts", "timeline")
#: The members table of one page holds so many.
MOST_MEMBERS = 100
#: A score may differ from the sum of its evidence by rounding, never by more.
_ROUNDING = 0.005


@dataclass
class Chart:
    """A chart that is drawn where a page shows it, and not before.

    Args:
        name: The id of the element that will hold it, unique in its page.
        height: In CSS pixels.
        alternative: What it shows, in words.
        draw: Makes the figure.
    """

    name: str
    height: int
    alternative: str
    draw: Callable[[], figure]

    @cached_property
    def item(self) -> dict[str, Any]:
        """The chart as JSON; making it takes longer than all the rest."""
        return embed.chart_item(self.draw(), self.name)

    @cached_property
    def written(self) -> bytes:
        """The same as a page that asks for it gets it; the item itself is not kept then."""
        item = embed.chart_item(self.draw(), self.name)
        return json.dumps(item, separators=(",", ":")).encode()


@dataclass(frozen=True)
class Besides:
    """What a cluster is set beside.

    Args:
        signals: The cluster's rows of the signals table.
        rhythm: The run's rhythm table.
    """

    signals: pl.DataFrame
    rhythm: pl.DataFrame


def said(
    row: Mapping[str, Any],
    tables: Mapping[str, pl.DataFrame],
    besides: Besides,
    anchor: str,
    *,
    limit: int = picture.MOST_NODES,
) -> dict[str, Any]:
    """Return everything that is told of one cluster, as the templates in ``cluster/`` take it.

    Args:
        row: Its row of the clusters table.
        tables: Its rows of ``TABLES``.
        besides: What it is set beside.
        anchor: A name that no other cluster of the page has.
        limit: Nodes drawn at most.
    """
    members = network.by_member(tables["members"], tables["contacts"])
    evidence = tables["evidence"].sort(
        [pl.col("contribution").abs(), "term"], descending=[True, False]
    )
    return {
        "row": row,
        "anchor": anchor,
        "sentence": summary.cluster_sentence(row, evidence),
        "would_change": summary.would_change(evidence),
        "look_alike": summary.nearest_look_alike(evidence),
        "ties": evidence.filter(pl.col("score") == "coordination").to_dicts(),
        "scores": [_score(row, evidence, name, anchor) for name in _score_order(row)],
        "look_alikes": _look_alikes(tables["look_alikes"], besides.signals, anchor),
        "graph": graph(tables, anchor, limit),
        "times": times(tables["timeline"], besides.rhythm, anchor),
        "members": members.head(MOST_MEMBERS).to_dicts(),
        "n_members": members.height,
    }


def graph(tables: Mapping[str, pl.DataFrame], anchor: str, limit: int) -> dict[str, Any] | None:
    """Return the picture of who contacted whom and what it leaves out, if there are contacts."""
    shown = network.picture(tables["members"], tables["contacts"], limit=limit)
    if shown.links.is_empty():
        return None
    return {
        "chart": Chart(
            f"{anchor}-graph",
            network.height(shown),
            network.describe(shown),
            lambda: network.network(shown),
        ),
        "roles": [role for role in style.ROLE_LOOKS if role in set(shown.nodes["role"])],
        "kinds": set(shown.links["kind"]),
        "drawn": shown.nodes.height,
        "members_left_out": shown.members_left_out,
        "contacted_left_out": shown.contacted_left_out,
        "begins": shown.begins,
        "hours": shown.hours,
    }


def times(hours: pl.DataFrame, rhythm: pl.DataFrame, anchor: str) -> dict[str, Any] | None:
    """Return when the members acted, or nothing where no hour is recorded."""
    if hours.is_empty():
        return None
    week = timeline.by_week(hours)["events"].to_list()
    return {
        "activity": Chart(
            f"{anchor}-activity",
            timeline.HEIGHT,
            timeline.describe_activity(hours),
            lambda: timeline.activity(hours),
        ),
        "week": Chart(
            f"{anchor}-week",
            timeline.HEIGHT,
            timeline.describe_week(hours),
            lambda: timeline.week(hours),
        ),
        "bursts": _bursts(hours, rhythm, anchor),
        "bar": timeline.period_name(timeline.bar_hours(hours)),
        "periods": timeline.table(hours),
        "by_weekday": [
            (day, week[24 * at : 24 * at + 24]) for at, day in enumerate(timeline.WEEKDAYS)
        ],
    }


def _bursts(hours: pl.DataFrame, rhythm: pl.DataFrame, anchor: str) -> dict[str, Any] | None:
    """Return the cluster's hours beside everybody's, or nothing where there is nobody else."""
    periods, width = bursts.by_period(hours, rhythm), bursts.bar_hours(rhythm)
    if periods.is_empty():
        return None
    return {
        "chart": Chart(
            f"{anchor}-bursts",
            bursts.HEIGHT,
            bursts.describe(periods, width),
            lambda: bursts.bursts(periods, width),
        ),
        "rows": bursts.table(periods),
        "period": timeline.period_name(width),
    }


def _look_alikes(kinds: pl.DataFrame, signals: pl.DataFrame, anchor: str) -> dict[str, Any] | None:
    """Return the kinds of look-alikes beside the cluster, or nothing where none was compared."""
    if kinds.is_empty():
        return None
    return {
        "chart": Chart(
            f"{anchor}-alike",
            look_alikes.height(kinds),
            look_alikes.describe(kinds),
            lambda: look_alikes.look_alikes(kinds),
        ),
        "rows": look_alikes.rows(kinds, signals),
    }


def _score_order(row: Mapping[str, Any]) -> list[str]:
    """Return the two scores, the one that the cluster is mostly about first."""
    leading = summary.leading_score(row)
    return sorted(summary.SCORES, key=lambda name: name != leading)


def charts(told: Mapping[str, Any]) -> dict[str, Chart]:
    """Return the charts among what is told of a cluster, by name."""
    parts = [*told.get("scores", ()), told.get("look_alikes"), told["graph"]]
    times = told["times"] or {}
    parts += [
        times.get("bursts"),
        *({"chart": times[one]} for one in ("activity", "week") if times),
    ]
    found = [part["chart"] for part in parts if part and part["chart"]]
    return {chart.name: chart for chart in found}


def _score(
    row: Mapping[str, Any], evidence: pl.DataFrame, name: str, anchor: str
) -> dict[str, Any]:
    """Return one score with its reasons, its waterfall, and whether they add up."""
    terms = evidence.filter(pl.col("score") == name)
    said: dict[str, Any] = {"name": name, "value": row[name], "terms": terms.to_dicts()}
    if terms.is_empty():
        return {**said, "chart": None}
    reasons = [term for term in said["terms"] if term["term"] != summary.BASELINE]
    bars = waterfall.steps(evidence, name)
    total = float(terms["contribution"].sum())
    meant = waterfall.probability(total)
    return {
        **said,
        "for": [one["says"] for one in reasons if one["contribution"] >= SPEAKS_FROM],
        "against": [one["says"] for one in reasons if one["contribution"] <= -SPEAKS_FROM],
        "total": total,
        "meant": meant,
        "adds_up": row[name] is not None and abs(meant - row[name]) <= _ROUNDING,
        "chart": Chart(
            f"{anchor}-{name}",
            waterfall.height(bars),
            waterfall.describe(bars, name),
            lambda: waterfall.waterfall(bars),
        ),
    }
