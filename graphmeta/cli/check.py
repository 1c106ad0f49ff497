"""``graphmeta check``: what would be read of some files, what refused, and at what cost?"""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from graphmeta.cli.console import joined, output, print_json, text
from graphmeta.cli.options import (
    OUTPUT,
    Config,
    Events,
    Json,
    Quiet,
    ReadingOptions,
    require_events,
)
from graphmeta.cli.progress import progress
from graphmeta.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from rich.console import Console

    from graphmeta.ingest import CheckReport
    from graphmeta.ingest.checking import FileReport

_DEFAULT_READING = ReadingOptions()
_REFUSED, _UNREAD = "refused", "left unread, as you asked"


def check(
    *events: Events,
    reading: ReadingOptions = _DEFAULT_READING,
    save_mapping: Annotated[
        Path | None,
        Parameter(
            group=OUTPUT,
            help="Save the column names given with --map to this TOML file, for --mapping.",
        ),
    ] = None,
    config: Config = None,  # noqa: ARG001 - read by cli.config before the command runs
    quiet: Quiet = False,
    json: Json = False,
) -> int:
    """Say what would be read, refused and set aside, before anything runs.

    It reads what an analysis would read, with the same options, and lists every reason for which
    an analysis would stop, each with its remedy. The exit code is the one with which an analysis
    would leave: 0, 2 for malformed input, 4 where it is refused for privacy.

    For example:

    - `graphmeta check events.parquet`
    - `graphmeta check calls.csv --map sender=caller_id --time-zone UTC`
    """
    from graphmeta import ingest

    require_events(events, "check EVENTS...")
    asked = reading.reading()
    with progress(quiet=quiet) as stage:
        stage("reading what an analysis would read")
        found = ingest.check(list(events), asked)
    if save_mapping:
        _save(asked.mapping, save_mapping)
    if json:
        print_json(found.to_dict())
    else:
        print_check(output(), found, events)
    return found.exit_code


def _save(mapping: Mapping[str, str], file: Path) -> None:
    from graphmeta import ingest

    if file.exists():
        raise UsageError(f"{file} exists already.", "Name another file with --save-mapping.")
    try:
        ingest.save_mapping(mapping, file)
    except OSError as error:
        raise UsageError(
            f"{file} cannot be written: {error.strerror}.",
            "Name a file in a folder that you may write to.",
        ) from error


def print_check(console: Console, found: CheckReport, events: Sequence[Path]) -> None:
    """Print what a check found: files, columns, rows set aside, cost, problems, what is next."""
    if found.files:
        _files(console, found.files)
        _columns(console, found.files)
    if found.rejected_by_reason:
        _set_aside(console, found.rejected_by_reason)
    if found.problems:
        _problems(console, found)
    else:
        _ready(console, found, events)


def _files(console: Console, files: Sequence[FileReport]) -> None:
    from rich.table import Table

    from graphmeta.report import words

    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    table.add_column("File", overflow="fold")
    table.add_column("Holds")
    for header in ("Rows", "Size", "Set aside"):
        table.add_column(header, justify="right")
    table.add_column("When", overflow="fold")
    for file in files:
        first, last = words.parse_time(file.first_event), words.parse_time(file.last_event)
        table.add_row(
            text(file.file),
            file.table,
            words.count(file.rows),
            words.size(file.bytes),
            _rows_set_aside(file),
            words.period(first, last),
        )
    console.print(table)
    for how in sorted({file.timestamps for file in files if file.timestamps}):
        console.print(text(f"Times: {how}."))
    console.print()


def _rows_set_aside(file: FileReport) -> str:
    """Return how many rows would go to the quarantine; a dash where none was looked at."""
    from graphmeta.report import words

    if not file.columns_read:
        return words.NOTHING
    return words.count(sum(file.rejected_by_reason.values()))


def _columns(console: Console, files: Sequence[FileReport]) -> None:
    """Print what becomes of each column; where files differ, in how many of them."""
    from rich.table import Table

    table = Table.grid(padding=(0, 2, 0, 0))
    for kind in ("events", "accounts"):
        alike = [file for file in files if file.table == kind]
        in_files = Counter(fate for file in alike for fate in _fates(file))
        for (column, fate), count in in_files.items():
            style = {_REFUSED: "red", _UNREAD: "dim"}.get(fate, "green")
            where = f"in {count} of {len(alike)} files" if len(alike) > 1 else ""
            table.add_row("", text(column), text(fate, style), text(where, "dim"))
    console.print(text("Columns", "bold"))
    console.print(table)
    console.print()


def _fates(file: FileReport) -> Iterator[tuple[str, str]]:
    for name, inside in file.columns_read.items():
        yield inside, "read" if name == inside else f"read as {name}"
    for inside in file.columns_ignored:
        yield inside, _UNREAD
    for inside in file.columns_refused:
        yield inside, _REFUSED


def _set_aside(console: Console, rejected: Mapping[str, int]) -> None:
    from graphmeta.report import words

    console.print(text("Rows that would go to the quarantine", "bold"))
    for reason, count in rejected.items():
        console.print(text(f"{words.count(count):>9}  {reason}"))
    console.print()


def _problems(console: Console, found: CheckReport) -> None:
    from rich.padding import Padding

    console.print(text("An analysis would stop", "bold red"))
    for problem in found.problems:
        console.print(Padding.indent(text(problem.problem), 2))
        if problem.remedy:
            console.print(Padding.indent(text(problem.remedy, "dim"), 4))


def _ready(console: Console, found: CheckReport, events: Sequence[Path]) -> None:
    from graphmeta.report import words

    kinds = ", ".join(f"{kind} {words.count(n)}" for kind, n in found.kinds.items())
    console.print(
        text(
            f"{words.plural(found.accounts, 'account')}, {words.plural(found.groups, 'group')}. "
            f"Events by kind: {kinds}."
        )
    )
    console.print(text(_cost(found.cost)))
    if found.history:
        console.print(joined(text("Warning: ", "bold yellow"), text(found.history)))
    console.print()
    console.print(joined(text("Ready. ", "bold green"), text("Next, with the same options:")))
    named = " ".join(str(path) for path in events)
    console.print(text(f"  graphmeta analyze {named} --out RUN"))


def _cost(cost: Mapping[str, Any]) -> str:
    """Say what an analysis will take, and how far off that may be."""
    from graphmeta.report import words

    cores = "core" if cost["cores"] == 1 else "cores"
    return (
        f"An analysis takes about {_duration(cost['seconds'])} on {cost['cores']} "
        f"{cores} that do nothing else, and {words.size(cost['memory_bytes'])} of memory. Either "
        f"may be off by a factor of {cost['error']:g}."
    )


def _duration(seconds: float) -> str:
    if seconds < 90:
        return f"{max(1, round(seconds))} s"
    return f"{round(seconds / 60)} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"
