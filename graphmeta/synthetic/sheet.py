"""What a world's events are while they are being made: six equally long arrays of numbers.

Names come last (:mod:`graphmeta.synthetic.world` gives every account and group a random token),
so no part of the generator can let an id tell what its bearer does.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from graphmeta.contract.events import KINDS

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

#: Groups are numbered from here on, so that they never meet the numbers of accounts.
FIRST_GROUP = 1 << 32
NO_GROUP = -1


@dataclass(frozen=True)
class Events:
    """Events as arrays of shape (n,).

    Args:
        sender: Account number.
        recipient: Account number, or group number for kinds to groups.
        time: Seconds since the world's start.
        kind: Position in ``contract.events.KINDS``.
        duration: Seconds; NaN where there is none.
        group: Group number, or ``NO_GROUP``.
    """

    sender: Ints
    recipient: Ints
    time: Ints
    kind: NDArray[np.int8]
    duration: NDArray[np.float32]
    group: Ints

    def __len__(self) -> int:
        """Return the number of events."""
        return len(self.sender)

    def where(self, keep: NDArray[Any]) -> Events:
        """Return the events that a mask or an array of positions selects."""
        return Events(
            self.sender[keep],
            self.recipient[keep],
            self.time[keep],
            self.kind[keep],
            self.duration[keep],
            self.group[keep],
        )


def make(
    sender: ArrayLike,
    recipient: ArrayLike,
    time: ArrayLike,
    kind: str = "message",
    duration: ArrayLike = np.nan,
    group: ArrayLike = NO_GROUP,
) -> Events:
    """Return events of one kind from broadcastable arrays; times are cut to whole seconds."""
    a, b, t, d, g = np.broadcast_arrays(
        np.atleast_1d(np.asarray(sender)), recipient, time, duration, group
    )
    return Events(
        a.astype(np.int64),
        b.astype(np.int64),
        np.floor(t).astype(np.int64),
        np.full(a.shape, KINDS.index(kind), dtype=np.int8),
        d.astype(np.float32),
        g.astype(np.int64),
    )


def concat(parts: Sequence[Events]) -> Events:
    """Return the events of all parts, one after the other."""
    if not parts:
        nothing = np.zeros(0, dtype=np.int64)
        return make(nothing, nothing, nothing)
    return Events(
        np.concatenate([part.sender for part in parts]),
        np.concatenate([part.recipient for part in parts]),
        np.concatenate([part.time for part in parts]),
        np.concatenate([part.kind for part in parts]),
        np.concatenate([part.duration for part in parts]),
        np.concatenate([part.group for part in parts]),
    )
