"""Which look-alike could a cluster be?

For every kind of look-alike there is a score of its own, trained to tell campaigns from that kind.
A cluster's p-value for a kind is the share of the kind's appearances, in worlds that the score had
not seen, that score at least as high: a class-conditional conformal p-value (Vovk, Gammerman and
Shafer 2005; Bates et al. 2023). A kind is rejected at 1 %. A cluster is flagged only where all are.

What a cluster does makes it look no more abusive than it is told from the look-alike that it
resembles most: the odds against that kind are the most that its scores reach.

Where the data holds no block and no report at all, what tells campaigns from look-alikes best is
missing: nothing is rejected then, and nothing flagged.

It misleads where a look-alike of real life behaves otherwise than the synthetic ones, or is of a
kind that nobody thought of: the rate holds for worlds like those of the training.
"""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from graphmeta.scores.model import REJECTED_AT, LookAlike, Model, contributions

PREFIX = "resembles_"
#: The kind that stands for all of them where the data holds no block and no report.
ANYTHING = "anything"
#: The least that this takes from scores, in log-odds.
UNTOLD = 3.0


def resemblance(measured: pl.DataFrame, groups: pl.Series, model: Model) -> pl.DataFrame:
    """Return how far each cluster may be each kind of look-alike.

    Args:
        measured: Columns group, signal, value, expected.
        groups: Every cluster.
        model: What was trained.

    Returns:
        Columns group, kind, p_value, log_odds (of being a campaign and not of the kind; absent
        for ``ANYTHING``), in order of group and kind.
    """
    every = pl.DataFrame({"group": groups}, schema={"group": pl.UInt32()}).sort("group")
    columns = {"kind": pl.lit(""), "p_value": pl.lit(0.0), "log_odds": pl.lit(0.0)}
    frames = [every.clear().with_columns(**columns)]
    added = _added(measured, every, model)
    for kind, own in zip(model.look_alikes, added.T, strict=True):
        odds = own + kind.score.constant
        frames.append(
            every.with_columns(
                kind=pl.lit(kind.score.name),
                p_value=pl.Series(_p_values(odds, kind)),
                log_odds=pl.Series(odds),
            )
        )
    return pl.concat([*frames, _untold(measured, every)]).sort("group", "kind")


def _added(measured: pl.DataFrame, every: pl.DataFrame, model: Model) -> NDArray[np.float64]:
    """Return what measurements add to each cluster's score of each kind, shape (n, kinds)."""
    added = contributions(measured, [kind.score for kind in model.look_alikes])
    columns = pl.DataFrame(
        {"score": [kind.score.name for kind in model.look_alikes]}, schema={"score": pl.String()}
    ).with_row_index("column")
    odds = (
        added.group_by("group", "score")
        .agg(pl.col("contribution").sort().sum())
        .join(every.with_row_index("row"), on="group")
        .join(columns, on="score")
    )
    scores = np.zeros((every.height, columns.height))
    scores[odds["row"].to_numpy(), odds["column"].to_numpy()] = odds["contribution"].to_numpy()
    return scores


def _untold(measured: pl.DataFrame, every: pl.DataFrame) -> pl.DataFrame:
    """Return the clusters of data without blocks and reports, as ones that may be anything."""
    defended = measured.filter(pl.col("signal") == "defence_rate")
    some = defended.filter(pl.max_horizontal("value", "expected") > 0)
    rows = every if some.is_empty() and not defended.is_empty() else every.clear()
    return rows.with_columns(
        kind=pl.lit(ANYTHING), p_value=pl.lit(1.0), log_odds=pl.lit(None, dtype=pl.Float64)
    )


def _p_values(scores: NDArray[np.float64], kind: LookAlike) -> NDArray[np.float64]:
    """Return the p-values of scores of one kind, shape (n,)."""
    # Ties count: a cluster that scores just as high is no less like the kind.
    ascending = np.asarray(kind.highest)[::-1]
    higher = np.searchsorted(ascending, scores, side="left")
    return np.asarray((1 + len(kind.highest) - higher) / (kind.appearances + 1))


def nearest(alike: pl.DataFrame) -> pl.DataFrame:
    """Return the kind that each cluster is told from least: columns as ``resemblance``."""
    return alike.sort("group", "log_odds", "kind", nulls_last=False).unique(
        "group", keep="first", maintain_order=True
    )


def compared(measured: pl.DataFrame, groups: pl.Series, model: Model) -> pl.DataFrame:
    """Return each cluster beside every kind of look-alike, and what decides between them most.

    Args:
        measured: Columns group, signal, value, expected.
        groups: Every cluster.
        model: What was trained.

    Returns:
        Columns group, kind, p_value, log_odds, apart_by (the measurement that speaks most against
        its being of the kind), alike_by (the one that speaks most for it), null where none does;
        in order of group and kind.
    """
    added = contributions(measured, [kind.score for kind in model.look_alikes]).sort("signal")
    adds = pl.col("contribution")
    decides = added.group_by("group", kind="score").agg(
        apart_by=pl.col("signal").filter(adds > 0).get(adds.filter(adds > 0).arg_max()),
        alike_by=pl.col("signal").filter(adds < 0).get(adds.filter(adds < 0).arg_min()),
    )
    return resemblance(measured, groups, model).join(
        decides, on=["group", "kind"], how="left", maintain_order="left"
    )


def speaks_against(alike: pl.DataFrame, scores: pl.DataFrame) -> pl.DataFrame:
    """Return the term of the nearest look-alike, where it takes something or is not rejected.

    It takes the same from all scores, so that which is the higher stays.

    Args:
        alike: As ``resemblance`` returns it.
        scores: Columns group, log_odds: the higher score of each cluster without this term.

    Returns:
        Columns group, term, observed (the p-value), expected (the level), contribution.
    """
    most = alike.group_by("group").agg(least=pl.col("log_odds").min())
    untold = pl.when(pl.col("kind") == ANYTHING).then(-UNTOLD).otherwise(0.0)
    beyond = (pl.col("least") - pl.col("log_odds")).fill_null(0.0)
    return (
        nearest(alike)
        .drop("log_odds")
        .join(most, on="group")
        .join(scores, on="group", maintain_order="left")
        .select(
            "group",
            term=pl.lit(PREFIX) + pl.col("kind"),
            observed="p_value",
            expected=pl.lit(REJECTED_AT),
            contribution=pl.min_horizontal(beyond, untold),
        )
        .filter((pl.col("contribution") < 0) | (pl.col("observed") > REJECTED_AT))
    )


def rejected(alike: pl.DataFrame, groups: pl.Series) -> pl.DataFrame:
    """Tell which clusters resemble no look-alike: columns group, no_look_alike (bool)."""
    every = pl.DataFrame({"group": groups}, schema={"group": pl.UInt32()})
    most = alike.group_by("group").agg(pl.col("p_value").max())
    return (
        every.join(most, on="group", how="left")
        .select("group", no_look_alike=pl.col("p_value").fill_null(0.0) <= REJECTED_AT)
        .sort("group")
    )
