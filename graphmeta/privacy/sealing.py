"""How is something locked so that two people must come together to open it?

It is sealed to the first recipient, and the result to the second (the age format, by pyrage), so
that the second's key opens a box in which there is another one, for the first. Neither key opens
anything alone. Two who agree can open it by any program that knows age: the rules of
``graphmeta reveal`` bind those who use it, and no cipher can bind two key holders together.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pyrage
from pyrage import x25519

from graphmeta.errors import PrivacyRefusalError, UsageError
from graphmeta.privacy import private_file

_OPTION = "--identity"
_MAKE_ONE = "Make one with: graphmeta privacy sealing-key FILE"


@dataclass(frozen=True)
class Identity:
    """A key that opens what was sealed to its recipient. It is never shown.

    Args:
        secret: An age identity: AGE-SECRET-KEY-1...
    """

    secret: str = field(repr=False)

    @property
    def recipient(self) -> str:
        """What others seal to: age1..."""
        return str(x25519.Identity.from_str(self.secret).to_public())


def new_identity() -> Identity:
    """Return a new key, drawn at random."""
    return Identity(str(x25519.Identity.generate()))


def make_identity(path: Path) -> None:
    """Make a file with a new key where there is none; one that is there stays.

    Raises:
        UsageError: It cannot be made.
    """
    made = new_identity()
    content = f"# public key: {made.recipient}\n{made.secret}\n"
    try:
        private_file.make(path, content.encode())
    except OSError as error:
        raise private_file.unreachable(path, _OPTION, error) from error


def load_identity(path: Path) -> Identity:
    """Read a key from a file, as age-keygen writes them too.

    Raises:
        PrivacyRefusalError: Others than its owner may read or change the file.
        UsageError: It cannot be read, or there is not exactly one key in it.
    """
    content = private_file.read(path, _OPTION).decode("utf-8", errors="replace")
    lines = [line.strip() for line in content.splitlines()]
    keys = [line for line in lines if line and not line.startswith("#")]
    try:
        (secret,) = keys
        x25519.Identity.from_str(secret)
    except (ValueError, pyrage.IdentityError):
        # The cause is dropped: it may quote the key.
        raise UsageError(f"{path} does not hold one age identity.", _MAKE_ONE) from None
    return Identity(secret)


def require_two(recipients: Sequence[str]) -> None:
    """Refuse recipients that are not two.

    Raises:
        UsageError: There are more or fewer, both are the same, or one is no age recipient.
    """
    if len(recipients) != 2 or recipients[0] == recipients[1]:
        raise UsageError(
            "A map back to the ids is sealed to two different keys, kept by two people.",
            "Name two recipients: --seal-to age1... --seal-to age1...",
        )
    for one in recipients:
        _recipient(one)


def seal(content: bytes, recipients: Sequence[str]) -> bytes:
    """Seal something to every one of some recipients: the key of each is needed to open it.

    Raises:
        UsageError: One is no age recipient.
    """
    for one in recipients:
        content = pyrage.encrypt(content, [_recipient(one)])
    return content


def unseal(sealed: bytes, identities: Sequence[Identity]) -> bytes:
    """Return what was sealed, given the keys in the order of their recipients.

    Raises:
        PrivacyRefusalError: A key does not open it, or it was changed.
    """
    content = sealed
    for one in reversed(identities):
        try:
            content = pyrage.decrypt(content, [x25519.Identity.from_str(one.secret)])
        except pyrage.DecryptError as error:
            raise PrivacyRefusalError(
                "What is sealed does not open with these keys, or was changed.",
                "Both keys to which it was sealed are needed.",
            ) from error
    return content


def _recipient(text: str) -> x25519.Recipient:
    try:
        return x25519.Recipient.from_str(text)
    except pyrage.RecipientError as error:
        raise UsageError(f"{text!r} is no age recipient (age1...).", _MAKE_ONE) from error
