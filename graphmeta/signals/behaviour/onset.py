"""Did the group begin to contact people lately, or has it always done so?

Whoever runs a support desk, a shop or a newsletter did so before judging began; operations start,
and their accounts with them. It says nothing against an operation that is older than the data,
and it misleads where a benign drive (a canvass, a new school) begins.
"""

from __future__ import annotations

import polars as pl

from graphmeta.signals.acts import Acts, share


class Onset:
    """Share of first contacts that came after judging began."""

    name = "onset"
    version = 1

    def measure(self, acts: Acts, groups: pl.DataFrame) -> pl.DataFrame:
        """Measure groups beside everybody."""
        return share(acts.began, groups, "later")
