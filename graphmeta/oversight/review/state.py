"""Does the run keep the events of everybody, so that a later run can add to them, and how?

A state (``analyze --keep-state``) must be told of in the manifest and begin as sealed records do,
and no name that stands in the run's tables may be found in it. That it opens for nobody without the
key, no look at it can show; nor who holds the key. Where no state is kept, that is said.
"""

from __future__ import annotations

import mmap
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import polars as pl

from graphmeta.oversight.review.result import Check, worst
from graphmeta.privacy.sealed_records import is_sealed
from graphmeta.report import words
from graphmeta.run import STATE, RunFolder

_MOST_NAMES = 20
#: Shorter names are in long random bytes by chance.
_LONG = 12


def check(run: RunFolder) -> Check:
    """Return what is known of the state that the run keeps, or that it keeps none.

    Raises:
        RunError: A table cannot be read.
    """
    told, file = run.manifest["privacy"].get("state"), run.path / STATE
    problems, gaps = [], []
    if not file.exists():
        said = "None is kept: the run holds what its tables say, of its clusters alone."
        if told is not None:
            said = "One was kept and is not here any more; the log says when it was deleted."
    elif not isinstance(told, Mapping):
        said = ""
        problems.append("there is a state of which the manifest says nothing")
    else:
        said = _said(told, file, words.day(run.expires_at))
        problems += _not_sealed(run, file)
        gaps += ["that nobody else holds the key, and that it opens with that key alone"]
    said = " ".join([*([said] if said else []), *map(words.sentence, problems)])
    return Check(
        name="state",
        asks="Does the run keep the events of everybody, and are they sealed?",
        verdict=worst(problems, gaps),
        says=said + ("" if problems or not gaps else f" Not proven: {gaps[0]}."),
        looked_at=f"The manifest, whether there is a {STATE}, how it begins, and up to "
        f"{words.count(_MOST_NAMES)} names of the tables, looked for in it.",
        repeat=f"Look for {STATE} in the run's folder, and for a name of contacts.parquet in it "
        "(grep -c). Update the run with another --key and see that it is refused.",
        figures={"bytes": file.stat().st_size, **_figures(told)} if file.exists() else {},
    )


def _said(told: Mapping[str, Any], file: Path, until: str) -> str:
    figures = _figures(told)
    carried = figures.get("carried_over")
    said = (
        f"{words.size(file.stat().st_size)} hold {words.count(figures['events'])} events from "
        f"{figures['first_event'][:10]} on, of {words.count(figures['accounts'])} accounts, not of "
        "those in clusters alone. They are sealed by AES-256-GCM under a key that is derived from "
        f"the pseudonyms' key {figures['key_id']} (epoch {figures['epoch']}); to destroy that key "
        f"is to end it. It goes with the run, by {until}, or before: `graphmeta privacy purge RUN "
        "--state`."
    )
    if carried:
        times = "once" if carried == 1 else f"{words.count(carried)} times"
        said += f" Events in it were carried over {times} from the state of an earlier run: their "
        said += "age is not that of this run."
    return said


def _figures(told: Any) -> dict[str, Any]:
    return dict(told) if isinstance(told, Mapping) else {}


def _not_sealed(run: RunFolder, file: Path) -> list[str]:
    """Return what tells that a state is not sealed."""
    if not is_sealed(file):
        return [f"{STATE} does not begin as sealed records do"]
    contacts = run.table("contacts")
    names = pl.concat([contacts["sender"], contacts["recipient"]]).unique().sort()
    wanted = names.filter(names.str.len_bytes() >= _LONG).head(_MOST_NAMES).to_list()
    with file.open("rb") as opened, mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ) as all_:
        seen = sum(all_.find(name.encode()) >= 0 for name in wanted)
    return [f"{words.plural(seen, 'name')} of the tables can be read in {STATE}"] if seen else []
