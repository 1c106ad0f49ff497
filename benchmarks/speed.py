"""How fast is an analysis, beside one pass over the same files and beside published peers?

``python benchmarks/speed.py --events 1000000 --folder WORLDS``. Makes the world unless it is there,
runs the unit of cost (see ``measuring.py``) and the analysis in turn, and prints seconds, the ratio
of the two, memory, and seconds stage by stage. With ``--peers`` the published detectors of
``graphmeta bench`` look at the same files, each in a process of its own and for a limited time.

It misleads on a busy machine by the clock, less by the seconds of the processors. A peer answers
a smaller question (it tests nothing, and says nothing about what accounts do), so being faster
than we are is no contradiction; equal work is said where it is meant.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

import measuring

from graphmeta.bench.detector import Problem
from graphmeta.bench.isolate import Attempts

PEERS = ("fraudar", "toolkit_co_retweet", "toolkit_co_post")


def main() -> None:
    """Measure, and print."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--events", type=int, default=1_000_000)
    asked.add_argument("--folder", type=Path, required=True, help="where worlds stand, or will")
    asked.add_argument("--times", type=int, default=3)
    asked.add_argument("--peers", action="store_true")
    asked.add_argument("--time-limit", type=float, default=3600.0, help="seconds for each peer")
    given = asked.parse_args()
    made = measuring.world(given.events, given.folder)
    unit, whole = measuring.in_turn(made, given.times)
    print(f"{whole.counts['events_accepted']:,} events, {whole.counts['accounts']:,} accounts")
    for name, cost in (("one streaming pass", unit), ("analysis", whole)):
        memory = ", ".join(f"{who} {size / 1e6:,.0f} MB" for who, size in cost.memory.items())
        print(f"{name}: {cost.seconds:.2f} s, {cost.cpu_seconds:.2f} s of cores; {memory}")
    print(
        f"ratio: {whole.seconds / unit.seconds:.1f} units by the clock, "
        f"{whole.cpu_seconds / unit.cpu_seconds:.1f} by the cores"
    )
    for stage, seconds in whole.stages.items():
        print(f"  {seconds:9.2f} s  {stage}")
    if given.peers:
        _peers(made, whole, PEERS, given.time_limit)


def _peers(made: Path, whole: measuring.Cost, names: Sequence[str], time_limit: float) -> None:
    """Let peers look at the same files, and print what each took beside the analysis."""
    problem = Problem(made / "events", made / "accounts.parquet", seed=0)
    with Attempts(time_limit) as attempts:
        for name in names:
            outcome, _ = attempts.attempt(name, made.name, problem)
            if outcome["status"] != "done":
                print(f"{name}: {outcome['status']} ({outcome['reason']})")
                continue
            times = outcome["seconds"] / whole.seconds
            print(
                f"{name}: {outcome['seconds']:.1f} s, {outcome['cpu_seconds']:.1f} s of cores, "
                f"{outcome['peak_memory_bytes'] / 1e6:,.0f} MB; {times:.2f} times the analysis"
            )


if __name__ == "__main__":
    main()
