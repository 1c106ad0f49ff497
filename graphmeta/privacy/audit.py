"""What was done with a run, in an order that cannot be changed unseen?

The log is lines of JSON, oldest first. Each holds its number, its time, the act, details, the
hash of the line before, and its own hash: SHA-256 over the canonical JSON (sorted keys, no
spaces, ASCII) of its other fields. Whoever edits, removes or reorders a line would have to write
all later ones anew. Cutting lines off the end leaves a whole chain, and so does writing the log
anew from the first line on: against that, lodge checkpoints elsewhere (``checkpoint``).
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from graphmeta.errors import RunError
from graphmeta.run import lines_of

#: What stands as the previous hash in the first line.
GENESIS = "0" * 64


def next_line(
    lines: Sequence[str], act: str, detail: Mapping[str, Any], *, at: datetime | None = None
) -> str:
    """Return the line that records ``act`` after ``lines``.

    Args:
        lines: The log so far, oldest first; empty for a new one.
        act: What was done, one word such as "read".
        detail: Particulars that JSON can hold; never an id or a content value.
        at: When; now, where it is not given.
    """
    entry = {
        "seq": len(lines) + 1,
        "at": (at or datetime.now(UTC)).isoformat(),
        "act": act,
        "detail": dict(detail),
        "previous": json.loads(lines[-1])["hash"] if lines else GENESIS,
    }
    return _canonical({**entry, "hash": _hash(entry)})


def append(
    path: Path,
    act: str,
    detail: Mapping[str, Any],
    *,
    at: datetime | None = None,
    unless: Callable[[Sequence[str]], None] | None = None,
) -> None:
    """Record ``act`` at the end of the log at ``path``, making it where there is none.

    When it returns, the entry is on the disk. Two processes that append at once wait for one
    another.

    Args:
        path: The log.
        act: What was done, one word such as "read".
        detail: Particulars that JSON can hold; never an id or a content value.
        at: When; now, where it is not given.
        unless: Is shown the log so far, while nobody else can write to it. What it raises is
            raised, and nothing is recorded.

    Raises:
        RunError: The log's last line is no entry.
    """
    with path.open("ab+") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.seek(0)
        lines = lines_of(file.read())
        if unless is not None:
            unless(lines)
        try:
            line = next_line(lines, act, detail, at=at)
        except (ValueError, KeyError, TypeError) as error:
            raise RunError(
                f"The last line of the audit log {path} is no entry of one.",
                "It was changed, or its writing was cut short. Nothing was recorded or done.",
            ) from error
        file.write(line.encode("ascii") + b"\n")
        file.flush()
        os.fsync(file.fileno())


def find_break(lines: Sequence[str], sound: int = 0) -> str | None:
    """Return what is wrong with the first line that does not fit its log, or None.

    Args:
        lines: A log, oldest first.
        sound: So many of the first lines are known to fit, and are not looked at again.
    """
    previous = json.loads(lines[sound - 1])["hash"] if sound else GENESIS
    for number, line in enumerate(lines[sound:], sound + 1):
        try:
            entry = json.loads(line)
            claimed = entry.pop("hash")
            order, before = entry["seq"], entry["previous"]
            as_written = _canonical({**entry, "hash": claimed})
        except (ValueError, KeyError, TypeError, AttributeError):
            return f"line {number} is no entry of an audit log"
        if order != number:
            return f"line {number} says that it is entry {order}"
        if before != previous:
            return f"line {number} does not follow the line before it"
        # Equal in meaning is not enough: a name given twice, say, is read in two ways.
        if claimed != _hash(entry) or line != as_written:
            return f"line {number} was changed after it was written"
        previous = claimed
    return None


def _hash(entry: Mapping[str, Any]) -> str:
    return hashlib.sha256(_canonical(entry).encode()).hexdigest()


def _canonical(entry: Mapping[str, Any]) -> str:
    return json.dumps(entry, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
