"""On what, and from which code, were results made?"""

from __future__ import annotations

import os
import platform
import subprocess
from pathlib import Path
from typing import Any

from graphmeta import provenance
from graphmeta.engines.local import usable_cores


def describe() -> dict[str, Any]:
    """Return commit, versions, processor, cores and memory.

    ``commit`` is None where graphmeta does not run from a checkout; ``modified`` says whether
    files of the package differed from it.
    """
    commit, modified = _commit(Path(provenance.__file__).parent)
    return {
        "commit": commit,
        "modified": modified,
        **provenance.environment(),
        "processor": _processor(),
        "cores": usable_cores(),
        "memory_bytes": os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"),
    }


def _commit(package: Path) -> tuple[str | None, bool | None]:
    """Return the commit of the checkout that the package stands in, and whether it differs."""
    commit = _git(package, "rev-parse", "HEAD")
    tracked = _git(package, "ls-files", "--", "__init__.py")
    if not commit or not tracked:  # an installed copy may lie inside somebody else's checkout
        return None, None
    return commit, bool(_git(package, "status", "--porcelain", "--", "."))


def _git(folder: Path, *command: str) -> str:
    try:
        done = subprocess.run(
            ["git", "-C", str(folder), *command], capture_output=True, text=True, check=False
        )
    except OSError:
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    if info.exists():
        for line in info.read_text(encoding="utf-8", errors="replace").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()
