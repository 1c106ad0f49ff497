"""What is found in real metadata? ``GRAPHMETA_DATA=FOLDER python benchmarks/real_data.py``.

Of ordinary life (``collegemsg``, ``copenhagen_cns``) next to nothing should be flagged. For
``bitcoin_otc`` the area under the ROC curve over its labelled accounts is printed; the labels are
read after the analysis. For ``coortweet_russia`` the clusters are laid beside the groups that
CooRTweet's rule gives (Righetti and Balluff 2025): two accounts are tied where they shared the same
post within a minute, an account counts that did so twice, ties at or above the median are kept, and
what hangs together is a group. The rule is then asked again with those who shared dealt out anew
among all shares: posts, times and everybody's activity stay, and nobody is coordinated.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from datetime import datetime
from pathlib import Path

import networkx as nx
import numpy as np
import polars as pl
from sklearn.metrics import roc_auc_score

from graphmeta import pipeline
from graphmeta.ingest import Reading
from graphmeta.run import RunFolder

ORDINARY = ("collegemsg", "copenhagen_cns")
OTHERS = ("bitcoin_otc", "coortweet_russia", "vast2008_calls")
WINDOW_S = 60
LEAST_SHARED = 2
DEALS = 3


def analysed(data: Path, name: str, folder: Path) -> RunFolder:
    """Analyse one data set, and say how long it took and what came of it."""
    began = time.perf_counter()
    file = data / name / "events.parquet"
    # Posts are no people whom one may have known before: all of that log is judged.
    since = pl.read_parquet(file)["timestamp"].min() if name == "coortweet_russia" else None
    run = pipeline.analyze(
        [file],
        out=folder / name,
        reading=Reading(identifiers="plain"),
        settings=pipeline.Settings(since=since if isinstance(since, datetime) else None),
    )
    counts = run.manifest["counts"]
    print(
        f"{name}: {time.perf_counter() - began:.1f} s, {counts['stranger_contacts']:,} stranger "
        f"contacts, {counts['clusters']} clusters, {counts['confirmed']} confirmed, "
        f"{counts['flagged']} flagged"
    )
    return run


def scored(run: RunFolder) -> pl.DataFrame:
    """Return the accounts of clusters with their highest strength times risk: account, score."""
    clusters = run.table("clusters").select("cluster_id", "risk", "status")
    acting = run.table("members").filter(pl.col("role") != "contacted")
    return (
        acting.join(clusters, on="cluster_id")
        .group_by("account")
        .agg(score=(pl.col("strength") * pl.col("risk")).max())
    )


def tell_bitcoin(run: RunFolder, labels: pl.DataFrame) -> None:
    """Print the area under the ROC curve over labelled accounts; unnamed ones score 0."""
    rows = labels.join(scored(run), on="account", how="left").with_columns(
        pl.col("score").fill_null(0.0)
    )
    auc = roc_auc_score(rows["label"].to_numpy(), rows["score"].to_numpy())
    named = rows.filter(pl.col("score") > 0)
    print(
        f"  ROC AUC over {rows.height} labelled accounts {auc:.3f}; {named.height} of them are in "
        f"clusters, {int(named['label'].sum())} of these fraudulent"
    )


def tell_coortweet(run: RunFolder, events: pl.DataFrame) -> None:
    """Print how clusters and CooRTweet's groups agree, group by group for the largest."""
    clusters = run.table("clusters").filter(status="confirmed")
    acting = run.table("members").filter(pl.col("role") != "contacted")
    ours = {
        name: set(acting.filter(cluster_id=name)["account"].to_list())
        for name in clusters["cluster_id"]
    }
    theirs = co_sharing_groups(events)
    every = set().union(*ours.values()) if ours else set()
    them = set().union(*theirs) if theirs else set()
    print(f"  {len(ours)} confirmed clusters of {len(every)} accounts")
    print(f"  CooRTweet's rule: {len(theirs)} groups of {len(them)} accounts")
    print(f"  in both {len(every & them)}, ours alone {len(every - them)}")
    by_chance = [co_sharing_groups(dealt_out_anew(events, seed)) for seed in range(DEALS)]
    print(f"  its largest group {len(theirs[0])}; with sharers dealt out anew "
          f"{', '.join(str(len(groups[0])) for groups in by_chance)}")  # fmt: skip
    for group in theirs[:10]:
        best = max(ours, key=lambda name: len(ours[name] & group), default=None)
        shared = len(ours[best] & group) if best else 0
        of = len(ours[best]) if best else 0
        print(f"  group of {len(group)}: {shared} of them in {best} of {of}")


def dealt_out_anew(events: pl.DataFrame, seed: int) -> pl.DataFrame:
    """Return the same shares by others: who shared is shuffled over all of them."""
    shuffled = events.with_columns(events["sender"].shuffle(seed=seed))
    return shuffled.unique(["sender", "recipient"], keep="first", maintain_order=True)


def co_sharing_groups(events: pl.DataFrame) -> list[set[str]]:
    """Return groups of accounts by CooRTweet's rule, largest first."""
    shares = events.select("sender", "recipient", at=pl.col("timestamp").dt.epoch("s"))
    pairs = shares.join(shares, on="recipient", suffix="_other").filter(
        pl.col("sender") < pl.col("sender_other"),
        (pl.col("at") - pl.col("at_other")).abs() <= WINDOW_S,
    )
    actions = pl.concat(
        [
            pairs.select("recipient", account="sender"),
            pairs.select("recipient", account="sender_other"),
        ]
    ).unique()
    often = actions.group_by("account").len().filter(pl.col("len") >= LEAST_SHARED)["account"]
    ties = (
        pairs.filter(
            pl.col("sender").is_in(often.implode()) & pl.col("sender_other").is_in(often.implode())
        )
        .group_by("sender", "sender_other")
        .agg(weight=pl.len())
    )
    kept = ties.filter(pl.col("weight") >= np.median(ties["weight"].to_numpy()))
    graph: nx.Graph[str] = nx.Graph(kept.select("sender", "sender_other").rows())
    return sorted((set(map(str, group)) for group in nx.connected_components(graph)), key=len)[::-1]


def main() -> None:
    """Analyse every data set and print what came of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", action="append", default=[])
    asked = parser.parse_args()
    data = Path(os.environ["GRAPHMETA_DATA"])
    with tempfile.TemporaryDirectory() as folder:
        for name in asked.only or (*ORDINARY, *OTHERS):
            run = analysed(data, name, Path(folder))
            if name == "bitcoin_otc":
                tell_bitcoin(run, pl.read_parquet(data / name / "labels.parquet"))
            if name == "coortweet_russia":
                tell_coortweet(run, pl.read_parquet(data / name / "events.parquet"))


if __name__ == "__main__":
    main()
