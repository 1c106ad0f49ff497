"""How does a run end, and what is left of it?

The whole folder is deleted, whatever else lies in it, and a receipt stays beside where it was: what
was deleted, when, why and by whom, the hash of the last entry of the audit log, and the record that
public reports count (:mod:`graphmeta.oversight.record`). No id is in it. The act is logged before
it happens; a purge that was stopped half-way is taken up by the next.

What a killed analysis leaves (``RUN.partial``) never was a run and has no expiry: it may go at
once, and its receipt is not counted.

It misleads where copies exist: deleting a folder reaches no backup, no snapshot and no export, and
a disk may keep its blocks until they are written over. Verdicts and notes live in the case store
and stay. Destroying the pseudonyms' key (``--key``) makes copies unlinkable to people.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from graphmeta import run
from graphmeta.errors import RunError, UsageError
from graphmeta.oversight import acts, record
from graphmeta.privacy import audit
from graphmeta.provenance import version

#: What a receipt adds to the run's name, and what stands there until the run is gone.
RECEIPT = ".purged.json"
_BEGUN = ".purging.json"
_DOOMED = ".purging"
_LONGEST_REASON = 200
_REACH = (
    "This folder alone. Copies, backups, snapshots and exports are not reached, nor what the case "
    "store holds; a disk may keep deleted blocks until they are written over."
)


@dataclass(frozen=True)
class Plan:
    """What a purge would delete.

    Args:
        path: The run.
        why: The reason, as the receipt and the log will hold it.
        unfinished: Whether it never became a run.
        expires_at: When its retention ends or ended; None where the manifest is damaged.
        files: What lies in it: path within the run, and size in bytes.
    """

    path: Path
    why: str
    expires_at: datetime | None
    files: Sequence[tuple[str, int]]
    unfinished: bool = False


def is_run(path: Path) -> bool:
    """Tell whether a folder is a run, whole or damaged: its log and its manifest are there."""
    return all((path / name).is_file() for name in (run.MANIFEST, run.AUDIT))


def runs_in(folder: Path) -> list[Path]:
    """Return the runs that lie directly in a folder, and those whose purge was stopped."""
    there = [path for path in sorted(folder.iterdir()) if path.is_dir() and not path.is_symlink()]
    stopped = [_home(path) for path in there if _is_doomed(path)]
    whole = [path for path in there if is_run(path) and not _is_doomed(path)]
    return sorted({*stopped, *(path for path in whole if not run.is_unfinished(path))})


def left_in(folder: Path) -> list[Path]:
    """Return what lies directly in a folder of analyses that were killed."""
    return sorted(path for path in folder.iterdir() if is_left(path))


def is_left(path: Path) -> bool:
    """Tell whether a folder is what an analysis left that was killed: nobody writes there."""
    if not run.is_unfinished(path):
        return False
    try:
        with run.writing(path):
            return True
    except RunError:
        return False


def has_expired(path: Path, *, now: datetime | None = None) -> bool:
    """Tell whether a run may go: its retention has ended, its purge or its analysis was stopped."""
    if run.is_unfinished(path):
        return is_left(path)
    expires = _expiry(path) if is_run(path) else None
    return _doomed(path).exists() or (expires is not None and (now or _now()) >= expires)


def plan(path: Path, reason: str | None = None, *, now: datetime | None = None) -> Plan:
    """Say what a purge would delete.

    Args:
        path: A run.
        reason: Why, where the run has not expired. One line that names nobody.
        now: By default the present.

    Raises:
        RunError: It is no run, or an analysis is writing there.
        UsageError: It has not expired and no reason is given, or the reason is no line.
    """
    place = path if path.exists() else _doomed(path)
    if run.is_unfinished(path) or (place != path and _never_was(path)):
        return _of_unfinished(path, place)
    if place.is_symlink() or not is_run(place):
        raise RunError(
            f"{path} is no run, so nothing of it is deleted.",
            "Name a folder that `graphmeta analyze` wrote; --expired looks into a folder of runs.",
        )
    expires = _expiry(place)
    expired = expires is not None and (now or _now()) >= expires
    if reason is None and not expired and not _is_doomed(place):
        until = "has a damaged manifest" if expires is None else f"is kept until {expires:%Y-%m-%d}"
        raise UsageError(
            f"The run at {path} {until}.", "Say why it is to go with --reason TEXT; name nobody."
        )
    why = _line(reason) if reason else f"expired on {expires:%Y-%m-%d}" if expired else "stopped"
    return Plan(path, why, expires, tuple(_files(place)))


def _of_unfinished(path: Path, place: Path) -> Plan:
    if place == path:
        with run.writing(path):
            pass
    why = "an analysis was stopped before its run stood"
    return Plan(path, why, None, tuple(_files(place)), unfinished=True)


def purge(planned: Plan, *, now: datetime | None = None) -> Path:
    """Delete a run and return where its receipt stands.

    Raises:
        RunError: Its audit log was changed, or the folder cannot be deleted.
    """
    path = planned.path
    try:
        finished = _finish(path) if _doomed(path).exists() else None
        if path.exists():
            _write(_begun(path), _receipt(planned, now or _now()))
            path.rename(_doomed(path))  # from here on it is no run any more, whatever happens
            return _finish(path)
    except OSError as error:
        raise RunError(
            f"{path} could not be deleted whole: {error.strerror}.",
            "Make the folder writable and purge it again: that takes up where this stopped.",
        ) from error
    if finished is None:
        raise RunError(f"There is no run at {path} any more.", "Somebody else deleted it.")
    return finished


def delete_state(path: Path) -> Path:
    """Delete the state that a run keeps, so that it can be updated no more; the run stays.

    Returns:
        Where it was.

    Raises:
        RunError: There is no run, it has expired, it keeps no state, or its log was changed.
    """
    with run.changing(path) as opened:
        state = opened.path / run.STATE
        if not state.is_file():
            raise RunError(f"The run at {path} keeps no state.", "There is nothing to delete.")
        acts.recorded(opened.audit_lines(), path)
        acts.note(path, acts.STATE_DELETED, sha256_of_state=run.sha256(state))
        state.unlink()
    return state


def _finish(path: Path) -> Path:
    shutil.rmtree(_doomed(path))
    return _begun(path).replace(_free(path))


def receipts_in(folder: Path) -> list[Path]:
    """Return the receipts of purged runs that lie directly in a folder."""
    return sorted(path for path in folder.glob(f"*{RECEIPT}") if not _of_no_run(path))


def read_receipt(path: Path) -> record.Record | None:
    """Return the record that a receipt keeps, or None where the run was too damaged for one.

    Raises:
        RunError: The file is no receipt of a purge.
    """
    try:
        receipt = json.loads(path.read_text(encoding="utf-8"))
        return None if receipt["record"] is None else record.of_receipt(receipt)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise RunError(
            f"{path} is no receipt of a purge.", "Name a run, a receipt, or a folder of them."
        ) from error


def _receipt(planned: Plan, now: datetime) -> dict[str, Any]:
    """Log the purge, and return its receipt."""
    path = planned.path
    receipt = {
        "graphmeta": version(),
        "run": path.name,
        "unfinished": planned.unfinished,
        "purged_at": now.isoformat(timespec="seconds"),
        "reason": planned.why,
        "operator": acts.operator(),
        "expires_at": planned.expires_at and planned.expires_at.isoformat(),
        "deleted": [{"file": name, "bytes": size} for name, size in planned.files],
        "reach": _REACH,
    }
    if planned.unfinished:
        return {**receipt, "audit": None, "record": None}
    kept = _record(path)
    acts.note(path, acts.PURGING, reason=planned.why)
    lines = run.lines_of((path / run.AUDIT).read_bytes())
    told = {"entries": len(lines), "last_hash": json.loads(lines[-1])["hash"]}
    return {**receipt, "audit": told, "record": kept}


def _record(path: Path) -> Mapping[str, Any] | None:
    """Return what of a run is counted later; nothing where the run is damaged.

    Raises:
        RunError: The audit log was changed: that is to be looked into before the log goes.
    """
    lines = run.lines_of((path / run.AUDIT).read_bytes())
    broken = audit.find_break(lines)
    if broken:
        raise RunError(
            f"The audit log of {path} does not hold: {broken}.",
            "Look into that first, and keep a copy of the log; then delete the folder by hand.",
        )
    try:
        return record.of_run(run.open_even_expired(path)).as_json()
    except (RunError, KeyError, TypeError, ValueError):
        return None


def _of_no_run(receipt: Path) -> bool:
    """Tell whether a receipt is of what never was a run; of an unreadable one that is not known."""
    try:
        return bool(json.loads(receipt.read_text(encoding="utf-8"))["unfinished"])
    except (OSError, ValueError, KeyError, TypeError):
        return False


def _never_was(path: Path) -> bool:
    """Tell whether what is being purged there never was a run."""
    return path.name.endswith(run.PARTIAL) and _of_no_run(_begun(path))


def _now() -> datetime:
    return datetime.now(UTC)


def _files(path: Path) -> Iterator[tuple[str, int]]:
    for file in sorted(path.rglob("*")):
        if file.is_symlink() or not file.is_dir():
            yield file.relative_to(path).as_posix(), file.lstat().st_size


def _expiry(path: Path) -> datetime | None:
    try:
        manifest = json.loads((path / run.MANIFEST).read_text(encoding="utf-8"))
        expires = datetime.fromisoformat(manifest["privacy"]["expires_at"])
    except (ValueError, KeyError, TypeError):
        return None
    return None if expires.tzinfo is None else expires


def _line(reason: str) -> str:
    said = reason.strip()
    if not said or len(said) > _LONGEST_REASON or not said.isprintable():
        raise UsageError(
            "The reason is empty, longer than a line, or holds control characters.",
            f"Write one line of at most {_LONGEST_REASON} characters; name nobody.",
        )
    return said


def _write(file: Path, receipt: Mapping[str, Any]) -> None:
    file.touch(mode=0o600)
    with file.open("w", encoding="utf-8") as handle:
        json.dump(receipt, handle, indent=2)
        handle.write("\n")
        handle.flush()
        os.fsync(handle.fileno())


def _free(path: Path) -> Path:
    """Return where the receipt goes; an earlier one, of a run of the same name, stays."""
    place, number = path.with_name(path.name + RECEIPT), 2
    while place.exists():
        place, number = path.with_name(f"{path.name}.{number}{RECEIPT}"), number + 1
    return place


def _doomed(path: Path) -> Path:
    return path.with_name(path.name + _DOOMED)


def _begun(path: Path) -> Path:
    return path.with_name(path.name + _BEGUN)


def _is_doomed(path: Path) -> bool:
    return path.name.endswith(_DOOMED) and _begun(_home(path)).exists()


def _home(path: Path) -> Path:
    return path.with_name(path.name.removesuffix(_DOOMED))
