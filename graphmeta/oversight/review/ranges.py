"""Were the bytes that were read exactly those that may be read?

With the original at hand, the places of its columns are computed anew from its own footer, and
compared with what the manifest says; and its fingerprint, over the values that were accepted, is
computed again. The footer comes through the same parser as in the analysis (``privacy.footer``):
compare with another library where you distrust it. Without the original there is only the
manifest, which is looked at for what cannot be.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

from graphmeta.engines.base import Progress
from graphmeta.errors import GraphmetaError
from graphmeta.ingest import Reading
from graphmeta.ingest.inputs import CONTRACTS
from graphmeta.ingest.intake import Namespaces, Tally, accepted_accounts, accepted_events
from graphmeta.ingest.mapping import plan
from graphmeta.oversight.review.given import Given
from graphmeta.oversight.review.result import Check, worst
from graphmeta.privacy.footer import Range, first_overlap
from graphmeta.privacy.guard import GuardedParquet, merge
from graphmeta.report import words


def check(inputs: Sequence[Given], reading: Reading, progress: Progress) -> Check:
    """Return whether every input's byte ranges are the allowed ones.

    Args:
        inputs: The run's inputs, with the files at hand.
        reading: How they were read.
        progress: Told of every file.
    """
    problems, gaps = [], []
    for one in inputs:
        name = one.entry["file"]
        progress(f"comparing {name} with the manifest")
        problems += [f"in {name}, {what}" for what in _impossible(one.entry)]
        if one.file is None:
            gaps.append(f"the file {name} was not at hand")
            continue
        try:
            problems += [f"in {name}, {what}" for what in _differs(one, reading)]
        except GraphmetaError as error:
            problems.append(f"in {name}, {error.problem}")
        if one.entry["format"] != "parquet":
            gaps.append(f"the file {name} is of a format in which columns do not stand apart")
    at_hand = sum(one.file is not None for one in inputs)
    said = [words.sentence(one) for one in (*problems, *gaps)]
    if at_hand and not problems:
        said.insert(0, "What was at hand has the fingerprint that the manifest says.")
    if not problems and not gaps:
        said.append("The byte ranges read are the allowed ones exactly.")
    return Check(
        name="byte ranges",
        asks="Were exactly the bytes read that may be read?",
        verdict=worst(problems, gaps),
        says=" ".join(said),
        looked_at=f"The manifest, and {at_hand} of {words.plural(len(inputs), 'input')}: footers "
        "and columns that may be read, nothing else.",
        repeat="Compare `byte_ranges` in manifest.json with what another library says of the "
        "columns in `columns_read` (in Python, pyarrow.parquet.read_metadata) and the footer.",
        figures={
            one.entry["file"]: {
                "at_hand": one.file is not None,
                "bytes_read": _bytes(one.entry.get("byte_ranges")),
                "bytes": one.entry.get("bytes"),
            }
            for one in inputs
        },
    )


def fingerprint(one: Given, reading: Reading) -> str:
    """Return the fingerprint of an input at hand, reading its allowed columns alone.

    Raises:
        InputError: It cannot be read as the manifest says.
        PrivacyRefusalError: Reading it would touch what may not be read.
    """
    assert one.file is not None
    source = one.file.open()
    table = one.entry.get("table", "events")
    decided = plan(source.name, source.columns, CONTRACTS[table], reading)
    tally, accept = Tally(), accepted_events if table == "events" else accepted_accounts
    for _ in accept(source, decided, reading, Namespaces(), tally):
        pass
    return tally.fingerprint


def _differs(one: Given, reading: Reading) -> Iterator[str]:
    """Yield in what a file at hand differs from what the manifest says of it."""
    entry = one.entry
    if fingerprint(one, reading) != entry["fingerprint"]:
        yield "the file at hand holds other values than those that were analysed"
        return
    if entry["format"] != "parquet":
        return
    guarded = GuardedParquet(one.path)
    footer = guarded.ranges_read
    read = entry["columns_read"]
    refused = guarded.allowed_ranges([name for name in guarded.columns if name not in read])
    told: list[Range] = [(start, end) for start, end in entry["byte_ranges"] or ()]
    shared = first_overlap(_apart(told, refused))
    if list(guarded.columns) != entry["columns_seen"]:
        yield "the file at hand has other columns than those that were seen"
    if shared is not None:
        yield f"bytes {shared[0]} to {shared[1]} of a column that may not be read were read"
    elif told != [
        place for place in merge([*guarded.allowed_ranges(read), *footer]) if place[0] < place[1]
    ]:
        yield "the byte ranges in the manifest are not the allowed ones"


def _apart(told: Sequence[Range], refused: Sequence[Range]) -> list[Range]:
    """Return both lists as one in which stretches overlap only where one list meets the other."""
    return [place for place in (*merge(told), *merge(refused)) if place[0] < place[1]]


def _impossible(entry: Mapping[str, Any]) -> Iterator[str]:
    """Yield what cannot be in the byte ranges that the manifest tells, whatever the file."""
    ranges = entry.get("byte_ranges")
    if ranges is None:
        return
    if any(start >= end for start, end in ranges) or any(
        before >= start for (_, before), (start, _) in pairwise(ranges)
    ):
        yield "the byte ranges in the manifest are empty, not in order, or meet"
    if ranges and ranges[-1][1] > entry["bytes"]:
        yield "the byte ranges in the manifest go beyond the file"
    if entry["columns_ignored"] and entry["rows"] and _bytes(ranges) == entry["bytes"]:
        yield "all bytes were read, and columns are said to be unread"


def _bytes(ranges: Sequence[Sequence[int]] | None) -> int | None:
    return None if ranges is None else sum(end - start for start, end in ranges)
