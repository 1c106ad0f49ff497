"""Does risk say what people found: of clusters with a risk of 0.3, were about 30 % abusive?

Clusters are put into bands of about equal size by their risk before; in each, the mean risk stands
beside the share that was found abusive (a reliability diagram as a table). Two figures sum it up:
the Brier score (the mean squared distance of risk from what was found, 0 is best) and the
calibration error (the mean distance of the two columns, weighted by clusters). A curve looks better
on the verdicts that it was fitted to than on others, so the risk after is that of curves which had
not seen the cluster: every cluster is left out once, a tenth of them at a time.

It misleads where verdicts do: they are what people concluded, not what is.
"""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from graphmeta import seeds
from graphmeta.scores.calibrate import Calibration, fit

BANDS = 5
_PARTS = 10

Floats = NDArray[np.float64]
Found = NDArray[np.bool_]


def left_out(log_odds: Floats, abusive: Found, sureness: Floats) -> Floats:
    """Return the risk of every cluster by curves that were fitted without it.

    Args:
        log_odds: Scores, as log-odds, shape (n,).
        abusive: What people found, shape (n,).
        sureness: How sure the coordination is, shape (n,).

    Returns:
        Shape (n,), 0 to 1.
    """
    parts = seeds.generator("reliability", len(log_odds)).permutation(len(log_odds)) % _PARTS
    risk = np.empty_like(log_odds)
    for part in np.unique(parts):
        out = parts == part
        curve = fit(log_odds[~out], abusive[~out], sureness[~out])
        risk[out] = share(curve, log_odds[out]) * sureness[out]
    return risk


def share(curve: Calibration, log_odds: Floats) -> Floats:
    """Return the curve's shares for scores in log-odds, shape (n,)."""
    return np.asarray(1.0 / (1.0 + np.exp(-(curve.constant + curve.slope * log_odds))))


def summary(risk: Floats | None, before: Floats, abusive: Found) -> dict[str, float] | None:
    """Return the figures that sum a risk up.

    Args:
        risk: The risk in question, shape (n,); None where there is none.
        before: The risk by which clusters are put into bands, shape (n,).
        abusive: What people found, shape (n,).

    Returns:
        ``brier`` and ``calibration_error``, or None where there is nothing to sum up.
    """
    if risk is None or not len(risk):
        return None
    bands = bands_of(before)
    distances = [
        here.mean() * abs(risk[here].mean() - abusive[here].mean())
        for here in (bands == band for band in np.unique(bands))
    ]
    return {
        "brier": float(((risk - abusive) ** 2).mean()),
        "calibration_error": float(sum(distances)),
    }


def bands_of(risk: Floats) -> NDArray[np.int64]:
    """Return the band of every cluster, 0 for the lowest risk; equal risks share a band."""
    ranks = np.searchsorted(np.sort(risk), risk, side="left")
    return np.asarray(ranks * BANDS // max(len(risk), 1), dtype=np.int64)


def table(before: Floats, after: Floats | None, abusive: Found) -> pl.DataFrame:
    """Return the reliability table, lowest risk first.

    Args:
        before: Risk before, shape (n,).
        after: Risk after, shape (n,); None where there is no other curve.
        abusive: What people found, shape (n,).

    Returns:
        Columns clusters, abusive (counts), found (their ratio), before, after (mean risks).
    """
    nothing = pl.Series([None] * len(before), dtype=pl.Float64)
    return (
        pl.DataFrame({"band": bands_of(before), "before": before, "found": abusive})
        .with_columns(after=nothing if after is None else pl.Series(after))
        .group_by("band")
        .agg(
            clusters=pl.len().cast(pl.Int64),
            abusive=pl.col("found").sum().cast(pl.Int64),
            found=pl.col("found").mean(),
            before=pl.col("before").mean(),
            after=pl.col("after").mean(),
        )
        .sort("band")
        .drop("band")
    )
