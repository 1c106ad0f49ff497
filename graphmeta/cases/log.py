"""What people do with a run goes into its audit log; what did they do before?

A log whose chain is broken is not written on: that would give the break an air of order. Where
many work at once the log grows by the second, so what was found whole before is not followed link
by link again, as long as its bytes are the same: their hash is remembered while the process lives.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from graphmeta.errors import RunError
from graphmeta.privacy import audit
from graphmeta.run import AUDIT, RunFolder

#: By log, how many of its first lines were found whole, and the hash of these.
_FOUND_WHOLE: dict[Path, tuple[int, bytes]] = {}


def write(run: RunFolder, act: str, details: Sequence[Mapping[str, Any]]) -> None:
    """Append acts of one kind to a run's audit log.

    Raises:
        RunError: The log cannot be written, or its chain is broken.
    """
    file = run.path / AUDIT

    def whole(lines: Sequence[str]) -> None:
        if broken := _find_break(file, lines):
            raise RunError(
                f"The audit log {file} is broken: {broken}.",
                "Nothing was recorded. Find out who changed it, and work on a whole copy.",
            )

    try:
        for detail in details:
            audit.append(file, act, detail, unless=whole)
    except OSError as error:
        raise RunError(
            f"The audit log {file} cannot be written: {error.strerror}.",
            "Nothing is done with a run that its log does not record: make the folder writable.",
        ) from error


def acts(run: RunFolder, act: str) -> Iterator[Mapping[str, Any]]:
    """Yield the details of all acts of one kind, oldest first.

    Raises:
        RunError: The log's chain is broken.
    """
    lines = run.audit_lines()
    broken = _find_break(run.path / AUDIT, lines)
    if broken:
        raise RunError(
            f"The audit log {run.path / AUDIT} is broken: {broken}.",
            "What it says cannot be relied on.",
        )
    for line in lines:
        if f'"{act}"' not in line:
            continue  # parsing takes longer than looking
        entry = json.loads(line)
        if entry["act"] == act:
            yield entry["detail"]


def _find_break(file: Path, lines: Sequence[str]) -> str | None:
    """Return what is wrong with a log, or None."""
    number, digest = _FOUND_WHOLE.get(file, (0, b""))
    sound = number if number <= len(lines) and _digest(lines[:number]) == digest else 0
    broken = audit.find_break(lines, sound)
    if broken is None:
        _FOUND_WHOLE[file] = len(lines), _digest(lines)
    return broken


def _digest(lines: Sequence[str]) -> bytes:
    return hashlib.sha256("\n".join(lines).encode()).digest()
