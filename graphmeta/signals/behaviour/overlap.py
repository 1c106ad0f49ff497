"""Do several accounts of the group reach the same strangers?

A sales team, a text-bank or a canvass shares a list out, so that nobody is troubled twice; a ring
reaches everybody on its list many times. Whoever is silent may be asked again by a colleague, but
seldom by a third one; so those whom three reached are counted apart. Support desks, couriers and
newsletters overlap as well, and a ring that splits its list does not.
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
        return _share_reached_by(2, acts, groups)


class OverlapOfThree:
    """Share of the strangers contacted that at least three accounts of the group reached."""

    name = "overlap_of_three"
    version = 1

    def measure(self, acts: Acts, groups: pl.DataFrame) -> pl.DataFrame:
        """Measure groups; chance gives three accounts no stranger in common."""
        return _share_reached_by(3, acts, groups)


def _share_reached_by(least: int, acts: Acts, groups: pl.DataFrame) -> pl.DataFrame:
    reached = (
        groups.join(acts.strangers, left_on="account", right_on="sender")
        .group_by("group", "recipient")
        .agg(by=pl.col("account").n_unique())
    )
    return (
        reached.group_by("group")
        .agg(
            value=(pl.col("by") >= least).mean(),
            expected=pl.lit(0.0),
            support=pl.len().cast(pl.Int64),
        )
        .select(MEASURED.names())
        .sort("group")
    )
