"""How does a process give up the network and other programs? By a seccomp filter.

The kernel (since 3.5) runs a small program before every system call of a process; ours refuses
those that reach the network, start or look into other processes, or go around Landlock. They
fail with "not permitted", which libraries take as they take any machine that forbids something.
Method: a classic BPF program, put together here and set by ``prctl(2)``: one comparison per call.
The package for this needs libseccomp of the machine, which not every one has, and has not been
released since 2021.

It misleads where one believes that it lists what is allowed: it lists what is refused. Files are
Landlock's part.
"""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import struct
import sys
from collections.abc import Iterator

from graphmeta.privacy.landlock import give_up_privileges

#: Each system call that is refused: its number on x86_64 and on aarch64 (None: not there).
REFUSED: dict[str, tuple[int, int | None]] = {
    # The network, and messages between processes.
    "socket": (41, 198),
    "socketpair": (53, 199),
    "connect": (42, 203),
    "bind": (49, 200),
    "listen": (50, 201),
    "accept": (43, 202),
    "accept4": (288, 242),
    "sendto": (44, 206),
    "sendmsg": (46, 211),
    "sendmmsg": (307, 269),
    "recvfrom": (45, 207),
    "recvmsg": (47, 212),
    "recvmmsg": (299, 243),
    "shmget": (29, 194),
    "shmat": (30, 196),
    "msgget": (68, 186),
    "msgsnd": (69, 189),
    "msgrcv": (70, 188),
    "semget": (64, 190),
    "semop": (65, 193),
    "semtimedop": (220, 192),
    "mq_open": (240, 180),
    # Other programs and processes (threads may be started, see _THREAD).
    "execve": (59, 221),
    "execveat": (322, 281),
    "fork": (57, None),
    "vfork": (58, None),
    "ptrace": (101, 117),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "pidfd_open": (434, 434),
    "pidfd_getfd": (438, 438),
    "pidfd_send_signal": (424, 424),
    "process_madvise": (440, 440),
    "kcmp": (312, 272),
    "kill": (62, 129),
    # Ways around Landlock: another view of the file system, files by handle, work for the kernel.
    "mount": (165, 40),
    "umount2": (166, 39),
    "pivot_root": (155, 41),
    "chroot": (161, 51),
    "unshare": (272, 97),
    "setns": (308, 268),
    "open_tree": (428, 428),
    "move_mount": (429, 429),
    "fsopen": (430, 430),
    "fsmount": (432, 432),
    "fspick": (433, 433),
    "mount_setattr": (442, 442),
    "name_to_handle_at": (303, 264),
    "open_by_handle_at": (304, 265),
    "io_uring_setup": (425, 425),
    "io_uring_enter": (426, 426),
    "io_uring_register": (427, 427),
    # What Landlock does not govern: changes to files that are not opened, and news of them.
    "truncate": (76, 45),
    "chmod": (90, None),
    "fchmod": (91, 52),
    "fchmodat": (268, 53),
    "fchmodat2": (452, 452),
    "chown": (92, None),
    "lchown": (94, None),
    "fchown": (93, 55),
    "fchownat": (260, 54),
    "setxattr": (188, 5),
    "lsetxattr": (189, 6),
    "fsetxattr": (190, 7),
    "removexattr": (197, 14),
    "lremovexattr": (198, 15),
    "fremovexattr": (199, 16),
    "setxattrat": (463, 463),
    "removexattrat": (466, 466),
    "file_setattr": (469, 469),
    "utime": (132, None),
    "utimes": (235, None),
    "futimesat": (261, None),
    "utimensat": (280, 88),
    "inotify_init": (253, None),
    "inotify_init1": (294, 26),
    "fanotify_init": (300, 262),
    # The kernel itself.
    "bpf": (321, 280),
    "perf_event_open": (298, 241),
    "userfaultfd": (323, 282),
    "kexec_load": (246, 104),
    "kexec_file_load": (320, 294),
    "init_module": (175, 105),
    "finit_module": (313, 273),
    "delete_module": (176, 106),
    "add_key": (248, 217),
    "request_key": (249, 218),
    "keyctl": (250, 219),
}
_CLONE, _CLONE3, _IOCTL = (56, 220), (435, 435), (16, 29)
#: The flag of ``clone`` that makes a thread of this process, not a process.
_THREAD = 0x10000
#: Requests by which a program can type into the terminal that it writes to.
_TYPES_INTO_TERMINAL = (0x5412, 0x541C)

#: Machine name to the place of its numbers above and its name in the kernel's audit.
_MACHINES = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}
#: On x86_64, numbers from here on are those of the x32 variant, which would pass by the list.
_X32 = 0x40000000

# Instructions of classic BPF; the data it sees is (number, architecture, ..., arguments).
_LOAD, _IF_EQUAL, _IF_AT_LEAST, _IF_ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_NUMBER, _ARCHITECTURE, _FIRST_ARGUMENT, _SECOND_ARGUMENT = 0, 4, 16, 24
_ALLOW, _KILL, _FAIL = 0x7FFF0000, 0x80000000, 0x00050000
_SET_SECCOMP, _MODE_FILTER = 22, 2


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("code", ctypes.c_char_p))


def available() -> bool:
    """Say whether a filter can be set: on Linux, on a machine whose numbers we know."""
    # A 32-bit interpreter speaks with a 64-bit kernel in other numbers.
    wide = sys.maxsize > 1 << 32
    return sys.platform == "linux" and wide and platform.machine() in _MACHINES


def restrict() -> bool:
    """Refuse the listed system calls to this thread, and to those that it starts, for good.

    Returns:
        Whether a filter holds from now on.

    Raises:
        OSError: The kernel refused the filter. Nothing is restricted then.
    """
    if not available():
        return False
    code = b"".join(_instructions(*_MACHINES[platform.machine()]))
    program = _Program(len(code) // 8, code)
    give_up_privileges()
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_SET_SECCOMP, _MODE_FILTER, ctypes.byref(program), 0, 0) != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    return True


def _instructions(place: int, architecture: int) -> Iterator[bytes]:
    """Yield the filter, instruction by instruction; every path ends in a return."""
    refused = _FAIL | errno.EPERM
    yield _step(_LOAD, _ARCHITECTURE)
    yield _step(_IF_EQUAL, architecture, yes=1)
    yield _step(_RETURN, _KILL)
    yield _step(_LOAD, _NUMBER)
    yield _step(_IF_AT_LEAST, _X32, no=1)
    yield _step(_RETURN, refused)
    for numbers in REFUSED.values():
        number = numbers[place]
        if number is not None:
            yield _step(_IF_EQUAL, number, no=1)
            yield _step(_RETURN, refused)
    # Its flags stand in memory, which a filter cannot read. Told that there is no such call, the
    # C library falls back on clone, whose flags are an argument.
    yield _step(_IF_EQUAL, _CLONE3[place], no=1)
    yield _step(_RETURN, _FAIL | errno.ENOSYS)
    yield _step(_IF_EQUAL, _CLONE[place], no=4)
    yield _step(_LOAD, _FIRST_ARGUMENT)
    yield _step(_IF_ANY_BIT, _THREAD, no=1)
    yield _step(_RETURN, _ALLOW)
    yield _step(_RETURN, refused)
    yield _step(_IF_EQUAL, _IOCTL[place], no=4)
    yield _step(_LOAD, _SECOND_ARGUMENT)
    yield _step(_IF_EQUAL, _TYPES_INTO_TERMINAL[0], yes=1)
    yield _step(_IF_EQUAL, _TYPES_INTO_TERMINAL[1], no=1)
    yield _step(_RETURN, refused)
    yield _step(_RETURN, _ALLOW)


def _step(code: int, value: int, *, yes: int = 0, no: int = 0) -> bytes:
    """Return one instruction; ``yes`` and ``no`` say how many of the next ones are left out."""
    return struct.pack("=HBBI", code, yes, no, value)
