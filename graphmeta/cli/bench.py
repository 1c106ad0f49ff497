"""``graphmeta bench``: how good are detectors, and how real are the worlds they are measured on?"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from cyclopts import App, Group, Parameter, validators

from graphmeta.cli.bench_realism import realism
from graphmeta.cli.bench_tables import tell, tell_difference
from graphmeta.cli.console import output, print_json
from graphmeta.cli.options import OUTPUT, Json, Quiet
from graphmeta.cli.progress import progress

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
    lookalike: Annotated[
        tuple[str, ...],
        Parameter(
            help="Pose this kind of look-alike and no others, instead of all kinds: what does it "
            "cost to tell it apart? Repeatable.",
            metavar="KIND",
        ),
    ] = ()
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
        tell(output(), results, folder)


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
        lookalikes=on.lookalike,
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
        tell_difference(console, each)
