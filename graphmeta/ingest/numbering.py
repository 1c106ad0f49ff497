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

import numpy as np
import polars as pl
from numpy.typing import NDArray

from graphmeta.seeds import UInt64Array, key, mix

#: The dense integer of an entity that does not occur.
ABSENT = int(np.iinfo(np.uint32).max)

_ROUNDS = 2
_SENDER, _RECIPIENT, _GROUP = (key("numbering", role) for role in ("sender", "recipient", "group"))
#: What stands for the hash of an end that an event does not have.
_NOBODY = np.uint64(key("numbering", "nobody"))


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
    count = len(names)
    ends = [
        (salt, *_places(events[column]))
        for salt, column in (
            (_SENDER, "sender"),
            (_RECIPIENT, "recipient"),
            (_GROUP, "group"),
        )
    ]
    time = events["time"].to_numpy()
    base = _event_hashes(events)
    hashes = _trait_hashes(traits, count)
    state = base
    first = np.full(count, np.iinfo(np.int64).max)
    for _, rows, entities in ends:
        np.minimum.at(first, entities, time[rows])
    for _ in range(_ROUNDS + 1):
        sums = hashes.copy()
        for salt, rows, entities in ends:
            np.add.at(sums, entities, mix(state[rows].view(np.int64), salt))
        hashes = mix(sums.view(np.int64))
        state = _with_ends(base, ends, hashes)
    return _ranks(first, hashes, names)


_Ends = list[tuple[int, NDArray[np.int64], NDArray[np.uint32]]]


def _places(column: pl.Series) -> tuple[NDArray[np.int64], NDArray[np.uint32]]:
    """Return the rows in which a column is filled, and what it holds there."""
    rows = column.is_not_null().arg_true().to_numpy().astype(np.int64)
    return rows, column.drop_nulls().to_numpy()


def _event_hashes(events: pl.DataFrame) -> UInt64Array:
    offset = events["time"] - events["time"].min()
    hashes = mix(offset.to_numpy(), key("numbering", "time"))
    kind = events["kind"].to_physical().to_numpy().astype(np.uint64)
    # Null and zero durations are two things.
    length = events["duration_s"].fill_null(-1.0).to_numpy().view(np.uint32).astype(np.uint64)
    what = (length << np.uint64(8)) | kind
    return mix((hashes ^ mix(what.view(np.int64), key("numbering", "what"))).view(np.int64))


def _trait_hashes(traits: pl.DataFrame, count: int) -> UInt64Array:
    hashes = np.zeros(count, dtype=np.uint64)
    for trait in traits:
        values = trait.cast(pl.Int64).fill_null(-1).to_numpy()
        hashes = mix((hashes ^ mix(values, key("numbering", trait.name))).view(np.int64))
    return hashes


def _with_ends(base: UInt64Array, ends: _Ends, hashes: UInt64Array) -> UInt64Array:
    """Return the events' hashes with those of all their ends."""
    state = base
    for salt, rows, entities in ends:
        known = np.full(len(base), _NOBODY)
        known[rows] = hashes[entities]
        state = mix((state ^ mix(known.view(np.int64), salt)).view(np.int64))
    return state


def _ranks(first: NDArray[np.int64], hashes: UInt64Array, names: pl.Series) -> NDArray[np.uint32]:
    absent = np.iinfo(np.int64).max
    frame = pl.DataFrame({"first": first, "hash": hashes, "name": names}).with_row_index("entity")
    order = frame.filter(pl.col("first") < absent).sort("first", "hash", "name")["entity"]
    ranks = np.full(len(names), ABSENT, dtype=np.uint32)
    ranks[order.to_numpy()] = np.arange(len(order), dtype=np.uint32)
    return ranks
