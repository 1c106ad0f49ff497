"""Do the strangers whom the group contacts write back?

Spam is met with silence. Recruiting is not, nor are support desks or canvassers, so a high rate
speaks against spam and says little about recruiting.
"""

from __future__ import annotations

import polars as pl

from graphmeta.signals.acts import Acts, share


class ReplyRate:
    """Share of stranger contacts that were answered."""

    name = "reply_rate"
    version = 1

    def measure(self, acts: Acts, groups: pl.DataFrame) -> pl.DataFrame:
        """Measure groups beside everybody."""
        return share(acts.strangers, groups, "answered")
