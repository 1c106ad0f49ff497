"""``graphmeta queue``: in which order should a person look at a run's clusters, and why?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter, validators

from graphmeta.cli.console import output, print_json, text
from graphmeta.cli.options import OUTPUT, CaseStoreAddress, Json, RunPath
from graphmeta.errors import UsageError

if TYPE_CHECKING:
    import polars as pl
    from rich.console import Console, RenderableType

    from graphmeta.cli.review import State
    from graphmeta.run import RunFolder

_HEADERS = ("Cluster", "Status", "Looks like", "Risk", "q", "Actors", "Contacted")
_NUMBERS = ("Risk", "q", "Actors", "Contacted")
_STYLES = {"flagged": "bold red", "confirmed": "yellow", "candidate": "dim"}


_Budget = Annotated[
    int | None,
    Parameter(
        group=OUTPUT,
        help="How many clusters you have time for; the rest is counted. By default all.",
        validator=validators.Number(gte=1),
    ),
]
_Draw = Annotated[
    int | None,
    Parameter(
        group=OUTPUT,
        help="Draw this many clusters by chance instead, none of them twice, and record it in "
        "the run's audit log. Verdicts on drawn clusters can recalibrate risk.",
        validator=validators.Number(gte=1),
    ),
]


def queue(
    run: RunPath,
    /,
    *,
    budget: _Budget = None,
    draw: _Draw = None,
    case_store: CaseStoreAddress = None,
    json: Json = False,
) -> None:
    """List a run's clusters, highest risk first, with the strongest reasons for and against.

    The order says where to look first, and nothing else: risk is no probability of guilt. Where
    somebody judged a cluster, that is said too.

    For example:

    - `graphmeta queue RUN --budget 20`
    - `graphmeta queue RUN --draw 25`
    """
    from graphmeta.cli.review import states
    from graphmeta.report import summary
    from graphmeta.run import open_run

    opened = open_run(run)
    clusters = summary.queue_frame(opened)
    shown = clusters if budget is None else clusters.head(budget)
    if draw is not None:
        shown = _drawn(opened, clusters, draw, budget)
    reviewed = states(opened, case_store)
    if json:
        print_json(_as_json(shown, reviewed))
        return
    console = output()
    print_queue(console, shown, {cluster: state.says() for cluster, state in reviewed.items()})
    if draw is not None:
        console.print(text(_says_drawn(shown.height, draw)))
        return
    console.print(text(_footer(opened, clusters, shown.height)))
    if shown.height:
        first = shown["cluster_id"][0]
        console.print(text(f"Open one with: graphmeta explain {run} {first}"))


def _as_json(shown: pl.DataFrame, reviewed: Mapping[str, State]) -> list[dict[str, Any]]:
    """Return clusters with how far their review is, null where nobody judged or drew them."""
    reviews = {cluster: state.as_json() for cluster, state in reviewed.items()}
    return [{**row, "review": reviews.get(row["cluster_id"])} for row in shown.to_dicts()]


def _drawn(run: RunFolder, clusters: pl.DataFrame, count: int, budget: int | None) -> pl.DataFrame:
    """Draw clusters, and return their rows in the order in which they were drawn."""
    import polars as pl

    from graphmeta.cases.draws import draw

    if budget is not None:
        raise UsageError(
            "--draw and --budget were given together.",
            "Draw by chance, or take the highest risks; not both.",
        )
    chosen = pl.DataFrame({"cluster_id": draw(run, count)}, schema={"cluster_id": pl.String()})
    return chosen.join(clusters, on="cluster_id", maintain_order="left").select(clusters.columns)


def _says_drawn(found: int, wanted: int) -> str:
    from graphmeta.report import words

    if not found:
        return "Every cluster of this run was drawn already."
    said = f"{words.plural(found, 'cluster')} drawn by chance, and recorded in the audit log."
    return said if found == wanted else f"{said} None is left that was not drawn."


def print_queue(
    console: Console, clusters: pl.DataFrame, reviewed: Mapping[str, str] | None = None
) -> None:
    """Print clusters, one line of figures each and below it one line per reason.

    Args:
        console: Where to.
        clusters: Rows of ``report.summary.queue_frame``.
        reviewed: By cluster, how far its review is; nothing where nobody judged or drew it.
    """
    if clusters.is_empty():
        return
    rows = [_figures(row) for row in clusters.iter_rows(named=True)]
    widths = [
        max(len(header), *(len(row[at]) for row in rows)) for at, header in enumerate(_HEADERS)
    ]
    console.print(_line(_HEADERS, widths, header=True))
    for row, figures in zip(clusters.iter_rows(named=True), rows, strict=True):
        console.print(_line(figures, widths))
        for sign, reason in (("+", row["strongest_for"]), ("−", row["strongest_against"])):
            if reason:
                console.print(_reason(sign, reason))
        if reviewed and row["cluster_id"] in reviewed:
            console.print(_reason("=", reviewed[row["cluster_id"]]))
    console.print()


def status(row: Mapping[str, Any]) -> str:
    """Return how far a cluster got: candidate, confirmed, or flagged (which is confirmed too)."""
    return "flagged" if row["flagged"] else str(row["status"])


def _figures(row: Mapping[str, Any]) -> tuple[str, ...]:
    from graphmeta.report import words

    return (
        row["cluster_id"],
        status(row),
        row["behaviour"],
        words.score(row["risk"]),
        words.probability(row["q_value"]),
        words.count(row["n_actors"]),
        words.count(row["n_contacted"]),
    )


def _line(cells: tuple[str, ...], widths: list[int], *, header: bool = False) -> RenderableType:
    """Lay one row out in columns that are equally wide in all rows."""
    from rich.table import Table

    line = Table.grid(padding=(0, 2, 0, 0))
    for name, width in zip(_HEADERS, widths, strict=True):
        line.add_column(
            justify="right" if name in _NUMBERS else "left",
            width=width if name != "Cluster" else None,
            min_width=width if name == "Cluster" else None,
            overflow="fold",
        )
    styles = ["bold"] * len(cells) if header else ["bold", _STYLES[cells[1]], *[""] * 5]
    line.add_row(*(text(cell, style) for cell, style in zip(cells, styles, strict=True)))
    return line


def _reason(sign: str, says: str) -> RenderableType:
    from rich.table import Table

    from graphmeta.report import words

    style = {"+": "red", "−": "green"}.get(sign, "bold")
    line = Table.grid(padding=(0, 1, 0, 0))
    line.add_row(text("  " + sign, style), text(words.sentence(says)))
    return line


def _footer(run: RunFolder, clusters: pl.DataFrame, shown: int) -> str:
    from graphmeta.report import summary, words

    counts = counted(clusters)
    if not clusters.height:
        return summary.nothing_found(run)
    candidates = words.plural(counts["candidate"], "candidate")
    parts = [
        f"{counts['flagged']} flagged (confirmed, and looks like spam or recruitment)",
        f"{counts['confirmed']} confirmed and not flagged",
        f"{candidates} that held-out contacts did not confirm",
    ]
    total = words.plural(clusters.height, "cluster")
    more = f" {shown} of them shown." if shown < clusters.height else ""
    return f"{total}: {', '.join(parts)}.{more}"


def counted(clusters: pl.DataFrame) -> dict[str, int]:
    """Count clusters by how far they got: flagged, confirmed and not flagged, candidate."""
    found = [status(row) for row in clusters.select("flagged", "status").iter_rows(named=True)]
    return {name: found.count(name) for name in _STYLES}
