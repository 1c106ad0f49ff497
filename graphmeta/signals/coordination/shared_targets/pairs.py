"""Which pairs of accounts share targets, and how surprising is it?"""

from __future__ import annotations

import numpy as np
import polars as pl

from graphmeta.nulls import counts
from graphmeta.nulls.configuration import Choice
from graphmeta.nulls.target_classes import class_of
from graphmeta.signals.base import PAIRS, FloatArray, IntArray, Observations, Part, shaped
from graphmeta.signals.coordination.shared_targets.nearness import (
    ANY_TIME,
    WAYS,
    WIDTHS_S,
    Nearness,
    meetings,
    nearness,
    pairs_of,
)
from graphmeta.signals.coordination.shared_targets.reach import reach

#: The least chance of a meeting: nothing is so unlikely that it says everything.
_LEAST_CHANCE = 1e-9


def weighed(seen: Observations, part: Part) -> pl.DataFrame:
    """Return pairs that share targets, weighted by surprise: columns ``PAIRS``.

    Targets of like popularity are counted and expected together, and the surprises of the
    classes add up: one shared target that hardly anybody reaches is news, one that everybody
    reaches is none. Of the ways to look (each width, and any time) the best counts, less the
    logarithm of how many there are.
    """
    null = reach(seen, part).null
    met = meetings(seen, part)
    ends = pairs_of(met)
    by_class = _by_class(met, null)
    near = nearness(seen, part)
    # One row per way, one column per pair.
    ways = [_at(by_class, near.get(width)) for width in (ANY_TIME, *WIDTHS_S)]
    observed, expected, weight = (np.stack(told) for told in zip(*ways, strict=True))
    weight[1:] -= np.log(WAYS - 1)
    best = weight.argmax(axis=0), np.arange(ends.height)
    # A pair may meet in any class of targets, also in those in which it did not.
    anywhere = null.expected_shared(*_ends(ends), (null.popularity > 0).astype(np.float64))
    by_chance = anywhere * expected[best] / expected[0]
    tail = counts.upper_tail(observed[best], by_chance)
    return shaped(
        ends.with_columns(
            observed=pl.Series(observed[best], dtype=pl.Float64),
            expected=pl.Series(by_chance, dtype=pl.Float64),
            weight=pl.Series(np.maximum(weight[best], 0.0), dtype=pl.Float64),
            p_value=pl.Series(np.minimum(tail * WAYS, 1.0), dtype=pl.Float64),
        ),
        PAIRS,
    )


def _by_class(met: pl.DataFrame, null: Choice) -> pl.DataFrame:
    """Count and expect shared targets by class: a, b, pair, kind, chance, and within widths."""
    rows = (
        met.group_by("pair", "kind")
        .agg(
            pl.col("a", "b").first(),
            pl.len().cast(pl.Float64).alias(str(ANY_TIME)),
            *(
                (pl.col("gap") <= width).sum().cast(pl.Float64).alias(str(width))
                for width in WIDTHS_S
            ),
        )
        .sort("pair", "kind")
    )
    kinds = class_of(null.popularity - 1.0)
    chance = np.zeros(rows.height)
    for (kind,), part in rows.with_row_index("row").partition_by("kind", as_dict=True).items():
        in_class = ((kinds == kind) & (null.popularity > 0)).astype(np.float64)
        a, b = _ends(part)
        lean = null.leaning_to(a, int(kind)) * null.leaning_to(b, int(kind))
        chance[part["row"].to_numpy()] = null.expected_shared(a, b, in_class) * lean
    return rows.with_columns(chance=pl.Series(np.maximum(chance, _LEAST_CHANCE)))


def _at(by_class: pl.DataFrame, near: Nearness | None) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return what pairs share at one width, what chance explains, and its weight: (pairs,) each."""
    width = ANY_TIME if near is None else near.width_s
    pair, chance = by_class["pair"].to_numpy(), by_class["chance"].to_numpy()
    if near is not None:
        close = np.minimum(near.close[pair] * near.factor[by_class["kind"].to_numpy()], 1.0)
        chance = np.maximum(chance * close, _LEAST_CHANCE)
    shared = by_class[str(width)].to_numpy()
    told = shared, chance, counts.surprise(shared, chance)
    # NumPy counts nothing in integers, whatever the weights.
    observed, expected, weight = (
        np.bincount(pair, weights=each).astype(np.float64) for each in told
    )
    return observed, expected, weight


def _ends(rows: pl.DataFrame) -> tuple[IntArray, IntArray]:
    return rows["a"].to_numpy().astype(np.int64), rows["b"].to_numpy().astype(np.int64)
