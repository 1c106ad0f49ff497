"""Under which names do accounts and groups leave the ingest?

A pseudonym is an HMAC-SHA256 of the id under a key derived for the dataset and the purpose
(account or group), cut to 100 bits and written in Base32: ``a_`` or ``g_`` and twenty letters
and digits. Without the key nobody can tell an id from its pseudonym, not even by trying all
telephone numbers; with it, pseudonyms are computed forward only. Among 10^9 ids the chance that
any two share a pseudonym is about 10^-12.

Pseudonymous is not anonymous: an account can still be recognised by what it did.
"""

from __future__ import annotations

import hmac

import numpy as np
import polars as pl

from graphmeta.privacy.keys import Key, Purpose

_LETTERS = np.frombuffer(b"abcdefghijklmnopqrstuvwxyz234567", dtype=np.uint8)
_SYMBOLS = 20
_BYTES = 13  # the first 100 of these 104 bits are used

PREFIX: dict[Purpose, str] = {"account": "a_", "group": "g_"}


def pseudonyms(ids: pl.Series, key: Key, dataset: str, purpose: Purpose) -> pl.Series:
    """Return the pseudonym of each id.

    Args:
        ids: Distinct ids, String, without nulls, shape (n,).
        key: The platform's key.
        dataset: Pseudonyms are stable within a dataset, unlinkable across.
        purpose: What the ids name.

    Returns:
        Shape (n,), String, of 22 characters each.
    """
    secret = key.derive(dataset, purpose)
    digests = b"".join(
        hmac.digest(secret, text.encode(), "sha256")[:_BYTES] for text in ids.to_list()
    )
    data = np.frombuffer(digests, dtype=np.uint8).reshape(len(ids), _BYTES)
    bits = np.unpackbits(data, axis=1)[:, : _SYMBOLS * 5].reshape(len(ids), _SYMBOLS, 5)
    symbols = bits @ np.array([16, 8, 4, 2, 1], dtype=np.uint8)
    text = np.ascontiguousarray(_LETTERS[symbols]).tobytes().decode("ascii")
    names = [text[start : start + _SYMBOLS] for start in range(0, len(text), _SYMBOLS)]
    return PREFIX[purpose] + pl.Series(names, dtype=pl.String)
