"""Where does the key of the pseudonyms come from, and who may read it?

A key is 32 random bytes in a file of its own, apart from the data, readable by its owner alone.
Where none is named, one is made in the user's configuration folder. Whoever holds the key can
compute pseudonyms forward from ids; destroying it ends that for good.
"""

from __future__ import annotations

import hmac
import os
import secrets
import stat
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from graphmeta.errors import PrivacyRefusalError, UsageError

KEY_BYTES = 32

Purpose = Literal["account", "group"]


@dataclass(frozen=True)
class Key:
    """A secret key. It is never shown: only ``key_id``, which does not tell it, may be."""

    secret: bytes = field(repr=False)

    @property
    def key_id(self) -> str:
        """Eight hexadecimal digits that name the key without telling it."""
        return hmac.digest(self.secret, b"key id", "sha256").hex()[:8]

    def derive(self, dataset: str, purpose: Purpose) -> bytes:
        """Return the key for one purpose in one dataset; keys derived apart share nothing."""
        context = "\x1f".join(("graphmeta pseudonym 1", dataset, purpose))
        return hmac.digest(self.secret, context.encode(), "sha256")


def default_key_path() -> Path:
    """Return where the key stands that is used when none is named."""
    base = os.environ.get("XDG_CONFIG_HOME", "")
    root = Path(base) if base else Path.home() / ".config"
    return root / "graphmeta" / "key"


def load_key(path: Path | None = None) -> Key:
    """Read the key at ``path``, or the user's own; make it where there is none.

    Raises:
        PrivacyRefusalError: Others than its owner may read or change the file.
        UsageError: It cannot be read or made, or it is not a key.
    """
    path = path or default_key_path()
    try:
        if not path.exists():
            _make(path)
        _require_private(path)
        secret = path.read_bytes()
    except OSError as error:
        raise UsageError(
            f"The key file {path} cannot be read or made: {error.strerror}.",
            "Name another with --key FILE.",
        ) from error
    if len(secret) != KEY_BYTES:
        raise UsageError(
            f"{path} is not a key: a key file holds exactly {KEY_BYTES} bytes.",
            "Name another with --key FILE; a file that does not exist is made.",
        )
    return Key(secret)


def _make(path: Path) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    # Under its own name first, so that two runs at once never see half a key.
    draft = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(secrets.token_bytes(KEY_BYTES))
            file.flush()
            os.fsync(file.fileno())
        path.hardlink_to(draft)
    except FileExistsError:
        return  # another run made the key meanwhile; that one is used
    finally:
        draft.unlink()


def _require_private(path: Path) -> None:
    mode = stat.S_IMODE(path.stat().st_mode)
    if mode & 0o077:
        raise PrivacyRefusalError(
            f"The key file {path} may be read or changed by others (mode {mode:o}).",
            f"Close it with: chmod 600 {path}",
        )
