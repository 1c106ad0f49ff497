"""How chance is drawn so that equal input, configuration and seed give equal bytes.

Randomness is never keyed by row order. A draw about an account is keyed by a stable hash of
its id and the seed; a draw about a step of the analysis is keyed by the step's name. Python's
own ``hash`` is salted per process and data-frame hashes change between releases, so both are
avoided: text goes through BLAKE2b, arrays of integers through the finaliser of splitmix64
(Steele, Lea and Flood 2014), whose 64 output bits each depend on all input bits.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

UInt64Array = NDArray[np.uint64]

#: So many integers are scrambled at a time: all steps find them in the processor's own memory,
#: which makes them four times as fast as over millions at once.
_BLOCK = 1 << 14


def key(*parts: str | int) -> int:
    """Return a 64-bit key for a sequence of names and numbers, equal on every machine."""
    text = "\x1f".join(f"{type(part).__name__}:{part}" for part in parts)
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "little")


def generator(*parts: str | int) -> np.random.Generator:
    """Return a random generator that belongs to the named step alone."""
    return np.random.Generator(np.random.PCG64(key(*parts)))


def mix(values: NDArray[np.integer], salt: int = 0) -> UInt64Array:
    """Scramble integers into 64 uniform bits each (splitmix64 finaliser).

    Args:
        values: Integers of any width, shape (n,); negative ones wrap.
        salt: A 64-bit key; different salts give unrelated outputs.

    Returns:
        Shape (n,), unsigned 64-bit.
    """
    values = np.asarray(values)
    mixed = np.empty(len(values), dtype=np.uint64)
    for start in range(0, len(values), _BLOCK):
        block = mixed[start : start + _BLOCK]
        np.copyto(block.view(np.int64), values[start : start + _BLOCK], casting="unsafe")
        _scramble(block, salt)
    return mixed


def _scramble(state: UInt64Array, salt: int) -> None:
    """Scramble integers in their place."""
    state += np.uint64((salt + 0x9E3779B97F4A7C15) & (2**64 - 1))
    shifted = state >> np.uint64(30)
    state ^= shifted
    state *= np.uint64(0xBF58476D1CE4E5B9)
    np.right_shift(state, np.uint64(27), out=shifted)
    state ^= shifted
    state *= np.uint64(0x94D049BB133111EB)
    np.right_shift(state, np.uint64(31), out=shifted)
    state ^= shifted


def key_ids(names: Sequence[str], *parts: str | int) -> UInt64Array:
    """Return one 64-bit key per id, depending on the id, the named step and nothing else.

    Args:
        names: Ids as they are known outside, shape (n,).
        parts: The step (and seed) the keys are for.

    Returns:
        Shape (n,), unsigned 64-bit.
    """
    salt = key(*parts).to_bytes(8, "little")
    digests = b"".join(
        hashlib.blake2b(name.encode(), digest_size=8, key=salt).digest() for name in names
    )
    return np.frombuffer(digests, dtype="<u8").astype(np.uint64)
