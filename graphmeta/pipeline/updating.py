"""From which earlier run are events taken over, and may they be?

A run that kept its state can be updated: a new run is made of its events and of new files, and the
old one stays as it is. Only events are taken over, none of its findings: what was judged, found and
scored with fewer events is judged, found and scored anew, so the new run equals one over all files.

The old run must be whole and not expired, must have kept its state under the key that is at hand
now, and must be of the same data set and epoch. What else has to be equal, the state itself says
(``ingest.earlier``); it is sealed, and a manifest is not.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from graphmeta import run
from graphmeta.errors import RunError, UsageError
from graphmeta.ingest import Reading
from graphmeta.privacy.keys import default_key_path, load_key
from graphmeta.run import RunFolder

_TEXTS = ("id", "key_id")
_ANEW = "Analyse all files anew, with --keep-state where the new run is to be updated later."


@dataclass(frozen=True)
class Source:
    """An earlier run whose events are taken over.

    Args:
        opened: The run.
    """

    opened: RunFolder

    @property
    def state(self) -> Path:
        """Where its state is."""
        return self.opened.path / run.STATE

    def told(self, update: Mapping[str, Any]) -> dict[str, Any]:
        """Return what a manifest says of it.

        Args:
            update: What ingest says of what it took.

        Raises:
            RunError: The state that was opened is not the one that the run wrote.
        """
        if update["state"] != self.opened.manifest["privacy"]["state"]["id"]:
            raise RunError(
                f"{self.state} is a state, but not the one that belongs to this run.",
                f"Somebody put it there. {_ANEW}",
            )
        said = json.dumps(self.opened.manifest.get("configuration"), sort_keys=True)
        return {
            "run_id": self.opened.run_id,
            "configuration_sha256": hashlib.sha256(said.encode()).hexdigest(),
            **{name: value for name, value in update.items() if name != "state"},
        }


def source(path: Path | None, reading: Reading) -> Source | None:
    """Open an earlier run to take its events over; nothing where there is none.

    Args:
        path: The run.
        reading: How the new files are read.

    Raises:
        RunError: There is no run, or it has expired, or it kept no state.
        UsageError: It is of another data set, epoch or key, or of other identifiers.
    """
    if path is None:
        return None
    opened = run.open_run(path)
    said = opened.manifest["privacy"]
    kept = said.get("state")
    if kept is not None and not _is_whole(kept):
        raise RunError(f"{path / run.MANIFEST} is damaged.", _ANEW)
    if kept is None:
        raise RunError(f"The run at {path} kept no state to which events could be added.", _ANEW)
    if not (path / run.STATE).is_file():
        raise RunError(f"The state of the run at {path} was deleted.", _ANEW)
    for name, now in (("identifiers", reading.identifiers), ("dataset", reading.dataset)):
        then = said.get(name)
        if then != now:
            raise UsageError(
                f"The run at {path} was made with {name} {then!r}, and now it is {now!r}.",
                f"Say --{name} {then}, or analyse all files anew.",
            )
    _require_same_key(path, kept, reading)
    return Source(opened)


def _is_whole(kept: Any) -> bool:
    """Tell whether what a manifest says of a state is of the form that is needed here."""
    texts = isinstance(kept, Mapping) and all(isinstance(kept.get(n), str) for n in _TEXTS)
    return texts and isinstance(kept.get("epoch"), int)


def _require_same_key(path: Path, kept: Mapping[str, Any], reading: Reading) -> None:
    """Refuse a key that is not the one under which the state was sealed.

    Raises:
        UsageError: It is absent or another, or its epoch has ended.
    """
    key = reading.key
    if key is None:
        file = reading.key_file or default_key_path()
        # None is made here: it would open nothing.
        if not file.exists():
            raise UsageError(
                f"There is no key at {file}.",
                f"Name the key with which the run at {path} was made with --key FILE. If it was "
                "destroyed, nothing can be added to that run: analyse all files anew.",
            )
        load_key(file, key_id=kept["key_id"])
        key = load_key(file)
    if (key.key_id, key.epoch) != (kept["key_id"], kept["epoch"]):
        raise UsageError(
            f"The run at {path} is of epoch {kept['epoch']} (key {kept['key_id']}), and the key is "
            f"of epoch {key.epoch} now ({key.key_id}): accounts bear other names since.",
            f"An update never crosses an epoch. {_ANEW}",
        )
