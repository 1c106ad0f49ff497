"""What could the analysing process reach while it ran?

The manifest repeats what the kernel granted to the process that analysed. Afterwards nobody can
look again: a trace of an analysis of one's own is the stronger proof.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from graphmeta.oversight.review.result import Check
from graphmeta.report import words

_KNOWN = ("asked", "separated", "input_read_by", "landlock_abi", "seccomp", "not_available")


def check(manifest: Mapping[str, Any]) -> Check:
    """Return whether the manifest says that the sandbox was whole."""
    told = manifest["privacy"].get("sandbox")
    if not isinstance(told, Mapping) or any(name not in told for name in _KNOWN):
        return _check(False, "The manifest does not say what held of the sandbox.", {})
    walls = [f"Landlock {told['landlock_abi']}"] if told["landlock_abi"] else []
    walls += ["seccomp"] if told["seccomp"] else []
    lacking = list(told["not_available"])
    if not told["separated"]:
        lacking.insert(0, "the analysis ran in the process that read the input")
    if not told["landlock_abi"]:
        lacking.append("the file system was not closed to it")
    if not told["seccomp"]:
        lacking.append("the network was not closed to it")
    said = f"Asked for: {told['asked']}. The input was read by {told['input_read_by']}. "
    said += f"Closed in by {words.listing(walls)}." if walls else "Nothing closed it in."
    said += f" Not had: {'; '.join(lacking)}." if lacking else ""
    return _check(not lacking, said, {name: told[name] for name in _KNOWN})


def _check(whole: bool, says: str, figures: Mapping[str, Any]) -> Check:
    return Check(
        name="sandbox",
        asks="Could the analysis reach its store and its tables alone?",
        verdict="held" if whole else "not proven",
        says=says,
        looked_at="What the manifest says of the sandbox; it cannot be looked at again.",
        repeat="Analyse the events anew under strace -f -e trace=%file,%network with "
        "--sandbox require: after landlock_restrict_self the process opens nothing but its store, "
        "its tables and the interpreter's files, and no socket (graphmeta/docs/privacy.md).",
        figures=figures,
    )
