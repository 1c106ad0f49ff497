"""Which columns did the files have, which were read, and which stayed unread?

Every column that was read must be one of the contract, under the name that the mapping gives it;
read and unread together must be all that was seen; and the log must tell of the same columns. It
rests on the manifest, which the program wrote itself: ``ranges`` compares it with the files.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from graphmeta.ingest.inputs import CONTRACTS
from graphmeta.oversight.acts import Act
from graphmeta.oversight.review.result import Check, worst
from graphmeta.report import words


def check(manifest: Mapping[str, Any], acts: list[Act]) -> Check:
    """Return whether the manifest tells of columns of the contract alone."""
    inputs = manifest["inputs"]
    mapping = manifest["configuration"].get("mapping", {})
    problems = [line for entry in inputs for line in _wrong(entry, mapping)]
    problems += [
        f"the manifest names a column of content that was read: {name}"
        for name in manifest["privacy"].get("content_columns_read", [])
    ]
    read = sorted({name for entry in inputs for name in entry["columns_read"]})
    unread = sorted({name for entry in inputs for name in entry["columns_ignored"]})
    logged = [act.detail["columns"] for act in acts if act.name == "read" and act.detail]
    if logged and sorted(logged[0]) != read:
        problems.append("the log tells of other columns than the manifest")
    told = f"Read: {words.listing(read) or 'none'}. Left unread: {words.listing(unread) or 'none'}."
    gaps = [] if all("columns_seen" in entry for entry in inputs) else ["columns seen"]
    update = manifest.get("update")
    if update is not None:
        gaps.append("earlier files")
        told += (
            f" Events of earlier files came from the run {update['run_id']}: which of their "
            "columns were read, that run's manifest says."
        )
    return Check(
        name="columns",
        asks="Were columns of the contract read, and no others?",
        verdict=worst(problems, gaps),
        says=" ".join([told, *(f"{words.sentence(one)}" for one in problems)]),
        looked_at=f"The manifest's {words.plural(len(inputs), 'input')}, and the log's entry.",
        repeat="Read `inputs` in manifest.json: `columns_seen` must be `columns_read` and "
        "`columns_ignored` together, and what was read must stand in docs/data-model.md. "
        "`graphmeta check FILE` tells what a file has.",
        figures={
            entry["file"]: {
                name: list(entry.get(name, ()))
                for name in ("columns_seen", "columns_read", "columns_ignored")
            }
            for entry in inputs
        },
    )


def _wrong(entry: Mapping[str, Any], mapping: Mapping[str, str]) -> Iterator[str]:
    """Yield what is wrong with what the manifest says of one input."""
    known = {
        mapping.get(column.name, column.name) for column in CONTRACTS[entry.get("table", "events")]
    }
    read, unread = entry["columns_read"], entry["columns_ignored"]
    strange = [name for name in read if name not in known]
    if strange:
        yield f"of {entry['file']}, {words.listing(strange)} was read, which the contract lacks"
    if set(read) & set(unread):
        yield f"of {entry['file']}, a column is said to be both read and unread"
    if "columns_seen" in entry and {*read, *unread} != set(entry["columns_seen"]):
        yield f"of {entry['file']}, a column was seen and is neither read nor unread"
