"""``graphmeta demo``: a world whose answers are known, analysed, with what was found and missed."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from graphmeta.cli.console import output, text
from graphmeta.cli.options import OUTPUT, Quiet
from graphmeta.cli.progress import progress
from graphmeta.cli.queue import print_queue
from graphmeta.errors import UsageError

if TYPE_CHECKING:
    import polars as pl
    from rich.console import Console

    from graphmeta.run import RunFolder


def demo(
    *,
    out: Annotated[
        Path, Parameter(group=OUTPUT, help="The folder to make: world, run and report.")
    ] = Path("graphmeta-demo"),
    seed: Annotated[int, Parameter(group=OUTPUT, help="Another seed gives another world.")] = 0,
    quiet: Quiet = False,
) -> None:
    """Make a small world with hidden campaigns, analyse it, and say what was found and missed.

    Nothing is downloaded and nobody's data is used: the accounts are made up. The analysis sees
    the events alone; who was planted is read afterwards, to compare.

    For example:

    - `graphmeta demo`
    """
    from graphmeta import pipeline
    from graphmeta.ingest import Reading
    from graphmeta.report.page import write_report
    from graphmeta.run import open_run
    from graphmeta.synthetic import demo_world, write_world

    settings = pipeline.Settings(seed=seed)  # refuses a seed before anything is made
    with progress(quiet=quiet) as stage, _made_whole(out) as folder:
        stage("making up a world")
        write_world(demo_world(seed), folder / "world")
        pipeline.analyze(
            [folder / "world" / "events"],
            out=folder / "run",
            reading=Reading(accounts=folder / "world" / "accounts.parquet", identifiers="plain"),
            settings=settings,
            progress=stage,
        )
        stage("drawing the report")
        write_report(open_run(folder / "run"), folder / "report.html")
    _tell(output(), open_run(out / "run"), out)


@contextmanager
def _made_whole(out: Path) -> Iterator[Path]:
    """Yield a folder beside ``out`` to fill; it becomes ``out`` at the end, or goes away.

    Raises:
        UsageError: Something stands at ``out``, or its parent cannot be written.
    """
    if out.exists():
        raise UsageError(
            f"{out} exists already.", f"Delete it, or name another: graphmeta demo --out {out}-2"
        )
    partial = out.with_name(out.name + ".partial")
    try:
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir(parents=True)
    except OSError as error:
        raise UsageError(
            f"{partial} cannot be made: {error.strerror}.",
            "Name a folder where you may write with --out.",
        ) from error
    try:
        yield partial
        partial.rename(out)
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def _tell(console: Console, run: RunFolder, out: Path) -> None:
    """Print the story: the world, the queue, what was found and missed, what to do next."""
    import polars as pl

    from graphmeta.report import summary, words

    counts = run.manifest["counts"]
    truth = pl.read_parquet(out / "world" / "truth.parquet")
    lookalikes = pl.read_parquet(out / "world" / "lookalikes.parquet")
    console.print(
        text(
            f"A made-up town: {words.plural(counts['accounts'], 'account')}, "
            f"{words.plural(counts['events_accepted'], 'event')}. Hidden in it are "
            f"{words.plural(truth['campaign'].n_unique(), 'campaign')}, and benign look-alikes "
            "that a detector should leave alone."
        )
    )
    console.print()
    console.print(text("The queue", "bold"))
    print_queue(console, summary.queue_frame(run))
    _compare(console, run, truth, lookalikes)
    console.print()
    console.print(text("Next", "bold"))
    console.print(text(f"  open {out / 'report.html'} in a browser"))
    console.print(text(f"  graphmeta queue {out / 'run'}"))
    console.print(text("  graphmeta check YOUR-EVENTS.parquet"))


def _compare(
    console: Console, run: RunFolder, truth: pl.DataFrame, lookalikes: pl.DataFrame
) -> None:
    """Print how far the planted accounts got, and how far the look-alikes."""
    from rich.table import Table

    from graphmeta.cli.truth import REACHED, compare, reached

    found = reached(run.table("clusters"), run.table("members"))
    campaigns = compare(truth, "campaign", found)
    benign = compare(lookalikes, "kind", found)
    console.print(text("What was planted, and what became of it", "bold"))
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    table.add_column("Campaign")
    for header in ("accounts", *REACHED):
        table.add_column(header, justify="right")
    table.add_column("cluster")
    for row in campaigns.iter_rows():
        table.add_row(*_how_far(row))
    table.add_row(text("Look-alike (benign)", "bold"))
    for row in benign.iter_rows():
        table.add_row(*_how_far(row))
    console.print(table)
    console.print()
    console.print(text(_verdict(campaigns, benign, found)))


def _how_far(row: Sequence[Any]) -> list[str]:
    """Return a row of ``truth.compare`` as cells."""
    from graphmeta.report import words

    label, *counts, clusters = row
    return [words.plain(label), *map(words.count, counts), ", ".join(clusters)]


def _verdict(campaigns: pl.DataFrame, benign: pl.DataFrame, found: pl.DataFrame) -> str:
    """Say in a sentence how well it went, and at whose cost."""
    from graphmeta.report import words

    planted, caught = int(campaigns["planted"].sum()), int(campaigns["flagged"].sum())
    posed, innocent = int(benign["planted"].sum()), int(benign["flagged"].sum())
    ordinary = found.filter(found["reached"] == "flagged").height - caught - innocent
    return (
        f"{words.count(caught)} of {words.count(planted)} planted accounts stand in a flagged "
        f"cluster. So do {words.count(innocent)} of {words.count(posed)} look-alikes, and "
        f"{words.count(ordinary)} ordinary accounts: flagged means that a person should look, "
        "not that somebody did wrong."
    )
