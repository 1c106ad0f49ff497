"""Where does the key of the pseudonyms come from, and who may read it?

A key is 32 random bytes in a file of its own, apart from the data, readable by its owner alone.
Where none is named, one is made in the user's configuration folder. Whoever holds the key can
compute pseudonyms forward from ids; destroying it ends that for good.

A key file holds one key for every *epoch*, each drawn at random and none derived from another, so
that one can be destroyed and the others stay (``rotation``). For a data set and a purpose a key is
derived by HKDF-Expand (RFC 5869, SHA-256, one block). A platform that keeps its keys in a service
gives a :class:`KeySource` instead of a file.
"""

from __future__ import annotations

import hmac
import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal, Protocol

from graphmeta.errors import UsageError
from graphmeta.privacy import private_file

KEY_BYTES = 32

#: What a pseudonym can name.
Named = Literal["account", "group"]
#: What a key is derived for: a pseudonym, or the sealing of a run's kept state.
Purpose = Literal["account", "group", "state"]

_FORMAT = "graphmeta key 1"


class KeySource(Protocol):
    """A key of pseudonyms, wherever it is kept: what a platform's own key service offers.

    ``derive`` is called once a data set and purpose (for the purpose "state" only where a run keeps
    its state, or is updated). A service in which a master key never leaves
    its module returns HMAC-SHA256 of :func:`derivation` under that master key.
    """

    @property
    def epoch(self) -> int:
        """The number of the key's epoch, from 1; the service starts a new one when it rotates."""

    @property
    def key_id(self) -> str:
        """What names the key of this epoch without telling it, as the manifest shall quote it."""

    def derive(self, dataset: str, purpose: Purpose) -> bytes:
        """Return 32 secret bytes, equal for equal arguments and unguessable from any others."""


@dataclass(frozen=True)
class Key:
    """The secret key of one epoch. It is never shown: only ``key_id``, which does not tell it.

    Args:
        secret: 32 random bytes.
        epoch: Its number.
    """

    secret: bytes = field(repr=False)
    epoch: int = 1

    @property
    def key_id(self) -> str:
        """Eight hexadecimal digits that name the key without telling it."""
        return hmac.digest(self.secret, b"key id", "sha256").hex()[:8]

    def derive(self, dataset: str, purpose: Purpose) -> bytes:
        """Return the key for one purpose in one dataset; keys derived apart share nothing."""
        return hmac.digest(self.secret, derivation(dataset, purpose, self.epoch), "sha256")


@dataclass(frozen=True)
class Epoch:
    """What a key file says of one epoch.

    Args:
        number: From 1, in order.
        made_at: When, as ISO 8601; empty where the file does not tell.
        secret: The key, or None once it has been destroyed.
        destroyed_at: When that was, or empty.
    """

    number: int
    made_at: str
    secret: bytes | None = field(repr=False)
    destroyed_at: str = ""


def derivation(dataset: str, purpose: Purpose, epoch: int) -> bytes:
    """Return what is derived from: HKDF's info and the number of the block.

    The data set comes last: nothing else can hold the separator, so no two are ever confused.
    """
    info = "\x1f".join(("graphmeta pseudonym 2", purpose, str(epoch), dataset))
    return info.encode() + b"\x01"


def default_key_path() -> Path:
    """Return where the key stands that is used when none is named."""
    return private_file.settings_folder() / "key"


def load_key(path: Path | None = None, *, key_id: str | None = None) -> Key:
    """Read a key from the file at ``path``, or the user's own file.

    Args:
        path: The key file.
        key_id: The key that is wanted; it must be there. Without it the newest is returned, and
            where there is no file, one is made.

    Raises:
        PrivacyRefusalError: Others than its owner may read or change the file.
        UsageError: It cannot be read or made, it is not a key, or it lacks the key wanted.
    """
    path = path or default_key_path()
    if key_id is None:
        _make_sure(path)
    epochs = read_epochs(path)
    wanted = epochs[-1:] if key_id is None else epochs
    keys = [Key(one.secret, one.number) for one in wanted if one.secret is not None]
    found = [key for key in keys if key_id in (None, key.key_id)]
    if not found:
        raise UsageError(
            f"The key file {path} does not hold the key {key_id or 'of its newest epoch'}.",
            "Name the file with which the run was made with --key FILE. If that epoch's key was "
            "destroyed, nobody can tell any more which pseudonym is whose.",
        )
    return found[-1]


def read_epochs(path: Path) -> list[Epoch]:
    """Return what a key file holds, oldest epoch first.

    A file of exactly 32 bytes, as other tools make them, is the key of a first epoch.

    Raises:
        PrivacyRefusalError: Others than its owner may read or change the file.
        UsageError: It cannot be read, or it is not a key.
    """
    content = private_file.read(path, "--key")
    if len(content) == KEY_BYTES:
        return [Epoch(1, "", content)]
    try:
        said = json.loads(content)
        epochs = [_epoch(one) for one in said["epochs"]]
        good = said["format"] == _FORMAT and [one.number for one in epochs] == list(
            range(1, len(epochs) + 1)
        )
    except (ValueError, KeyError, TypeError, AttributeError):
        good = False
    if not good:
        raise UsageError(
            f"{path} is not a key: it was not made by graphmeta, nor are there exactly "
            f"{KEY_BYTES} bytes in it.",
            "Name another with --key FILE; a file that does not exist is made.",
        )
    return epochs


def written(epochs: Sequence[Epoch]) -> bytes:
    """Return the content of a key file that holds some epochs."""
    rows = [
        {
            "epoch": one.number,
            "made_at": one.made_at,
            "secret": None if one.secret is None else one.secret.hex(),
            "destroyed_at": one.destroyed_at,
        }
        for one in epochs
    ]
    return (json.dumps({"format": _FORMAT, "epochs": rows}, indent=1) + "\n").encode()


def fresh(number: int) -> Epoch:
    """Return a new epoch with a key of its own, drawn at random."""
    moment = datetime.now(UTC).isoformat(timespec="seconds")
    return Epoch(number, moment, secrets.token_bytes(KEY_BYTES))


def _make_sure(path: Path) -> None:
    try:
        if not path.exists():
            private_file.make(path, written([fresh(1)]))
    except OSError as error:
        raise private_file.unreachable(path, "--key", error) from error


def _epoch(row: dict[str, Any]) -> Epoch:
    secret = None if row["secret"] is None else bytes.fromhex(row["secret"])
    if secret is not None and len(secret) != KEY_BYTES:
        raise ValueError("a key of another length")
    return Epoch(int(row["epoch"]), str(row["made_at"]), secret, str(row["destroyed_at"]))
