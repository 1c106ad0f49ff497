"""Do the strangers whom the group contacts block or report it?

It misleads where one aggrieved circle reports in concert; each contacted account counts once
per sender.
"""

from __future__ import annotations

import polars as pl

from graphmeta.signals.acts import Acts, share

#: Rows' worth of the usual share towards which a group's own is pulled.
PULL = 20.0


class DefenceRate:
    """Blocks and reports per stranger contact, weighted by how readily a reporter reports."""

    name = "defence_rate"
    version = 2

    def measure(self, acts: Acts, groups: pl.DataFrame) -> pl.DataFrame:
        """Measure groups beside everybody."""
        return share(acts.strangers, groups, "weight", pull=PULL)
