"""How does something long lie on a disk so that nobody reads or changes it without a key?

As records, each sealed by AES-256-GCM (NIST SP 800-38D, as ``cryptography`` has it). The key of a
file is derived by HKDF-SHA256 (RFC 5869) from a secret and 32 bytes drawn at random for this file,
so that no two files share one. A record's nonce is its number, and whether it is the last: records
cannot be changed, left out, repeated, put in another order or taken from another file, and none
can be cut off the end (the STREAM construction of Hoang, Reyhanitabar, Rogaway and Vizar, "Online
Authenticated-Encryption and its Nonce-Reuse Misuse-Resistance", CRYPTO 2015).

What stays to be seen is how many records there are, and how long each is. It misleads where a
reader acts upon records before it has come to the end: that the end is there shows at the end.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from graphmeta.errors import PrivacyRefusalError

#: How such a file begins; 32 random bytes follow.
MAGIC = b"graphmeta sealed records 1\n"
_SALT_BYTES = 32
_LENGTH_BYTES = 4
#: In bytes; a length beyond is damage, and no memory is asked for it.
_LONGEST = 1 << 28


class SealedWriter:
    """Writes records into a new file that its owner alone may read.

    The file is whole once its ``with`` block ended without an error.

    Args:
        path: The file. It must not exist.
        secret: From which the file's key is derived.
    """

    def __init__(self, path: Path, secret: bytes) -> None:
        salt = secrets.token_bytes(_SALT_BYTES)
        self._cipher = _cipher(secret, salt)
        self._file = os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")
        self._file.write(MAGIC + salt)
        self._number = 0
        # The last record is sealed as the last, so each waits until it is known whether it is.
        self._waiting: bytes | None = None

    def __enter__(self) -> SealedWriter:
        """Begin."""
        return self

    def add(self, record: bytes) -> None:
        """Seal another record."""
        if self._waiting is not None:
            self._write(self._waiting, last=False)
        self._waiting = record

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Seal the last record, unless something failed; then the file stays without an end."""
        with self._file:
            if kind is None:
                self._write(self._waiting or b"", last=True)

    def _write(self, record: bytes, *, last: bool) -> None:
        sealed = self._cipher.encrypt(_nonce(self._number, last=last), record, None)
        self._file.write(len(sealed).to_bytes(_LENGTH_BYTES, "big") + sealed)
        self._number += 1


def is_sealed(path: Path) -> bool:
    """Tell whether a file begins as sealed records do. That they open is not said."""
    with path.open("rb") as file:
        return file.read(len(MAGIC)) == MAGIC


def records(path: Path, secret: bytes) -> Iterator[bytes]:
    """Yield the records of a file in order.

    Raises:
        PrivacyRefusalError: The key is another, or the file was changed or cut off.
        OSError: It cannot be read.
    """
    with path.open("rb") as file:
        start = file.read(len(MAGIC) + _SALT_BYTES)
        if len(start) < len(MAGIC) + _SALT_BYTES or not start.startswith(MAGIC):
            raise _unopened(path)
        cipher = _cipher(secret, start[len(MAGIC) :])
        number, sealed = 0, _next(file, path)
        while sealed is not None:
            following = _next(file, path)
            try:
                yield cipher.decrypt(_nonce(number, last=following is None), sealed, None)
            except InvalidTag:
                raise _unopened(path) from None
            number, sealed = number + 1, following
        if number == 0:
            raise _unopened(path)


def _cipher(secret: bytes, salt: bytes) -> AESGCM:
    return AESGCM(HKDF(SHA256(), 32, salt, MAGIC).derive(secret))


def _nonce(number: int, *, last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes([last])


def _next(file: BinaryIO, path: Path) -> bytes | None:
    """Return the next sealed record; None at the end."""
    length = file.read(_LENGTH_BYTES)
    if not length:
        return None
    size = int.from_bytes(length, "big")
    sealed = file.read(size) if size <= _LONGEST else b""
    if len(length) < _LENGTH_BYTES or len(sealed) < size:
        raise _unopened(path)
    return sealed


def _unopened(path: Path) -> PrivacyRefusalError:
    return PrivacyRefusalError(
        f"{path} does not open: the key is another, or the file was changed or cut off.",
        "Name the key file with which it was written with --key FILE. What was changed cannot be "
        "mended: analyse the events again.",
    )
