"""Under which name can a golden cluster stand in a run without standing out?

The names of a run's clusters are numbers in order of risk, and some numbers are left free
(:func:`graphmeta.pipeline.tables.cluster_ids`). A golden cluster gets a free one between neighbours
whose risk leaves room for its own. A run of few clusters has few free numbers, or none.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
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
    risks = _risks(taken)
    if len(risks) < len(taken) or not risks:
        return {}
    rooms = _rooms(risks, given_before)
    guests: list[list[str]] = [[] for _ in rooms]
    for one in sorted(looking, key=lambda name: seeds.key("golden", seed, name)):
        fit = [
            place
            for place, room in enumerate(rooms)
            if room.high >= looking[one] >= room.low and len(guests[place]) < len(room.free)
        ]
        if fit and sum(map(len, guests)) < most:
            guests[fit[seeds.key("room", seed, one) % len(fit)]].append(one)
    width = max(len(name) for name in taken) - 1
    return {
        one: f"c{number:0{width}d}"
        for room, inside in zip(rooms, guests, strict=True)
        for one, number in _seated(room, inside, looking, seed).items()
    }


def gaps(taken: Mapping[str, float], given_before: Collection[str]) -> list[tuple[float, float]]:
    """Return of every free number the risks, high and low, between which a cluster fits."""
    rooms = _rooms(_risks(taken), given_before)
    return [(room.high, room.low) for room in rooms for _ in room.free]


@dataclass(frozen=True)
class _Room:
    """The free numbers between two clusters that follow on each other, and these two's risks."""

    high: float
    low: float
    free: list[int]


def _rooms(risks: Mapping[int, float], given_before: Collection[str]) -> list[_Room]:
    used = {int(found[1]) for name in given_before if (found := _number(name))}
    return [
        _Room(
            risks[before],
            risks[after],
            [number for number in range(before + 1, after) if number not in used],
        )
        for before, after in pairwise(sorted(risks))
    ]


def _seated(
    room: _Room, inside: Collection[str], looking: Mapping[str, float], seed: str
) -> dict[str, int]:
    """Give those in one room numbers of it by chance, and in order of their risk."""
    by_chance = sorted(room.free, key=lambda number: seeds.key("number", seed, str(number)))
    by_risk = sorted(inside, key=lambda one: (-looking[one], one))
    return dict(zip(by_risk, sorted(by_chance[: len(inside)]), strict=True))


def _risks(taken: Mapping[str, float]) -> dict[int, float]:
    return {int(found[1]): risk for name, risk in taken.items() if (found := _number(name))}


def _number(name: str) -> re.Match[str] | None:
    return _NUMBERED.fullmatch(name)
