"""Has the manifest the form that an analysis gives it?

Every other check reads the manifest. One that was written by somebody else may say anything, in any
form; where it lacks what an analysis always writes, or has it in another type, that is what the
review finds, and whatever rests on the manifest is not looked at.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from graphmeta.oversight.review.result import Check, worst
from graphmeta.report import words

#: Larger numbers count nothing, and no library takes them.
_MOST = 1 << 53


def _whole(value: Any) -> bool:
    return type(value) is int and 0 <= value < _MOST


def _text(value: Any) -> bool:
    return isinstance(value, str)


def _moment(value: Any) -> bool:
    try:
        return datetime.fromisoformat(value).tzinfo is not None
    except (TypeError, ValueError):
        return False


def _texts(value: Any) -> bool:
    return isinstance(value, list) and all(map(_text, value))


def _ranges(value: Any) -> bool:
    return value is None or (
        isinstance(value, list)
        and all(isinstance(one, list) and len(one) == 2 and all(map(_whole, one)) for one in value)
    )


def _maybe_whole(value: Any) -> bool:
    return value is None or _whole(value)


def _days(value: Any) -> bool:
    return _whole(value) and value <= 36_500


#: By the names on the way: what must be there, and in which form.
_NEEDED = {
    ("created_at",): _moment,
    ("privacy", "identifiers"): _text,
    ("counts", "events_accepted"): _whole,
    ("counts", "rows_rejected"): _whole,
    ("counts", "clusters"): _whole,
    ("counts", "flagged"): _whole,
    ("configuration", "min_actors"): _whole,
    ("configuration", "retention_days"): _days,
    ("configuration", "ignore_columns"): _texts,
}
_OF_INPUTS = {
    "file": _text,
    "format": _text,
    "fingerprint": _text,
    "rows": _whole,
    "bytes": _maybe_whole,
    "columns_read": _texts,
    "columns_ignored": _texts,
    "columns_seen": _texts,
    "byte_ranges": _ranges,
}
_OF_STATE = {
    "id": _text,
    "key_id": _text,
    "epoch": _whole,
    "events": _whole,
    "accounts": _whole,
    "groups": _whole,
    "first_event": _moment,
    "carried_over": _whole,
}
_TABLES = ("events", "accounts")


def faults(manifest: Mapping[str, Any]) -> list[str]:
    """Return what of a manifest is not there or has another form, by its name."""
    return list(_faults(manifest))


def check(found: list[str]) -> Check:
    """Return whether the manifest has the form that an analysis gives it.

    Args:
        found: What ``faults`` found.
    """
    said = "It has all that the other checks look at, in the form that an analysis gives it."
    if found:
        said = f"Not there, or of another form: {words.listing(found)}. "
        said += "So nothing was looked at that rests on the manifest."
    return Check(
        name="manifest",
        asks="Has the manifest the form that an analysis gives it?",
        verdict=worst(found),
        says=said,
        looked_at="What the other checks read of manifest.json.",
        repeat="Compare manifest.json with that of a run of your own, and with what "
        "graphmeta/docs/data-model.md says of it.",
        figures={"faults": found},
    )


def _faults(manifest: Mapping[str, Any]) -> Iterator[str]:
    for names, good in _NEEDED.items():
        value: Any = manifest
        for name in names:
            value = value.get(name) if isinstance(value, Mapping) else None
        if not good(value):
            yield ".".join(names)
    inputs = manifest.get("inputs")
    if not isinstance(inputs, list) or not all(isinstance(one, Mapping) for one in inputs):
        yield "inputs"
        return
    for number, one in enumerate(inputs):
        bad = [name for name, good in _OF_INPUTS.items() if name not in one or not good(one[name])]
        bad += ["table"] * (one.get("table", "events") not in _TABLES)
        if one.get("byte_ranges") is not None and one.get("bytes") is None:
            bad.append("bytes")
        yield from (f"inputs[{number}].{name}" for name in dict.fromkeys(bad))
    sandbox = manifest["privacy"].get("sandbox", {"not_available": []})
    if not isinstance(sandbox, Mapping) or not _texts(sandbox.get("not_available", [])):
        yield "privacy.sandbox"
    update = manifest.get("update")
    if update is not None and not (isinstance(update, Mapping) and _text(update.get("run_id"))):
        yield "update"
    yield from _faults_of_state(manifest["privacy"].get("state"))
    if not _texts(manifest["privacy"].get("content_columns_read", [])):
        yield "privacy.content_columns_read"
    if not isinstance(manifest.get("erasures", []), list):
        yield "erasures"


def _faults_of_state(told: Any) -> Iterator[str]:
    if told is None:
        return
    if not isinstance(told, Mapping):
        yield "privacy.state"
        return
    for name, good in _OF_STATE.items():
        if not good(told.get(name)):
            yield f"privacy.state.{name}"
