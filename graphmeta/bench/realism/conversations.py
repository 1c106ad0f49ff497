"""How people talk: length of conversations, taking turns, calls and how long they last.

A conversation is what one pair exchanges until it is silent for an hour
(:data:`graphmeta.graph.contacts.SILENCE_S`).
"""

from __future__ import annotations

import numpy as np

from graphmeta.bench.realism.log import Floats, Log


def length(log: Log) -> Floats:
    """Return how many contacts each conversation has."""
    begin = np.flatnonzero(log.begins)
    return np.diff(np.append(begin, len(log))).astype(np.float64)


def turn_taking(log: Log) -> float | None:
    """Return how often, within conversations, the next contact comes from the other side."""
    inside = ~log.begins[1:]
    if not inside.any():
        return None
    sender = log.sender[log.by_pair]
    return float((sender[1:] != sender[:-1])[inside].mean())


def two_sided(log: Log) -> float:
    """Return the share of conversations in which both sides take part."""
    number = np.cumsum(log.begins) - 1
    low = log.sender[log.by_pair] < log.recipient[log.by_pair]
    total = np.bincount(number)
    from_low = np.bincount(number, low)
    return float(((from_low > 0) & (from_low < total)).mean())


def calls(log: Log) -> float | None:
    """Return the share of contacts that are calls, or none where no call is told of."""
    return float(log.call.mean()) if log.call.any() else None


def call_seconds(log: Log) -> Floats | None:
    """Return how long calls lasted that were taken, or none where that is not known."""
    known = log.duration[log.call & (log.duration > 0)]
    return known if len(known) else None


def calls_not_taken(log: Log) -> float | None:
    """Return the share of calls of no length or of none that is known, or none without calls."""
    if not (log.call & (log.duration > 0)).any():
        return None
    return float(1 - (log.duration[log.call] > 0).mean())
