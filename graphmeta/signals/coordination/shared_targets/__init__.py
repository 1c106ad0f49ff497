"""Do accounts reach the same strangers more often than popularity and circles explain?

Bins are targets. The null is the bipartite configuration model with circle propensities
(``nulls.configuration``). Rare targets weigh more. Groups are tested by the number of *distinct*
targets that at least two (or more) of them reached, never by pairs: one popular target makes
hundreds of pairs and is one fact. The expectation lets one account meet itself in a target, which
no account does: a margin of safety, because circles are never drawn perfectly and targets of one
true circle are met a little more often than drawn ones say.

Many accounts share a target by chance, few within the hour or the day. The layer therefore asks
at several widths (``nearness.WIDTHS_S``, and at any time) and takes the one that surprises most:
for pairs at a price, for groups chosen where they were found and tested, as it is, where they
were not.

Sources: Tumminello et al. (2011) for validated co-occurrence; Saracco et al. (2015); Cao et al.
(2014) for matching within windows. It misleads where benign accounts share customers (couriers,
support desks).
"""

from __future__ import annotations

import polars as pl

from graphmeta.signals.base import Observations, Part
from graphmeta.signals.coordination.shared_targets import groups, members, pairs

__all__ = ["SharedTargets"]


class SharedTargets:
    """The layer of shared targets."""

    name = "shared_targets"
    version = 3

    def pairs(self, seen: Observations, part: Part) -> pl.DataFrame:
        """Return pairs that share targets, each at the width at which they surprise most."""
        return pairs.weighed(seen, part)

    def groups(
        self, seen: Observations, groups_: pl.DataFrame, found: Part, tested: Part
    ) -> pl.DataFrame:
        """Test groups by the number of distinct targets that several of them reached."""
        return groups.tested(seen, groups_, found, tested)

    def members(
        self, seen: Observations, groups_: pl.DataFrame, part: Part, *, others: bool = True
    ) -> pl.DataFrame:
        """Test accounts by how many targets of (the rest of) a group they reached."""
        return members.tested(seen, groups_, part, others=others)
