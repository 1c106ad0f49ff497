"""Which dense integer does each entity get, so that names have no say in it?

Later steps break ties by dense integer. Were these given by name, relabelling the accounts would
change results; were they given by row order, shuffling the rows would. So an entity's place is
decided by its structure: when it first appears, then a hash of everything that it does and of
whom it does it with. Names (those under which accounts leave, since of earlier days no others are
known) decide only between entities that structure cannot tell apart.

Method: colour refinement after Weisfeiler and Leman (1968) on the multigraph of events. An
entity's first hash is the sum, wrapping at 64 bits, of a hash of each of its events (time since
the first event of all, kind, duration, and which end of the event it is); sums do not depend on
order and count repetitions. Two further rounds add the hashes of the others in each event.

It misleads where two entities are symmetric (swapping them gives the same data): then names
decide, and relabelling may swap the two. Nothing but a tie can depend on that.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import polars as pl
from numpy.typing import NDArray

from graphmeta.seeds import UInt64Array, key, mix

#: The dense integer of an entity that does not occur.
ABSENT = int(np.iinfo(np.uint32).max)
_NEVER = int(np.iinfo(np.int64).max)
_WHAT = key("numbering", "what")

_ROUNDS = 2
_ENDS = {end: key("numbering", end) for end in ("sender", "recipient", "group")}
#: Rows whose hashes are made at a time: few enough for the processor's own memory.
_BLOCK = 1 << 15


def structural_order(
    events: Iterable[pl.DataFrame], start: int, names: pl.Series, traits: pl.DataFrame
) -> NDArray[np.uint32]:
    """Return the dense integer of each provisional entity.

    Args:
        events: In parts, in any order; they are looked at several times. Columns sender,
            recipient, group (UInt32 provisional entities; recipient is null where the group is
            the recipient), time, kind, duration_s.
        start: The time of the first event of all.
        names: The entities' names, one per provisional entity, shape (n,).
        traits: What else is known of each entity, integers, shape (n, any).

    Returns:
        Shape (n,): 0 to m - 1 for the m entities that occur in events, ``ABSENT`` for others.
    """
    own = _trait_hashes(traits, len(names))
    # One place more than there are entities: it stands for nobody.
    first = np.full(len(names) + 1, _NEVER)
    hashes = _round(events, start, own, None, first)
    for _ in range(_ROUNDS):
        hashes = _round(events, start, own, hashes)
    return _ranks(first[:-1], hashes, names)


def _at_ends(part: pl.DataFrame, count: int) -> dict[str, NDArray[np.uint32]]:
    """Return which entities stand at each end of some events; ``count`` where none does."""
    filled = part.select(pl.col(*_ENDS).fill_null(count))
    return {end: filled[end].to_numpy() for end in _ENDS}


def _round(
    events: Iterable[pl.DataFrame],
    start: int,
    own: UInt64Array,
    known: UInt64Array | None,
    first: NDArray[np.int64] | None = None,
) -> UInt64Array:
    """Return a hash of each entity from those of its events, by the end at which it stands.

    Args:
        events: All events, in parts.
        start: The time of the first of them.
        own: A hash of what is known of each entity otherwise.
        known: The hashes of the round before, which become part of the events' own; None in the
            first round.
        first: When each entity first appears, to be filled in.
    """
    count = len(own)
    # As before, the last place is nobody's, and nobody's hash is nought.
    totals = {end: np.zeros(count + 1, dtype=np.uint64) for end in _ENDS}
    others = (
        {}
        if known is None
        else {end: np.append(mix(known, salt), np.uint64(0)) for end, salt in _ENDS.items()}
    )
    for part in events:
        ends, what = _at_ends(part, count), _event_facts(part, start)
        if first is not None:
            for entities in ends.values():
                np.minimum.at(first, entities, part["time"].to_numpy())
        for at in range(0, len(part), _BLOCK):
            block = slice(at, at + _BLOCK)
            hashes = _event_hashes(*(fact[block] for fact in what))
            if others:
                for end, entities in ends.items():
                    hashes += others[end][entities[block]]
                hashes = mix(hashes)
            for end, entities in ends.items():
                np.add.at(totals[end], entities[block], hashes)
    hashes = own
    for end, salt in _ENDS.items():
        hashes = mix(hashes ^ mix(totals[end][:count], salt))
    return hashes


def _event_facts(part: pl.DataFrame, start: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return of each event when it was, and what it was, as one integer each."""
    kind = part["kind"].to_physical().to_numpy().astype(np.int64)
    # Null and zero durations are two things; the bits of a float are kept whole.
    length = part["duration_s"].fill_null(-1.0).to_numpy().view(np.int32).astype(np.int64)
    return part["time"].to_numpy() - start, (length << 8) | kind


def _event_hashes(offset: NDArray[np.int64], what: NDArray[np.int64]) -> UInt64Array:
    return mix(mix(offset) ^ mix(what, _WHAT))


def _trait_hashes(traits: pl.DataFrame, count: int) -> UInt64Array:
    hashes = np.zeros(count, dtype=np.uint64)
    for trait in traits:
        values = trait.cast(pl.Int64).fill_null(-1).to_numpy()
        hashes = mix(hashes ^ mix(values, key("numbering", trait.name)))
    return hashes


def _ranks(first: NDArray[np.int64], hashes: UInt64Array, names: pl.Series) -> NDArray[np.uint32]:
    frame = pl.DataFrame({"first": first, "hash": hashes, "name": names}).with_row_index("entity")
    order = frame.filter(pl.col("first") < _NEVER).sort("first", "hash", "name")["entity"]
    ranks = np.full(len(names), ABSENT, dtype=np.uint32)
    ranks[order.to_numpy()] = np.arange(len(order), dtype=np.uint32)
    return ranks
