"""What is a format, and what does it say of the file that it made?"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from graphmeta.report.exports.case import Heading
from graphmeta.report.exports.dossier import Dossier


@dataclass(frozen=True)
class Leaving:
    """One part of what leaves.

    Args:
        part: What it is: ``member``, ``evidence``, ``user-account``...
        count: How many of them.
        fields: What each says, in order.
    """

    part: str
    count: int
    fields: tuple[str, ...]


@dataclass(frozen=True)
class Made:
    """The content of a file, and what is in it.

    Args:
        content: The file's bytes.
        rows: How many rows, nodes and edges, or objects it holds.
        leaving: What is in it, part by part, read off what was made.
    """

    content: bytes
    rows: int
    leaving: tuple[Leaving, ...]


@dataclass(frozen=True)
class Format:
    """A format in which a cluster can leave.

    Args:
        name: As it is asked for.
        suffix: How its files' names end.
        make: Makes a file's content. Raises :class:`graphmeta.errors.MissingExtraError` where what
            it needs is not installed.
        together: Makes one file of several clusters, where the format is one that people read.
            Other formats hold one cluster per file.
    """

    name: str
    suffix: str
    make: Callable[[Dossier], Made]
    together: Callable[[Sequence[Dossier], Heading], Made] | None = None
