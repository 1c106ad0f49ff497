"""Do several accounts of the group reach the same strangers?

A sales team, a text-bank or a canvass shares a list out, so that nobody is troubled twice; a ring
reaches everybody on its list many times. Support desks, couriers and newsletters overlap as well,
and a ring that splits its list does not.
"""

from __future__ import annotations

import polars as pl

from graphmeta.signals.acts import MEASURED, Acts


class Overlap:
    """Share of the strangers contacted that several accounts of the group reached."""

    name = "overlap"
    version = 1

    def measure(self, acts: Acts, groups: pl.DataFrame) -> pl.DataFrame:
        """Measure groups; chance gives a few accounts hardly any stranger in common."""
        reached = (
            groups.join(acts.strangers, left_on="account", right_on="sender")
            .group_by("group", "recipient")
            .agg(by=pl.col("account").n_unique())
        )
        return (
            reached.group_by("group")
            .agg(
                value=(pl.col("by") > 1).mean(),
                expected=pl.lit(0.0),
                support=pl.len().cast(pl.Int64),
            )
            .select(MEASURED.names())
            .sort("group")
        )
