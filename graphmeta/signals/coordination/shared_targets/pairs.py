"""Which pairs of accounts share targets, and how surprising is it?"""

from __future__ import annotations

import numpy as np
import polars as pl

from graphmeta.nulls import counts
from graphmeta.nulls.configuration import Choice, class_of
from graphmeta.signals.base import PAIRS, FloatArray, IntArray, Observations, Part, shaped
from graphmeta.signals.coordination.shared_targets.nearness import (
    ANY_TIME,
    WAYS,
    WIDTHS_S,
    Nearness,
    meetings,
    nearness,
)
from graphmeta.signals.coordination.shared_targets.reach import reach
from graphmeta.signals.sums import summed


def weighed(seen: Observations, part: Part) -> pl.DataFrame:
    """Return pairs that share targets, weighted by surprise: columns ``PAIRS``.

    Targets of like popularity are counted and expected together, and the surprises of the
    classes add up: one shared target that hardly anybody reaches is news, one that everybody
    reaches is none. Of the ways to look (each width, and any time) the best counts, less the
    logarithm of how many there are.
    """
    null = reach(seen, part).null
    by_class = _by_class(meetings(seen, part), null)
    near = nearness(seen, part)
    ways = pl.concat([_at(by_class, near.get(width), width) for width in (ANY_TIME, *WIDTHS_S)])
    best = (
        ways.sort("a", "b", "weight", "width", descending=[False, False, True, False])
        .unique(["a", "b"], keep="first", maintain_order=True)
        .with_columns(pl.col("weight").clip(lower_bound=0.0))
    )
    # A pair may meet in any class of targets, also in those in which it did not.
    anywhere = null.expected_shared(*_ends(best), (null.popularity > 0).astype(np.float64))
    expected = anywhere * best["expected"].to_numpy() / best["chance"].to_numpy()
    tail = counts.upper_tail(best["observed"].to_numpy(), expected)
    return shaped(
        best.with_columns(
            expected=pl.Series(expected), p_value=pl.Series(np.minimum(tail * WAYS, 1.0))
        ),
        PAIRS,
    )


def _by_class(met: pl.DataFrame, null: Choice) -> pl.DataFrame:
    """Count and expect shared targets by class: a, b, kind, shared, chance, and within widths."""
    rows = (
        met.group_by("a", "b", "kind")
        .agg(
            pl.len().cast(pl.Float64).alias(str(ANY_TIME)),
            *(
                (pl.col("gap") <= width).sum().cast(pl.Float64).alias(str(width))
                for width in WIDTHS_S
            ),
        )
        .sort("a", "b", "kind")
    )
    kinds = class_of(null.popularity - 1.0)
    chance = np.zeros(rows.height)
    for (kind,), part in rows.with_row_index("row").partition_by("kind", as_dict=True).items():
        in_class = ((kinds == kind) & (null.popularity > 0)).astype(np.float64)
        a, b = _ends(part)
        lean = null.leaning[a, kind] * null.leaning[b, kind]
        chance[part["row"].to_numpy()] = null.expected_shared(a, b, in_class) * lean
    return rows.with_columns(chance=pl.Series(chance))


def _at(by_class: pl.DataFrame, near: Nearness | None, width: int) -> pl.DataFrame:
    """Weigh pairs at one width: a, b, width, observed, chance (at any time), expected, weight."""
    observed = by_class[str(width)].to_numpy()
    expected = np.maximum(by_class["chance"].to_numpy() * _close(by_class, near), 1e-9)
    price = 0.0 if width == ANY_TIME else np.log(WAYS - 1)
    told = by_class.select(
        "a",
        "b",
        chance=pl.col("chance").clip(lower_bound=1e-9),
        observed=pl.Series(observed),
        expected=pl.Series(expected),
        weight=pl.Series(counts.surprise(observed, expected)),
    )
    return summed(told, ("a", "b"), "chance", "observed", "expected", "weight").with_columns(
        pl.col("weight") - price, width=pl.lit(width)
    )


def _close(by_class: pl.DataFrame, near: Nearness | None) -> FloatArray:
    if near is None:
        return np.ones(by_class.height)
    share = near.moments.of_pairs(*_ends(by_class))
    return np.asarray(np.minimum(share * near.factor[by_class["kind"].to_numpy()], 1.0))


def _ends(rows: pl.DataFrame) -> tuple[IntArray, IntArray]:
    return rows["a"].to_numpy().astype(np.int64), rows["b"].to_numpy().astype(np.int64)
