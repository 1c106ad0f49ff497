"""``graphmeta diff``: what changed from one run to the next?"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from graphmeta.cli.console import output, print_json, text
from graphmeta.cli.options import CaseStoreAddress, Json

if TYPE_CHECKING:
    import polars as pl
    from rich.console import Console

    from graphmeta.report.difference import Difference
    from graphmeta.run import RunFolder

_STYLES = {"new": "bold red", "grown": "red", "changed": "yellow", "shrunk": "green"}


def diff(
    old: Annotated[Path, Parameter(help="The earlier run.")],
    new: Annotated[Path, Parameter(help="The later run.")],
    /,
    *,
    case_store: CaseStoreAddress = None,
    json: Json = False,
) -> None:
    """Compare two runs: clusters that are new, grown, shrunk or gone, and what else differs.

    Clusters are matched by the accounts that they have in common, whatever their names; accounts
    are counted and not listed. Runs whose pseudonyms are of different data sets, keys or epochs are
    refused: those must not be linked.

    For example:

    - `graphmeta diff MONDAY TUESDAY`
    """
    from graphmeta.report.difference import compare
    from graphmeta.run import open_run

    before, after = open_run(old), open_run(new)
    said_before, said_after = (_verdicts(run, case_store) for run in (before, after))
    found = compare(before, after, verdicts_old=said_before, verdicts_new=said_after)
    if json:
        print_json(_as_json(before, after, found))
        return
    console = output()
    _clusters(console, found)
    _settings(console, found.settings)
    _baselines(console, found.baselines)


def _verdicts(run: RunFolder, case_store: str | None) -> dict[str, str]:
    """Return the verdict that stands for each cluster that was judged."""
    from graphmeta.cli.review import states

    reviews = {name: state.review for name, state in states(run, case_store).items()}
    return {name: review.verdict.verdict for name, review in reviews.items() if review}


def _as_json(old: RunFolder, new: RunFolder, found: Difference) -> dict[str, Any]:
    return {
        "runs": {
            side: {"run": run.run_id, "created_at": run.manifest["created_at"]}
            for side, run in (("old", old), ("new", new))
        },
        "counts": found.counts(),
        "clusters": found.clusters.to_dicts(),
        "settings": found.settings.to_dicts(),
        "baselines": found.baselines.to_dicts(),
    }


def _clusters(console: Console, found: Difference) -> None:
    """Print one line per cluster that is not as it was, and count the others."""
    from graphmeta.report import words

    counts = found.counts()
    told = [f"{count} {change}" for change, count in counts.items() if count]
    console.print(text(f"Clusters: {', '.join(told) or 'none in either run'}", "bold"))
    # An unchanged cluster is told of only where what is said of it has changed.
    rows = [row for row in found.clusters.iter_rows(named=True) if _worth_telling(row)]
    if rows:
        table = _table(
            "", "Old", "New", "Actors", "Came", "Went", "Risk", "Status", "Looks like", "Judged"
        )
        for row in rows:
            table.add_row(
                text(row["change"], _STYLES.get(row["change"], "")),
                text(row["old"] or words.NOTHING),
                text(row["new"] or words.NOTHING),
                text(_both(row, "actors", words.count)),
                text(f"+{row['gained']}" if row["gained"] else ""),
                text(f"−{row['lost']}" if row["lost"] else ""),
                text(_both(row, "risk", words.score)),
                text(_status(row)),
                text(_both(row, "behaviour", str)),
                text(_both(row, "verdict", str)),
            )
        console.print(table)


def _settings(console: Console, settings: pl.DataFrame) -> None:
    from graphmeta.report import words

    console.print(text("\nHow they were made", "bold"))
    if settings.is_empty():
        console.print(text("  From equal input, by equal settings and versions."))
        return
    table = _table("", "", "Old", "New")
    for row in settings.iter_rows(named=True):
        values = [words.NOTHING if row[side] is None else row[side] for side in ("old", "new")]
        table.add_row(text(row["about"]), text(words.plain(row["name"])), *map(text, values))
    console.print(table)


def _baselines(console: Console, baselines: pl.DataFrame) -> None:
    """Print what was usual then and now, where it moved."""
    from graphmeta.report import words

    console.print(text("\nWhat is usual outside clusters", "bold"))
    moved = baselines.filter(baselines["change"] != 0)
    if moved.is_empty():
        console.print(text("  As it was, or not known of both runs."))
        return
    table = _table("", "Old", "New", "Change")
    for row in moved.iter_rows(named=True):
        sign = "+" if row["change"] > 0 else ""
        table.add_row(
            text(words.plain(row["signal"])),
            text(words.number(row["old"])),
            text(words.number(row["new"])),
            text(sign + words.number(row["change"])),
        )
    console.print(table)


def _table(*headers: str) -> Any:
    from rich.table import Table

    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for header in headers:
        table.add_column(header, overflow="fold")
    return table


def _worth_telling(row: Mapping[str, Any]) -> bool:
    from graphmeta.report.difference import COMPARED

    return row["change"] != "unchanged" or any(
        row[f"{name}_old"] != row[f"{name}_new"] for name in COMPARED
    )


def _status(row: Mapping[str, Any]) -> str:
    from graphmeta.cli.queue import status

    told = {
        f"status_{side}": status(
            {"flagged": row[f"flagged_{side}"], "status": row[f"status_{side}"]}
        )
        for side in ("old", "new")
        if row[side] is not None
    }
    return _both({"status_old": None, "status_new": None, **told}, "status", str)


def _both(row: Mapping[str, Any], name: str, written: Any) -> str:
    """Write what a value was and is; once, where it stayed as it was."""
    values = [row[f"{name}_{side}"] for side in ("old", "new")]
    told = list(dict.fromkeys(written(value) for value in values if value is not None))
    return " → ".join(told)
