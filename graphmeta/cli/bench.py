"""``graphmeta bench``: how good are detectors, and how real are the worlds they are measured on?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from cyclopts import App, Group, Parameter, validators

from graphmeta.cli.bench_realism import realism
from graphmeta.cli.console import output, print_json, text
from graphmeta.cli.options import OUTPUT, Json, Quiet
from graphmeta.cli.progress import progress

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

WORLDS = Group("Which worlds", sort_key=2)
DETECTORS = Group("Which detectors, and how", sort_key=3)
_SUITES = "quick, standard, evasion or innocence"
_AT_LEAST_ONE = validators.Number(gte=1)


@Parameter(name="*", group=WORLDS)
@dataclass(frozen=True)
class WorldOptions:
    """On which worlds detectors are measured."""

    seeds: Annotated[
        int | None, Parameter(help="Worlds of each kind.", validator=_AT_LEAST_ONE)
    ] = None
    campaign: Annotated[
        tuple[str, ...],
        Parameter(
            help="Plant this campaign instead of the suite's, with parameters as synth takes them; "
            "no_campaign for none; or a sweep (pace, camouflage, ...: a wrong name lists all). "
            "Repeatable.",
            metavar="NAME",
        ),
    ] = ()
    accounts: Annotated[
        int | None,
        Parameter(
            help="Ordinary people in every world, instead of the suite's.",
            validator=validators.Number(gte=200),
        ),
    ] = None
    worlds: Annotated[
        Path | None,
        Parameter(
            help="Keep what detectors saw in this new folder, one folder per world.",
            metavar="FOLDER",
        ),
    ] = None


@Parameter(name="*", group=DETECTORS)
@dataclass(frozen=True)
class MeasuringOptions:
    """Which detectors are measured, and how."""

    detector: Annotated[
        tuple[str, ...],
        Parameter(
            help="A known detector, your function as package.module:function, or a CSV file of "
            "scores; NAME= before it names it. Repeatable. By default all known ones.",
            metavar="DETECTOR",
        ),
    ] = ()
    timeline: Annotated[
        bool,
        Parameter(
            help="Also ask, from growing prefixes, how much a campaign had done when it was "
            "flagged. Takes several times as long.",
        ),
    ] = False
    budget: Annotated[
        int,
        Parameter(help="How many clusters an analyst looks at in a day.", validator=_AT_LEAST_ONE),
    ] = 10
    time_limit: Annotated[
        float,
        Parameter(
            help="Seconds that a detector may take on one world.",
            validator=validators.Number(gt=0),
        ),
    ] = 900.0
    jobs: Annotated[
        int,
        Parameter(
            help="Worlds under way at a time; more than one makes times less sure.",
            validator=_AT_LEAST_ONE,
        ),
    ] = 1


_DEFAULT_WORLDS = WorldOptions()
_DEFAULT_MEASURING = MeasuringOptions()


def bench(group: Group) -> App:
    """Return the group of commands, to be listed in a group of the whole."""
    app = App(
        name="bench",
        group=group,
        help="Measure detectors on made-up worlds with planted campaigns and look-alikes.",
        usage="Usage: graphmeta bench COMMAND ...",
    )
    app.command(run, usage="Usage: graphmeta bench run SUITE [OPTIONS]")
    app.command(compare, usage="Usage: graphmeta bench compare RESULTS RESULTS... [OPTIONS]")
    app.command(realism, usage="Usage: graphmeta bench realism REAL... --out FILE.html [OPTIONS]")
    return app


def run(
    suite: Annotated[str, Parameter(help=f"Which worlds: {_SUITES}.")],
    /,
    *,
    on: WorldOptions = _DEFAULT_WORLDS,
    by: MeasuringOptions = _DEFAULT_MEASURING,
    out: Annotated[
        Path | None,
        Parameter(
            group=OUTPUT,
            help="The folder to make, with results.json and report.html. By default "
            "graphmeta-bench-SUITE.",
            metavar="FOLDER",
        ),
    ] = None,
    quiet: Quiet = False,
    json: Json = False,
) -> None:
    """Run detectors on the worlds of a suite, and measure what they find and whom they wrong.

    Detectors see events and accounts, never who was planted, and each runs in a process of its
    own. One that fails is reported with the reason. Suites: quick takes minutes, innocence and
    evasion longer, standard hours.

    For example:

    - `graphmeta bench run quick`
    - `graphmeta bench run standard --campaign funnel --seeds 2 --detector graphmeta`
    - `graphmeta bench run quick --detector graphmeta --detector mine=package.module:function`
    """
    folder = out or Path(f"graphmeta-bench-{suite}")
    results = _run(suite, on, by, folder, quiet=quiet)
    if json:
        print_json(results)
    else:
        _tell(output(), results, folder)


def _run(
    suite: str, on: WorldOptions, by: MeasuringOptions, folder: Path, *, quiet: bool
) -> dict[str, Any]:
    """Run a suite, leave its results in a folder, and return them with their summary."""
    from graphmeta.bench import results as written
    from graphmeta.bench.page import page_html
    from graphmeta.bench.running import Plan
    from graphmeta.bench.running import run as run_suite
    from graphmeta.bench.summary import summarise

    plan = Plan(
        suite,
        seeds=on.seeds,
        campaigns=on.campaign,
        accounts=on.accounts,
        timeline=by.timeline,
        budget=by.budget,
        time_limit=by.time_limit,
        jobs=by.jobs,
        keep=on.worlds,
    )
    partial = written.claim(folder)
    try:
        with progress(quiet=quiet) as stage:
            results = run_suite(plan, by.detector, stage)
            results["summary"] = summarise(results)
            stage("drawing the page")
            written.publish(results, page_html(results), partial, folder)
    finally:
        written.discard(partial)
    return results


def compare(
    *results: Annotated[
        Path, Parameter(help="Folders that `graphmeta bench run` wrote, the oldest first.")
    ],
    json: Json = False,
) -> None:
    """Say what got better and what got worse between two or more results.

    Each is compared with the first. Where both measured the same world, differences are taken
    world by world; better and worse are said where the interval of the mean difference leaves
    zero out.

    For example:

    - `graphmeta bench compare before/ after/`
    """
    from graphmeta.bench import results as written
    from graphmeta.bench.compare import compare_results
    from graphmeta.errors import UsageError

    if len(results) < 2:
        raise UsageError("There is nothing to compare.", "Name two folders of results, or more.")
    read = [written.read(path) for path in results]
    compared = [
        {"before": str(results[0]), "after": str(path), **compare_results(read[0], after)}
        for path, after in zip(results[1:], read[1:], strict=True)
    ]
    if json:
        print_json(compared)
        return
    console = output()
    for each in compared:
        _tell_difference(console, each)


def _table(headers: list[str], left: int = 1) -> Table:
    from rich.table import Table

    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    for place, header in enumerate(headers):
        justify: Literal["left", "right"] = "left" if place < left else "right"
        table.add_column(header, justify=justify, overflow="fold", no_wrap=place == 0)
    return table


def _tell(console: Console, results: Mapping[str, Any], folder: Path) -> None:
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
            for name, *said in [*zip(names, *cells, strict=True), ("by chance", *chance)]:
                table.add_row(name, *said)
        else:
            table = _table(["Campaign", *names, "by chance"])
            for label, said, random in zip(labels, cells, chance, strict=True):
                table.add_row(label, *said, random)
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
    headers = ["Detector", "accounts", "detected", "false per world", "look-alikes flagged",
               "contacted flagged", "precision at budget", "seconds"]  # fmt: skip
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


def _tell_difference(console: Console, compared: Mapping[str, Any]) -> None:
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
