"""Clusters of many synthetic worlds, measured and labelled: what scores are trained on.

Every world is another town with look-alikes drawn anew, of another size and length, with three
campaigns or none; some come without an accounts file, as data of some platforms do. Each is
analysed as anybody would, and each cluster gets the label of the planted campaign or the look-alike
to which more than half of its accounts belong. The truth is used here and nowhere else; detection
runs without it.
"""

from __future__ import annotations

import tempfile
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl

from graphmeta import pipeline, seeds
from graphmeta.clusters.assemble import LEANS_AT
from graphmeta.ingest import Reading
from graphmeta.run import RunFolder
from graphmeta.synthetic import CAMPAIGN_NAMES, World, make_world

#: Neither of them is a family of its own.
_COMPOUND = ("seven_at_once",)
FAMILIES = tuple(name for name in CAMPAIGN_NAMES if name not in _COMPOUND)
#: The label of clusters of which neither a campaign nor a kind of look-alike has the majority.
ORDINARY = "ordinary"


@dataclass(frozen=True)
class Recipe:
    """What one training world is made of."""

    number: int
    accounts: int
    days: int
    campaigns: tuple[str, ...]
    lives: bool


def recipe(number: int) -> Recipe:
    """Draw the recipe of a world."""
    rng = seeds.generator("training world", number)
    clean = number % 5 == 4
    return Recipe(
        number,
        accounts=int(np.exp(rng.uniform(np.log(1_500), np.log(5_000)))),
        days=int(rng.integers(21, 36)),
        campaigns=() if clean else tuple(rng.choice(FAMILIES, 3, replace=False).tolist()),
        lives=bool(rng.random() > 0.2),
    )


def gather(worlds: range, folder: Path, jobs: int) -> pl.DataFrame:
    """Return the clusters of some worlds, made and analysed where ``folder`` lacks them."""
    folder.mkdir(parents=True, exist_ok=True)
    missing = [number for number in worlds if not _file(folder, number).exists()]
    with ProcessPoolExecutor(jobs) as pool:
        for done, number in enumerate(pool.map(_gather, missing, [folder] * len(missing)), 1):
            print(f"world {number} ({done} of {len(missing)})", flush=True)
    return pl.concat([pl.read_parquet(_file(folder, number)) for number in worlds])


def _file(folder: Path, number: int) -> Path:
    return folder / f"world-{number:05d}.parquet"


def _gather(number: int, folder: Path) -> int:
    made = recipe(number)
    seed = seeds.key("training", number) % 2**31
    world = make_world(made.accounts, made.days, made.campaigns, seed=seed)
    with tempfile.TemporaryDirectory() as place:
        run = _analysed(world, made, Path(place))
        rows = labelled(run, world).with_columns(world=pl.lit(number), lives=pl.lit(made.lives))
    rows.write_parquet(_file(folder, number))
    return number


def _analysed(world: World, made: Recipe, place: Path) -> RunFolder:
    world.events.write_parquet(place / "events.parquet")
    world.accounts.write_parquet(place / "accounts.parquet")
    accounts = place / "accounts.parquet" if made.lives else None
    return pipeline.analyze(
        [place / "events.parquet"],
        out=place / "run",
        reading=Reading(accounts=accounts, identifiers="plain"),
        settings=pipeline.Settings(sandbox="off"),
    )


def labelled(run: RunFolder, world: World) -> pl.DataFrame:
    """Return the clusters of a run, one row per cluster and signal, with labels.

    Returns:
        Columns cluster_id, status, p_value, q_value, members, label, kind ("campaign",
        "lookalike" or "ordinary"), purity, signal, value, expected, support.
    """
    # Groups that nothing but twin behaviour suggests are shown where today's scores are high.
    clusters = (
        run.table("clusters")
        .filter((pl.col("status") == "confirmed") | (pl.col("p_value") <= LEANS_AT))
        .select("cluster_id", "status", "p_value", "q_value")
    )
    acting = run.table("members").filter(pl.col("role") != "contacted")
    known = pl.concat(
        [
            world.truth.select("account", label="campaign", kind=pl.lit("campaign")),
            world.lookalikes.select("account", label="kind", kind=pl.lit("lookalike")),
        ]
    ).unique("account", keep="first", maintain_order=True)
    named = acting.join(known, on="account", how="left").with_columns(
        pl.col("label").str.replace(r"-\d+$", "").fill_null(ORDINARY),
        pl.col("kind").fill_null(ORDINARY),
    )
    most = (
        named.group_by("cluster_id", "label", "kind")
        .agg(n=pl.len())
        .with_columns(members=pl.col("n").sum().over("cluster_id"))
        .sort("cluster_id", "n", "label", descending=[False, True, False])
        .unique("cluster_id", keep="first", maintain_order=True)
        .with_columns(purity=pl.col("n") / pl.col("members"))
    )
    pure = pl.col("purity") > 0.5
    signals = run.table("signals").rename({"entity": "cluster_id"})
    return (
        clusters.join(most.drop("n"), on="cluster_id")
        .with_columns(
            label=pl.when(pure).then("label").otherwise(pl.lit(ORDINARY)),
            kind=pl.when(pure).then("kind").otherwise(pl.lit(ORDINARY)),
        )
        .join(
            signals.select("cluster_id", "signal", "value", "expected", "support"),
            on="cluster_id",
            how="left",
        )
    )
