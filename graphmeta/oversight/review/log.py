"""Is the audit log whole, and does it tell of the same run as the manifest?

Edits, deletions and changes of order break the chain (``privacy.audit``). Lines cut off at its end,
and a log written anew from its first line, do not: against these, only what was lodged elsewhere
helps, and ``lodged`` says so.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from graphmeta.oversight.acts import Act
from graphmeta.oversight.review.result import Check, worst
from graphmeta.privacy import audit
from graphmeta.report import words

_ANALYSIS = ("opened", "read", "analysed", "written")


def check(manifest: Mapping[str, Any], lines: Sequence[str], acts: Sequence[Act]) -> Check:
    """Return whether the log's chain holds and its entries agree with the manifest.

    Args:
        manifest: The run's.
        lines: The log.
        acts: Its entries; empty where the chain does not hold.
    """
    broken = audit.find_break(lines)
    problems = [broken] if broken else list(_disagreements(manifest, acts))
    said = [words.sentence(one) for one in problems]
    said = said or [
        f"{words.plural(len(lines), 'entry', 'entries')}, each bound to the one before."
    ]
    return Check(
        name="log",
        asks="Was anything of the audit log changed, taken out or put in another order?",
        verdict=worst(problems),
        says=" ".join(said),
        looked_at=f"All {words.plural(len(lines), 'line')} of audit.jsonl, and the counts told.",
        repeat="Of each line, take out `hash`, write the rest as JSON with sorted keys, without "
        "spaces and in ASCII, and compare its SHA-256; `previous` must be the hash of the line "
        "before (graphmeta/docs/data-model.md).",
        figures={"entries": len(lines), "acts": [act.name for act in acts]},
    )


def lodged(lines: Sequence[str], acts: Sequence[Act]) -> Check:
    """Return what to compare with what was lodged elsewhere: the log's end."""
    last = acts[-1] if acts else None
    end = "" if last is None else f" The log ends with entry {len(lines)}, of {last.at:%Y-%m-%d}."
    return Check(
        name="log end",
        asks="Was anything cut off the log's end, or the whole log written anew?",
        verdict="not proven",
        says=f"A chain cannot show it by itself.{end} Compare it with a hash lodged elsewhere.",
        looked_at="The last line of audit.jsonl.",
        repeat="Lodge the last line's `hash` with somebody else; later, look for it in the log.",
        figures={"entries": len(lines)},
    )


def _disagreements(manifest: Mapping[str, Any], acts: Sequence[Act]) -> Iterator[str]:
    first = tuple(act.name for act in acts[: len(_ANALYSIS)])
    if first != _ANALYSIS:
        yield "the log does not begin with what an analysis writes"
        return
    counts, (_, read, analysed, written) = manifest["counts"], acts[: len(_ANALYSIS)]
    for act, name, said in (
        (read, "rows", counts["events_accepted"]),
        (read, "rejected", counts["rows_rejected"]),
        (analysed, "clusters", counts["clusters"]),
        (analysed, "flagged", counts["flagged"]),
        (written, "identifiers", manifest["privacy"]["identifiers"]),
    ):
        if name in act.detail and act.detail[name] != said:
            yield f"the log and the manifest disagree on {name} ({act.name})"
    erased = sum(act.name == "erased" for act in acts)
    if erased != len(manifest.get("erasures", [])):
        yield "the log and the manifest disagree on how often an account was erased"
