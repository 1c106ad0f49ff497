"""Of which clusters of a run is the answer known?

From a made-up world: a cluster whose scored accounts were planted in one campaign, or belong to one
look-alike, nearly all of them. From people: a cluster on whose verdict two second reviewers agree,
and none disagrees. Everything else has no answer that a reviewer could be held to.

It misleads where a made-up campaign leaves no trace that anybody could see: nobody can be held to
that either, so what is held against a reviewer is always a rate over many.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from graphmeta.cases.store import CaseStore
from graphmeta.cases.verdicts import reviews
from graphmeta.errors import UsageError
from graphmeta.run import RunFolder

#: Of a cluster's scored accounts, so many must be of one kind.
PURE = 0.8
#: So many second reviewers must have agreed.
AGREEING = 2
SOURCES = ("synthetic", "settled")


@dataclass(frozen=True)
class Answer:
    """What a cluster is known to be.

    Args:
        verdict: ``spam``, ``recruitment`` or ``benign``.
        source: One of ``SOURCES``.
    """

    verdict: str
    source: str


def from_world(run: RunFolder, world: Path) -> dict[str, Answer]:
    """Return the answers to clusters of a run of a made-up world.

    Args:
        run: The run, with plain ids.
        world: The folder that ``graphmeta synth`` made.

    Raises:
        UsageError: The run has pseudonyms, or the folder is no world's.
        RunError: A table of the run cannot be read.
    """
    if run.manifest["privacy"]["identifiers"] != "plain":
        raise UsageError(
            "The run's accounts bear pseudonyms, so nobody can say who of them was planted.",
            "Analyse the world with --identifiers plain.",
        )
    planted = _table(world, "truth")
    recruits = pl.col("role").is_in(["recruiter", "hub"]).any()
    campaigns = planted.group_by("campaign").agg(
        verdict=pl.when(recruits).then(pl.lit("recruitment")).otherwise(pl.lit("spam"))
    )
    kinds = pl.concat(
        [
            planted.join(campaigns, on="campaign").select("account", "verdict", kind="campaign"),
            _table(world, "lookalikes").select("account", "kind", verdict=pl.lit("benign")),
        ],
        how="diagonal",
    )
    scored = run.table("members").filter(pl.col("role") != "contacted")
    size = scored.group_by("cluster_id").agg(size=pl.len())
    found = (
        scored.join(kinds, on="account")
        .group_by("cluster_id", "kind", "verdict")
        .agg(held=pl.col("account").n_unique())
        .join(size, on="cluster_id")
        .filter(pl.col("held") >= PURE * pl.col("size"))
        .sort("cluster_id")
    )
    return {
        row["cluster_id"]: Answer(row["verdict"], "synthetic")
        for row in found.iter_rows(named=True)
    }


def from_people(run: RunFolder, store: CaseStore) -> dict[str, Answer]:
    """Return the verdicts on a run's clusters that several people share."""
    return {
        cluster: Answer(review.verdict.verdict, "settled")
        for cluster, review in sorted(reviews(store, run.run_id).items())
        if review.verdict.verdict != "unsure"
        and not review.disputed
        and len({one.reviewer for one in review.seconds}) >= AGREEING
    }


def judged_by(store: CaseStore, run_id: str) -> Mapping[str, set[str]]:
    """Return who judged each cluster of a run in the open."""
    return {
        cluster: {review.verdict.reviewer, *(one.reviewer for one in review.seconds)}
        for cluster, review in reviews(store, run_id).items()
    }


def _table(world: Path, name: str) -> pl.DataFrame:
    file = world / f"{name}.parquet"
    try:
        return pl.read_parquet(file)
    except (OSError, pl.exceptions.PolarsError) as error:
        raise UsageError(
            f"{file} cannot be read.", "Name the folder that `graphmeta synth` made."
        ) from error
