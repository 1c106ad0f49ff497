"""Where events wait until all are made: in order of making, found again by when they happened.

Every event is three words of 64 bits: moment and sender, recipient and group, kind and duration.
Sorting by the three words is therefore a total order (two events that compare equal are equal),
so the order in which events came in cannot be told from the order in which they go out.

The world's time is cut into at most ``_STRETCHES`` stretches of whole hours. What comes in is
parted by stretch and appended to one file, with an index of where each stretch begins in it;
going out, one stretch at a time is gathered and sorted. On disk or in memory alike, no more than
what is being added and the stretch that is being read is held as arrays.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import BinaryIO

import numpy as np
import polars as pl
from numpy.typing import NDArray

from graphmeta.synthetic.clock import HOUR
from graphmeta.synthetic.sheet import FIRST_GROUP, NO_GROUP, Events, Ints

_STRETCHES = 1_000
_WORDS = ("moment and sender", "recipient and group", "kind and duration")
_ROW = 8 * len(_WORDS)
_HALF = 32
_LOW = (1 << _HALF) - 1
#: Half a word for groups and accounts: accounts below, groups from here on, and last no group.
_GROUP_CODE = 1 << 31
_NO_GROUP_CODE = _LOW


class Store:
    """Events of a world, to be added in any order and read in order of time.

    Args:
        handle: Where they are kept: a temporary file, or memory (``io.BytesIO``).
        end: The second after the world's last; what lies outside is not kept.
    """

    def __init__(self, handle: BinaryIO, end: int) -> None:
        self._handle = handle
        self._end = end
        self._width = HOUR * math.ceil(end / HOUR / _STRETCHES)
        self.stretches = math.ceil(end / self._width)
        self._written = 0
        self._bounds: list[Ints] = []

    def __len__(self) -> int:
        """Return how many events are kept."""
        return self._written

    def add(self, events: Events) -> None:
        """Keep events, those of them that lie within the world's time."""
        stretch = events.time // self._width
        stretch = np.where((events.time >= 0) & (events.time < self._end), stretch, self.stretches)
        # Sixteen bits are enough, and are sorted by counting.
        order = np.argsort(stretch.astype(np.uint16), kind="stable")
        bounds = np.searchsorted(stretch[order], np.arange(self.stretches + 1))
        packed = _packed(events.where(order[: bounds[-1]]))
        self._handle.seek(self._written * _ROW)
        self._handle.write(packed.data)
        self._bounds.append(self._written + bounds)
        self._written += len(packed)

    def read(self) -> Iterator[Events]:
        """Return the events of each stretch of time, sorted, one stretch after the other."""
        bounds = np.array(self._bounds, dtype=np.int64).reshape(-1, self.stretches + 1)
        for first, last in zip(bounds.T, bounds.T[1:], strict=False):
            yield self._gathered(first, last)

    def _gathered(self, first: Ints, last: Ints) -> Events:
        pieces = [b""]
        for at, past in zip(first.tolist(), last.tolist(), strict=True):
            self._handle.seek(at * _ROW)
            pieces.append(self._handle.read((past - at) * _ROW))
        words = np.frombuffer(b"".join(pieces), dtype=np.uint64).reshape(-1, len(_WORDS))
        columns = zip(_WORDS, np.ascontiguousarray(words.T), strict=True)
        frame = pl.DataFrame({word: pl.Series(values, dtype=pl.UInt64) for word, values in columns})
        return _unpacked(frame.sort(_WORDS))


def _packed(events: Events) -> NDArray[np.uint64]:
    """Return events as words, shape (n, 3)."""
    grouped = events.recipient >= FIRST_GROUP
    recipient = np.where(grouped, events.recipient - FIRST_GROUP + _GROUP_CODE, events.recipient)
    none = events.group == NO_GROUP
    group = np.where(none, _NO_GROUP_CODE, events.group - FIRST_GROUP + _GROUP_CODE)
    words = np.empty((len(events), len(_WORDS)), dtype=np.uint64)
    words[:, 0] = events.time << _HALF | events.sender
    # Of 64 bits without a sign: a group's code reaches into the highest.
    words[:, 1] = recipient.astype(np.uint64) << np.uint64(_HALF) | group.astype(np.uint64)
    words[:, 2] = events.kind.astype(np.int64) << _HALF | events.duration.view(np.uint32)
    return words


def _unpacked(frame: pl.DataFrame) -> Events:
    """Return words as events."""
    when, whom, what = (frame[name].to_numpy() for name in _WORDS)
    recipient, group = (whom >> np.uint64(_HALF)).astype(np.int64), _lower(whom)
    grouped = recipient >= _GROUP_CODE
    return Events(
        sender=_lower(when),
        recipient=np.where(grouped, recipient - _GROUP_CODE + FIRST_GROUP, recipient),
        time=(when >> np.uint64(_HALF)).astype(np.int64),
        kind=(what >> np.uint64(_HALF)).astype(np.int8),
        duration=(what & np.uint64(_LOW)).astype(np.uint32).view(np.float32),
        group=np.where(group == _NO_GROUP_CODE, NO_GROUP, group - _GROUP_CODE + FIRST_GROUP),
    )


def _lower(words: NDArray[np.uint64]) -> Ints:
    return (words & np.uint64(_LOW)).astype(np.int64)
