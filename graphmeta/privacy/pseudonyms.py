"""Under which names do accounts and groups leave the ingest?

A pseudonym is an HMAC-SHA256 of the id, cut to 100 bits and written in Base32: ``a_`` or ``g_``
and twenty letters and digits. The HMAC's key is the one derived for the data set, the purpose
(account or group) and the epoch, in hexadecimal digits: 64 of them, one block of SHA-256. Without
the key nobody can tell an id from its pseudonym, not even by trying all telephone numbers; with
it, pseudonyms are computed forward only. Among 10^9 ids the chance that any two share a pseudonym
is about 10^-12.

Pseudonymous is not anonymous: an account can still be recognised by what it did.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl
import polars_hash

from graphmeta.errors import UsageError
from graphmeta.privacy.keys import KEY_BYTES, KeySource, Named, Purpose

_LETTERS = np.frombuffer(b"abcdefghijklmnopqrstuvwxyz234567", dtype=np.uint8)
_SYMBOLS = 20
_HEX_DIGITS = 25  # which are the 100 bits
#: So many ids at a time: a million hexadecimal HMACs take 64 MB.
_BATCH = 1_000_000

PREFIX: dict[Named, str] = {"account": "a_", "group": "g_"}
#: What must be equal for an account to bear the same pseudonym in two runs.
_DECISIVE = ("identifiers", "dataset", "epoch", "key_id")


def pseudonyms(ids: pl.Series, key: KeySource, dataset: str, purpose: Named) -> pl.Series:
    """Return the pseudonym of each id.

    Args:
        ids: Ids, String, without nulls, shape (n,).
        key: The platform's key.
        dataset: Pseudonyms are stable within a dataset and epoch, unlinkable across.
        purpose: What the ids name.

    Returns:
        Shape (n,), String, of 22 characters each.

    Raises:
        UsageError: What the key source derived is no key.
    """
    secret = derived(key, dataset, purpose)
    parts = [_named(part, secret.hex()) for part in _batches(ids)]
    names = pl.concat(parts) if parts else pl.Series([], dtype=pl.String)
    return PREFIX[purpose] + names


def derived(key: KeySource, dataset: str, purpose: Purpose) -> bytes:
    """Return what a key source derives for a data set and purpose.

    Raises:
        UsageError: That is no key.
    """
    secret = key.derive(dataset, purpose)
    if len(secret) != KEY_BYTES:
        raise UsageError(
            f"The key source derived a key of {len(secret)} bytes.",
            f"It must give {KEY_BYTES}, as HMAC-SHA256 does.",
        )
    return secret


def same_pseudonyms(first: Mapping[str, Any], second: Mapping[str, Any]) -> None:
    """Refuse to look for the accounts of one in the other, where their names cannot be compared.

    Args:
        first: What a manifest says under "privacy".
        second: What another says there, or what is known of the key at hand.

    Raises:
        UsageError: They are of different data sets, epochs or keys, or one has plain ids.
    """
    for what in _DECISIVE:
        if first.get(what) != second.get(what):
            raise UsageError(
                "Accounts bear different names in the two: "
                f"{what} is {first.get(what)!r} in one and {second.get(what)!r} in the other.",
                "Pseudonyms can be compared within one data set, epoch and key alone.",
            )


def _batches(ids: pl.Series) -> Iterator[pl.Series]:
    for start in range(0, len(ids), _BATCH):
        yield ids.slice(start, _BATCH)


def _named(ids: pl.Series, secret: str) -> pl.Series:
    """Return twenty Base32 letters for each of some ids, at least one."""
    digits = (
        ids.alias("id")
        .to_frame()
        .select(
            polars_hash.col("id").chash.hmac_sha256(key=secret).str.head(_HEX_DIGITS).str.join("")
        )
        .item()
    )
    text = _base32(np.frombuffer(digits.encode("ascii"), dtype=np.uint8))
    return pl.Series([text[start : start + _SYMBOLS] for start in range(0, len(text), _SYMBOLS)])


def _base32(digits: npt.NDArray[np.uint8]) -> str:
    """Write hexadecimal digits (ASCII, five or a multiple of it) in Base32: four letters for five.

    Five digits of four bits are four letters of five bits.
    """
    bits = np.where(digits > ord("9"), digits - (ord("a") - 10), digits - ord("0")).reshape(-1, 5)
    symbols = np.empty((len(bits), 4), dtype=np.uint8)
    for at in range(4):
        # Letter `at` takes what its predecessors left of digit `at`, and the top of the next.
        symbols[:, at] = (bits[:, at] << (at + 1) | bits[:, at + 1] >> (3 - at)) & 31
    return _LETTERS[symbols].tobytes().decode("ascii")
