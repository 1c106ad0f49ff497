"""How does a long command show what it is doing?

On a terminal by one line on standard error that is redrawn: the stage, a bar where the finished
share is known, the time so far. Elsewhere (a log file, a scheduler) by one short plain line when
a stage begins. With ``--quiet`` by nothing.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.markup import escape

from graphmeta.cli.console import harmless, messages
from graphmeta.engines.base import Progress, silent

if TYPE_CHECKING:
    from rich.progress import Progress as Bars


@contextmanager
def progress(*, quiet: bool) -> Iterator[Progress]:
    """Yield what long work calls to say what it is doing."""
    if quiet:
        yield silent
    elif sys.stderr.isatty():
        with _bars() as bars:
            yield _Redrawn(bars)
    else:
        yield _Lines()


def _bars() -> Bars:
    from rich import progress as parts

    return parts.Progress(
        parts.SpinnerColumn(),
        parts.TextColumn("{task.description}"),
        parts.BarColumn(bar_width=24),
        parts.TimeElapsedColumn(),
        console=messages(),
        transient=True,
    )


class _Redrawn:
    """One line that is redrawn; its clock counts from the beginning."""

    def __init__(self, bars: Bars) -> None:
        self._bars = bars
        self._task = bars.add_task("starting", total=None)

    def __call__(self, stage: str, done: float | None = None) -> None:
        # rich cannot be told to forget a total except here, and stops the clock of a task that
        # is complete once, so the share never quite reaches one.
        self._bars.tasks[0].total = None if done is None else 1.0
        self._bars.update(
            self._task,
            description=escape(harmless(stage)),
            completed=0.0 if done is None else min(done, 0.999),
        )


class _Lines:
    """One plain line per stage."""

    def __init__(self) -> None:
        self._stage = ""

    def __call__(self, stage: str, done: float | None = None) -> None:  # noqa: ARG002
        if stage != self._stage:
            self._stage = stage
            print(f"graphmeta: {harmless(stage)}", file=sys.stderr, flush=True)
