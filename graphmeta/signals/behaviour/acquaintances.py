"""How many people do the accounts of the group know, other than those they approached?

An account that lives on the platform has friends. It misleads for newcomers, and for taken-over
accounts, which keep the friends of their owners.
"""

from __future__ import annotations

import polars as pl

from graphmeta.signals.acts import MEASURED, Acts, others


class Acquaintances:
    """Median number of acquaintances that did not begin as a stranger contact of the account."""

    name = "acquaintances"
    version = 1

    def measure(self, acts: Acts, groups: pl.DataFrame) -> pl.DataFrame:
        """Measure groups beside everybody."""
        approached = acts.strangers.select(account="sender", friend="recipient")
        known = pl.concat(
            [
                acts.acquaintances.select(account="a", friend="b"),
                acts.acquaintances.select(account="b", friend="a"),
            ]
        ).join(approached, on=["account", "friend"], how="anti")
        degree = known.group_by("account").agg(friends=pl.len())
        senders = others(acts.openings.select("sender").unique(), groups).rename(
            {"sender": "account"}
        )
        usual = _median(senders, degree)["friends"].median()
        rows = _median(groups, degree)
        return (
            rows.group_by("group")
            .agg(
                value=pl.col("friends").median().cast(pl.Float64),
                expected=pl.lit(usual, dtype=pl.Float64),
                support=pl.len().cast(pl.Int64),
            )
            .select(MEASURED.names())
            .sort("group")
        )


def _median(accounts: pl.DataFrame, degree: pl.DataFrame) -> pl.DataFrame:
    """Add friends, 0 where an account has none."""
    return accounts.join(degree, on="account", how="left").with_columns(
        pl.col("friends").fill_null(0)
    )
