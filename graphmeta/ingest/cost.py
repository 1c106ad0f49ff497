"""What will an analysis take? A rough estimate of time and memory, before anything is done.

Sums of a part that is always there, one by event and one by account, fitted by
``benchmarks/scale.py --fit`` to whole analyses of synthetic worlds. ``ERROR`` says how far the
worst of those runs is from its estimate; data in which far more strangers are contacted takes
longer than synthetic worlds do. Time is stated for as many cores as this process may use, of the
kind on which the runs were made.
"""

from __future__ import annotations

import os
from dataclasses import dataclass

#: Seconds of one core, and bytes in the largest process: always, by event, by account.
_SECONDS = (4.0, 2.0e-5, 0.0)
_BYTES = (6.0e8, 50.0, 1000.0)
#: An estimate is seldom off by more than this factor, on data like synthetic worlds.
ERROR = 2.0
#: What part of the time more cores than one can share.
_SHARED = 0.7


@dataclass(frozen=True)
class Estimate:
    """What an analysis will take, about.

    Args:
        seconds: By the clock, on a machine that has nothing else to do.
        memory_bytes: What its largest process holds at most.
        error: The factor by which either may be off.
        cores: For how many cores the time is stated.
    """

    seconds: float
    memory_bytes: int
    error: float
    cores: int


def estimate(events: int, accounts: int, cores: int | None = None) -> Estimate:
    """Return what an analysis of so many events among so many accounts will take.

    Args:
        events: Events that are read.
        accounts: Accounts that occur.
        cores: How many cores there are; as many as this process may use by default.
    """
    cores = cores or usable_cores()
    work = _sum(_SECONDS, events, accounts)
    seconds = work * (1 - _SHARED + _SHARED / cores)
    return Estimate(round(seconds, 1), int(_sum(_BYTES, events, accounts)), ERROR, cores)


def usable_cores() -> int:
    """Return how many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _sum(parts: tuple[float, float, float], events: int, accounts: int) -> float:
    always, by_event, by_account = parts
    return always + by_event * events + by_account * accounts
