"""Is a group that one part of the data proposed also there in the part that had no say?

Three folds: groups are found on two thirds and tested on the last third. The layers are split
each in its own way (targets and converts by contacted account, timing by days). Within a fold,
Benjamini-Hochberg runs at alpha / (folds + 1) over all groups proposed there, so that the union
over the folds keeps alpha; the last share is that of groups that merely behave alike (``twins``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from graphmeta.nulls import multiplicity
from graphmeta.signals.base import FOLDS, Layer, Observations, Part

#: Held-out bins that a layer's test must rest on. One coincidence is no pattern: where a single
#: target or window decides, all hangs on how well the null knows that one target.
LEAST_SHARED = 2
#: Lists of tests among which the false discovery rate is shared: one for each fold, and one for
#: groups that behave alike.
FAMILIES = FOLDS + 1


@dataclass(frozen=True)
class Tested:
    """Groups found without one fold and tested on it.

    Args:
        groups: Columns group, account.
        tests: Columns group, layer, observed, expected, p_value: every layer's own test.
        results: Columns group, p_value, q_value: the layers together, and with the other groups.
    """

    groups: pl.DataFrame
    tests: pl.DataFrame
    results: pl.DataFrame


def confirm(seen: Observations, layers: Sequence[Layer], groups: pl.DataFrame, fold: int) -> Tested:
    """Test groups that were found without ``fold`` on ``fold``."""
    found, tested = Part(fold), Part(fold, held_out=True)
    frames = [
        layer.groups(seen, groups, found, tested).with_columns(layer=pl.lit(layer.name))
        for layer in layers
    ]
    tests = pl.concat(frames).select("group", "layer", "observed", "expected", "p_value")
    combined = (
        tests.group_by("group")
        .agg(p_value=(_pattern().min() * len(layers)).clip(upper_bound=1.0))
        .sort("group")
    )
    every = groups.select("group").unique().sort("group")
    results = every.join(combined, on="group", how="left", maintain_order="left").with_columns(
        pl.col("p_value").fill_null(1.0)
    )
    q = multiplicity.benjamini_hochberg(results["p_value"].to_numpy())
    return Tested(
        groups,
        tests.sort("group", "layer"),
        results.with_columns(q_value=pl.Series(np.minimum(1.0, q * FAMILIES))),
    )


def _pattern() -> pl.Expr:
    """Return a test's p-value, 1 where it rests on less than ``LEAST_SHARED`` bins."""
    return pl.when(pl.col("observed") >= LEAST_SHARED).then("p_value").otherwise(1.0)
