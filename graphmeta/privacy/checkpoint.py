"""Is the log still the one that stood when somebody took note of it?

A checkpoint says: after so many entries the last hash was this. It is signed, and worth something
once it lies where those who keep the log cannot change it: with a reviewer, an auditor, in a
public place. A log that was cut off before it, or written anew, no longer fits it.

The signature tells that the checkpoint was made by the holder of a key. It does not say that the
log was true when the checkpoint was made.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from graphmeta.errors import InputError, PrivacyRefusalError
from graphmeta.privacy import audit, signing
from graphmeta.privacy.signing import SigningKey

FORMAT = "graphmeta checkpoint 1"
_FIELDS = {"format": str, "first": str, "seq": int, "head": str, "at": str, "signer": str}


def make(lines: Sequence[str], key: SigningKey, *, at: datetime | None = None) -> dict[str, Any]:
    """Return a signed checkpoint of a log.

    Args:
        lines: The log, oldest first; at least one.
        key: The signing key of whoever makes the checkpoint.
        at: When; now, where it is not given.

    Returns:
        ``format``; ``first`` and ``head``, the hashes of the first and the last entry; ``seq``,
        the number of the last; ``at``; ``signer``, the public key; ``signature``.

    Raises:
        PrivacyRefusalError: The log is broken or empty: it shall not be vouched for.
    """
    broken = audit.find_break(lines) if lines else "it is empty"
    if broken:
        raise PrivacyRefusalError(
            f"The audit log does not hold: {broken}.", "Find out who changed it."
        )
    statement = {
        "format": FORMAT,
        "first": json.loads(lines[0])["hash"],
        "seq": len(lines),
        "head": json.loads(lines[-1])["hash"],
        "at": (at or datetime.now(UTC)).isoformat(timespec="seconds"),
        "signer": signing.public_part(key),
    }
    return {**statement, "signature": signing.sign(key, statement)}


def read(path: Path) -> dict[str, Any]:
    """Read a checkpoint from a file.

    Raises:
        InputError: There is none in it.
    """
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        good = set(found) == {*_FIELDS, "signature"} and all(
            type(found[name]) is kind for name, kind in _FIELDS.items()
        )
    except OSError as error:
        raise InputError(
            f"{path} cannot be read: {error.strerror}.", "Name a checkpoint with --checkpoint."
        ) from error
    except (ValueError, TypeError):
        good = False
    if not good or found["format"] != FORMAT:
        raise InputError(
            f"{path} is no checkpoint of an audit log.",
            "Name a file that `graphmeta privacy checkpoint` wrote.",
        )
    return dict(found)


def find_difference(
    lines: Sequence[str], checkpoint: Mapping[str, Any], signer: str | None = None
) -> str | None:
    """Return in which respect a whole log does not fit a checkpoint, or None.

    Args:
        lines: A log without a break.
        checkpoint: A checkpoint, as ``read`` returns it.
        signer: The public key with which it must have been signed; where None, the one that it
            names itself.
    """
    statement = {name: value for name, value in checkpoint.items() if name != "signature"}
    if signer is not None and checkpoint["signer"] != signer.lower():
        return "the checkpoint was signed by another key"
    if not signing.signed_by(checkpoint["signer"], statement, checkpoint["signature"]):
        return "the checkpoint's signature does not fit it"
    seq = checkpoint["seq"]
    if not lines or json.loads(lines[0])["hash"] != checkpoint["first"]:
        return "the log begins otherwise than when the checkpoint was made"
    if len(lines) < seq:
        return f"the log ends after entry {len(lines)}, and the checkpoint knows {seq}"
    if seq < 1 or json.loads(lines[seq - 1])["hash"] != checkpoint["head"]:
        return f"entry {seq} is not the one that the checkpoint knows"
    return None
