"""Of those whom the group contacted first, how many were strangers?

Ordinary accounts meet most new people through people they know. It misleads for accounts whose
work is with strangers: couriers, shops, canvassers.
"""

from __future__ import annotations

import polars as pl

from graphmeta.signals.acts import Acts, share


class StrangerShare:
    """Share of first contacts that went to strangers."""

    name = "stranger_share"
    version = 1

    def measure(self, acts: Acts, groups: pl.DataFrame) -> pl.DataFrame:
        """Measure groups beside everybody."""
        return share(acts.openings, groups, "stranger")
