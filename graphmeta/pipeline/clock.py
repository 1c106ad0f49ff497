"""How long did each stage take? Times are for the manifest alone, never for a table."""

from __future__ import annotations

import time

from graphmeta.engines.base import Progress


class Stopwatch:
    """Passes progress on, and keeps the seconds from each stage to the next."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._stage = ""
        self._since = time.perf_counter()
        self._seconds: dict[str, float] = {}

    def __call__(self, stage: str, done: float | None = None) -> None:
        """Begin a stage, or say how far it is."""
        if stage != self._stage:
            self._close()
            self._stage = stage
        self._progress(stage, done)

    def seconds(self) -> dict[str, float]:
        """Return the seconds of every stage so far, in order."""
        self._close()
        return {stage: round(value, 3) for stage, value in self._seconds.items()}

    def _close(self) -> None:
        now = time.perf_counter()
        if self._stage:
            self._seconds[self._stage] = self._seconds.get(self._stage, 0.0) + now - self._since
        self._since = now
