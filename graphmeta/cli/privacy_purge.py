"""``graphmeta privacy purge``: which runs are deleted, why, and what is left of them?"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from graphmeta.cli.console import output, print_json, text
from graphmeta.cli.options import OUTPUT, Json
from graphmeta.errors import UsageError

if TYPE_CHECKING:
    from graphmeta.oversight.retention import Plan

_StateAlone = Annotated[
    bool,
    Parameter(
        help="Delete the kept state of each run alone (`analyze --keep-state`): the run stays, "
        "and can be updated no more. Its log says so. Needs no reason."
    ),
]


def purge(
    *runs: Annotated[Path, Parameter(help="Runs; with --expired also folders in which runs lie.")],
    expired: Annotated[
        bool,
        Parameter(
            help="Only runs whose retention has ended, and what killed analyses left: of those "
            "named, and in folders."
        ),
    ] = False,
    reason: Annotated[
        str | None,
        Parameter(
            help="Why a run goes before its time; the receipt and the log keep it, so name nobody. "
            "Needed where a run has not expired.",
            metavar="TEXT",
        ),
    ] = None,
    state: _StateAlone = False,
    dry_run: Annotated[
        bool, Parameter(group=OUTPUT, help="Say what would be deleted, and delete nothing.")
    ] = False,
    json: Json = False,
) -> None:
    """Delete runs, and leave a receipt beside where each was.

    It works on expired runs too, which nothing else opens. The receipt holds what was deleted,
    when, why and by whom, the hash of the log's last entry, and what transparency reports count;
    no id. Backups, snapshots and copies elsewhere are not reached, nor is the case store.

    What a killed analysis left (`RUN.partial`) is found with --expired too, and needs no reason.

    For example:

    - `graphmeta privacy purge --expired RUNS --dry-run`
    - `graphmeta privacy purge RUN --reason "analysed by mistake"`
    - `graphmeta privacy purge RUN --state`
    """
    from graphmeta.oversight import retention

    if not runs:
        raise UsageError("No run was named.", "Write: graphmeta privacy purge RUN...")
    if state:
        _delete_states(runs, only=not (expired or reason), dry_run=dry_run, json=json)
        return
    chosen = _expired(runs) if expired else list(runs)
    plans = [retention.plan(run, reason) for run in chosen]
    receipts = [None if dry_run else retention.purge(planned) for planned in plans]
    if json:
        print_json([_as_json(plan, at) for plan, at in zip(plans, receipts, strict=True)])
        return
    console = output()
    if not plans:
        console.print(text("Nothing has expired."))
    for planned, receipt in zip(plans, receipts, strict=True):
        console.print(text(_said(planned, receipt)))
        if receipt is None:
            for name, size in planned.files:
                console.print(text(f"  {name}  {size:,} bytes"))


def _delete_states(runs: tuple[Path, ...], *, only: bool, dry_run: bool, json: bool) -> None:
    """Delete the kept states of some runs, and say so."""
    from graphmeta.oversight import retention
    from graphmeta.run import STATE

    if not only:
        raise UsageError(
            "--state leaves the runs as they are, and --expired and --reason are about runs.",
            "Give --state alone, or leave it out: a run that goes takes its state along.",
        )
    states = [run / STATE if dry_run else retention.delete_state(run) for run in runs]
    told = [{"state": str(state), "there": state.exists()} for state in states]
    if json:
        print_json(told)
        return
    for state in states:
        said = f"Deleted {state}; the run's log says so."
        if dry_run:
            size = state.stat().st_size if state.exists() else 0
            said = f"Would delete {state} ({size:,} bytes)." if size else f"There is no {state}."
        output().print(text(said))


def _expired(named: tuple[Path, ...]) -> list[Path]:
    """Return the expired runs among those named and in the folders named."""
    from graphmeta.oversight import retention

    runs: list[Path] = []
    for path in named:
        if path.is_dir() and not retention.is_run(path) and not retention.is_left(path):
            runs += [*retention.runs_in(path), *retention.left_in(path)]
        else:
            runs.append(path)
    return [run for run in runs if retention.has_expired(run)]


def _said(planned: Plan, receipt: Path | None) -> str:
    size = sum(number for _, number in planned.files)
    what = f"{planned.path} ({len(planned.files)} files, {size:,} bytes): {planned.why}."
    return f"Would delete {what}" if receipt is None else f"Deleted {what} Receipt: {receipt}"


def _as_json(planned: Plan, receipt: Path | None) -> dict[str, object]:
    return {
        "run": str(planned.path),
        "why": planned.why,
        "expires_at": planned.expires_at,
        "files": [{"file": name, "bytes": size} for name, size in planned.files],
        "deleted": receipt is not None,
        "receipt": receipt and str(receipt),
    }
