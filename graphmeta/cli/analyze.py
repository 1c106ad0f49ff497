"""``graphmeta analyze``: from files of events to a run folder that every other command reads."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from cyclopts import Parameter

from graphmeta.cli.console import joined, messages, output, print_json, text
from graphmeta.cli.failures import CONDITION_HOLDS
from graphmeta.cli.options import (
    OUTPUT,
    Config,
    Events,
    Json,
    JudgingOptions,
    Quiet,
    ReadingOptions,
    require_events,
)
from graphmeta.cli.progress import progress
from graphmeta.cli.queue import counted

if TYPE_CHECKING:
    from rich.console import Console

    from graphmeta.run import RunFolder

_Update = Annotated[
    Path | None,
    Parameter(
        group=OUTPUT,
        help="An earlier run, made with --keep-state: its events come first, before those of "
        "the files named, which are new. It stays as it is. Say the same data set, key, "
        "ignored kinds and --collapse-duplicates as then, and name the present --accounts.",
        metavar="OLD-RUN",
    ),
]
_KeepState = Annotated[
    bool,
    Parameter(
        group=OUTPUT,
        help="Keep the events with the run, under pseudonyms and sealed with the key, so that "
        "a later run can add a day to them without the old files (--update).",
    ),
]
_Resume = Annotated[
    bool,
    Parameter(
        group=OUTPUT,
        help="Go on where an earlier analysis into the same RUN was stopped; whatever depends "
        "on other events, options or versions by now is done again. And keep what was done, "
        "should this one be stopped.",
    ),
]
_DEFAULT_READING = ReadingOptions()
_DEFAULT_JUDGING = JudgingOptions()


def analyze(
    *events: Events,
    out: Annotated[
        Path,
        Parameter(
            group=OUTPUT,
            help="The run folder to make. It appears whole, at the end, or not at all.",
            metavar="RUN",
        ),
    ],
    reading: ReadingOptions = _DEFAULT_READING,
    judging: JudgingOptions = _DEFAULT_JUDGING,
    update: _Update = None,
    keep_state: _KeepState = False,
    fail_on: Annotated[
        Literal["flagged"] | None,
        Parameter(group=OUTPUT, help="Leave with exit code 3 where a cluster is flagged."),
    ] = None,
    resume: _Resume = False,
    config: Config = None,  # noqa: ARG001 - read by cli.config before the command runs
    quiet: Quiet = False,
    json: Json = False,
) -> int:
    """Analyse events into a run folder: find, test, and score groups that act together.

    Columns that the contract does not know are refused before a byte of them is read; see them
    first with `graphmeta check`. Nothing but the run folder is written.

    For example:

    - `graphmeta analyze events.parquet --out RUN`
    - `graphmeta analyze logs/ --accounts accounts.csv --map sender=caller_id --out RUN`
    - `graphmeta analyze tuesday.parquet --update MONDAY --keep-state --out TUESDAY`
    """
    from graphmeta import pipeline

    require_events(events, "analyze EVENTS... --out RUN")
    with progress(quiet=quiet) as report_stage, _telling_what_is_kept(out, resume=resume):
        run = pipeline.analyze(
            list(events),
            out=out,
            reading=replace(reading.reading(), keep_state=keep_state),
            settings=judging.settings(),
            progress=report_stage,
            resume=resume,
            update=update,
        )
    _tell_what_lacks(run)
    _tell_what_is_odd(run)
    if resume:
        _tell_what_was_taken_up(run)
    if json:
        print_json(_as_json(run))
    else:
        print_summary(output(), run)
    flagged = run.manifest["counts"]["flagged"]
    return CONDITION_HOLDS if fail_on == "flagged" and flagged else 0


@contextmanager
def _telling_what_is_kept(out: Path, *, resume: bool) -> Iterator[None]:
    """Say where the work of an analysis is that was stopped, if it was to be kept."""
    from graphmeta.run import partial_path

    try:
        yield
    except (Exception, KeyboardInterrupt):
        if resume and partial_path(out).exists():
            kept = f"What was done is kept in {partial_path(out)}: go on with --resume."
            messages().print(text(kept))
        raise


def _tell_what_was_taken_up(run: RunFolder) -> None:
    """State on standard error which stages an earlier analysis had done."""
    stages = run.manifest["taken_up"]
    told = (
        f"Taken from the analysis that was stopped: {', '.join(stages)}."
        if stages
        else "Nothing of an earlier analysis was of use: all was done anew."
    )
    messages().print(text(told))


def _as_json(run: RunFolder) -> dict[str, Any]:
    return {
        "run": str(run.path),
        "clusters": counted(run.table("clusters")),
        **{
            name: run.manifest[name]
            for name in (
                "counts",
                "span",
                "statements",
                "timings_s",
                "peak_memory",
                "taken_up",
                "update",
            )
        },
        "privacy": run.manifest["privacy"],
    }


def _tell_what_lacks(run: RunFolder) -> None:
    """State on standard error what of the sandbox could not be had."""
    lacking = run.manifest["privacy"]["sandbox"]["not_available"]
    if lacking:
        told = f"The sandbox is not whole: {'; '.join(lacking)}. The run's manifest says so too."
        messages().print(text(told))


def _tell_what_is_odd(run: RunFolder) -> None:
    """Warn on standard error of a history that nobody chose and that is of little use."""
    odd = run.manifest["statements"].get("history")
    if odd:
        messages().print(joined(text("Warning: ", "bold yellow"), text(odd)))


def print_summary(console: Console, run: RunFolder) -> None:
    """Print what a run read and found, what that means, and what to do next."""
    from graphmeta.report import words

    manifest = run.manifest
    counts = manifest["counts"]
    read = (
        f"Read {words.plural(counts['events_accepted'], 'event')} of "
        f"{words.plural(counts['accounts'], 'account')}, {_period(manifest['span'])}."
    )
    update = manifest["update"]
    if update is not None:
        read += f" {words.count(update['events'])} of the events came from an earlier run."
    if counts["rows_rejected"]:
        read += f" {words.plural(counts['rows_rejected'], 'row')} went to the quarantine."
    console.print(text(read))
    console.print(
        text(
            f"What came before {words.day(words.parse_time(manifest['span']['since']))} served as "
            "history. After it, graphmeta looked at "
            f"{words.plural(counts['stranger_contacts'], 'stranger contact')}, because among "
            "people who know each other acting together is ordinary life."
        )
    )
    console.print()
    print_counts(console, run)
    console.print()
    for statement in ("bound", "innocents"):
        console.print(text(manifest["statements"][statement], "dim"))
    console.print(text(_memory(manifest["peak_memory"]), "dim"))
    console.print()
    print_next(console, run.path)


def _memory(peaks: Mapping[str, int]) -> str:
    """Say how much memory each process held at most."""
    from graphmeta.report import words

    told = ", ".join(f"{words.size(size)} ({who})" for who, size in peaks.items())
    return f"Memory at most: {told}."


def print_counts(console: Console, run: RunFolder) -> None:
    """Print how many clusters got how far."""
    from graphmeta.report import words

    counts = counted(run.table("clusters"))
    for name, style, meaning in (
        ("flagged", "bold red", "coordinated, and looks like spam or recruitment"),
        ("confirmed", "yellow", "coordinated; does not look like abuse, or cannot be told"),
        ("candidate", "dim", "found, and not confirmed on held-out contacts"),
    ):
        style = style if counts[name] else "dim"
        figure = text(f"{words.count(counts[name]):>5} {name:<10} ", style)
        console.print(joined(figure, text(meaning, "dim")))


def print_next(console: Console, run: Path) -> None:
    """Print the commands that come next."""
    console.print(text(f"The run is in {run}. Next:"))
    console.print(text(f"  graphmeta queue {run}"))
    console.print(text(f"  graphmeta report {run}"))


def _period(span: dict[str, str]) -> str:
    from graphmeta.report import words

    return words.period(words.parse_time(span["first_event"]), words.parse_time(span["last_event"]))
