"""Which of the files at hand is which input of the run, and how was it read?

A file goes by its name in the manifest, then by its last name, then by its size. That it is the
same, its fingerprint tells, and nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from pathlib import Path, PurePath
from typing import Any

from graphmeta.ingest import Reading
from graphmeta.ingest.open import Named, find_inputs
from graphmeta.pipeline import Settings


@dataclass(frozen=True)
class Given:
    """An input of the run, and the file at hand that is said to be it.

    Args:
        entry: What the manifest says of the input.
        file: The file; None where none was given.
    """

    entry: Mapping[str, Any]
    file: Named | None

    @property
    def path(self) -> Path:
        """Where the file is; only where there is one."""
        assert self.file is not None
        return Path(self.file.thing)


def match(manifest: Mapping[str, Any], events: Sequence[Path]) -> list[Given]:
    """Return every input of a run with the file that was given for it.

    Raises:
        InputError: A file that was named is not there.
    """
    left = find_inputs(list(events)) if events else []
    found = []
    for entry in manifest["inputs"]:
        file = _best(entry, left)
        if file is not None:
            left.remove(file)
        found.append(Given(entry, file))
    return found


def reading_of(manifest: Mapping[str, Any]) -> Reading:
    """Return how the run's inputs were read; without accounts, and without a key."""
    said = {**manifest["configuration"], "identifiers": "plain"}
    known = {one.name for one in fields(Reading)}
    return Reading(
        **{
            name: tuple(value) if isinstance(value, list) else value
            for name, value in said.items()
            if name in known
        }
    )


def settings_of(manifest: Mapping[str, Any], *, since: bool) -> Settings:
    """Return how the run was judged.

    Args:
        manifest: The run's.
        since: Whether its beginning of what is judged is kept, too.
    """
    known = ("alpha", "min_score", "min_actors", "seed", "calibration")
    said = {
        name: manifest["configuration"][name] for name in known if name in manifest["configuration"]
    }
    start = manifest["configuration"].get("since")
    if since and start is not None:
        said["since"] = datetime.fromisoformat(start)
    return Settings(**said)


def _best(entry: Mapping[str, Any], files: Sequence[Named]) -> Named | None:
    last = PurePath(entry["file"]).name
    for fits in (
        lambda one: one.name == entry["file"],
        lambda one: PurePath(one.name).name == last,
        lambda one: Path(one.thing).stat().st_size == entry.get("bytes"),
    ):
        found = next((one for one in files if fits(one)), None)
        if found is not None:
            return found
    return None
