"""How do time and memory grow with the events? ``python benchmarks/scale.py --folder WORLDS``.

Measures the unit of cost and the analysis (see ``measuring.py``) at several sizes and prints, for
each, seconds, units, memory by process, seconds stage by stage; and from size to size the growth
exponents: 1 is proportional, 2 is quadratic. A world of ten times the events has ten times the
accounts, and every account does what it did. ``sparse_world.py`` makes worlds for ``--worlds``.

With ``--fit`` it says where to begin with what ``graphmeta check`` estimates with
(``ingest/cost.py``): seconds and memory as sums of a part that is always there, one by event and
one by account, by least squares on relative errors, and how far the worst run is from its estimate.
"""

from __future__ import annotations

import argparse
import math
from collections.abc import Sequence
from pathlib import Path

import measuring
import numpy as np
from measuring import Cost
from scipy.optimize import nnls

SIZES = (100_000, 300_000, 1_000_000, 3_000_000, 10_000_000)


def main() -> None:
    """Measure, and print."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument(
        "--folder", type=Path, default=Path("worlds"), help="where they stand, or will"
    )
    asked.add_argument("--sizes", type=int, nargs="+", default=SIZES)
    asked.add_argument("--worlds", type=Path, nargs="+", help="these instead, such as sparse ones")
    asked.add_argument("--times", type=int, default=1)
    asked.add_argument("--fit", action="store_true")
    given = asked.parse_args()
    measured: list[tuple[Cost, Cost]] = []
    for made in given.worlds or (measuring.world(size, given.folder) for size in given.sizes):
        unit, whole = measuring.in_turn(made, given.times)
        _tell(unit, whole, measured[-1][1] if measured else None)
        measured.append((unit, whole))
    if given.fit:
        _fit([whole for _, whole in measured])


def _tell(unit: Cost, whole: Cost, before: Cost | None) -> None:
    """Print what one size took, and how it grew from the size before."""
    counts = whole.counts
    print(f"{counts['events_accepted']:,} events, {counts['accounts']:,} accounts")
    print(f"  unit      {unit.seconds:8.2f} s  {unit.cpu_seconds:8.2f} s of cores")
    print(f"  analysis  {whole.seconds:8.2f} s  {whole.cpu_seconds:8.2f} s of cores")
    print(
        f"  units     {whole.seconds / unit.seconds:8.1f}    "
        f"{whole.cpu_seconds / unit.cpu_seconds:8.1f}"
    )
    for who, size in whole.memory.items():
        print(f"  memory    {size / 1e6:8,.0f} MB {who}")
    for stage, seconds in whole.stages.items():
        grown = ""
        if before is not None and before.stages.get(stage, 0) > 0:
            grown = f"  exponent {_exponent(before, whole, before.stages[stage], seconds):.2f}"
        print(f"  stage     {seconds:8.2f} s  {stage}{grown}")
    if before is not None:
        clock = _exponent(before, whole, before.seconds, whole.seconds)
        cpu = _exponent(before, whole, before.cpu_seconds, whole.cpu_seconds)
        print(f"  growth exponent {clock:.2f} by the clock, {cpu:.2f} by the cores")


def _exponent(before: Cost, after: Cost, less: float, more: float) -> float:
    events = after.counts["events_accepted"] / before.counts["events_accepted"]
    return math.log(max(more, 1e-3) / max(less, 1e-3)) / math.log(events)


def _fit(measured: Sequence[Cost]) -> None:
    """Print what an estimate needs, and how wrong it is on these runs."""
    events = np.array([cost.counts["events_accepted"] for cost in measured], dtype=float)
    accounts = np.array([cost.counts["accounts"] for cost in measured], dtype=float)
    design = np.column_stack([np.ones(len(measured)), events, accounts])
    for name, told in (
        ("seconds of cores", [cost.cpu_seconds for cost in measured]),
        ("bytes of memory", [float(max(cost.memory.values())) for cost in measured]),
    ):
        seen = np.array(told)
        parts, _ = nnls(design / seen[:, None], np.ones(len(measured)))
        wrong = np.exp(np.abs(np.log(design @ parts / seen)).max())
        print(
            f"{name}: {parts[0]:.3g} + {parts[1]:.3g} x events + {parts[2]:.3g} x accounts; "
            f"the worst run is off by a factor of {wrong:.2f}"
        )


if __name__ == "__main__":
    main()
