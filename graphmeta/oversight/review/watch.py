"""Does a canary show anywhere while an analysis runs: in its files, in its processes' memory?

At every stage the files below a folder are searched, and at some the writable memory of the two
processes (Linux alone, ``/proc/PID/mem``), where a word that must be there shows that the search
finds anything. It sees moments, not all that was ever there.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from graphmeta.engines.base import Progress
from graphmeta.pipeline.process import WORKER

#: Stages at which memory is searched: the ends of reading, and the analysis's first and last.
_LOOK = ("writing the store", "judging first contacts", "writing down what was seen")
#: Stands in the memory of both processes: the name of a module that both have loaded.
_CONTROL = b"graphmeta.privacy.sandbox"
_PIECE = 1 << 24


class Watch:
    """Passes progress on and searches for a canary at every stage.

    Args:
        progress: What is told of every stage.
        canary: What is searched for.
        folder: Files below it are searched.

    Attributes:
        files: How many files were searched, each time counted.
        seen_in: Where the canary was, in words.
        looked_into: The tasks of the processes whose memory was searched.
    """

    def __init__(self, progress: Progress, canary: bytes, folder: Path) -> None:
        self._progress, self._canary, self._folder = progress, canary, folder
        self._stage = ""
        self.files = 0
        self.seen_in: set[str] = set()
        self.looked_into: set[str] = set()

    def __call__(self, stage: str, done: float | None = None) -> None:
        """Pass a stage on, and search where it is a new one."""
        if stage != self._stage:
            self._stage = stage
            self.search_files()
            if stage in _LOOK:
                self._search_memory()
        self._progress(f"trying the analysis: {stage}", done)

    def search_files(self) -> None:
        """Search all files that are there at this moment."""
        for file in self._folder.rglob("*"):
            try:
                found = file.is_file() and _holds([file.read_bytes()], self._canary)
            except OSError:
                continue  # it has gone since
            self.files += 1
            if found:
                self.seen_in.add(f"the file {file.relative_to(self._folder)}")

    def _search_memory(self) -> None:
        for process, task in _children():
            try:
                pieces = list(_memory(process))
            except OSError:
                continue  # the system does not show it, or it has ended
            if _holds(pieces, _CONTROL):
                self.looked_into.add(task)
            if _holds(pieces, self._canary):
                self.seen_in.add(f"the memory of the {task} process")


def _holds(pieces: list[bytes], what: bytes) -> bool:
    return any(what in piece for piece in pieces)


def _children() -> Iterator[tuple[int, str]]:
    """Yield this process's own workers: number and task."""
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            line = (folder / "cmdline").read_bytes().decode(errors="replace").split("\0")
        except OSError:
            continue
        if WORKER in line and line[-2:-1] == [str(os.getpid())]:
            yield int(folder.name), line[-3]


def _memory(process: int) -> Iterator[bytes]:
    """Yield what stands in a process's writable memory, in overlapping pieces.

    Raises:
        OSError: The system does not show it.
    """
    maps = Path(f"/proc/{process}/maps").read_text(encoding="utf-8", errors="replace")
    with Path(f"/proc/{process}/mem").open("rb", buffering=0) as memory:
        for line in maps.splitlines():
            span, rights, *_ = line.split()
            if not rights.startswith("rw"):
                continue
            start, end = (int(bound, 16) for bound in span.split("-"))
            for at in range(start, end, _PIECE):
                memory.seek(at)
                try:
                    yield memory.read(min(_PIECE + 256, end - at))
                except OSError:
                    break  # a part that was given back, or belongs to a device
