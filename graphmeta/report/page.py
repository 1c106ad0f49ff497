"""The report: one self-contained HTML file that a person reads without any connection.

Everything stands in the file: styles, BokehJS from Bokeh's own wheel, and the charts as data.
Its content security policy names the hashes of its two scripts and forbids everything else, so
the file loads nothing, sends nothing, and runs nothing that an id might smuggle in. Equal runs
give equal bytes. Those who were contacted are counted, and no id of theirs is in the file.
"""

from __future__ import annotations

import hashlib
from base64 import b64encode
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import polars as pl
from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from graphmeta.errors import UsageError
from graphmeta.report import receipt, summary, words
from graphmeta.report.charts import embed, network, style, timeline, waterfall
from graphmeta.run import RunFolder
from graphmeta.scores.wording import SPEAKS_FROM

#: What a page holds at most; the run folder holds the rest, and the page says so.
MOST_CLUSTERS = 50
MOST_QUEUE_ROWS = 500
MOST_MEMBERS = 100
#: Of the reasons for a score, and of those against it, as many are told outside the table.
MOST_REASONS = 4
#: A score may differ from the sum of its evidence by rounding, never by more.
_ROUNDING = 0.005


def write_report(run: RunFolder, file: Path, cluster_id: str | None = None) -> None:
    """Write a run's report, or one cluster's, as one HTML file.

    Args:
        run: An opened run.
        file: Where the report is to stand; a report that stands there is replaced in one step.
        cluster_id: The one cluster to report on; without it, the run's first by risk.

    Raises:
        UsageError: There is no such cluster, or the file cannot be written.
        RunError: A table of the run cannot be read.
    """
    html = report_html(run, cluster_id)
    partial = file.with_name(file.name + ".partial")
    try:
        partial.touch(mode=0o600)  # as private as the run it tells of
        partial.write_text(html, encoding="utf-8")
        partial.replace(file)
    except OSError as error:
        partial.unlink(missing_ok=True)
        raise UsageError(
            f"The report cannot be written to {file}: {error.strerror}.",
            "Name a file in a folder that exists and that you may write to.",
        ) from error


def report_html(run: RunFolder, cluster_id: str | None = None) -> str:
    """Return the report as text; arguments and errors as in ``write_report``."""
    queue = summary.queue_frame(run)
    if cluster_id is not None:
        summary.cluster_row(run, cluster_id)
    shown = (
        queue.head(MOST_CLUSTERS)
        if cluster_id is None
        else queue.filter(pl.col("cluster_id") == cluster_id)
    )
    scripts = drawing_scripts()
    clusters = _clusters(run, shown, queue["cluster_id"].to_list())
    manifest = run.manifest
    return (
        environment()
        .get_template("page.html.j2")
        .render(
            manifest=manifest,
            counts=manifest["counts"],
            statements=manifest["statements"],
            span={name: words.parse_time(text) for name, text in manifest["span"].items()},
            queue=_queue_rows(queue if cluster_id is None else shown, clusters),
            n_clusters=queue.height,
            n_flagged=int(queue["flagged"].sum()),
            clusters=clusters,
            single=cluster_id is not None,
            layers=receipt.layers(manifest),
            files=receipt.files(manifest),
            receipts={
                "Rows": receipt.rows(manifest),
                "Privacy": receipt.privacy(run),
                "Making it again": receipt.making(manifest),
                "Settings": receipt.settings(manifest["configuration"]),
            },
            scripts=scripts,
            policy=content_policy(scripts) if clusters else content_policy([]),
        )
    )


def environment(package: str | None = None) -> Environment:
    """Return the templates of the report, with what they call, and those of another package."""
    folders = [PackageLoader(name) for name in ("graphmeta.report", package) if name]
    templates = Environment(
        loader=ChoiceLoader(folders),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    )
    # Bokeh defines a model where it first occurs, so the order of keys must stay.
    templates.policies["json.dumps_kwargs"] = {"sort_keys": False, "separators": (",", ":")}
    templates.globals["words"] = words
    templates.globals["roles"] = style.ROLE_LOOKS
    templates.globals["score_names"] = summary.SCORE_NAMES
    templates.globals["most_reasons"] = MOST_REASONS
    templates.globals["term_name"] = summary.term_name
    return templates


def drawing_scripts() -> list[Markup]:
    """Return the two scripts that draw a page's charts: BokehJS, and when to draw what."""
    return [Markup(embed.bokeh_script()), Markup(embed.drawing_script())]


def content_policy(scripts: list[Markup]) -> str:
    """Return a content security policy under which these inline scripts run, and nothing else."""
    digests = [b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in scripts]
    allowed = " ".join(f"'sha256-{digest}'" for digest in digests) or "'none'"
    return (
        f"default-src 'none'; script-src {allowed}; style-src 'unsafe-inline'; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )


def _queue_rows(queue: pl.DataFrame, clusters: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the first rows of the queue, each with the anchor of its section if it has one."""
    anchors = {cluster["row"]["cluster_id"]: cluster["anchor"] for cluster in clusters}
    return [
        {**row, "anchor": anchors.get(row["cluster_id"])}
        for row in queue.head(MOST_QUEUE_ROWS).to_dicts()
    ]


def _clusters(run: RunFolder, shown: pl.DataFrame, order: list[str]) -> list[dict[str, Any]]:
    """Return what the sections of the shown clusters say."""
    ids = shown["cluster_id"]
    tables = {
        name: run.table(name)
        .filter(pl.col("cluster_id").is_in(ids.implode()))
        .partition_by("cluster_id", as_dict=True)
        for name in ("members", "evidence", "contacts", "timeline")
    }
    empty = {name: run.table(name).clear() for name in tables}
    ranks = {name: rank for rank, name in enumerate(order, start=1)}
    return [
        _cluster(
            row,
            f"c{ranks[row['cluster_id']]}",
            {name: parts.get((row["cluster_id"],), empty[name]) for name, parts in tables.items()},
            ranks[row["cluster_id"]],
            int(run.manifest["seed"]),
        )
        for row in shown.to_dicts()
    ]


def _cluster(
    row: dict[str, Any],
    anchor: str,
    tables: Mapping[str, pl.DataFrame],
    rank: int,
    seed: int,
) -> dict[str, Any]:
    """Return what one cluster's section says, its charts included."""
    members = network.by_member(tables["members"], tables["contacts"])
    evidence = tables["evidence"].sort(
        [pl.col("contribution").abs(), "term"], descending=[True, False]
    )
    return {
        "row": row,
        "rank": rank,
        "anchor": anchor,
        "sentence": summary.cluster_sentence(row, evidence),
        "would_change": summary.would_change(evidence),
        "look_alike": summary.nearest_look_alike(evidence),
        "ties": evidence.filter(pl.col("score") == "coordination").to_dicts(),
        "scores": [_score(row, evidence, name, anchor) for name in _score_order(row)],
        "graph": _graph(tables, anchor, seed),
        "times": _times(tables["timeline"], anchor),
        "members": members.head(MOST_MEMBERS).to_dicts(),
        "n_members": members.height,
    }


def _score_order(row: Mapping[str, Any]) -> list[str]:
    """Return the two scores, the one that the cluster is mostly about first."""
    leading = summary.leading_score(row)
    return sorted(summary.SCORES, key=lambda name: name != leading)


def _score(
    row: Mapping[str, Any], evidence: pl.DataFrame, name: str, anchor: str
) -> dict[str, Any]:
    """Return one score with its reasons, its waterfall, and whether they add up."""
    terms = evidence.filter(pl.col("score") == name)
    said: dict[str, Any] = {"name": name, "value": row[name], "terms": terms.to_dicts()}
    if terms.is_empty():
        return {**said, "chart": None}
    reasons = terms.filter(pl.col("term") != summary.BASELINE)
    total = float(terms["contribution"].sum())
    meant = waterfall.probability(total)
    return {
        **said,
        "for": reasons.filter(pl.col("contribution") >= SPEAKS_FROM)["says"].to_list(),
        "against": reasons.filter(pl.col("contribution") <= -SPEAKS_FROM)["says"].to_list(),
        "total": total,
        "meant": meant,
        "adds_up": row[name] is not None and abs(meant - row[name]) <= _ROUNDING,
        "chart": _chart(
            waterfall.waterfall(evidence, name),
            f"{anchor}-{name}",
            waterfall.describe(evidence, name),
        ),
    }


def _graph(tables: Mapping[str, pl.DataFrame], anchor: str, seed: int) -> dict[str, Any] | None:
    """Return the picture of who contacted whom and what it leaves out, if there are contacts."""
    shown = network.picture(tables["members"], tables["contacts"], seed=seed)
    if shown.links.is_empty():
        return None
    return {
        "chart": _chart(network.network(shown), f"{anchor}-graph", network.describe(shown)),
        "roles": [role for role in style.ROLE_LOOKS if role in set(shown.nodes["role"])],
        "kinds": set(shown.links["kind"]),
        "drawn": shown.nodes.height,
        "members_left_out": shown.members_left_out,
        "contacted_left_out": shown.contacted_left_out,
    }


def _times(hours: pl.DataFrame, anchor: str) -> dict[str, Any] | None:
    """Return when the members acted, or nothing where no hour is recorded."""
    if hours.is_empty():
        return None
    week = timeline.by_week(hours)["events"].to_list()
    return {
        "activity": _chart(
            timeline.activity(hours), f"{anchor}-activity", timeline.describe_activity(hours)
        ),
        "week": _chart(timeline.week(hours), f"{anchor}-week", timeline.describe_week(hours)),
        "bar": timeline.period_name(timeline.bar_hours(hours)),
        "periods": timeline.table(hours),
        "by_weekday": [
            (day, week[24 * at : 24 * at + 24]) for at, day in enumerate(timeline.WEEKDAYS)
        ],
    }


def _chart(figure: Any, name: str, alternative: str) -> dict[str, Any]:
    """Return a chart as the template wants it: its JSON, its height, and the same in words."""
    return {
        "name": name,
        "height": figure.height,
        "item": embed.chart_item(figure, name),
        "alternative": alternative,
    }
