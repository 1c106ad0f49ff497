"""Do the accounts of the group say openly that they are a business, a bot or a helpline?

A declaration is counter-evidence and never an exemption: a spammer can declare anything.
"""

from __future__ import annotations

import polars as pl

from graphmeta.signals.acts import Acts, share


class Declared:
    """Share of accounts that declare what they are."""

    name = "declared"
    version = 1

    def measure(self, acts: Acts, groups: pl.DataFrame) -> pl.DataFrame:
        """Measure groups beside everybody."""
        says = acts.accounts.select(sender="account", says=pl.col("declared").is_not_null())
        return share(says, groups, "says", pull=1.0)
