"""How does a new epoch begin, and how is an old one's key destroyed?

After rotation the same account has another pseudonym, and nothing links the two but the keys
themselves. Destroying the key of an epoch is erasure: from then on nobody can tell which
pseudonym of that epoch is whose, in any run and any copy of a run, provided that no copy of the
key file is left. Every epoch has a key of its own, so the others stay usable.

What is done with a key is written into a log beside the key file, chained like a run's.
"""

from __future__ import annotations

import getpass
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from graphmeta.errors import UsageError
from graphmeta.privacy import audit, private_file
from graphmeta.privacy.keys import Epoch, Key, fresh, read_epochs, written


def key_log(path: Path) -> Path:
    """Return where the log of what was done with a key file stands."""
    return path.with_name(f"{path.name}.audit.jsonl")


def note(path: Path, act: str, detail: Mapping[str, Any]) -> None:
    """Record in a key file's log what is done with the key, and by which user of this machine."""
    log = key_log(path)
    private_file.make(log, b"")
    audit.append(log, act, {**detail, "operator": _operator()})


def rotate(path: Path) -> Key:
    """Begin a new epoch and return its key. The keys of earlier epochs stay in the file.

    Raises:
        PrivacyRefusalError: Others than its owner may read or change the file.
        UsageError: The file cannot be read or is not a key.
    """
    with private_file.alone(path):
        epochs = read_epochs(path)
        new = fresh(len(epochs) + 1)
        private_file.replace(path, written([*epochs, new]))
    assert new.secret is not None  # it was just made
    note(path, "key_rotated", {"epoch": new.number})
    return Key(new.secret, new.number)


def destroy(path: Path, number: int) -> None:
    """Destroy the key of one epoch, for good. The file keeps its number and when it was.

    Where it is the newest, a new epoch begins, so that the next analysis finds a key.

    Raises:
        PrivacyRefusalError: Others than its owner may read or change the file.
        UsageError: The file cannot be read or is not a key, or the epoch has no key in it.
    """
    with private_file.alone(path):
        epochs = read_epochs(path)
        if number not in [one.number for one in epochs if one.secret is not None]:
            raise UsageError(
                f"The key file {path} holds no key of epoch {number}.",
                "List its epochs with: graphmeta privacy keys",
            )
        left = [_without_key(one) if one.number == number else one for one in epochs]
        if left[-1].secret is None:
            left.append(fresh(len(left) + 1))
        private_file.replace(path, written(left))
    note(path, "key_destroyed", {"epoch": number})


def _without_key(epoch: Epoch) -> Epoch:
    moment = datetime.now(UTC).isoformat(timespec="seconds")
    return replace(epoch, secret=None, destroyed_at=moment)


def _operator() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a process without an entry among the machine's users
        return "unknown"
