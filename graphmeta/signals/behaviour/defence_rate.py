"""Do the strangers whom the group contacts block or report it?

It misleads where one aggrieved circle reports in concert; each contacted account counts once
per sender.
"""

from __future__ import annotations

import polars as pl

from graphmeta.signals.acts import Acts, share


class DefenceRate:
    """Blocks and reports per stranger contact, weighted by how readily a reporter reports."""

    name = "defence_rate"
    version = 2

    def measure(self, acts: Acts, groups: pl.DataFrame) -> pl.DataFrame:
        """Measure groups beside everybody."""
        return share(acts.strangers, groups, "weight", pull=20.0)
