"""Who signed this? Ed25519 signatures (RFC 8032), by keys that people keep in files of their own.

A signed statement is a mapping; what is signed is its canonical JSON (sorted keys, no spaces,
ASCII), which begins with its format, so that a signature under a checkpoint is none under an
approval. A signature says that somebody had the key, and nothing of who that was: whoever checks
must know from elsewhere whose key it is.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from graphmeta.errors import UsageError
from graphmeta.privacy import private_file

#: A key to sign with; its public part is in hexadecimal digits everywhere.
SigningKey = Ed25519PrivateKey


def default_signing_key() -> Path:
    """Return where the signing key stands that is used when none is named."""
    return private_file.settings_folder() / "signing-key"


def make_signing_key(path: Path) -> None:
    """Make a signing key where there is none; one that is there stays.

    Raises:
        UsageError: It cannot be made.
    """
    pem = Ed25519PrivateKey.generate().private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
    )
    try:
        private_file.make(path, pem)
    except OSError as error:
        raise private_file.unreachable(path, "--signing-key", error) from error


def load_signing_key(path: Path) -> SigningKey:
    """Read a signing key: an Ed25519 private key as PEM (PKCS #8), without a passphrase.

    Raises:
        PrivacyRefusalError: Others than its owner may read or change the file.
        UsageError: It cannot be read, or it is no such key.
    """
    if not path.exists():
        raise UsageError(
            f"There is no signing key at {path}.",
            "Make one with: graphmeta privacy signing-key",
        )
    pem = private_file.read(path, "--signing-key")
    try:
        key = load_pem_private_key(pem, password=None)
    except (ValueError, TypeError) as error:
        raise _no_key(path) from error
    if not isinstance(key, Ed25519PrivateKey):
        raise _no_key(path)
    return key


def public_part(key: SigningKey) -> str:
    """Return the public key that belongs to a signing key, as 64 hexadecimal digits."""
    return key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw).hex()


def sign(key: SigningKey, statement: Mapping[str, Any]) -> str:
    """Return the signature of a statement, as 128 hexadecimal digits."""
    return key.sign(canonical(statement)).hex()


def signed_by(public_key: str, statement: Mapping[str, Any], signature: str) -> bool:
    """Say whether a signature of a statement was made with the key of a public key.

    A public key or a signature that is none was not.
    """
    try:
        key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(public_key))
        key.verify(bytes.fromhex(signature), canonical(statement))
    except (InvalidSignature, ValueError, TypeError):
        return False
    return True


def canonical(statement: Mapping[str, Any]) -> bytes:
    """Return the bytes that are signed and hashed for a statement."""
    text = json.dumps(statement, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return text.encode("ascii")


def digest(statement: Mapping[str, Any]) -> str:
    """Return the SHA-256 of a statement, as 64 hexadecimal digits."""
    return hashlib.sha256(canonical(statement)).hexdigest()


def _no_key(path: Path) -> UsageError:
    return UsageError(
        f"{path} is no signing key: it holds no Ed25519 private key as PEM without a passphrase.",
        "Make one with: graphmeta privacy signing-key",
    )
