"""How are the results of a benchmark, and differences between two, printed on a terminal?"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from graphmeta.cli.console import text

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table


def _table(headers: list[str], left: int = 1) -> Table:
    from rich.table import Table

    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    for place, header in enumerate(headers):
        justify: Literal["left", "right"] = "left" if place < left else "right"
        table.add_column(header, justify=justify, overflow="fold", no_wrap=place == 0)
    return table


def tell(console: Console, results: Mapping[str, Any], folder: Path) -> None:
    """Print who finds what, what flags are worth, what failed, and where the page is."""
    from graphmeta.bench import views
    from graphmeta.report import words

    summary = results["summary"]
    for shown in views.ranking_tables(summary, results["detectors"]):
        console.print(text(f"Average precision, {words.count(shown['accounts'])} accounts", "bold"))
        rows = shown["rows"]
        rows = [*rows, {**shown["mean"], "label": "mean"}] if len(rows) > 1 else rows
        names = [words.plain(name) for name in shown["detectors"]]
        labels = [words.plain(row["label"]) for row in rows]
        cells = [[_cell(cell) for cell in row["cells"]] for row in rows]
        chance = [words.number(row["by_chance"]) for row in rows]
        # Whichever there is more of goes down the page.
        if len(rows) < len(names):
            table = _table(["Detector", *labels])
            for name, *figures in [*zip(names, *cells, strict=True), ("by chance", *chance)]:
                table.add_row(name, *figures)
        else:
            table = _table(["Campaign", *names, "by chance"])
            for label, found, by_chance in zip(labels, cells, chance, strict=True):
                table.add_row(label, *found, by_chance)
        console.print(table)
        console.print()
    _tell_flags(console, [row for row in summary["detectors"] if row["flags"]])
    failed = views.failures(results["entries"])
    if failed:
        console.print(text("What failed", "bold red"))
        for each in failed:
            where = words.plural(len(each["worlds"]), "world")
            if len(each["worlds"]) == 1:
                where = each["worlds"][0]
            said = f"  {each['detector']} on {where}: {each['status']}, {each['reason']}"
            console.print(text(said))
        console.print()
    console.print(text(f"The results are in {folder}. Next: open {folder / 'report.html'}"))


def _tell_flags(console: Console, rows: list[dict[str, Any]]) -> None:
    from graphmeta.report import words

    if not rows:
        return
    console.print(text("Flagged clusters (the rest rank accounts only)", "bold"))
    told = (
        "Campaigns detected; per world, false clusters, and people flagged whom campaigns reached."
    )
    console.print(text(told, "dim"))
    headers = ["Detector", "size", "detected", "false", "alikes", "reached", "budget",
               "seconds"]  # fmt: skip
    table = _table(headers)
    for row in rows:
        detected, alike = row["detected"], row["lookalikes_flagged"]
        table.add_row(
            words.plain(row["detector"]),
            words.count(row["accounts"]),
            _of(detected),
            words.number(row["false_flagged"]["value"]),
            _of(alike),
            words.number(row["contacted_flagged"]["value"]),
            words.score(row["precision_at_budget"]["value"]),
            words.number(row["seconds"]["value"]),
        )
    console.print(table)
    console.print()


def _of(rate: Mapping[str, Any]) -> str:
    """Write a rate as its counts: ``4 of 5``."""
    return f"{round(rate['value'] * rate['n'])} of {rate['n']}" if rate["n"] else "–"


def _cell(cell: Mapping[str, Any]) -> str:
    from graphmeta.report import words

    if cell["estimate"]["value"] is None:
        return "failed" if cell["failed"] else words.NOTHING
    said = words.score(cell["estimate"]["value"])
    if cell["failed"]:
        said += f" ({cell['worlds'] - cell['failed']} of {cell['worlds']})"
    return said


def tell_difference(console: Console, compared: Mapping[str, Any]) -> None:
    """Print one comparison: what changed first, then everything."""
    from graphmeta.report import words

    console.print(text(f"{compared['before']} → {compared['after']}", "bold"))
    for remark in compared["remarks"]:
        console.print(text(words.sentence(remark), "dim"))
    headers = ["Detector", "Accounts", "Campaign", "Measure", "before", "after", "difference",
               "95 % interval", "worlds", ""]  # fmt: skip
    table = _table(headers, left=4)
    for row in compared["rows"]:
        change = row["difference"]
        held = "" if change["low"] is None else f"{change['low']:+.3f} to {change['high']:+.3f}"
        table.add_row(
            words.plain(row["detector"]),
            words.count(row["accounts"]),
            words.plain(row["label"]),
            row["measure"],
            words.number(row["before"]),
            words.number(row["after"]),
            f"{change['value']:+.3f}",
            held,
            str(change["n"]),
            text(row["verdict"], {"better": "green", "worse": "red"}.get(row["verdict"], "")),
        )
    console.print(table)
    for verdict in ("better", "worse"):
        count = sum(row["verdict"] == verdict for row in compared["rows"])
        console.print(text(f"{verdict.capitalize()}: {words.plural(count, 'figure')}."))
    console.print()
