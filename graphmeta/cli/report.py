"""``graphmeta report``: the run, or one cluster, as one HTML file that a person reads offline."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from graphmeta.cli.console import output, text
from graphmeta.cli.options import OUTPUT, RunPath
from graphmeta.errors import UsageError

#: How far into a file its kind is looked for.
_HEAD = 4096


def report(
    run: RunPath,
    cluster: Annotated[str | None, Parameter(help="One cluster of the run; else all.")] = None,
    /,
    *,
    out: Annotated[
        Path | None,
        Parameter(
            group=OUTPUT,
            help="The file to write; an older report there is replaced. By default "
            "RUN-report.html in the current folder.",
        ),
    ] = None,
) -> None:
    """Write one self-contained HTML file: the queue, and per cluster its graph and evidence.

    It needs no connection and sends nothing. Whoever has the file sees the members' names as
    they stand in the run, so treat it like the run.

    For example:

    - `graphmeta report RUN --out friday.html`
    """
    from graphmeta.report import summary
    from graphmeta.report.page import write_report
    from graphmeta.run import open_run

    opened = open_run(run)
    if cluster:
        summary.cluster_row(opened, cluster)
    name = run.resolve().name
    file = out or Path(f"{name}-{cluster}-report.html" if cluster else f"{name}-report.html")
    refuse_to_damage(file, run)
    write_report(opened, file, cluster)
    output().print(text(f"Wrote {file}"))


def refuse_to_damage(file: Path, run: Path) -> None:
    """Refuse to write a report into a run, or over a file that is no report.

    Raises:
        UsageError: The file is inside the run folder, a folder, or something else than a report.
    """
    if run.resolve() in file.resolve().parents:
        raise UsageError(
            f"{file} is inside the run folder, which is never changed.",
            "Name a file elsewhere with --out.",
        )
    refuse_to_replace(file)


def refuse_to_replace(file: Path) -> None:
    """Refuse to write a report over a file that is no report.

    Raises:
        UsageError: The file is a folder, or something else than a report.
    """
    if file.is_dir():
        raise UsageError(
            f"{file} is a folder.", f"Name a file with --out, such as {file / 'report.html'}."
        )
    if file.exists() and not _is_report(file):
        raise UsageError(
            f"{file} exists already, and it is not a report that graphmeta wrote.",
            "Name another file with --out.",
        )


def _is_report(file: Path) -> bool:
    try:
        with file.open("rb") as handle:
            head = handle.read(_HEAD)
    except OSError as error:
        raise UsageError(
            f"{file} exists already and cannot be read: {error.strerror}.",
            "Name another file with --out.",
        ) from error
    return b"graphmeta report</title>" in head
