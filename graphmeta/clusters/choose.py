"""Which of the groups that different cuts propose are the ones to keep?

An account may be in one group of every cut. Cut by cut, a group replaces those that it overlaps
where it explains more than they do together (``find.score``), and goes without their accounts
otherwise.
"""

from __future__ import annotations

import numpy as np
import polars as pl
from scipy import special

#: Between rivals a gain counts over the number of accounts to this power: six accounts that belong
#: to a trio by one chance each add a little to its gain, and hide it. Larger powers break weak
#: rings. Several rivals count as one, of all their accounts: or else the pieces of a ring, each
#: counted for small, would beat the ring.
SIZE_COUNTS = 0.15


def choose(groups: pl.DataFrame, least: int) -> pl.DataFrame:
    """Choose groups of which no two share an account.

    Args:
        groups: Columns cut, group, account, gain; no group number in two cuts.
        least: The fewest accounts of a group.

    Returns:
        Columns group, account; groups are numbered by their smallest account.
    """
    kept = groups.clear()
    for number in groups["cut"].unique().sort():
        kept = better(kept, groups.filter(pl.col("cut") == number), least)
    return numbered(kept.select("group", "account"))


def better(chosen: pl.DataFrame, other: pl.DataFrame, least: int) -> pl.DataFrame:
    """Merge two sets of groups: one of the other set replaces those that it beats together.

    Splitting a ring loses the targets that its halves share, and merging two rings lets chance
    explain more, so the larger total gain tells which cut is right. Where two share less than half
    of either, the rival counts by the share of its accounts that is at stake: a group of fifty that
    has one of a ring's accounts is no reason to give up the ring, and goes on without it.
    """
    if chosen.is_empty() or other.is_empty():
        return numbered(other if chosen.is_empty() else chosen)
    size = chosen.group_by(rival="group").agg(size=pl.len())
    most = pl.col("at_stake") / pl.min_horizontal("size", "own")
    share = pl.when(most < 0.5).then(pl.col("at_stake") / pl.col("size")).otherwise(1.0)
    rivals = (
        other.with_columns(own=pl.len().over("group"))
        .join(chosen.rename({"group": "rival", "gain": "rival_gain"}), on="account")
        .group_by("group", "rival")
        .agg(pl.col("gain", "own", "rival_gain").first(), at_stake=pl.len())
        .join(size, on="rival")
        .with_columns(share=share)
    )
    lost = _losers(rivals)
    winners = other.filter(~pl.col("group").is_in(lost.implode()))
    left = (
        chosen.join(winners, on="account", how="anti")
        .join(size, left_on="group", right_on="rival")
        .filter(pl.len().over("group") >= pl.max_horizontal(least, pl.col("size") / 2))
    )
    free = after(other["group"])
    kept = left.with_columns((pl.col("group") + free).cast(pl.UInt32)).select(chosen.columns)
    return numbered(pl.concat([winners.select(kept.columns), kept]))


def _losers(rivals: pl.DataFrame) -> pl.Series:
    """Return the groups that explain no more than their rivals do together, taken for one.

    The pieces of a ring are picked for what they happen to share, each for other things. So from
    what they gain goes the logarithm of the number of ways to deal the accounts at stake to them:
    what it takes to say which account is in which piece (Rissanen 1978). One rival is dealt all.

    Args:
        rivals: Columns group, gain, own (accounts), and of each of its rivals rival_gain, size,
            at_stake (accounts in common) and share (of the rival that counts).
    """
    together = (
        rivals.with_columns(within=_log_factorial(rivals["at_stake"]))
        .group_by("group")
        .agg(
            pl.col("gain", "own").first(),
            pl.col("within").sort().sum(),
            rival_gain=(pl.col("rival_gain") * pl.col("share")).sort().sum(),
            rivals=(pl.col("size") * pl.col("share")).sort().sum(),
            at_stake=pl.col("at_stake").sum(),
        )
    )
    ways = _log_factorial(together["at_stake"]) - together["within"]
    explained = (pl.col("rival_gain") - ways) / pl.col("rivals") ** SIZE_COUNTS
    explains = pl.col("gain") / pl.col("own").cast(pl.Float64) ** SIZE_COUNTS
    return together.filter(explains <= explained)["group"]


def _log_factorial(counts: pl.Series) -> pl.Series:
    return pl.Series(special.gammaln(counts.to_numpy() + 1.0), dtype=pl.Float64)


def after(numbers: pl.Series) -> int:
    """Return the first number that is free: one more than the largest, 0 where there is none."""
    return int(numbers.to_numpy().astype(np.int64).max(initial=-1)) + 1


def numbered(groups: pl.DataFrame) -> pl.DataFrame:
    """Number groups by their smallest account."""
    if groups.is_empty():
        return groups
    first = pl.col("account").min().over("group").cast(pl.Int64)
    unique = first * after(groups["group"]) + pl.col("group")
    return groups.with_columns(group=unique.rank("dense").cast(pl.UInt32) - 1).sort(
        "group", "account"
    )
