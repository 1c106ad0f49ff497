"""Does a killed analysis go on and end in the same bytes? ``python benchmarks/kill_and_resume.py``.

Analyses a world once undisturbed, and then again and again: each time the analysis is killed
(SIGKILL, no warning) at a moment drawn evenly from the time that the undisturbed one took, and
resumed. Printed are the moment, which stages were taken from checkpoints, how long the second half
took, and whether every table has the bytes of the undisturbed run. Leaves with exit code 1 where
one has not. On a busy machine the moments fall earlier in the work than they would on an idle one.
"""

from __future__ import annotations

import argparse
import json
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import measuring

from graphmeta.contract.tables import TABLES
from graphmeta.run import partial_path


def main() -> None:
    """Kill, resume, compare, and print."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--events", type=int, default=100_000)
    asked.add_argument("--folder", type=Path, required=True, help="where worlds stand, or will")
    asked.add_argument("--kills", type=int, default=20)
    asked.add_argument("--seed", type=int, default=0)
    given = asked.parse_args()
    made = measuring.world(given.events, given.folder)
    chance = random.Random(given.seed)
    differing = 0
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        began = time.perf_counter()
        subprocess.run(_command(made, folder, "WHOLE"), check=True, stdout=subprocess.DEVNULL)
        whole, takes = _bytes(folder / "WHOLE"), time.perf_counter() - began
        print(f"undisturbed: {takes:.1f} s")
        for number in range(given.kills):
            run = folder / f"RUN-{number}"
            differing += not _killed_and_resumed(made, run, chance.uniform(0, takes), whole)
    sys.exit(1 if differing else 0)


def _killed_and_resumed(made: Path, run: Path, moment: float, whole: dict[str, bytes]) -> bool:
    """Kill at a moment, resume, and tell whether all bytes are those of the whole run."""
    command = _command(made, run.parent, run.name)
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        process.wait(moment)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGKILL)
        process.wait()
    if run.exists():
        print(f"{moment:6.1f} s: had ended already")
        return _bytes(run) == whole
    left = partial_path(run).exists()
    began = time.perf_counter()
    subprocess.run([*command, "--resume"], check=True, stdout=subprocess.DEVNULL)
    took = time.perf_counter() - began
    manifest = json.loads((run / "manifest.json").read_text(encoding="utf-8"))
    same = _bytes(run) == whole
    print(
        f"{moment:6.1f} s: {'something' if left else 'nothing'} was left; resumed in {took:.1f} s "
        f"from {', '.join(manifest['taken_up']) or 'nothing'}; "
        f"{'equal bytes' if same else 'DIFFERENT BYTES'}"
    )
    return same


def _command(made: Path, folder: Path, name: str) -> list[str]:
    given = [str(made / "events"), "--accounts", str(made / "accounts.parquet")]
    options = ["--out", str(folder / name), "--key", str(folder / "key"), "--quiet"]
    return [sys.executable, "-m", "graphmeta", "analyze", *given, *options]


def _bytes(run: Path) -> dict[str, bytes]:
    return {name: (run / f"{name}.parquet").read_bytes() for name in TABLES}


if __name__ == "__main__":
    main()
