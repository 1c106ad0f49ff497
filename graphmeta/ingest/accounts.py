"""What is known of an account besides its events, and which of its lives was it?

A number that is given to a new owner is a new account. Where the accounts file names the same
account twice, its events are parted by ``created_at``: each belongs to the latest life that had
begun, and events before the first belong to the first.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

FACTS = ("created_at", "closed_at", "closed_by", "declared")

#: What is known where there is no accounts file.
NO_LIVES = pl.DataFrame(
    schema={
        "account": pl.UInt32(),
        "life": pl.UInt32(),
        "created_at": pl.Int64(),
        "closed_at": pl.Int64(),
        "closed_by": pl.String(),
        "declared": pl.String(),
    }
)


def lives(parts: Sequence[pl.DataFrame]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return one row per life of an account, and the rows that say a life again.

    Args:
        parts: Accepted rows of the accounts file (``intake.accepted_accounts``).

    Returns:
        Lives: columns account, life (from 1, by created_at), and the facts, in that order; and
        the repeated rows as rejected rows (file, row, field, reason).
    """
    rows = pl.concat(parts).sort("account", "created_at", "file", "row")
    repeated = ~pl.struct("account", "created_at").is_first_distinct()
    again = rows.filter(repeated).select(
        "file", "row", field=pl.lit("created_at"), reason=pl.lit("account and created_at repeated")
    )
    unique = rows.filter(~repeated)
    life = pl.int_range(1, pl.len() + 1, dtype=pl.UInt32).over("account")
    return unique.select("account", life.alias("life"), *FACTS), again.sort("file", "row")


def part_lives(events: pl.DataFrame, known: pl.DataFrame) -> pl.DataFrame:
    """Give every life after an account's first an entity of its own.

    Args:
        events: Accepted events with provisional entities.
        known: Lives, with a column ``entity`` that says which provisional entity each one is.

    Returns:
        The events, with sender and recipient replaced where another life acted.
    """
    recycled = known.filter(pl.len().over("account") > 1).sort("created_at")
    if recycled.is_empty():
        return events
    return events.with_columns(
        _living(events.select("time", account=end), recycled).alias(end)
        for end in ("sender", "recipient")
    )


def _living(ends: pl.DataFrame, recycled: pl.DataFrame) -> pl.Series:
    """Return which entity each end of an event was at its time."""
    touched = (
        ends.with_row_index("place")
        .filter(pl.col("account").is_in(recycled["account"].implode()))
        .sort("time")
        .join_asof(
            recycled.select("account", "created_at", "entity"),
            left_on="time",
            right_on="created_at",
            by="account",
            strategy="backward",
            check_sortedness=False,
        )
    )
    # Before the first life began, the account keeps its own provisional entity, which is it.
    alive = touched["entity"].fill_null(touched["account"])
    return ends["account"].scatter(touched["place"], alive)
