"""Which files does a path stand for? Told by the endings of names, before any is opened.

Nothing is imported here but the standard library: the process that reads asks this before it shuts
itself in, and no library may have started a thread by then.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from graphmeta.errors import InputError

#: The formats that can be read, by the ending of a file's name.
ENDINGS = {
    ".parquet": "parquet",
    ".pq": "parquet",
    ".csv": "csv",
    ".ndjson": "ndjson",
    ".jsonl": "ndjson",
    ".arrow": "arrow",
    ".feather": "arrow",
    ".ipc": "arrow",
}


@dataclass(frozen=True)
class Reach:
    """What has to be in reach to read some paths.

    Args:
        files: Files that are opened.
        folders: Folders whose names are listed.
    """

    files: tuple[Path, ...]
    folders: tuple[Path, ...]


def files_of(path: Path) -> list[tuple[str, Path]]:
    """Return the files that a path stands for, under the names they go by.

    A folder stands for all files in it and below whose format is known, except those whose names
    begin with a dot or underscore.

    Raises:
        InputError: The path does not exist, or is a folder without a known file.
    """
    if not path.exists():
        raise InputError(f"There is no file {path}.", "Check the path.")
    if not path.is_dir():
        return [(path.name, path)]
    found = [
        (file.relative_to(path).as_posix(), file)
        for file in path.rglob("*")
        if file.suffix.lower() in ENDINGS
        and file.is_file()
        and not any(part.startswith((".", "_")) for part in file.relative_to(path).parts)
    ]
    if not found:
        raise InputError(
            f"The folder {path} holds no file of a known format.",
            "Known endings are " + ", ".join(ENDINGS) + ".",
        )
    return found


def reach_of(paths: Sequence[str | Path]) -> Reach:
    """Return what has to be in reach to read some paths.

    Raises:
        InputError: A path does not exist, or is a folder without a known file.
    """
    named = [Path(path) for path in paths]
    files = tuple(file for path in named for _, file in files_of(path))
    return Reach(files, tuple(path for path in named if path.is_dir()))
