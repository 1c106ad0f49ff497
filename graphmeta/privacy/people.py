"""Who may ask for a re-identification, and who may approve one?

A file names people and their public keys, for instance:

    [people]
    ada = "3f1d...64 hexadecimal digits, as `graphmeta privacy signing-key` prints them"
    ben = "90b2..."
    cem = "c7e4..."

Three at least: one who asks and two others who approve. The file is read when events are analysed
and goes into the run's audit log, so that nobody is added once there is something to reveal.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path

from graphmeta.errors import UsageError

FEWEST = 3
_PUBLIC_KEY = re.compile(r"[0-9a-f]{64}")
_EXAMPLE = 'Write a table [people] with lines such as ada = "..." (graphmeta privacy signing-key).'


def load_people(path: Path) -> dict[str, str]:
    """Read names and public keys from a file.

    Raises:
        UsageError: It cannot be read, or is no such file, or the people are too few.
    """
    try:
        said = tomllib.loads(path.read_text(encoding="utf-8"))["people"]
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}.", _EXAMPLE) from error
    except (ValueError, KeyError) as error:
        raise UsageError(f"{path} does not list people.", _EXAMPLE) from error
    if not isinstance(said, dict):
        raise UsageError(f"{path} does not list people.", _EXAMPLE)
    require_three(said)
    return said


def require_three(people: Mapping[str, object]) -> None:
    """Refuse people among whom no request could be made and approved.

    Raises:
        UsageError: They are too few, a key is none, or two of them share one.
    """
    for name, key in people.items():
        if not isinstance(key, str) or not _PUBLIC_KEY.fullmatch(key):
            raise UsageError(f"{name} has no public key of 64 hexadecimal digits.", _EXAMPLE)
    if len(set(people.values())) < len(people):
        raise UsageError(
            "Two people share a public key.",
            "One person counts once: give each a key of their own.",
        )
    if len(people) < FEWEST:
        raise UsageError(
            f"There are {len(people)} people who may ask for a re-identification or approve one.",
            f"Name {FEWEST} at least (--people FILE): one asks, and two others approve.",
        )
