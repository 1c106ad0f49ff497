"""A run, reviewed, in one screen: one check after the other, then what nothing proves."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from graphmeta import run as runs
from graphmeta.engines.base import Progress, silent
from graphmeta.oversight import acts
from graphmeta.oversight.acts import Act
from graphmeta.oversight.review import (
    base_rates,
    columns,
    form,
    given,
    log,
    minimum,
    names,
    ranges,
    retention,
    sandbox,
    stands,
    state,
    structure,
    trial,
)
from graphmeta.oversight.review.log import NOTHING_LODGED, Lodged
from graphmeta.oversight.review.result import Check, Review
from graphmeta.oversight.review.unproven import UNPROVEN
from graphmeta.privacy import audit
from graphmeta.provenance import version
from graphmeta.run import RunFolder


def review(
    path: Path,
    events: Sequence[Path] = (),
    known: Lodged = NOTHING_LODGED,
    *,
    now: datetime | None = None,
    progress: Progress = silent,
) -> Review:
    """Review a run, and record that in its log.

    Of a run that has expired only retention, log and files are looked at: its tables stay closed.
    So they do where the manifest has not the form that an analysis gives it.

    Args:
        path: The run.
        events: The files that it was made from, as far as they are at hand.
        known: What was lodged elsewhere of where its log stood.
        now: By default the present.
        progress: Told of every step.

    Raises:
        InputError: A file that was named is not there.
        RunError: There is no whole run, or a table cannot be read.
    """
    moment = now or datetime.now(UTC)
    run = runs.open_even_expired(path)
    lines = run.audit_lines()
    broken = audit.find_break(lines)
    history = [] if broken else acts.recorded(lines, path)
    faults = form.faults(run.manifest)
    checks = [
        form.check(faults),
        log.check(None if faults else run.manifest, lines, history),
        log.lodged(lines, history, known),
        stands.check(path, history),
    ]
    if not faults:
        checks.append(retention.check(run, history, moment))
    if not faults and not run.expired(moment):
        checks = [*_of_reading(run, events, history, progress), *checks, *_of_tables(run)]
    counts = {
        verdict.replace(" ", "_"): sum(check.verdict == verdict for check in checks)
        for verdict in ("held", "failed", "not proven")
    }
    return Review(
        run=path.resolve().name,
        run_id=run.run_id,
        version=version(),
        made_at=None if faults else run.manifest["created_at"],
        reviewed_at=moment.isoformat(timespec="seconds"),
        checks=checks,
        base_rates=base_rates.table(),
        unproven=UNPROVEN,
        recorded=not broken and _record(path, {**counts, "events_at_hand": bool(events)}),
    )


def _of_reading(
    run: RunFolder, events: Sequence[Path], history: list[Act], progress: Progress
) -> list[Check]:
    """Return what can be said of how the input was read."""
    inputs = given.match(run.manifest, events)
    reading = given.reading_of(run.manifest)
    tried = trial.tried(run.manifest, inputs, reading, progress)
    return [
        columns.check(run.manifest, history),
        ranges.check(inputs, reading, progress),
        trial.poison(tried),
        trial.canary(tried),
        sandbox.check(run.manifest),
        sandbox.of_input(run.manifest),
    ]


def _of_tables(run: RunFolder) -> list[Check]:
    """Return what can be said of what the run holds."""
    return [
        names.check(run),
        names.key(run),
        minimum.check(run),
        structure.check(run),
        state.check(run),
    ]


def _record(path: Path, detail: dict[str, object]) -> bool:
    """Record the review, and tell whether that could be done: a copy may be for reading only."""
    try:
        acts.note(path, acts.REVIEWED, **detail)
    except OSError:
        return False
    return True
