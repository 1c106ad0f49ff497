"""How does a process give up the file system but for a few folders? By Landlock.

Landlock is a part of the Linux kernel (since 5.13) by which a process, without any privilege,
names what it may still open; everything else is refused from then on, and there is no way back.
Method: the three system calls of ``landlock(7)``, through ctypes. They are few and frozen by the
kernel's promise to programs; the one package for them has never had a final release.

It misleads where a process has threads already: Landlock binds the thread that asks for it, and
those that it starts later. And it governs the opening of files: that a file is there, and how
large it is, can still be asked (``stat``).
"""

from __future__ import annotations

import ctypes
import os
import stat
from collections.abc import Sequence
from pathlib import Path

# The same numbers on every architecture.
_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_VERSION = 1
_PATH_BENEATH = 1
_NO_NEW_PRIVILEGES = 38

_WRITE_FILE, _READ_FILE, _READ_DIR = 1 << 1, 1 << 2, 1 << 3
_REMOVE_DIR, _REMOVE_FILE, _MAKE_DIR, _MAKE_REG = 1 << 4, 1 << 5, 1 << 7, 1 << 8
_TRUNCATE = 1 << 14
#: How many kinds of access to files each version of Landlock can refuse, from version 1.
_FILE_RIGHTS = (13, 14, 15, 15, 16)
_NET_FROM, _SCOPES_FROM, _TRUNCATE_FROM = 4, 6, 3
#: Binding and connecting TCP; abstract Unix sockets and signals to processes outside.
_ALL_NET, _ALL_SCOPES = 0b11, 0b11

_READ = _READ_FILE | _READ_DIR
_WRITE = _READ | _WRITE_FILE | _REMOVE_DIR | _REMOVE_FILE | _MAKE_DIR | _MAKE_REG | _TRUNCATE
#: What a rule on a single file may hold.
_OF_A_FILE = _WRITE_FILE | _READ_FILE | _TRUNCATE


class _Ruleset(ctypes.Structure):
    _fields_ = (
        ("files", ctypes.c_uint64),
        ("net", ctypes.c_uint64),
        ("scopes", ctypes.c_uint64),
    )


class _Beneath(ctypes.Structure):
    _pack_ = 1
    _layout_ = "ms"
    _fields_ = (("allowed", ctypes.c_uint64), ("folder", ctypes.c_int32))


def version() -> int:
    """Return the kernel's version of Landlock, or 0 where it has none or is told not to."""
    return max(_system_call(_CREATE_RULESET, None, 0, _VERSION), 0)


def lacks(found: int) -> list[str]:
    """Return in words what a version of Landlock cannot forbid of what we want forbidden."""
    if found == 0:
        return ["this kernel has no Landlock, or does not let it be used, so that files stay open"]
    if found < _TRUNCATE_FROM:
        return [f"Landlock {found} of this kernel cannot forbid that other files are emptied"]
    return []


def restrict(
    readable: Sequence[Path], writable: Sequence[Path], listed: Sequence[Path] = ()
) -> int:
    """Let this thread, and those that it starts, open nothing but some files and folders.

    Args:
        readable: What may be read, with all beneath; what does not exist is passed over.
        writable: Folders in which files may be read, made, changed and removed.
        listed: Folders in which, and below, the names of files may be read.

    Returns:
        The version of Landlock that holds from now on, 0 where the kernel has none.

    Raises:
        OSError: The kernel has Landlock and refused it. Nothing is restricted then.
    """
    found = version()
    if found == 0:
        return 0
    handled = (1 << _FILE_RIGHTS[min(found, len(_FILE_RIGHTS)) - 1]) - 1
    wanted = _Ruleset(
        handled,
        _ALL_NET if found >= _NET_FROM else 0,
        _ALL_SCOPES if found >= _SCOPES_FROM else 0,
    )
    # An older kernel refuses a structure with fields that it does not know.
    size = 24 if found >= _SCOPES_FROM else 16 if found >= _NET_FROM else 8
    ruleset = _must(_system_call(_CREATE_RULESET, ctypes.byref(wanted), size, 0))
    try:
        for paths, allowed in ((readable, _READ), (writable, _WRITE), (listed, _READ_DIR)):
            for path in paths:
                _allow(ruleset, path, allowed & handled)
        give_up_privileges()
        _must(_system_call(_RESTRICT_SELF, ruleset, 0))
    finally:
        os.close(ruleset)
    return found


def give_up_privileges() -> None:
    """See to it that no program that is started later has more rights than this process.

    Raises:
        OSError: The kernel refused.
    """
    _must(int(_libc().prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0)))


def _allow(ruleset: int, path: Path, allowed: int) -> None:
    try:
        opened = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return  # what is not there cannot be opened either
    try:
        if not stat.S_ISDIR(os.fstat(opened).st_mode):
            allowed &= _OF_A_FILE
        rule = _Beneath(allowed, opened)
        _must(_system_call(_ADD_RULE, ruleset, _PATH_BENEATH, ctypes.byref(rule), 0))
    finally:
        os.close(opened)


def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


def _system_call(*arguments: object) -> int:
    """Make a system call; a negative result means that it was refused, or is not there."""
    words = [
        ctypes.c_long(argument) if isinstance(argument, int) else argument for argument in arguments
    ]
    return int(_libc().syscall(*words))


def _must(result: int) -> int:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    return result
