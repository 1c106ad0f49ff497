"""How does a detector run apart from us: in a process of its own, for a limited time?"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
from pathlib import Path
from typing import Any

from graphmeta.bench import answers, worker
from graphmeta.bench.detector import Answer, Detector, Problem
from graphmeta.bench.detectors import ScoresFile
from graphmeta.errors import GraphmetaError
from graphmeta.pipeline.process import ending

#: How much of what a dead process said last is passed on as the reason.
_LAST_WORDS = 300


class Attempts:
    """Starts detectors, and ends those still running when it is left.

    Args:
        time_limit: Seconds that a detector may take on one world.
        threads: Threads that each may use for frames; None leaves it to the detector.
    """

    def __init__(self, time_limit: float, threads: int | None = None) -> None:
        self._time_limit = time_limit
        self._environment = dict(os.environ)
        if threads is not None:
            self._environment["POLARS_MAX_THREADS"] = str(threads)
        self._running: set[subprocess.Popen[bytes]] = set()
        self._lock = threading.Lock()
        self._over = False

    def __enter__(self) -> Attempts:
        """Begin."""
        return self

    def __exit__(self, *_: object) -> None:
        """Stop."""
        self.stop()

    def stop(self) -> None:
        """End what is still running, and start nothing any more."""
        with self._lock:
            self._over = True
            for process in self._running:
                _end(process)

    def attempt(
        self, detector: str | ScoresFile | Detector, world: str, problem: Problem
    ) -> tuple[dict[str, Any], Answer | None]:
        """Let one detector look at one problem.

        Args:
            detector: By name, in a process of its own. A file of scores is read, and a detector
                given as a Python object runs in this process: without time limit, and its memory
                is not measured.
            world: The world's name, which files of scores may need and detectors never see.
            problem: What the detector may see.

        Returns:
            The outcome (status, reason, seconds, cpu_seconds, peak_memory_bytes), and the answer
            if there is one.
        """
        if isinstance(detector, ScoresFile):
            return _read(detector, world)
        with tempfile.TemporaryDirectory(prefix="graphmeta-answer-") as name:
            folder = Path(name)
            if isinstance(detector, str):
                outcome = self._apart(detector, problem, folder)
            else:
                ours = {"cpu_seconds": None, "peak_memory_bytes": None}
                outcome = {**worker.attempt(detector, problem, folder), **ours}
            return outcome, answers.read(folder) if outcome["status"] == "done" else None

    def _apart(self, spec: str, problem: Problem, folder: Path) -> dict[str, Any]:
        request = folder / "request.json"
        asked = {
            "detector": spec,
            "events": str(problem.events),
            "accounts": str(problem.accounts),
            "seed": problem.seed,
            "answer": str(folder),
        }
        request.write_text(json.dumps(asked), encoding="utf-8")
        said, scratch = folder / "said.txt", folder / "scratch"
        scratch.mkdir()
        with said.open("wb") as sink:
            process = self._start(request, scratch, sink)
            try:
                process.wait(self._time_limit)
            except subprocess.TimeoutExpired:
                _end(process)
                return _without_answer("timeout", f"not done after {self._time_limit:g} s")
            finally:
                with self._lock:
                    self._running.discard(process)
        outcome = folder / worker.OUTCOME
        if outcome.exists():
            read: dict[str, Any] = json.loads(outcome.read_text(encoding="utf-8"))
            return read
        last = said.read_text(encoding="utf-8", errors="replace").strip()[-_LAST_WORDS:]
        return _without_answer("failed", f"{ending(process.returncode)}. {last}".strip())

    def _start(self, request: Path, scratch: Path, sink: Any) -> subprocess.Popen[bytes]:
        with self._lock:
            if self._over:
                raise KeyboardInterrupt
            process = subprocess.Popen(
                [sys.executable, "-m", "graphmeta.bench.worker", str(request)],
                stdin=subprocess.DEVNULL,
                stdout=sink,
                stderr=subprocess.STDOUT,
                # A process that is killed cleans nothing up; what it wrote here, we do.
                env={**self._environment, "TMPDIR": str(scratch)},
                start_new_session=True,
            )
            self._running.add(process)
            return process


def _read(scores: ScoresFile, world: str) -> tuple[dict[str, Any], Answer | None]:
    """Take a world's scores from a file; neither time nor memory was measured."""
    try:
        answer = answers.checked(scores.answer(world))
    except GraphmetaError as error:
        return _without_answer("failed", str(error).replace("\n", " ")), None
    if answer.scores.is_empty():
        return _without_answer("failed", f"{scores.path.name} has no scores for {world}"), None
    return _without_answer("done", ""), answer


def _without_answer(status: str, reason: str) -> dict[str, Any]:
    cost = dict.fromkeys(("seconds", "cpu_seconds", "peak_memory_bytes"))
    return {"status": status, "reason": reason, **cost}


def _end(process: subprocess.Popen[bytes]) -> None:
    """End a process and all that it started."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        return
    process.wait()
