"""What will an analysis take? A rough estimate of time and memory, before anything is done.

Sums of a part that is always there, one by event and one by account. The first two were fitted by
hand to whole analyses of synthetic worlds of 100,000 to a hundred million events
(``benchmarks/scale.py``), the worst of which is 1.4 times off. There accounts and events grow
alike, so what an account adds was measured on a made-up graph of a million. Time is stated for as
many cores as this process may use, of the kind on which the runs were made. It misleads on data
that are unlike synthetic worlds, above all where far more strangers are contacted: finding groups
takes longer.
"""

from __future__ import annotations

from dataclasses import dataclass

from graphmeta.engines.local import usable_cores

#: Seconds of one core, and bytes in the largest process: always, by event, by account.
_SECONDS = (6.5, 7.5e-6, 4.0e-5)
_BYTES = (5.0e8, 65.0, 900.0)
#: What is said of how far off it may be: more than was seen on synthetic worlds.
ERROR = 2.0
#: What part of the time more cores than one can share.
_SHARED = 0.65


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


def _sum(parts: tuple[float, float, float], events: int, accounts: int) -> float:
    always, by_event, by_account = parts
    return always + by_event * events + by_account * accounts
