"""One detector on one world, in a process of its own: ``python -m graphmeta.bench.worker REQUEST``.

A process of its own makes the peak memory the detector's, and lets it be ended when its time is
over. The request is a JSON file: detector, events, accounts, seed, and the folder for the answer.
What comes back there is the answer and ``outcome.json``.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from pathlib import Path

from graphmeta.bench import answers, detectors
from graphmeta.bench.detector import Detector, Problem
from graphmeta.errors import GraphmetaError, MissingExtraError
from graphmeta.provenance import peak_memory_bytes

OUTCOME = "outcome.json"


def attempt(detector: Detector, problem: Problem, folder: Path) -> dict[str, object]:
    """Let a detector look at a problem, write its answer, and return what became of it.

    Returns:
        ``status`` ("done", "failed", or "missing" where a package is not installed), ``reason``
        (empty where done), ``seconds``.
    """
    began = time.perf_counter()
    try:
        answers.write(answers.checked(detector.detect(problem)), folder)
        status, reason = "done", ""
    except MissingExtraError as error:
        status, reason = "missing", str(error).replace("\n", " ")
    except GraphmetaError as error:
        status, reason = "failed", str(error).replace("\n", " ")
    except Exception as error:  # noqa: BLE001 - whatever a detector raises is its result
        status, reason = "failed", f"{type(error).__name__}: {error}"
    return {"status": status, "reason": reason, "seconds": time.perf_counter() - began}


def main(request: Path) -> None:
    """Answer one request."""
    asked = json.loads(request.read_text(encoding="utf-8"))
    folder = Path(asked["answer"])
    problem = Problem(Path(asked["events"]), Path(asked["accounts"]), asked["seed"])
    detector, begun = detectors.load(asked["detector"]), _cpu_seconds()
    outcome = attempt(detector, problem, folder)
    outcome["cpu_seconds"] = _cpu_seconds() - begun
    outcome["peak_memory_bytes"] = _peak_memory()
    (folder / OUTCOME).write_text(json.dumps(outcome), encoding="utf-8")


def _cpu_seconds() -> float:
    """Return how long processors have worked for this process and its children."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in used)


def _peak_memory() -> int:
    """Return the highest resident memory of this process, or of the largest of its children.

    On Linux ``getrusage`` inherits the peak of the process that started this one; the kernel's
    high-water mark of this process's own memory does not.
    """
    status = Path("/proc/self/status")
    lines = status.read_text(encoding="ascii").splitlines() if status.exists() else []
    marks = [int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM:")]
    own = marks[0] if marks else peak_memory_bytes()
    children = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    return max(own, children if sys.platform == "darwin" else children * 1024)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
