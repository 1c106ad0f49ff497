"""The report: one self-contained HTML file that a person reads without any connection.

Everything stands in the file: styles, BokehJS from Bokeh's own wheel, and the charts as data.
Its content security policy names the hashes of its two scripts and forbids everything else, so
the file loads nothing, sends nothing, and runs nothing that an id might smuggle in. Equal runs
give equal bytes. Those who were contacted are counted, and no id of theirs is in the file.
"""

from __future__ import annotations

import hashlib
import re
from base64 import b64encode
from pathlib import Path
from typing import Any

import polars as pl
from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined, UndefinedError
from markupsafe import Markup, escape

from graphmeta.errors import UsageError
from graphmeta.report import cluster, receipt, summary, words
from graphmeta.report.charts import embed, style
from graphmeta.run import RunFolder

#: Raised where a template states what it was not given.
Lacking = UndefinedError
#: What a page holds at most; the run folder holds the rest, and the page says so.
MOST_CLUSTERS = 50
MOST_QUEUE_ROWS = 500
#: Of the reasons for a score, and of those against it, as many are told outside the table.
MOST_REASONS = 4
_BEFORE_UNIT = re.compile(r"(?<=\d) (?=(?:%|[kMG]B\b))")
_CODE = re.compile("`([^`]+)`")


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
            nothing="" if queue.height else summary.nothing_found(run),
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


def environment(*packages: str) -> Environment:
    """Return the templates of the report, with what they call, and those of other packages.

    What they print is set as :func:`unbroken`; what has to stay as it was written (the value of a
    form, an id) is printed through the filter ``e``.
    """
    folders = [PackageLoader(name) for name in ("graphmeta.report", *packages)]
    templates = Environment(
        loader=ChoiceLoader(folders),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
        auto_reload=False,
        finalize=unbroken,
    )
    # Bokeh defines a model where it first occurs, so the order of keys must stay.
    templates.policies["json.dumps_kwargs"] = {"sort_keys": False, "separators": (",", ":")}
    templates.globals["words"] = words
    templates.filters["code"] = code
    templates.globals["roles"] = style.ROLE_LOOKS
    templates.globals["score_names"] = summary.SCORE_NAMES
    templates.globals["most_reasons"] = MOST_REASONS
    templates.globals["term_name"] = summary.term_name
    return templates


def unbroken(printed: object) -> object:
    """Return what a page prints with figures that no line parts from their unit: ``38 %``."""
    # Markup was escaped or made on purpose, and stays.
    if type(printed) is not str or " " not in printed:
        return printed
    return _BEFORE_UNIT.sub("\N{NO-BREAK SPACE}", printed)


def code(text: str) -> Markup:
    """Return a text, escaped, in which what stands between backticks is shown as code."""
    return Markup(_CODE.sub(r"<code>\1</code>", str(escape(text))))


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
    whole = {name: run.table(name) for name in cluster.TABLES}
    tables = {
        name: table.filter(pl.col("cluster_id").is_in(ids.implode())).partition_by(
            "cluster_id", as_dict=True
        )
        for name, table in whole.items()
    }
    behaves = run.table("signals").filter(pl.col("signal") != "membership")
    rhythm = run.table("rhythm")
    ranks = {name: rank for rank, name in enumerate(order, start=1)}
    said = []
    for row in shown.to_dicts():
        name, rank = row["cluster_id"], ranks[row["cluster_id"]]
        own = {each: parts.get((name,), whole[each].clear()) for each, parts in tables.items()}
        besides = cluster.Besides(behaves.filter(pl.col("entity") == name), rhythm)
        said.append({**cluster.said(row, own, besides, f"c{rank}"), "rank": rank})
    return said
