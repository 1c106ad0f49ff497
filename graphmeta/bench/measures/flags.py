"""What do flagged clusters hold: campaigns, look-alikes, people who were contacted?

A cluster is *true* where more than half of its accounts are planted, of whichever campaign, and
it is a campaign's where more than half are that campaign's. Accounts of clusters that are not in
the world's list (groups, which may be hubs) are left out before anything is counted.
"""

from __future__ import annotations

import polars as pl

from graphmeta.bench.detector import Answer
from graphmeta.bench.worlds import Truth

#: So many accounts of a look-alike in flagged clusters (or all of it) make it a flagged one.
APPEARANCE = 3
#: The bins of risk for calibration: [0, 0.1), ..., [0.9, 1].
BINS = 10
#: From which risk on clusters are looked at, where it is asked whom that touches.
THRESHOLDS = (0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 0.9)


def clusters(answer: Answer, truth: Truth) -> pl.DataFrame:
    """Return one row per cluster: what it is said to be, and what it is.

    Returns:
        cluster_id, flagged, risk, size, planted (accounts), true, campaign (whose it is, or null).

    Raises:
        ValueError: The answer has no groups.
    """
    if answer.groups is None:
        raise ValueError("a ranking alone has no clusters")
    members = known_members(answer, truth)
    held = members.join(truth.planted, on="account", how="inner")
    size = members.group_by("cluster_id").agg(size=pl.len().cast(pl.Int64))
    planted = held.group_by("cluster_id").agg(planted=pl.col("account").n_unique().cast(pl.Int64))
    most = (
        held.group_by("cluster_id", "campaign")
        .agg(n=pl.len())
        .sort("n", "campaign", descending=[True, False])
        .unique("cluster_id", keep="first", maintain_order=True)
    )
    return (
        answer.groups.join(size, on="cluster_id", how="left")
        .join(planted, on="cluster_id", how="left")
        .join(most, on="cluster_id", how="left")
        .with_columns(pl.col("size", "planted").fill_null(0))
        .with_columns(
            true=2 * pl.col("planted") > pl.col("size"),
            campaign=pl.when(2 * pl.col("n") > pl.col("size")).then("campaign"),
        )
        .drop("n")
        .sort("risk", "cluster_id", descending=[True, False])
    )


def known_members(answer: Answer, truth: Truth) -> pl.DataFrame:
    """Return the members that are accounts of the world: cluster_id, account."""
    if answer.members is None:
        raise ValueError("a ranking alone has no clusters")
    return answer.members.filter(pl.col("account").is_in(truth.accounts.implode()))


def measure(answer: Answer, truth: Truth, budget: int) -> dict[str, object]:
    """Measure the clusters of an answer.

    Args:
        answer: With groups.
        truth: Of the same world.
        budget: Clusters that an analyst looks at in a day.

    Returns:
        What a world's results hold under ``flags``; ``docs/benchmark.md`` defines each.
    """
    judged = clusters(answer, truth)
    members = known_members(answer, truth)
    flagged = judged.filter("flagged")
    inside = members.join(flagged.select("cluster_id"), on="cluster_id", how="semi")
    accounts = inside["account"].unique()
    innocent = accounts.filter(~accounts.is_in(truth.planted["account"].implode()))
    return {
        "clusters": judged.height,
        "flagged": flagged.height,
        "false_flagged": int((~flagged["true"]).sum()),
        "innocents_flagged": len(innocent),
        "contacted_flagged": int(innocent.is_in(truth.contacted.implode()).sum()),
        "campaigns": _campaigns(judged, inside, truth),
        "lookalikes": _lookalikes(accounts, truth),
        "precision_at_budget": precision_at_budget(judged, budget),
        "calibration": _calibration(judged),
        "touched": _touched(judged, members, truth),
    }


def _touched(
    judged: pl.DataFrame, members: pl.DataFrame, truth: Truth
) -> list[dict[str, float]] | None:
    """Return whom clusters from a risk on hold: people planted, and innocents.

    Whether a cluster is flagged has no say here: it is what looking at all from that risk on would
    touch. None where risk leaves [0, 1].
    """
    if not judged["risk"].is_between(0, 1).all():
        return None
    planted = truth.planted["account"].implode()
    rows = []
    for threshold in THRESHOLDS:
        above = judged.filter(pl.col("risk") >= threshold).select("cluster_id")
        accounts = members.join(above, on="cluster_id", how="semi")["account"].unique()
        true = int(accounts.is_in(planted).sum())
        rows.append(
            {
                "risk": threshold,
                "clusters": above.height,
                "planted": true,
                "innocents": accounts.len() - true,
            }
        )
    return rows


def precision_at_budget(judged: pl.DataFrame, budget: int) -> float | None:
    """Return the share of true clusters among the first by risk; None where there is no cluster.

    Where clusters of equal risk straddle the budget, each of them counts for its share of the
    places that are left, which is what a random order gives on average.
    """
    if judged.is_empty():
        return None
    places = min(budget, judged.height)
    line = judged["risk"].sort(descending=True)[places - 1]
    above, at = judged.filter(pl.col("risk") > line), judged.filter(pl.col("risk") == line)
    share = (places - above.height) / at.height
    return (int(above["true"].sum()) + share * int(at["true"].sum())) / places


def _campaigns(
    judged: pl.DataFrame, inside: pl.DataFrame, truth: Truth
) -> dict[str, dict[str, object]]:
    """Return, per campaign, how well flagged clusters cover it, and whether one is it."""
    flagged = judged.filter("flagged")
    measured: dict[str, dict[str, object]] = {}
    for (name,), part in truth.planted.partition_by("campaign", as_dict=True).items():
        mine = part["account"].implode()
        touching = inside.filter(pl.col("account").is_in(mine))["cluster_id"].unique()
        said = inside.filter(pl.col("cluster_id").is_in(touching.implode()))["account"].unique()
        others = truth.planted.filter(~pl.col("account").is_in(mine))["account"].implode()
        said = said.filter(~said.is_in(others))
        hit = int(said.is_in(mine).sum())
        precision = hit / len(said) if len(said) else None
        recall = hit / part.height
        total = len(said) + part.height
        measured[str(name)] = {
            "detected": bool((flagged["campaign"] == name).any()),
            "precision": precision,
            "recall": recall,
            "f1": 2 * hit / total,
        }
    return measured


def _lookalikes(flagged: pl.Series, truth: Truth) -> dict[str, dict[str, object]]:
    """Return, per kind in the world, its accounts, those flagged, and whether it counts so."""
    counted = truth.lookalikes.group_by("kind").agg(
        accounts=pl.len(), inside=pl.col("account").is_in(flagged.implode()).sum()
    )
    return {
        row["kind"]: {
            "accounts": row["accounts"],
            "accounts_flagged": row["inside"],
            "flagged": row["inside"] >= min(APPEARANCE, row["accounts"]),
        }
        for row in counted.sort("kind").iter_rows(named=True)
    }


def _calibration(judged: pl.DataFrame) -> list[list[float]] | None:
    """Return per bin of risk: clusters, true ones, sum of risks. None where risk leaves [0, 1]."""
    if not judged["risk"].is_between(0, 1).all():
        return None
    place = (pl.col("risk") * BINS).floor().clip(0, BINS - 1).cast(pl.Int64)
    counted = judged.group_by(bin=place).agg(
        n=pl.len(), true=pl.col("true").sum(), risk=pl.col("risk").sum()
    )
    bins = [[0.0, 0.0, 0.0] for _ in range(BINS)]
    for row in counted.iter_rows(named=True):
        bins[row["bin"]] = [float(row["n"]), float(row["true"]), float(row["risk"])]
    return bins
