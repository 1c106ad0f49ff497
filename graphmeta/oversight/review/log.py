"""Is the audit log whole, and does it tell of the same run as the manifest?

Edits, deletions and changes of order break the chain (``privacy.audit``). Lines cut off at its end,
and a log written anew from its first line, do not: against these, only what was lodged elsewhere
helps (``privacy.checkpoint``), and where nothing was, ``lodged`` says so.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from graphmeta.oversight.acts import Act
from graphmeta.oversight.review.result import Check, worst
from graphmeta.privacy import audit, checkpoint
from graphmeta.report import words

_ANALYSIS = ("opened", "read", "analysed", "written")


@dataclass(frozen=True)
class Lodged:
    """What was lodged elsewhere of where a log stood.

    Args:
        checkpoints: By the name of its file, each checkpoint.
        signer: The public key with which they must be signed; where None, each names its own.
    """

    checkpoints: Mapping[str, Mapping[str, Any]]
    signer: str | None = None


NOTHING_LODGED = Lodged({})


def read_lodged(files: Sequence[Path], signer: str | None = None) -> Lodged:
    """Read the checkpoints that were lodged elsewhere.

    Raises:
        InputError: One of the files is no checkpoint.
    """
    return Lodged({str(file): checkpoint.read(file) for file in files}, signer)


def check(manifest: Mapping[str, Any] | None, lines: Sequence[str], acts: Sequence[Act]) -> Check:
    """Return whether the log's chain holds and its entries agree with the manifest.

    Args:
        manifest: The run's; None where it has not the form to be compared.
        lines: The log.
        acts: Its entries; empty where the chain does not hold.
    """
    broken = audit.find_break(lines)
    problems = [broken] if broken else []
    if manifest is not None and not broken:
        problems = list(_disagreements(manifest, acts))
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


def lodged(lines: Sequence[str], acts: Sequence[Act], known: Lodged = NOTHING_LODGED) -> Check:
    """Return whether the log still holds what was lodged elsewhere.

    Args:
        lines: The log.
        acts: Its entries; empty where the chain does not hold.
        known: What was lodged.
    """
    broken = audit.find_break(lines) if lines else "the log is empty"
    differs = {
        file: broken or checkpoint.find_difference(lines, one, known.signer)
        for file, one in known.checkpoints.items()
    }
    problems = [f"{file} does not fit: {what}" for file, what in differs.items() if what]
    gaps = [] if known.checkpoints else ["nothing that was lodged elsewhere was given"]
    return Check(
        name="log end",
        asks="Was anything cut off the log's end, or the whole log written anew?",
        verdict=worst(problems, gaps),
        says=" ".join([words.sentence(one) for one in problems] or _fits(lines, acts, known)),
        looked_at="The log, and the checkpoints that were lodged: "
        + (words.listing(list(known.checkpoints)) or "none"),
        repeat="Make a checkpoint with `graphmeta privacy checkpoint RUN` and lodge it with "
        "somebody else; later give it with --checkpoint, or to `graphmeta privacy verify`, or to "
        "the verifier that stands alone (graphmeta/docs/privacy.md).",
        figures={
            "entries": len(lines),
            "checkpoints": [
                {"file": file, "differs": differs[file]}
                | {name: one[name] for name in ("seq", "at", "signer")}
                for file, one in known.checkpoints.items()
            ],
        },
    )


def _fits(lines: Sequence[str], acts: Sequence[Act], known: Lodged) -> list[str]:
    """Return what can be said where nothing contradicts."""
    if not known.checkpoints:
        end = f"The log ends with entry {len(lines)}, of {acts[-1].at:%Y-%m-%d}." if acts else ""
        told = ["A chain cannot show it by itself.", end, "Compare it with a checkpoint."]
        return [one for one in told if one]
    last = max(one["seq"] for one in known.checkpoints.values())
    said = [f"Up to entry {last} the log is what it was when the checkpoint was made."]
    if last < len(lines):
        later = words.plural(len(lines) - last, "entry", "entries")
        said.append(f"Of what came after, {later} here, it knows nothing: lodge a newer one.")
    if known.signer is None:
        keys = sorted({one["signer"] for one in known.checkpoints.values()})
        said.append(f"Signed with {words.listing(keys)}: compare that with the key you know.")
    return said


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
