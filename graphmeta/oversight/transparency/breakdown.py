"""In which classes do flagged clusters fall, told so that no single cluster can be made out?

The unit that is protected is one flagged cluster of one run: whether it is among those counted. It
stands once in each table, so it changes as many counts as there are tables, and the epsilon is
meant for all of them together. Which classes there are does not depend on the data: empty ones are
told too, with noise.

It misleads where one campaign was flagged in several runs: it is as many units as runs, and
protected as many times less.
"""

from __future__ import annotations

from collections.abc import Sequence

from graphmeta.oversight.record import ACTORS, DAYS, REACHED, Record
from graphmeta.oversight.transparency.figures import Breakdown
from graphmeta.privacy.noise import Noisy, noisy_counts
from graphmeta.signals import LAYERS

#: What is broken down: the field of a record, the title, and every class that there can be.
TABLES: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("layer", "How they acted alike", (*(layer.name for layer in LAYERS), "none")),
    ("actors", "Accounts that acted", tuple(ACTORS.values())),
    ("reached", "Accounts contacted", tuple(REACHED.values())),
    ("lasted", "How long they were active", tuple(DAYS.values())),
)


def breakdowns(made: Sequence[Record], epsilon: float) -> tuple[list[Breakdown], Noisy]:
    """Count flagged clusters by class, with noise.

    Args:
        made: The runs of the period.
        epsilon: What all tables together may spend.

    Returns:
        The tables, and what OpenDP says of their noise.

    Raises:
        MissingExtraError: OpenDP is not installed.
        UsageError: Epsilon is not above 0.
    """
    flagged = [one for record in made for one in record.flagged]
    exact = [
        sum(one[field] == name for one in flagged)
        for field, _, classes in TABLES
        for name in classes
    ]
    noisy = noisy_counts(exact, len(TABLES), epsilon)
    left = iter(noisy.counts)
    told = [
        Breakdown(field, title, {name: next(left) for name in classes})
        for field, title, classes in TABLES
    ]
    return told, noisy
