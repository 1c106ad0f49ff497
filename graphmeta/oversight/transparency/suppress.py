"""Which cells of a published table would say too much about too few?

A cell that counts fewer than ``SMALLEST`` clusters, but some, is withheld; and since the table's
total is published, so are as many others, smallest first, as it takes that the withheld ones cannot
be worked out and together count at least that many. All withheld cells look alike. This is the
usual rule of official statistics (Willenborg and de Waal 2001); it protects one table at a time and
misleads where tables of overlapping periods are compared: those differences are not looked at.
"""

from __future__ import annotations

from collections.abc import Mapping

#: The fewest clusters that a published cell may count.
SMALLEST = 5


def suppressed(cells: Mapping[str, int]) -> dict[str, int | None]:
    """Return cells with those withheld (None) that are small, or would betray a small one.

    Args:
        cells: Counts by class; their sum is published.
    """
    hidden = {name for name, count in cells.items() if 0 < count < SMALLEST}
    others = sorted((name for name in cells if name not in hidden), key=lambda name: cells[name])
    while hidden and others and not _safe([cells[name] for name in hidden]):
        hidden.add(others.pop(0))
    return {name: None if name in hidden else count for name, count in cells.items()}


def _safe(counts: list[int]) -> bool:
    return len(counts) > 1 and sum(counts) >= SMALLEST
