"""Under which name can a golden cluster stand in a run without standing out?

The names of a run's clusters are numbers in order of risk, and some numbers are left free
(:func:`graphmeta.pipeline.tables.cluster_ids`). A golden cluster gets a free one between neighbours
whose risk leaves room for its own. A run of few clusters has few free numbers, or none.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from itertools import pairwise

from graphmeta import seeds

_NUMBERED = re.compile(r"c(\d+)")


def names(
    taken: Mapping[str, float],
    given_before: Collection[str],
    looking: Mapping[str, float],
    most: int,
    seed: str,
) -> dict[str, str]:
    """Give free names to as many clusters as find one.

    Args:
        taken: The risk of every cluster of the run, by name.
        given_before: Names that golden clusters bear already.
        looking: The risk of every golden cluster, by whatever names it.
        most: So many at most.
        seed: What decides who gets a name, where there are more than names.

    Returns:
        Names by what ``looking`` calls them.
    """
    risks = {int(found[1]): risk for name, risk in taken.items() if (found := _number(name))}
    if len(risks) < len(taken) or not risks:
        return {}
    used = {int(found[1]) for name in given_before if (found := _number(name))}
    width = max(len(name) for name in taken) - 1
    given: dict[str, str] = {}
    for one in sorted(looking, key=lambda name: seeds.key("golden", seed, name)):
        if len(given) == most:
            break
        free = [number for number in _fitting(risks, looking[one]) if number not in used]
        if free:
            number = free[seeds.key("number", seed, one) % len(free)]
            risks[number] = looking[one]
            given[one] = f"c{number:0{width}d}"
    return given


def gaps(taken: Mapping[str, float], given_before: Collection[str]) -> list[tuple[float, float]]:
    """Return of every free number the risks, high and low, between which a cluster fits."""
    risks = {int(found[1]): risk for name, risk in taken.items() if (found := _number(name))}
    used = {int(found[1]) for name in given_before if (found := _number(name))}
    return [
        (risks[before], risks[after])
        for before, after in pairwise(sorted(risks))
        for number in range(before + 1, after)
        if number not in used
    ]


def _number(name: str) -> re.Match[str] | None:
    return _NUMBERED.fullmatch(name)


def _fitting(risks: Mapping[int, float], risk: float) -> Sequence[int]:
    """Return the free numbers between whose neighbours a risk fits."""
    there = sorted(risks)
    return [
        number
        for before, after in pairwise(there)
        if risks[before] >= risk >= risks[after]
        for number in range(before + 1, after)
    ]
