"""Which dense integer does each entity get, so that names have no say in it?

Later steps break ties by dense integer. Were these given by name, relabelling the accounts would
change results; were they given by row order, shuffling the rows would. So an entity's place is
decided by its structure: when it first appears, then a hash of everything that it does and of
whom it does it with. Names decide only between entities that structure cannot tell apart.

Method: colour refinement after Weisfeiler and Leman (1968) on the multigraph of events. An
entity's first hash is the sum, wrapping at 64 bits, of a hash of each of its events (time since
the first event of all, kind, duration, and which end of the event it is); sums do not depend on
order and count repetitions. Two further rounds add the hashes of the others in each event.

It misleads where two entities are symmetric (swapping them gives the same data): then names
decide, and relabelling may swap the two. Nothing but a tie can depend on that.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from graphmeta.seeds import UInt64Array, key, mix

#: The dense integer of an entity that does not occur.
ABSENT = int(np.iinfo(np.uint32).max)
_NEVER = int(np.iinfo(np.int64).max)

_ROUNDS = 2
_ENDS = ("sender", "recipient", "group")


@dataclass(frozen=True)
class _End:
    """One end of the events: in which rows it is filled, and by which entities."""

    salt: int
    rows: NDArray[np.int64]
    entities: NDArray[np.uint32]


def structural_order(
    events: pl.DataFrame, names: pl.Series, traits: pl.DataFrame
) -> NDArray[np.uint32]:
    """Return the dense integer of each provisional entity.

    Args:
        events: Columns sender, recipient, group (UInt32 provisional entities; recipient is null
            where the group is the recipient), time, kind, duration_s.
        names: The entities' ids, one per provisional entity, shape (n,).
        traits: What else is known of each entity, integers, shape (n, any).

    Returns:
        Shape (n,): 0 to m - 1 for the m entities that occur in events, ``ABSENT`` for others.
    """
    ends = [_end(events[column]) for column in _ENDS]
    first = np.full(len(names), _NEVER)
    time = events["time"].to_numpy()
    for end in ends:
        np.minimum.at(first, end.entities, time[end.rows])
    own = _trait_hashes(traits, len(names))
    base = _event_hashes(events)
    hashes = _summed(base, ends, own)
    for _ in range(_ROUNDS):
        hashes = _summed(_with_ends(base, ends, hashes), ends, own)
    return _ranks(first, hashes, names)


def _end(column: pl.Series) -> _End:
    rows = column.is_not_null().arg_true().to_numpy().astype(np.int64)
    return _End(key("numbering", column.name), rows, column.drop_nulls().to_numpy())


def _event_hashes(events: pl.DataFrame) -> UInt64Array:
    offset = (events["time"] - events["time"].min()).to_numpy()
    kind = events["kind"].to_physical().to_numpy().astype(np.int64)
    # Null and zero durations are two things; the bits of a float are kept whole.
    length = events["duration_s"].fill_null(-1.0).to_numpy().view(np.int32).astype(np.int64)
    return mix(mix(offset) ^ mix((length << 8) | kind, key("numbering", "what")))


def _trait_hashes(traits: pl.DataFrame, count: int) -> UInt64Array:
    hashes = np.zeros(count, dtype=np.uint64)
    for trait in traits:
        values = trait.cast(pl.Int64).fill_null(-1).to_numpy()
        hashes = mix(hashes ^ mix(values, key("numbering", trait.name)))
    return hashes


def _summed(events: UInt64Array, ends: list[_End], own: UInt64Array) -> UInt64Array:
    """Return a hash of each entity from those of its events, by the end at which it stands."""
    hashes = own
    for end in ends:
        total = np.zeros(len(own), dtype=np.uint64)
        np.add.at(total, end.entities, events[end.rows])
        hashes = mix(hashes ^ mix(total, end.salt))
    return hashes


def _with_ends(base: UInt64Array, ends: list[_End], hashes: UInt64Array) -> UInt64Array:
    """Return a hash of each event from its own and from those of the entities at its ends."""
    state = base.copy()
    for end in ends:
        state[end.rows] += mix(hashes, end.salt)[end.entities]
    return mix(state)


def _ranks(first: NDArray[np.int64], hashes: UInt64Array, names: pl.Series) -> NDArray[np.uint32]:
    frame = pl.DataFrame({"first": first, "hash": hashes, "name": names}).with_row_index("entity")
    order = frame.filter(pl.col("first") < _NEVER).sort("first", "hash", "name")["entity"]
    ranks = np.full(len(names), ABSENT, dtype=np.uint32)
    ranks[order.to_numpy()] = np.arange(len(order), dtype=np.uint32)
    return ranks
