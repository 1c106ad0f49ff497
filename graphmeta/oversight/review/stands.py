"""Are the run's files those that the analysis wrote?

The log's last act that wrote tables holds the SHA-256 of every table and of the manifest. It shows
a change by somebody who left the log alone; whoever writes the log anew as well can hide it,
except from a hash that was lodged elsewhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from graphmeta import run
from graphmeta.oversight import acts as names
from graphmeta.oversight.acts import Act
from graphmeta.oversight.reveal.authority import MAP_SEALED
from graphmeta.oversight.review.result import Check, worst
from graphmeta.report import words


def check(path: Path, acts: Sequence[Act]) -> Check:
    """Return whether every file is as the log says that it was written."""
    told = [act for act in acts if isinstance(act.detail.get("sha256"), dict)]
    here = run.sums(path)
    noted = dict(told[-1].detail["sha256"]) if told else {}
    if sealed_map := _noted_map(acts):
        noted[run.REVERSE_MAP] = sealed_map
    if any(act.name == names.STATE_DELETED for act in acts):
        noted.pop(run.STATE, None)
    if (path / run.REVERSE_MAP).exists() and acts:
        here[run.REVERSE_MAP] = run.sha256(path / run.REVERSE_MAP)
    changed = [name for name, digest in noted.items() if here.get(name) != digest]
    gaps = [name for name in here if name not in noted]
    others = sorted(file.name for file in path.iterdir() if file.name not in (*here, run.AUDIT))
    if changed:
        said = f"Not as they were written: {words.listing(changed)}."
        said += " An erasure that was stopped before it was recorded looks like this too."
    elif gaps:
        said = f"The log has no hash of {words.listing(gaps)}."
    else:
        said = f"All {len(here)} files are as `{told[-1].name}` left them."
    if others:
        said += f" Beside them lie files that no analysis writes: {words.listing(others)}."
    return Check(
        name="files",
        asks="Are the tables and the manifest as they were written?",
        verdict=worst(changed, gaps),
        says=said,
        looked_at=f"The SHA-256 of {words.plural(len(here), 'file')}, and those in the log.",
        repeat="Run sha256sum over the run's files and compare with `sha256` in the log's last "
        "entry that has it (`written`, or `erased`).",
        figures=here,
    )


def _noted_map(acts: Sequence[Act]) -> str:
    """Return the SHA-256 that the log knows of the sealed map; nothing where there is none."""
    sealed = [act.detail["sha256"] for act in acts if act.name == MAP_SEALED]
    deleted = any(act.name == names.MAP_DELETED for act in acts)
    return str(sealed[0]) if sealed and not deleted else ""
