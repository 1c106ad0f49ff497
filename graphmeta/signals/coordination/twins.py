"""Which accounts behave so alike that chance would hardly bring them so near to one another?

Every account that met a few strangers is a point: how many it met and in which span, at what hours
and intervals, how many answered, how much more it wrote. Measurements are ranked and decorrelated,
and two accounts that are among each other's nearest are twins where they are nearer than such pairs
come by chance. Chance is the same cloud with every coordinate shuffled by itself. Near is what is
near for the place: in units of the distance at which a shuffled cloud has its nearest points there,
for whoever contacts hundreds of strangers has nobody close by. The bound is chosen so that shuffled
pairs are at most a given share of those kept (decoys: Elias and Gygi 2007).
Nearness in behaviour as a sign of one operator: Jiang et al. (2014, CatchSync).

It may propose groups and never confirms them: the staff of any organisation behave alike, and will
do so again on other days.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from scipy import special
from scipy.spatial import KDTree

from graphmeta import seeds
from graphmeta.signals.base import FloatArray, IntArray, shaped

NAME = "twin_behaviour"
VERSION = 2

#: Strangers that an account must have met to be compared with others.
LEAST_STRANGERS = 4
#: Neighbours among which two accounts must find each other.
NEIGHBOURS = 10
#: Share of shuffled pairs among those kept.
DECOYS_AT = 0.1
#: Added to the variance of every coordinate, so that two that say the same are not blown up.
_RIDGE = 0.05

#: Two accounts that behave alike: ``p_value`` is the share of shuffled pairs as near.
TWINS = pl.Schema({"a": pl.UInt32(), "b": pl.UInt32(), "p_value": pl.Float64()})


@dataclass(frozen=True)
class Twins:
    """Pairs of accounts that behave alike.

    Args:
        pairs: Columns ``TWINS``, a smaller than b, in order of (a, b).
        decoys: Share of the pairs that chance explains.
    """

    pairs: pl.DataFrame
    decoys: float


def twins(judged: pl.DataFrame, strangers: pl.DataFrame, seed: int) -> Twins:
    """Find pairs that behave alike.

    Args:
        judged: Judged first contacts: sender, events (of the sender), replied_at (null where the
            recipient never answered), stranger.
        strangers: Stranger contacts: sender, time, day, hour.
        seed: The run's seed.
    """
    account, points = _points(judged, strangers)
    if account.size <= NEIGHBOURS:
        return Twins(pl.DataFrame(schema=TWINS), 0.0)
    rng = seeds.generator("twins", seed)
    shuffled, yardstick = (
        np.column_stack([rng.permutation(column) for column in points.T]) for _ in range(2)
    )
    a, b, distance = _near_for_the_place(points, yardstick)
    chance = np.sort(_near_for_the_place(shuffled, yardstick)[2])
    as_near = np.searchsorted(chance, distance, side="right")
    rank = np.searchsorted(np.sort(distance), distance, side="right")
    allowed = distance[as_near <= DECOYS_AT * rank]
    kept = distance <= allowed.max(initial=-1.0)
    frame = pl.DataFrame(
        {
            "a": account[a[kept]],
            "b": account[b[kept]],
            "p_value": (1 + as_near[kept]) / (1 + chance.size),
        }
    )
    decoys = float(as_near[kept].max(initial=0)) / max(int(kept.sum()), 1)
    return Twins(shaped(frame, TWINS).sort("a", "b"), decoys)


def _points(judged: pl.DataFrame, strangers: pl.DataFrame) -> tuple[IntArray, FloatArray]:
    """Return the accounts compared, and their decorrelated measurements, shape (accounts, 11)."""
    met = strangers.group_by("sender").agg(
        pl.len().alias("met"),
        pl.col("time").min().alias("first"),
        pl.col("time").max().alias("last"),
        pl.col("time").mean().alias("middle"),
        pl.col("time").sort().diff().median().alias("interval"),
        pl.col("day").n_unique().alias("days"),
        pl.col("hour").mean().alias("hour"),
        pl.col("hour").std().alias("hours"),
    )
    reactions = judged.group_by("sender").agg(
        pl.col("stranger").mean().alias("stranger_share"),
        pl.col("replied_at").is_not_null().mean().alias("answered"),
        pl.col("events").mean().alias("written"),
    )
    table = (
        met.filter(pl.col("met") >= LEAST_STRANGERS)
        .join(reactions, on="sender", how="left")
        .sort("sender")
    )
    values = table.drop("sender").cast(pl.Float64).fill_null(0.0)
    ranks = values.select(pl.all().rank("average")).to_numpy()
    normal = special.ndtri((ranks - 0.5) / max(len(values), 1))
    if len(values) <= NEIGHBOURS:
        return table["sender"].to_numpy().astype(np.int64), normal
    spread = np.cov(normal.T) + _RIDGE * np.eye(normal.shape[1])
    points = normal @ np.linalg.inv(np.linalg.cholesky(spread)).T
    return table["sender"].to_numpy().astype(np.int64), points


def _near_for_the_place(
    points: FloatArray, yardstick: FloatArray
) -> tuple[IntArray, IntArray, FloatArray]:
    """Return mutual nearest pairs, and their distances in units of those of another cloud there."""
    a, b, distance = _mutual(points)
    usual = np.mean(KDTree(yardstick).query(points, k=NEIGHBOURS)[0], axis=1)
    return a, b, distance / np.sqrt(usual[a] * usual[b])


def _mutual(points: FloatArray) -> tuple[IntArray, IntArray, FloatArray]:
    """Return the pairs of points that are among each other's nearest, and their distances."""
    distance, near = KDTree(points).query(points, k=NEIGHBOURS + 1)
    one = np.repeat(np.arange(len(points)), NEIGHBOURS + 1)
    other, apart = np.ravel(near), np.ravel(distance)
    pair = np.minimum(one, other) * len(points) + np.maximum(one, other)
    known, first, times = np.unique(pair, return_index=True, return_counts=True)
    both = (times == 2) & (known // len(points) != known % len(points))
    return known[both] // len(points), known[both] % len(points), apart[first[both]]
