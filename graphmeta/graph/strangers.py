"""Which first contacts went to strangers, judged with what was known at that moment.

A first contact is a *stranger contact* where the two accounts had no acquaintance in common
when it happened and belong to different circles. Judged in hindsight instead, recruiting looks
like friendship: a recruit who later knows the handler has an acquaintance in common with the
recruiter. Before ``since`` nothing is judged, because at the start of any data everybody's
friends look new (left censoring); what leaks through is described by ``newness``.
"""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.optimize import isotonic_regression

from graphmeta.graph.circles import NO_CIRCLE

#: Rows of the acquaintance join that are held at once; bounds the memory of one chunk.
_CHUNK_ROWS = 20_000_000
_DAY_S = 86_400
_LEAST_DAYS = 14


def judged(
    first_contacts: pl.DataFrame,
    acquaintances: pl.DataFrame,
    circles: pl.DataFrame,
    since: int,
) -> pl.DataFrame:
    """Judge every first contact from ``since`` on.

    Args:
        first_contacts: As ``contacts.first_contacts`` returns it.
        acquaintances: Columns a, b, since.
        circles: Columns account, circle (``NO_CIRCLE`` or absent where there is none).
        since: Seconds; earlier first contacts are history and are left out.

    Returns:
        The first contacts from ``since`` on, in order of (time, sender, recipient), with the
        columns circle_s, circle_r (circles of sender and recipient), stranger (bool) and new
        (probability that the pair had never spoken before the data began).
    """
    circle = circles.select("account", "circle")
    rows = (
        first_contacts.filter(pl.col("time") >= since)
        .join(circle.rename({"account": "sender", "circle": "circle_s"}), on="sender", how="left")
        .join(
            circle.rename({"account": "recipient", "circle": "circle_r"}),
            on="recipient",
            how="left",
        )
        .with_columns(pl.col("circle_s", "circle_r").fill_null(NO_CIRCLE))
        .sort("time", "sender", "recipient")
    )
    apart = (pl.col("circle_s") != pl.col("circle_r")) | (pl.col("circle_s") == NO_CIRCLE)
    outside = rows.select(apart=apart)["apart"]
    known = pl.Series("known", np.zeros(rows.height, dtype=bool))
    candidates = rows.with_row_index("row").filter(outside)
    introduced = common_acquaintance(candidates, acquaintances)
    known.scatter(introduced["row"], True)
    rows = rows.with_columns(stranger=outside & ~known)
    new = newness(rows["sender"].to_numpy(), rows["time"].to_numpy(), since)
    return rows.with_columns(new=pl.Series(new))


def common_acquaintance(candidates: pl.DataFrame, acquaintances: pl.DataFrame) -> pl.DataFrame:
    """Return the candidates whose two accounts knew somebody in common at that moment.

    The neighbours of the endpoint with fewer acquaintances are looked up among those of the
    other, so that a hub costs no more than the accounts that meet it. Materialises, in chunks.

    Args:
        candidates: Columns row, sender, recipient, time.
        acquaintances: Columns a, b, since.

    Returns:
        Column row: the rows with a common acquaintance older than the contact.
    """
    both = pl.concat(
        [
            acquaintances.select(x="a", w="b", since="since"),
            acquaintances.select(x="b", w="a", since="since"),
        ]
    )
    degree = both.group_by("x").agg(degree=pl.len().cast(pl.Int64))
    ends = (
        candidates.select("row", "sender", "recipient", "time")
        .join(degree.rename({"x": "sender", "degree": "ds"}), on="sender")
        .join(degree.rename({"x": "recipient", "degree": "dr"}), on="recipient")
        .with_columns(
            x=pl.when(pl.col("ds") <= pl.col("dr")).then("sender").otherwise("recipient"),
            y=pl.when(pl.col("ds") <= pl.col("dr")).then("recipient").otherwise("sender"),
            cost=pl.min_horizontal("ds", "dr"),
        )
        .select("row", "x", "y", "time", "cost")
        .sort("row")
        .with_columns(chunk=pl.col("cost").cum_sum() // _CHUNK_ROWS)
    )
    found = [
        chunk.drop("cost", "chunk")
        .join(both, on="x")
        .filter(pl.col("since") < pl.col("time"))
        .join(
            both.rename({"x": "y", "since": "since_y"}),
            on=["y", "w"],
        )
        .filter(pl.col("since_y") < pl.col("time"))
        .select("row")
        .unique()
        for chunk in ends.partition_by("chunk")
    ]
    empty = candidates.select("row").clear()
    return pl.concat([empty, *found]).sort("row")


def newness(
    senders: NDArray[np.integer], times: NDArray[np.int64], since: int
) -> NDArray[np.float64]:
    """Return the probability that a first contact is not an old tie seen late.

    Old ties surface at a rate that only falls with the time since observation began; truly new
    ties come at a constant rate. The rate is counted in accounts that made a first contact on a
    day (one blasting account is one), smoothed over a week, and fitted by a falling curve
    (isotonic regression); its mean over the last third estimates the constant, and the ratio of
    the two at a day is the probability at that day.

    Args:
        senders: Accounts that made the first contacts, shape (n,).
        times: Their seconds, shape (n,), none before ``since``.
        since: Seconds at which judging began.

    Returns:
        Probabilities, shape (n,); 1 where less than two weeks are judged, which is too short
        to tell a trend.
    """
    day = (times - since) // _DAY_S
    if times.size == 0 or day.max() < _LEAST_DAYS:
        return np.ones(times.size)
    # One number stands for day and account: sorting those is a tenth of the work of np.unique.
    accounts = int(senders.max()) + 1
    pairs = np.sort(day * accounts + senders.astype(np.int64))
    pairs = pairs[np.diff(pairs, prepend=-1) > 0]
    active = np.bincount(pairs // accounts).astype(np.float64)[:-1]  # the last day is seldom whole
    week = np.convolve(np.pad(active, 3, mode="reflect"), np.ones(7) / 7, mode="valid")
    falling = isotonic_regression(week, increasing=False).x
    lasting = falling[-(falling.size // 3) :].mean()
    # Where nobody met anybody, nothing speaks against being new.
    share = np.where(falling > 0, np.minimum(1.0, lasting / np.maximum(falling, 1e-9)), 1.0)
    return np.asarray(np.append(share, share[-1])[day], dtype=np.float64)
