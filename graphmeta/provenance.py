"""What would be needed to make an output again.

A run records, in its manifest alone, which graphmeta made it with which libraries on which
machine. Tables never carry any of this, so that their bytes depend on the accepted rows, the
configuration and the seed only.
"""

from __future__ import annotations

import hashlib
import platform
import resource
import sys
from importlib import metadata
from pathlib import Path

_LIBRARIES = ("polars", "pyarrow", "numpy", "scipy", "networkx", "bokeh")


def version() -> str:
    """Return the version of graphmeta that is running."""
    try:
        return metadata.version("graphmeta")
    except metadata.PackageNotFoundError:
        return "0+uninstalled"


def environment() -> dict[str, object]:
    """Return versions and platform, as a manifest records them."""
    libraries: dict[str, str] = {}
    for name in _LIBRARIES:
        try:
            libraries[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            libraries[name] = "absent"
    return {
        "graphmeta": version(),
        "python": platform.python_version(),
        "platform": f"{platform.system()} {platform.machine()}",
        "libraries": libraries,
    }


def code() -> str:
    """Return a SHA-256 over this package's code and trained numbers.

    Versions tell releases apart; this tells whether two analyses ran the very same code.
    """
    home = Path(__file__).parent
    whole = hashlib.sha256()
    for file in sorted([*home.rglob("*.py"), *home.rglob("*.json")]):
        name, content = file.relative_to(home).as_posix().encode(), file.read_bytes()
        whole.update(b"%d %d " % (len(name), len(content)) + name + content)
    return whole.hexdigest()


def peak_memory_bytes(*, of_children: bool = False) -> int:
    """Return the highest resident memory of this process so far, in bytes.

    Args:
        of_children: Of the largest of the processes that it started and that have ended, instead.
    """
    who = resource.RUSAGE_CHILDREN if of_children else resource.RUSAGE_SELF
    peak = resource.getrusage(who).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024
