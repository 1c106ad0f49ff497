"""How long does something take, and how much memory, in a process of its own?

What ``speed.py`` and ``scale.py`` share. The unit of cost is one streaming Polars pass over the
same Parquet files in the same run: ``group_by(sender, recipient)`` with count, first and last. It
and the analysis run in turn, each from a process that is started for it and with all threads, and
the best of several times counts. Seconds by the clock mean something on an idle machine alone;
seconds of the processors, of all processes together, bear some company.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

_UNIT = """
import sys, polars as pl
from graphmeta import provenance
frame = pl.scan_parquet(sys.argv[1] + "/*.parquet")
found = frame.group_by("sender", "recipient").agg(
    n=pl.len(), first=pl.col("timestamp").min(), last=pl.col("timestamp").max()
)
rows = found.collect(engine="streaming").height
print(rows, provenance.peak_memory_bytes())
"""
#: Stages are told one by one, of files and of findings; here they are added up.
_STAGES = {
    "reading": "reading",
    "numbering": "numbering",
    "writing the store": "writing the store",
    "judging": "judging first contacts",
    "finding": "finding and confirming",
    "scoring": "scoring",
    "writing": "writing the run",
}


@dataclass(frozen=True)
class Cost:
    """What something took.

    Args:
        seconds: By the clock, from the start of its process to its end.
        cpu_seconds: Of all processors and processes.
        memory: The highest resident memory, in bytes, by process.
        stages: Seconds by stage, of an analysis.
        counts: What the manifest counted, of an analysis.
    """

    seconds: float
    cpu_seconds: float
    memory: Mapping[str, int]
    stages: Mapping[str, float] = field(default_factory=dict)
    counts: Mapping[str, Any] = field(default_factory=dict)


def world(events: int, folder: Path, seed: int = 1) -> Path:
    """Return a world of about so many events, made unless it stands in ``folder``."""
    made = folder / f"{events}"
    if not made.exists():
        _graphmeta("synth", "--events", str(events), "--seed", str(seed), "--out", str(made))
    return made


def unit(made: Path) -> Cost:
    """Measure the unit of cost on a world."""
    seconds, cpu, said = timed([sys.executable, "-c", _UNIT, str(made / "events")])
    return Cost(seconds, cpu, {"streaming pass": int(said.split()[1])})


def analysis(made: Path, *options: str) -> Cost:
    """Measure a whole analysis of a world, with its accounts."""
    with tempfile.TemporaryDirectory() as folder:
        run = Path(folder, "RUN")
        given = [str(made / "events"), "--accounts", str(made / "accounts.parquet")]
        command = ["analyze", *given, "--out", str(run), "--quiet", "--json", *options]
        key = ["--key", str(Path(folder, "key"))]
        seconds, cpu, _ = timed([sys.executable, "-m", "graphmeta", *command, *key])
        manifest = json.loads((run / "manifest.json").read_text(encoding="utf-8"))
    return Cost(
        seconds,
        cpu,
        manifest["peak_memory"],
        by_stage(manifest["timings_s"]),
        manifest["counts"],
    )


def by_stage(timings: Mapping[str, float]) -> dict[str, float]:
    """Return seconds by stage, the parts of each added up."""
    found: dict[str, float] = {}
    for name, seconds in timings.items():
        stage = next((told for begins, told in _STAGES.items() if name.startswith(begins)), name)
        found[stage] = found.get(stage, 0.0) + seconds
    return found


def best(costs: Sequence[Cost]) -> Cost:
    """Return the one of several that took the least time of the processors."""
    return min(costs, key=lambda cost: cost.cpu_seconds)


def in_turn(made: Path, times: int) -> tuple[Cost, Cost]:
    """Return the best of several units and analyses that ran in turn."""
    pairs = [(unit(made), analysis(made)) for _ in range(times)]
    return best([one for one, _ in pairs]), best([whole for _, whole in pairs])


def timed(command: Sequence[str]) -> tuple[float, float, str]:
    """Run a command; return its seconds by the clock, of all processors, and what it printed."""
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    seconds = time.perf_counter() - began
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return seconds, cpu, done.stdout


def _graphmeta(*arguments: str) -> None:
    subprocess.run([sys.executable, "-m", "graphmeta", *arguments, "--quiet"], check=True)
