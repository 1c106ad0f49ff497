"""Events to run, in one screen.

Follow one event: ``ingest`` accepts it into a store under dense integers; ``detect`` finds in
that store who acts together and what they do, in a process that can open nothing else (``apart``
arranges it); ``manifest`` writes down what was read and seen; the folder appears whole.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from graphmeta import run
from graphmeta.contract.tables import TABLES
from graphmeta.engines.base import Progress, silent
from graphmeta.ingest import Reading
from graphmeta.pipeline import manifest, reverse_map, updating
from graphmeta.pipeline.apart import Work, apart, together
from graphmeta.pipeline.clock import Stopwatch
from graphmeta.pipeline.resuming import workplace, worth_keeping
from graphmeta.pipeline.settings import Settings
from graphmeta.privacy import sealing
from graphmeta.run import RunFolder


def analyze(
    sources: Any,
    *,
    out: Path,
    reading: Reading | None = None,
    settings: Settings | None = None,
    progress: Progress = silent,
    resume: bool = False,
    update: Path | None = None,
) -> RunFolder:
    """Analyse events and write a run folder.

    Args:
        sources: Files, folders or a frame of events.
        out: Where the run is to stand; nothing may stand there.
        reading: How the input is read.
        settings: What to do otherwise than by default.
        progress: Told of every stage.
        resume: Go on where an earlier analysis into ``out`` was stopped, as far as nothing has
            changed; and keep what was done, should this one be stopped.
        update: An earlier run that kept its state: its events come first, before ``sources``. It
            stays as it is.

    Returns:
        The run.

    Raises:
        InputError: The input breaks the contract (exit code 2).
        PrivacyRefusalError: The input holds what may not be read, or the sandbox was required
            and cannot be had (exit code 4).
        ProcessFailedError: A process failed unexpectedly, or was ended (exit code 1).
        RunError: ``out`` exists already or cannot be written, or the run to be updated is absent,
            has expired or kept no state (exit code 2).
        UsageError: The run to be updated is of other names, or was read in another way (exit
            code 2).
    """
    reading, settings = reading or Reading(), settings or Settings()
    earlier = updating.source(update, reading)
    partial = run.claim(out, resume=resume)
    with run.writing(partial):
        try:
            _fill(partial, sources, reading, settings, earlier, Stopwatch(progress))
            return run.publish(partial, out)
        except BaseException:
            if not (resume and worth_keeping(partial)):
                run.discard(partial)
            raise


def _fill(
    partial: Path,
    sources: Any,
    reading: Reading,
    settings: Settings,
    earlier: updating.Source | None,
    watch: Stopwatch,
) -> None:
    """Analyse, and write everything of a run into its folder."""
    # Names pass through the store sealed to this key, which stands in memory alone.
    passing = sealing.new_identity() if reading.seal_to else None
    with workplace(partial) as (store, tables):
        names_for = passing.recipient if passing else None
        kept = earlier.state if earlier else None
        work = Work(sources, reading, settings, store, tables, names_for, kept)
        outcome = (together if settings.sandbox == "off" else apart)(work, watch)
        for name in TABLES:
            (tables / f"{name}.parquet").rename(partial / f"{name}.parquet")
        watch("writing the run")
        if reading.keep_state:
            (store / run.STATE).rename(partial / run.STATE)
        manifest.write(partial, outcome, reading, settings, watch, earlier)
        if passing:
            reverse_map.write(partial, store, reading, passing)
