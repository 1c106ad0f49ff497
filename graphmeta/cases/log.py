"""What people do with a run goes into its audit log; what did they do before?

A log whose chain is broken is not written on: that would give the break an air of order.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from graphmeta.errors import RunError
from graphmeta.privacy import audit
from graphmeta.run import AUDIT, RunFolder


def write(run: RunFolder, act: str, details: Sequence[Mapping[str, Any]]) -> None:
    """Append acts of one kind to a run's audit log.

    Raises:
        RunError: The log cannot be written, or its chain is broken.
    """
    file = run.path / AUDIT
    try:
        broken = audit.find_break(run.audit_lines())
        if broken:
            raise RunError(
                f"The audit log {file} is broken: {broken}.",
                "Nothing was recorded. Find out who changed it, and work on a whole copy.",
            )
        for detail in details:
            audit.append(file, act, detail)
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
    broken = audit.find_break(lines)
    if broken:
        raise RunError(
            f"The audit log {run.path / AUDIT} is broken: {broken}.",
            "What it says cannot be relied on.",
        )
    for line in lines:
        entry = json.loads(line)
        if entry["act"] == act:
            yield entry["detail"]
