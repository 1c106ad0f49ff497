"""How does one of our processes start, speak, and end?

A process is ``python -m graphmeta.pipeline.worker``, started afresh: nothing is forked, so that
threads of the caller do no harm, and a caller's script is not run again. It is asked by lines of
JSON on its standard input and answers by lines on its standard output: how far it is, a result,
or an error, which is raised here as it was there. Standard error is the caller's own.

It is never interrupted by the keyboard or by a closing terminal; the caller is, and ends it. It
also ends when the caller vanishes, and when it comes to hold more memory than it was allowed: what
it holds is looked at some times a second, so it may pass the limit by what it takes meanwhile.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from types import TracebackType
from typing import Any

from graphmeta import errors
from graphmeta.engines.base import Progress
from graphmeta.errors import GraphmetaError, ProcessFailedError

WORKER = "graphmeta.pipeline.worker"
_LOOK_EVERY_S = 0.2
_INTERRUPTS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Process:
    """A process of ours; it is ended when its ``with`` block is left.

    Args:
        task: "ingest" or "analyse".
        scratch: Where it may put temporary files.
        memory_limit: How many bytes of memory it may hold; None for as many as there are.

    Raises:
        OSError: No process can be started here.
    """

    def __init__(self, task: str, scratch: Path, memory_limit: int | None = None) -> None:
        self._limit = memory_limit
        self._over = 0
        self._ended = threading.Event()
        self._name = {"ingest": "reading", "analyse": "analysing"}[task]
        if not sys.executable:
            raise FileNotFoundError("the path of the Python interpreter is not known")
        # It finds modules where this process does, and its temporary files go where it may write.
        places = os.pathsep.join(place or str(Path.cwd()) for place in sys.path)
        environment = {**os.environ, "PYTHONPATH": places, "TMPDIR": str(scratch)}
        # A signal mask is inherited: the new process is deaf to them from its first moment.
        before = signal.pthread_sigmask(signal.SIG_BLOCK, _INTERRUPTS)
        try:
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-m", WORKER, task, str(os.getpid())],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                env=environment,
            )
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)

    def __enter__(self) -> Process:
        """Begin."""
        if self._limit is not None:
            threading.Thread(target=self._watch, daemon=True).start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End the process, whatever it is doing."""
        self._ended.set()
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                # What could not be said any more need not be.
                with contextlib.suppress(BrokenPipeError):
                    pipe.close()

    @property
    def pid(self) -> int:
        """The number by which the system knows it."""
        return self._process.pid

    def ask(self, progress: Progress, **request: Any) -> dict[str, Any]:
        """Ask for something, pass progress on, and return the result.

        Raises:
            GraphmetaError: As the process raised it.
            ProcessFailedError: It failed unexpectedly, or was ended.
        """
        assert self._process.stdin is not None  # they were asked for
        assert self._process.stdout is not None
        try:
            self._process.stdin.write(json.dumps(request).encode() + b"\n")
            self._process.stdin.flush()
        except BrokenPipeError:
            pass  # it has ended; its last words say why
        for line in self._process.stdout:
            answer: dict[str, Any] = json.loads(line)
            if "stage" in answer:
                progress(answer["stage"], answer["done"])
            elif "error" in answer:
                raise _known(answer["error"])
            elif "failed" in answer:
                raise self._unexpected(answer["failed"], answer["traceback"])
            else:
                result: dict[str, Any] = answer["result"]
                return result
        code = self._process.wait()
        if self._over:
            raise too_much(f"The {self._name} process came to hold", self._over, self._limit)
        raise ProcessFailedError(
            f"The {self._name} process: {ending(code)}.",
            "Free some memory or give fewer events at a time, and run it again.",
        )

    def peak_memory_bytes(self) -> int:
        """Return its highest resident memory so far; 0 where the system does not tell."""
        return self._told("VmHWM:")

    def _watch(self) -> None:
        """End the process when it holds more memory than it may."""
        while not self._ended.wait(_LOOK_EVERY_S):
            # Pages of files do not count: the system takes them back when it needs them.
            held = self._told("RssAnon:")
            if self._limit is not None and held > self._limit:
                self._over = held
                self._process.kill()
                return

    def _told(self, what: str) -> int:
        """Return a number of bytes from what the system tells of the process; 0 if nothing."""
        try:
            told = Path(f"/proc/{self.pid}/status").read_text(encoding="ascii")
        except OSError:
            return 0
        marks = [line.split() for line in told.splitlines() if line.startswith(what)]
        return int(marks[0][1]) * 1024 if marks else 0

    def _unexpected(self, kind: str, trace: str) -> ProcessFailedError:
        error = ProcessFailedError(
            f"The {self._name} process failed unexpectedly ({kind}).",
            "Run the command again with --debug for the traceback; it may hold ids from your data. "
            "With --sandbox off everything runs in one process, without a sandbox.",
        )
        error.add_note(trace)
        return error


def too_much(what: str, size: int, limit: int | None) -> ProcessFailedError:
    """Return the error of memory that was, or would be, above its limit."""
    digits, allowed = 1, ""
    if limit is not None:
        # So many that the two read differently; nine tell single bytes.
        while digits < 9 and f"{size / 1e9:.{digits}f}" == f"{limit / 1e9:.{digits}f}":
            digits += 1
        allowed = f", more than the {limit / 1e9:.{digits}f} GB of --memory-limit"
    return ProcessFailedError(
        f"{what} {size / 1e9:.{digits}f} GB of memory{allowed}.",
        "Allow more memory, or analyse fewer events at a time.",
    )


def ending(code: int) -> str:
    """Say in words how a process ended, from its exit code (negative: the signal)."""
    if code >= 0:
        return f"its process ended with code {code}"
    kill = -code
    named = signal.Signals(kill).name if kill in set(signal.Signals) else str(kill)
    hint = " (often for want of memory)" if kill == signal.SIGKILL else ""
    return f"its process was ended by {named}{hint}"


def _known(told: dict[str, str]) -> GraphmetaError:
    """Return an error as it was raised: its type (and so its exit code), problem and remedy."""
    kind: type[GraphmetaError] = getattr(errors, told["type"])
    # Some types put their sentences together themselves; here they are whole already.
    error = kind.__new__(kind)
    GraphmetaError.__init__(error, told["problem"], told["remedy"])
    error.add_note(told["traceback"])
    return error
