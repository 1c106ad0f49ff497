"""What could the process that read the input reach while it ran, and what the one that analysed?

The manifest repeats what the kernel granted to the two. Afterwards nobody can look again: a trace
of an analysis of one's own is the stronger proof.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from graphmeta.oversight.review.result import Check
from graphmeta.report import words

_KNOWN = ("asked", "separated", "input_read_by", "landlock_abi", "seccomp", "not_available")
_ANALYSIS = "Could the analysis reach its store and its tables alone?"
_INPUT = "Could the process that read the input reach the input and its store alone?"


def check(manifest: Mapping[str, Any]) -> Check:
    """Return whether the manifest says that the analysis was closed in."""
    told = manifest["privacy"].get("sandbox")
    if not isinstance(told, Mapping) or any(name not in told for name in _KNOWN):
        return _check("sandbox", _ANALYSIS, [], "The manifest does not say what held.", {})
    lacking = list(told["not_available"])
    if not told["separated"]:
        lacking.insert(0, "the analysis ran in the process that read the input")
    lacking += _open(told["landlock_abi"], told["seccomp"])
    said = f"Asked for: {told['asked']}. The input was read by {told['input_read_by']}. "
    said += _walls(told["landlock_abi"], told["seccomp"])
    return _check("sandbox", _ANALYSIS, lacking, said, {name: told[name] for name in _KNOWN})


def of_input(manifest: Mapping[str, Any]) -> Check:
    """Return whether the manifest says that the process that read the input was closed in."""
    told = manifest["privacy"].get("sandbox")
    known = ("input_read_by", "input_landlock_abi", "input_seccomp")
    if not isinstance(told, Mapping) or any(name not in told for name in known):
        return _check("input sandbox", _INPUT, [], "The manifest does not say what held.", {})
    here = told["input_read_by"] != "a process of its own"
    lacking = ["it was the caller's own process, which was not closed in"] if here else []
    lacking += [] if here else _open(told["input_landlock_abi"], told["input_seccomp"])
    said = f"The input was read by {told['input_read_by']}. "
    said += _walls(told["input_landlock_abi"], told["input_seccomp"])
    figures = {name: told[name] for name in known}
    return _check("input sandbox", _INPUT, lacking, said, figures)


def _walls(landlock: int, seccomp: bool) -> str:
    walls = [f"Landlock {landlock}"] if landlock else []
    walls += ["seccomp"] if seccomp else []
    return f"Closed in by {words.listing(walls)}." if walls else "Nothing closed it in."


def _open(landlock: int, seccomp: bool) -> list[str]:
    lacking = [] if landlock else ["the file system was not closed to it"]
    return lacking + ([] if seccomp else ["the network was not closed to it"])


def _check(
    name: str, asks: str, lacking: list[str], says: str, figures: Mapping[str, Any]
) -> Check:
    return Check(
        name=name,
        asks=asks,
        verdict="held" if figures and not lacking else "not proven",
        says=says + (f" Not had: {'; '.join(lacking)}." if lacking else ""),
        looked_at="What the manifest says of the sandbox; it cannot be looked at again.",
        repeat="Analyse the events anew under strace -f -e trace=%file,%network with "
        "--sandbox require: after landlock_restrict_self each process opens nothing but what is "
        "its own and the interpreter's files, and no socket (graphmeta/docs/privacy.md).",
        figures=figures,
    )
