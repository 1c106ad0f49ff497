"""Where does an analysis work, and what of one that was stopped is still of use?

An analysis works in a folder inside ``RUN.partial``: the store that ingest writes, and what the
analysing process writes, its checkpoints among it. One that is killed leaves that folder. The next
into the same run takes it over where it is asked to (``--resume``): a store that was written whole
from the same files in the same way is not written again, and stages are taken from their
checkpoints (``checkpoints.py``). Whatever depends on something that has changed is done again.

Files are known again by name, size and time of last change: their bytes cannot be compared,
because some of them may not be read. Where a file was changed and its time set back, that misleads.
A frame in memory, and names that were sealed on the way, are read again always; the checkpoints
hold where the same store comes of it.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from graphmeta import run
from graphmeta.errors import GraphmetaError
from graphmeta.ingest import Reading
from graphmeta.ingest.open import find_inputs
from graphmeta.ingest.store import open_sealed
from graphmeta.pipeline import wire
from graphmeta.pipeline.checkpoints import depends_on
from graphmeta.privacy.keys import load_key

_READ = "read.json"


@contextmanager
def workplace(partial: Path) -> Iterator[tuple[Path, Path]]:
    """Give the folders of store and tables in a partial run, and remove them when all went well."""
    run.clear(partial)
    folder = partial / f"{run.WORK}analysis"
    store, tables = folder / "store", folder / "tables"
    for place in (folder, store, tables):
        place.mkdir(mode=0o700, exist_ok=True)
    yield store, tables
    shutil.rmtree(folder)


def worth_keeping(partial: Path) -> bool:
    """Tell whether an analysis that was stopped got far enough for another to go on from."""
    return (partial / f"{run.WORK}analysis" / _READ).is_file()


def depends(sources: Any, reading: Reading, state: Path | None = None) -> str | None:
    """Return one digest of what a store depends on; None where a store cannot be known again.

    Args:
        sources: As for ``ingest``.
        reading: What is stated about them.
        state: The state of an earlier run, where its events come first.
    """
    named = [sources] if reading.accounts is None else [sources, reading.accounts]
    if reading.key is not None or reading.seal_to or any(wire.paths(one) is None for one in named):
        return None
    items = [item for one in named for item in find_inputs(one)]
    files = [item.thing.stat() for item in items] + ([] if state is None else [state.stat()])
    needed = reading.identifiers != "plain" or reading.keep_state or state is not None
    key = load_key(reading.key_file) if needed else None
    stated = {name: value for name, value in wire.packed(reading).items() if name != "key_file"}
    return depends_on(
        names=[item.name for item in items],
        files=[[file.st_size, file.st_mtime_ns, file.st_ino] for file in files],
        reading=stated,
        key=None if key is None else [key.key_id, key.epoch],
    )


def _state(store: Path) -> str | None:
    """Return the SHA-256 of what a store keeps for later runs; None where it keeps nothing.

    It is no part of the seal: sealed twice, the same events are other bytes, and stages of the
    analysis do not depend on them.
    """
    state = store / run.STATE
    return run.sha256(state) if state.is_file() else None


def keep(store: Path, on: str | None, read: Mapping[str, Any]) -> None:
    """Note that a store is whole, and what came of reading it."""
    if on is None:
        return
    draft = store.with_name(f"{_READ}.partial")
    said = {"depends": on, "read": dict(read), "state": _state(store)}
    draft.write_text(json.dumps(said), encoding="utf-8")
    draft.rename(store.with_name(_READ))


def kept(store: Path, on: str | None) -> dict[str, Any] | None:
    """Return what came of reading a store that is there and whole; else make room for a new one."""
    try:
        said = json.loads(store.with_name(_READ).read_text(encoding="utf-8"))
        if on is not None and said["depends"] == on and said["state"] == _state(store):
            open_sealed(store, said["read"]["seal"])
            read: dict[str, Any] = said["read"]
            return read
    except (OSError, ValueError, KeyError, TypeError, GraphmetaError):
        pass  # as if there were none
    store.with_name(_READ).unlink(missing_ok=True)
    # The folder itself stays: the analysing process was given this one, and may open no other.
    for old in store.iterdir():
        shutil.rmtree(old) if old.is_dir() else old.unlink()
    return None
