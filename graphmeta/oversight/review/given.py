"""Which of the files at hand is which input of the run, and how was it read?

A file goes by its name in the manifest, then by its last name, then by its size. That it is the
same, its fingerprint tells, and nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path, PurePath
from typing import Any

from graphmeta.errors import UsageError
from graphmeta.ingest import Reading
from graphmeta.ingest.open import Named, find_inputs
from graphmeta.pipeline import Settings

#: What of a manifest's configuration says how values are read.
_READING = (
    "mapping",
    "ignore_columns",
    "ignore_unknown_columns",
    "ignore_kinds",
    "collapse_duplicates",
    "timestamp_unit",
    "time_zone",
)


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

    A file that fits nowhere by its name or size stands for an input that is left, so that its
    fingerprint is compared.

    Raises:
        InputError: A file that was named is not there.
        UsageError: More files were named than the run has inputs.
    """
    left = find_inputs(list(events)) if events else []
    entries = manifest["inputs"]
    found = [_take(_best(entry, left), left) for entry in entries]
    found = [file or _take(next(iter(left), None), left) for file in found]
    if left:
        raise UsageError(
            f"{left[0].name} is none of the {len(entries)} inputs of this run.",
            "Name the files that it was made from, and no others.",
        )
    return [Given(entry, file) for entry, file in zip(entries, found, strict=True)]


def _take(file: Named | None, left: list[Named]) -> Named | None:
    if file is not None:
        left.remove(file)
    return file


def reading_of(manifest: Mapping[str, Any]) -> Reading:
    """Return how the run's inputs were read; without accounts, and without a key."""
    said = manifest["configuration"]
    values: dict[str, Any] = {
        name: tuple(said[name]) if isinstance(said[name], list) else said[name]
        for name in _READING
        if name in said
    }
    return Reading(identifiers="plain", **values)


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
