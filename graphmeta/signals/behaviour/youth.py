"""Are the accounts of the group younger than the data's history?

Accounts made for a purpose are young. It misleads where a school or a company has just opened,
and aged accounts can be bought.
"""

from __future__ import annotations

import polars as pl

from graphmeta.signals.acts import Acts, share


class Youth:
    """Share of accounts first seen (or opened) after judging began."""

    name = "youth"
    version = 1

    def measure(self, acts: Acts, groups: pl.DataFrame) -> pl.DataFrame:
        """Measure groups beside everybody."""
        young = acts.accounts.select(sender="account", young=pl.col("seen") >= acts.since)
        active = acts.openings.select("sender").unique()
        return share(young.join(active, on="sender", how="semi"), groups, "young", pull=3.0)
