"""Which inputs are meant by what the caller named, and of which format is each?"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from graphmeta.errors import InputError, UsageError
from graphmeta.ingest.columnar import ArrowSource, ParquetSource
from graphmeta.ingest.files import ENDINGS, files_of
from graphmeta.ingest.frames import FrameSource, is_frame
from graphmeta.ingest.sources import Source
from graphmeta.ingest.texts import CsvSource, NdjsonSource

#: How a file is read, by its format.
READERS: dict[str, Callable[[Path, str], Source]] = {
    "parquet": ParquetSource,
    "csv": CsvSource,
    "ndjson": NdjsonSource,
    "arrow": ArrowSource,
}


@dataclass(frozen=True)
class Named:
    """An input that was named and not yet opened.

    Args:
        name: What it is called in errors and in the receipt.
        thing: The file's path, or the frame.
    """

    name: str
    thing: Any

    def open(self) -> Source:
        """Open the input, reading no value.

        Raises:
            InputError: It is empty, damaged, unreadable or of an unknown format.
        """
        if isinstance(self.thing, Path):
            return _open_file(self.thing, self.name)
        return FrameSource(self.thing, self.name)


def find_inputs(sources: Any) -> list[Named]:
    """Return the inputs that were named, files in order of their names, then frames.

    Args:
        sources: A path, a frame, or a sequence of them. A folder stands for files in it; see
            ``files_of``.

    Raises:
        UsageError: Something is neither a path nor a frame.
        InputError: A path does not exist, is named twice, or is a folder without a known file.
    """
    single = is_frame(sources) or not isinstance(sources, Sequence) or isinstance(sources, str)
    things = [sources] if single else list(sources)
    for thing in things:
        if not is_frame(thing) and not isinstance(thing, (str, os.PathLike)):
            raise UsageError(
                f"A {type(thing).__name__} is neither a path nor a frame.",
                "Name files, folders, or frames of Polars, pandas or pyarrow.",
            )
    files = [pair for thing in things if not is_frame(thing) for pair in files_of(Path(thing))]
    frames = [thing for thing in things if is_frame(thing)]
    if not files and not frames:
        raise InputError("No input was named.", "Name a file, a folder or a frame of events.")
    return [Named(name, path) for name, path in sorted(_apart(files))] + [
        Named("frame" if len(frames) == 1 else f"frame {number}", frame)
        for number, frame in enumerate(frames, 1)
    ]


def _apart(files: Sequence[tuple[str, Path]]) -> list[tuple[str, Path]]:
    """Return the files with their whole paths as names where names would be equal."""
    names = Counter(name for name, _ in files)
    paths = Counter(path.resolve() for _, path in files)
    for _, path in files:
        if paths[path.resolve()] > 1:
            raise InputError(
                f"{path} is named twice.", "Name every file once; a folder names all in it."
            )
    return [(name if names[name] == 1 else path.as_posix(), path) for name, path in files]


def _open_file(path: Path, name: str) -> Source:
    known = ENDINGS.get(path.suffix.lower())
    if known is None:
        raise InputError(
            f"{name} is of an unknown format ({path.suffix or 'no ending'}).",
            "Known endings are " + ", ".join(ENDINGS) + ".",
        )
    try:
        if path.stat().st_size == 0:
            raise InputError(f"{name} is empty.", "Leave the file out, or export it again.")
        return READERS[known](path, name)
    except OSError as error:
        raise InputError(
            f"{name} cannot be read: {error.strerror}.", "Check that you may read it."
        ) from error
