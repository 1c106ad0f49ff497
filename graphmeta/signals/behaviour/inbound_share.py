"""Do people come to the accounts of the group, or do the accounts go to people?

Helplines, support desks and shops are written to first; spam and recruiting write first.
"""

from __future__ import annotations

import polars as pl

from graphmeta.signals.acts import Acts, share


class InboundShare:
    """Share of first contacts that others began."""

    name = "inbound_share"
    version = 1

    def measure(self, acts: Acts, groups: pl.DataFrame) -> pl.DataFrame:
        """Measure groups beside everybody."""
        made = acts.openings.select(account="sender", inbound=pl.lit(False))
        got = acts.openings.select(account="recipient", inbound=pl.lit(True))
        both = pl.concat([made, got]).rename({"account": "sender"})
        return share(both, groups, "inbound")
