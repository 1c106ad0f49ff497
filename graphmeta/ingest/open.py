"""Which inputs are meant by what the caller named, and of which format is each?"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from graphmeta.errors import InputError
from graphmeta.ingest.columnar import ArrowSource, ParquetSource
from graphmeta.ingest.frames import FrameSource, is_frame
from graphmeta.ingest.sources import Source
from graphmeta.ingest.texts import CsvSource, NdjsonSource

#: How a file is read, by the ending of its name.
READERS: dict[str, Callable[[Path, str], Source]] = {
    ".parquet": ParquetSource,
    ".pq": ParquetSource,
    ".csv": CsvSource,
    ".ndjson": NdjsonSource,
    ".jsonl": NdjsonSource,
    ".arrow": ArrowSource,
    ".feather": ArrowSource,
    ".ipc": ArrowSource,
}


def open_sources(named: Any) -> Iterator[Source]:
    """Open what was named, in order of the inputs' names, reading no value.

    Args:
        named: A path, a frame, or a sequence of them. A folder stands for all files in it and
            below whose format is known, except those whose names begin with a dot or underscore.

    Raises:
        InputError: A file is absent, empty, damaged or of an unknown format, or a folder holds
            no file of a known format.
    """
    things = [named] if isinstance(named, (str, Path)) or is_frame(named) else list(named)
    files = [pair for thing in things if not is_frame(thing) for pair in _files(Path(thing))]
    frames = [thing for thing in things if is_frame(thing)]
    if not files and not frames:
        raise InputError("No input was named.", "Name a file, a folder or a frame of events.")
    for name, path in sorted(_apart(files)):
        yield _open_file(path, name)
    for number, frame in enumerate(frames, 1):
        yield FrameSource(frame, "frame" if len(frames) == 1 else f"frame {number}")


def _files(path: Path) -> list[tuple[str, Path]]:
    """Return the files that a path stands for, under the names they go by."""
    if not path.exists():
        raise InputError(f"There is no file {path}.", "Check the path.")
    if not path.is_dir():
        return [(path.name, path)]
    found = [
        (file.relative_to(path).as_posix(), file)
        for file in path.rglob("*")
        if file.suffix.lower() in READERS
        and file.is_file()
        and not any(part.startswith((".", "_")) for part in file.relative_to(path).parts)
    ]
    if not found:
        raise InputError(
            f"The folder {path} holds no file of a known format.",
            "Known endings are " + ", ".join(READERS) + ".",
        )
    return found


def _apart(files: Sequence[tuple[str, Path]]) -> list[tuple[str, Path]]:
    """Return the files with their full paths as names where names would be equal."""
    names = [name for name, _ in files]
    return [(name if names.count(name) == 1 else path.as_posix(), path) for name, path in files]


def _open_file(path: Path, name: str) -> Source:
    reader = READERS.get(path.suffix.lower())
    if reader is None:
        raise InputError(
            f"{name} is of an unknown format ({path.suffix or 'no ending'}).",
            "Known endings are " + ", ".join(READERS) + ".",
        )
    try:
        if path.stat().st_size == 0:
            raise InputError(f"{name} is empty.", "Leave the file out, or export it again.")
        return reader(path, name)
    except OSError as error:
        raise InputError(
            f"{name} cannot be read: {error.strerror}.", "Check that you may read it."
        ) from error
