"""When people act: gaps, burstiness, hours of the day and days of the week.

Burstiness is (s - m) / (s + m) of the gaps' standard deviation s and mean m (Goh and Barabási
2008): -1 for a clock, 0 for a Poisson process, near 1 for rare and violent bursts. It depends on
how many gaps there are, so pairs and accounts with few are left out. Hours are counted in UTC (or
whatever the set's clock is): the mix of time zones shows in them, and the first hour is arbitrary
where a set's times are relative.
"""

from __future__ import annotations

import numpy as np

from graphmeta.bench.realism.log import DAY, Floats, Ints, Log

#: A pair's or an account's burstiness is measured from so many gaps on.
LEAST_GAPS = 5
#: An account's busiest hours are looked for from so many contacts on.
LEAST_EVENTS = 30
#: How long the busiest stretch of the day is, in hours.
STRETCH = 8


def _gaps(owner: Ints, time: Ints) -> tuple[Ints, Ints]:
    """Return the gaps between successive times of one owner, and whose each is."""
    order = np.lexsort((time, owner))
    owner, time = owner[order], time[order]
    same = owner[1:] == owner[:-1]
    return owner[1:][same], np.diff(time)[same]


def burstiness(owner: Ints, time: Ints) -> Floats:
    """Return the burstiness of every owner with enough gaps that are not all zero."""
    whose, gap = _gaps(owner, time)
    _, place, count = np.unique(whose, return_inverse=True, return_counts=True)
    mean = np.bincount(place, gap) / count
    spread = np.sqrt(np.bincount(place, (gap - mean[place]) ** 2) / count)
    able = (count >= LEAST_GAPS) & (mean > 0)
    return np.asarray((spread[able] - mean[able]) / (spread[able] + mean[able]))


def pair_gaps(log: Log) -> Floats:
    """Return seconds between successive contacts of one pair, at least 1."""
    return np.maximum(_gaps(log.pair, log.time)[1], 1).astype(np.float64)


def account_gaps(log: Log) -> Floats:
    """Return seconds between successive contacts that one account sent, at least 1."""
    return np.maximum(_gaps(log.sender, log.time)[1], 1).astype(np.float64)


def pair_burstiness(log: Log) -> Floats:
    """Return the burstiness of pairs, whoever sent."""
    return burstiness(log.pair, log.time)


def account_burstiness(log: Log) -> Floats:
    """Return the burstiness of what accounts sent."""
    return burstiness(log.sender, log.time)


def hours(log: Log) -> Floats:
    """Return the share of contacts in each hour of the day, shape (24,)."""
    return np.bincount(log.time % DAY // 3600, minlength=24) / len(log)


def weekdays(log: Log) -> Floats:
    """Return contacts per day by day of the week, as shares, shape (7,); the first is arbitrary.

    Only whole weeks count, where there is one, so that no weekday comes up more often.
    """
    whole = log.days // 7 * 7 or log.days
    day = log.time // DAY
    count = np.bincount(day[day < whole] % 7, minlength=7)
    return count / max(int(count.sum()), 1)


def busiest_hours(log: Log) -> Floats:
    """Return per account the share of what it sent that falls into its busiest eight hours.

    The stretch is the account's own, so its time zone has no say. A third is no rhythm at all.
    """
    count = np.zeros((log.accounts, 24))
    np.add.at(count, (log.sender, log.time % DAY // 3600), 1)
    count = count[count.sum(axis=1) >= LEAST_EVENTS]
    around = np.concatenate([count, count[:, : STRETCH - 1]], axis=1)
    stretch = np.lib.stride_tricks.sliding_window_view(around, STRETCH, axis=1).sum(axis=2)
    return np.asarray(stretch.max(axis=1, initial=0.0) / count.sum(axis=1))
