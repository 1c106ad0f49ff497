"""Of which class of popularity is a target, and which classes does an account lean to?

Each class holds targets that others reached up to twice as often as those of the last. Whoever
writes to numbers from a directory leans to the rare ones, and whoever buys to the popular. It
misleads where nobody else's contacts are seen: then all targets are of one class.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

#: Targets are classed by how often others reached them: never, once, 2 or 3, 4 to 7, and so on.
CLASSES = 8
#: Strength of the pull of leanings towards popular or rare targets to none, in contacts.
_LEAN_SHRINK = 10.0


def class_of(others: ArrayLike) -> IntArray:
    """Return the class of targets by how often others reached them, in the shape of ``others``."""
    reached = np.asarray(others, dtype=np.float64)
    length = np.floor(np.log2(np.maximum(reached, 0.5))).astype(np.int64) + 1
    return np.minimum(length, CLASSES - 1)


def leaning(towards: FloatArray, expected: FloatArray) -> FloatArray:
    """Return how much more often classes of targets are reached than popularity explains.

    Whoever writes to numbers from a directory reaches many that nobody else does; whoever buys,
    hardly any. Without this, the null would expect spammers to meet at popular shops.

    Args:
        towards: Contacts to each class, shape (n, classes).
        expected: What popularity explains, in any scale, shape (n, classes) or (classes,).

    Returns:
        Factors pulled towards 1, shape (n, classes).
    """
    total = towards.sum(axis=1, keepdims=True)
    scaled = expected / np.maximum(expected.sum(axis=-1, keepdims=True), 1e-12)
    share = (towards + _LEAN_SHRINK * scaled) / (total + _LEAN_SHRINK)
    return np.asarray(np.where(scaled > 0, share / np.maximum(scaled, 1e-12), 1.0))
