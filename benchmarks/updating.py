"""What does a run cost that adds one day to earlier ones? ``python benchmarks/updating.py``.

Splits worlds at the last midnight; analyses all days at once, the earlier days (whose run keeps its
state), and the last day as an update of these. Compares every table of the update with that of the
run over all files, byte by byte, and prints seconds of the processors: of each, by stage, what is
saved, and the cost of the update in days, where one day is what a day of the whole run costs. The
best of ``--times`` runs in turn counts; other work on the same processors makes all of them slower.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import measuring
import polars as pl

from graphmeta.contract.tables import TABLES
from graphmeta.run import STATE


@dataclass(frozen=True)
class Took:
    """Processor seconds of a run, and seconds by the clock of its stages."""

    cpu: float
    stages: dict[str, float]


def main() -> None:
    """Measure, and print."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--folder", type=Path, required=True, help="where worlds stand, or will")
    asked.add_argument("--sizes", type=int, nargs="+", default=(1_000_000, 3_000_000))
    asked.add_argument("--times", type=int, default=1)
    given = asked.parse_args()
    for size in given.sizes:
        _measure(measuring.world(size, given.folder), given.times)


def _measure(world: Path, times: int) -> None:
    events = pl.read_parquet(world / "events" / "*.parquet")
    date = events["timestamp"].dt.date()
    days = date.n_unique()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        earlier, last = folder / "earlier.parquet", folder / "last.parquet"
        events.filter(date < date.max()).write_parquet(earlier)
        events.filter(date == date.max()).write_parquet(last)
        print(f"{len(events):,} events in {days} days, {(date == date.max()).sum():,} of the last")
        runs: dict[str, list[Took]] = {"all at once": [], "earlier, kept": [], "update": []}
        for turn in range(times):
            whole, old, new = (folder / f"{what}{turn}" for what in ("WHOLE", "OLD", "NEW"))
            runs["all at once"].append(_analysed(world, whole, [earlier, last]))
            runs["earlier, kept"].append(_analysed(world, old, [earlier], "--keep-state"))
            runs["update"].append(_analysed(world, new, [last], "--update", str(old)))
            _compare(whole, new)
        print(f"  the state is of {(old / STATE).stat().st_size / 1e6:.1f} MB")
    best = {what: min(took, key=lambda one: one.cpu) for what, took in runs.items()}
    for what, took in best.items():
        print(f"  {what:<14} {took.cpu:8.2f} s of the processors")
    for stage, seconds in best["all at once"].stages.items():
        print(f"  {stage:<24} {seconds:8.2f} s {best['update'].stages.get(stage, 0.0):8.2f} s")
    whole_cpu, update_cpu = best["all at once"].cpu, best["update"].cpu
    print(f"  an update costs {update_cpu / (whole_cpu / days):.1f} days of {days}")


def _analysed(world: Path, out: Path, events: Sequence[Path], *options: str) -> Took:
    given = [*map(str, events), "--accounts", str(world / "accounts.parquet"), "--out", str(out)]
    command = [sys.executable, "-m", "graphmeta", "analyze", *given, "--quiet", "--json"]
    key = ["--key", str(out.with_name("key"))]
    _, cpu, _ = measuring.timed([*command, *key, *options])
    manifest = json.loads((out / "manifest.json").read_text(encoding="utf-8"))
    return Took(cpu, measuring.by_stage(manifest["timings_s"]))


def _compare(one: Path, other: Path) -> None:
    for name in TABLES:
        file = f"{name}.parquet"
        if (one / file).read_bytes() != (other / file).read_bytes():
            sys.exit(f"{file} differs: an update is not what it promises to be")


if __name__ == "__main__":
    main()
