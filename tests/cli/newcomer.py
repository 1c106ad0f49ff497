"""How the tests run graphmeta as somebody in a shell does: as a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import graphmeta

#: The command, and where the package under test stands.
COMMAND = (sys.executable, "-m", "graphmeta")
HOME = str(Path(graphmeta.__file__).parents[1])


def environment(**more: str) -> dict[str, str]:
    """Return the environment of such a process."""
    return {**os.environ, "PYTHONPATH": HOME, **more}


def shell(folder: Path, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    """Run one command in a folder, and return what it printed and how it ended."""
    return subprocess.run(
        [*COMMAND, *arguments],
        capture_output=True,
        text=True,
        check=False,
        cwd=folder,
        env=environment(**more),
    )
