"""Do the strangers whom the group contacts belong together?

A congregation, a school or a canvass of one street reaches people of one circle; a bought list is
spread over the town. It misleads where a campaign works through one neighbourhood.
"""

from __future__ import annotations

import polars as pl

from graphmeta.signals.acts import MEASURED, Acts, others

#: Pairs of contacts by which a group's share is pulled towards the usual one.
_PULL = 50.0


class Locality:
    """Chance that two strangers whom the group contacted are of one circle."""

    name = "locality"
    version = 1

    def measure(self, acts: Acts, groups: pl.DataFrame) -> pl.DataFrame:
        """Measure groups beside everybody."""
        everybody = others(acts.strangers, groups).with_columns(group=pl.lit(0, dtype=pl.UInt32))
        usual = (_pairs(everybody).select(pl.col("same") / pl.col("pairs"))).to_series()
        expected = float(usual[0]) if usual.len() else 0.0
        rows = groups.join(acts.strangers, left_on="account", right_on="sender")
        return (
            _pairs(rows)
            .select(
                "group",
                value=(pl.col("same") + _PULL * expected) / (pl.col("pairs") + _PULL),
                expected=pl.lit(expected),
                support=pl.col("contacts").cast(pl.Int64),
            )
            .select(MEASURED.names())
            .sort("group")
        )


def _pairs(rows: pl.DataFrame) -> pl.DataFrame:
    """Count pairs of contacted strangers: group, contacts, pairs, same (of one circle)."""
    targets = rows.select("group", "recipient", "circle_r").unique()
    return (
        targets.group_by("group", "circle_r")
        .agg(n=pl.len().cast(pl.Float64))
        .group_by("group")
        .agg(
            contacts=pl.col("n").sum(),
            # Accounts without a circle (the negative one) belong together with nobody.
            same=(pl.col("n") * (pl.col("n") - 1) / 2).filter(pl.col("circle_r") >= 0).sum(),
        )
        .with_columns(pairs=pl.col("contacts") * (pl.col("contacts") - 1) / 2)
        .filter(pl.col("pairs") > 0)
    )
