"""When did accounts begin, and when did they end?"""

from __future__ import annotations

import polars as pl

from graphmeta.signals.base import LIVES, shaped

#: Without a date of closing, whoever was silent for so long at the end of the data has vanished.
VANISHED_AFTER_S = 3 * 86_400


def lives(events: pl.LazyFrame, entities: pl.LazyFrame | None, since: int) -> pl.DataFrame:
    """Return the accounts that began or ended after ``since``, columns ``LIVES``."""
    seen = (
        events.group_by(account="sender")
        .agg(first=pl.col("time").min(), last=pl.col("time").max())
        .collect()
    )
    end = int(seen["last"].to_numpy().max(initial=0))
    if entities is None:
        known = seen.with_columns(
            created_at=pl.lit(None, dtype=pl.Int64), closed_at=pl.lit(None, dtype=pl.Int64)
        )
    else:
        dated = entities.select("created_at", "closed_at", account="entity").collect()
        known = seen.join(dated, on="account", how="left")
    born = pl.coalesce("created_at", "first")
    vanished = pl.when(pl.col("last") <= end - VANISHED_AFTER_S).then("last")
    ended = pl.coalesce("closed_at", vanished)
    rows = known.select(
        "account",
        born=pl.when(born >= since).then(born),
        ended=pl.when((ended >= since) & (ended <= end)).then(ended),
    ).filter(pl.col("born").is_not_null() | pl.col("ended").is_not_null())
    return shaped(rows, LIVES).sort("account")
