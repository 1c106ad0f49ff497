"""When people are awake and write: rhythms of day and week, by type of person and time zone.

Each type is a mixture of bumps over the local day, one for working days and one for weekends.
Times are drawn by inverting the cumulative profile; quarters of an hour are the grain.
"""

from __future__ import annotations

import numpy as np

from graphmeta.synthetic.sheet import Bools, Floats, Ints

DAY = 86_400
HOUR = 3_600
_QUARTER = 900
_QUARTERS = DAY // _QUARTER

# (height, hour of the local day, width in hours) of each bump: working day, then weekend.
_Bumps = tuple[tuple[float, float, float], ...]
_TYPES: tuple[tuple[_Bumps, _Bumps], ...] = (
    (((1.0, 7.5, 1.2), (0.7, 12.5, 2.0), (0.9, 18.0, 2.5)), ((0.8, 10.0, 2.5), (1.0, 17.5, 3.0))),
    (((0.6, 8.5, 1.0), (1.0, 11.0, 2.5), (1.0, 15.5, 2.5)), ((1.0, 12.0, 3.0), (0.7, 19.0, 2.5))),
    (((0.4, 8.0, 1.0), (0.5, 12.8, 1.5), (1.3, 20.5, 2.2)), ((0.6, 13.0, 3.0), (1.2, 20.5, 2.5))),
    (((0.5, 13.0, 2.5), (1.2, 22.5, 2.4)), ((0.6, 15.0, 3.0), (1.3, 23.0, 2.8))),
    (((0.6, 10.0, 4.0), (0.6, 16.0, 4.0), (0.3, 2.0, 3.0)), ((0.7, 14.0, 5.0), (0.3, 2.0, 3.0))),
)
TYPES = len(_TYPES)
#: All widths are narrowed to this: real accounts keep two thirds of what they send to eight hours.
_NARROW = 0.62
#: How often each type occurs among ordinary people.
TYPE_SHARES = np.array([0.2, 0.25, 0.3, 0.15, 0.1])


def _profile(bumps: _Bumps) -> Floats:
    hours = (np.arange(_QUARTERS) + 0.5) / 4
    total = np.full(_QUARTERS, 0.006)
    for height, centre, width in bumps:
        away = np.abs(hours - centre)
        total += height * np.exp(-0.5 * (np.minimum(away, 24 - away) / (_NARROW * width)) ** 2)
    return np.asarray(total / total.sum())


#: Shape (types * 2, quarters): the row of a type on working days is 2 * type, weekends + 1.
_PROFILES = np.stack([_profile(bumps) for pair in _TYPES for bumps in pair])
# Cumulative rows stacked end to end (row r spans r to r + 1), so one search serves all rows.
_STACKED = (np.cumsum(_PROFILES, axis=1) + np.arange(2 * TYPES)[:, None]).ravel()


def is_weekend(day: Ints) -> Bools:
    """Say which days are weekends; a world starts on a Monday."""
    return np.asarray(day % 7 >= 5)


def some_day(rng: np.random.Generator, days: int, weekend: float, count: int) -> Ints:
    """Draw days, with ``weekend`` times as many on a day of the weekend as on a working day."""
    weight = np.where(is_weekend(np.arange(days)), weekend, 1.0)
    total = np.cumsum(weight)
    return np.asarray(np.searchsorted(total, rng.random(count) * total[-1], side="right"))


def second_of_day(rng: np.random.Generator, kind: Ints, day: Ints) -> Floats:
    """Draw local seconds of the day.

    Args:
        rng: Where chance comes from.
        kind: Type of person, shape (n,).
        day: Day since the start, shape (n,).

    Returns:
        Seconds since local midnight, shape (n,).
    """
    row = 2 * kind + is_weekend(day)
    spot = np.searchsorted(_STACKED, row + rng.random(len(row)) * (1 - 1e-9), side="right")
    return np.asarray((spot - row * _QUARTERS + rng.random(len(row))) * _QUARTER)


def wakefulness(kind: Ints, local: Floats) -> Floats:
    """Return how lively a type is at local seconds since the start, 1 at its peak."""
    day = np.floor(local / DAY).astype(np.int64)
    quarter = np.clip(((local - day * DAY) // _QUARTER).astype(np.int64), 0, _QUARTERS - 1)
    row = 2 * kind + is_weekend(day)
    return np.asarray(_PROFILES[row, quarter] / _PROFILES[row].max(axis=1))
