"""What can this process still reach, after it has shut itself in?

The process that reads the input and the one that analyses call :func:`shut_in` before they load
anything that could start a thread or read a file: from then on each reads the interpreter's own
files and what it names, writes into the folders that it names, and has no network and no other
program. What the kernel lacks is told, and never passed over.

Two parts of the Linux kernel give this, for want of a maintained and released package through
two small modules of our own: :mod:`graphmeta.privacy.landlock` closes the file system,
:mod:`graphmeta.privacy.seccomp` the network and other programs. Other systems have neither.

It misleads where a reader takes it for a proof: the process states what the kernel granted it.
``graphmeta/docs/privacy.md`` says how to see it from outside.
"""

from __future__ import annotations

import importlib.util
import os
import sys
import sysconfig
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from graphmeta.privacy import landlock, seccomp

#: Where systems keep libraries, the little else that loading them reads, and what tells how many
#: processors and how much memory there are.
_SYSTEM = (
    "/lib",
    "/lib64",
    "/usr/lib",
    "/usr/lib64",
    "/usr/local/lib",
    "/nix/store",
    "/gnu/store",
    "/etc/ld.so.cache",
    "/etc/localtime",
    "/etc/ssl/openssl.cnf",
    "/etc/pki/tls/openssl.cnf",
    "/usr/share/zoneinfo",
    "/dev/null",
    "/dev/urandom",
    "/sys/devices/system/cpu",
    "/sys/fs/cgroup",
    "/proc/self/cgroup",
    "/proc/meminfo",
    "/proc/stat",
    # Polars asks the C library how deep the stack is, which looks it up here. Without an answer it
    # takes a new stack for every step into an expression: correct, and half as fast again.
    "/proc/self/maps",
    "/proc/sys/vm/overcommit_memory",
    "/sys/kernel/mm/transparent_hugepage",
)
#: Libraries whose folders tell where those of this environment lie.
_LIBRARIES = (
    "polars",
    "numpy",
    "scipy",
    "graspologic_native",
    "pyarrow",
    "polars_hash",
    "pyrage",
    "cryptography",
)


@dataclass(frozen=True)
class Walls:
    """What holds of the sandbox.

    Args:
        landlock_abi: The version of Landlock that closes the file system; 0 for none.
        seccomp: Whether the network and other programs are closed.
        not_available: In words, what could not be had.
    """

    landlock_abi: int
    seccomp: bool
    not_available: tuple[str, ...]


def shut_in(
    readable: Sequence[Path], writable: Sequence[Path], listed: Sequence[Path] = ()
) -> Walls:
    """Give up, for good, all but some files: as far as this machine can.

    Must be called while the process has one thread; others would stay free.

    Args:
        readable: What may be read beside the interpreter's own files.
        writable: Folders that may be read and written.
        listed: Folders in which, and below, the names of files may be read.
    """
    if sys.platform != "linux":
        return Walls(0, False, ("this system has neither Landlock nor seccomp",))
    if _threads() > 1:
        return Walls(0, False, ("a process of ours had threads before its sandbox",))
    lacking: list[str] = []
    try:
        files = landlock.restrict([*own_files(), *readable], writable, listed)
        lacking += landlock.lacks(files)
    except OSError as error:
        files = 0
        lacking.append(f"the kernel refused Landlock ({error.strerror})")
    try:
        calls = seccomp.restrict()
        lacking += [] if calls else ["seccomp filters are not known for this kind of machine"]
    except OSError as error:
        calls = False
        lacking.append(f"the kernel refused seccomp ({error.strerror})")
    return Walls(files, calls, tuple(lacking))


def own_files() -> list[Path]:
    """Return the files and folders that are the interpreter's, its libraries' and our own.

    Folders on the search path that hold no library of ours (a user's project, for one) are not
    among them: the data may lie there.
    """
    prefixes = {sys.prefix, sys.base_prefix, sys.exec_prefix, sys.base_exec_prefix}
    found = {Path(prefix, name) for prefix in prefixes for name in ("lib", "lib64")}
    found |= {Path(sysconfig.get_path(name)) for name in ("stdlib", "platstdlib")}
    for name in _LIBRARIES:
        spec = importlib.util.find_spec(name)
        if spec is not None and spec.origin is not None:
            home = Path(spec.origin).parent
            found.add(home.parent if spec.submodule_search_locations else home)
    return [Path(name) for name in _SYSTEM] + [*sorted(found), Path(__file__).parents[1]]


def _threads() -> int:
    """Return how many threads this process has, those of libraries included."""
    try:
        return len(os.listdir("/proc/self/task"))  # noqa: PTH208 - names are counted, no more
    except OSError:
        return threading.active_count()
