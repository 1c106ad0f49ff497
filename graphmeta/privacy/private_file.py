"""How does a secret get into a file that its owner alone can read, whole or not at all?

A file is written under a name of its own first and then linked or moved into place, so that
nobody ever sees half of it. What others may read or change is refused, not mended in silence: a
key that somebody has seen is no key any more.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from graphmeta.errors import PrivacyRefusalError, UsageError


def settings_folder() -> Path:
    """Return the folder in which a user's keys stand unless another place is named."""
    base = os.environ.get("XDG_CONFIG_HOME", "")
    return (Path(base) if base else Path.home() / ".config") / "graphmeta"


def make(path: Path, content: bytes) -> bool:
    """Make a file that its owner alone may read and write.

    Returns:
        Whether it was made; where something stands at ``path`` already, that is left alone.

    Raises:
        OSError: It cannot be made.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = _draft(path, content)
    try:
        path.hardlink_to(draft)
    except FileExistsError:
        return False
    finally:
        draft.unlink()
    return True


def replace(path: Path, content: bytes) -> None:
    """Put new content in the place of a file's, and overwrite the old where it stood.

    Overwriting reaches the blocks that the file has now. What a file system keeps elsewhere
    (snapshots, journals, spare blocks of a flash disk) and what backups hold is beyond it.

    Raises:
        OSError: It cannot be written.
    """
    with path.open("r+b") as old:
        size = os.fstat(old.fileno()).st_size
        _draft(path, content).replace(path)
        old.write(bytes(size))
        old.flush()
        os.fsync(old.fileno())


def read(path: Path, option: str) -> bytes:
    """Return what a private file holds.

    Args:
        path: The file.
        option: The option that names another, for the error.

    Raises:
        PrivacyRefusalError: Others than its owner may read or change it.
        UsageError: It cannot be read.
    """
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
        if mode & 0o077:
            raise PrivacyRefusalError(
                f"The key file {path} may be read or changed by others (mode {mode:o}).",
                f"Close it with: chmod 600 {path}",
            )
        return path.read_bytes()
    except OSError as error:
        raise unreachable(path, option, error) from error


def unreachable(path: Path, option: str, error: OSError) -> UsageError:
    """Return the error for a private file that cannot be read or made."""
    return UsageError(
        f"The key file {path} cannot be read or made: {error.strerror}.",
        f"Name another with {option} FILE.",
    )


@contextmanager
def alone(path: Path) -> Iterator[None]:
    """Keep others who do the same from changing a file meanwhile.

    The folder is locked and not the file, which is another one once it has been replaced.
    """
    handle = os.open(path.parent, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _draft(path: Path, content: bytes) -> Path:
    """Write content under a name of its own beside ``path``, and wait until it is on the disk."""
    draft = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        with contextlib.suppress(OSError):
            draft.unlink()
        raise
    return draft
