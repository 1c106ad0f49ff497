"""Has the platform closed accounts of the group?

Platforms close accounts for reasons of their own, often good ones. It misleads where they err, and
says nothing where the accounts file does not tell who closed an account.
"""

from __future__ import annotations

import polars as pl

from graphmeta.signals.acts import Acts, share


class Banned:
    """Share of accounts that the platform closed."""

    name = "banned"
    version = 1

    def measure(self, acts: Acts, groups: pl.DataFrame) -> pl.DataFrame:
        """Measure groups beside everybody."""
        closed = acts.accounts.select("banned", sender="account")
        active = acts.openings.select("sender").unique()
        return share(closed.join(active, on="sender", how="semi"), groups, "banned", pull=3.0)
