"""A benchmark's results that the workbench shows: read once, and kept while their file stays."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

from graphmeta.bench import results
from graphmeta.bench.page import content


class Measured:
    """A folder with a benchmark's results. All threads share it.

    Args:
        folder: What ``graphmeta bench run`` wrote.

    Raises:
        InputError: There are no results in it, or they are of another format.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._read_at = -1
        self._content: dict[str, Any] = {}
        self.content()

    def content(self) -> dict[str, Any]:
        """Return what the benchmark's page holds; see ``graphmeta.bench.page.content``.

        Raises:
            InputError: As when made.
        """
        file = self._folder / results.RESULTS
        with self._lock:
            written = file.stat().st_mtime_ns if file.exists() else 0
            if written != self._read_at:
                self._content = content(results.read(self._folder))
                self._read_at = written
            return self._content
