"""What changed between two runs: which clusters are new, grown, shrunk, gone, and what of them?

Clusters' names say nothing across runs, so clusters are matched by the scored accounts that they
have in common, one to one, by the rule that matches groups within a run
(:mod:`graphmeta.clusters.match`). Accounts are counted, never listed; a group chat that is a hub is
no actor and has no say (:mod:`graphmeta.privacy.chats`).

It misleads where a cluster splits or two merge: the part with more accounts in common is matched,
the other stands as new or gone. And a cluster may come or go without anybody's having changed, by
other settings, another version or a longer history: those differences are listed beside it
(:mod:`graphmeta.report.drift`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from graphmeta.clusters.match import match
from graphmeta.errors import PrivacyRefusalError, UsageError
from graphmeta.privacy.chats import group_chats
from graphmeta.privacy.pseudonyms import same_pseudonyms
from graphmeta.report import drift
from graphmeta.run import RunFolder

#: What can have become of a cluster, what needs a look first. "changed" has exchanged accounts for
#: as many others.
CHANGES = ("new", "grown", "changed", "shrunk", "gone", "unchanged")
#: What is compared of two clusters that are one, as ``NAME_old`` and ``NAME_new``.
COMPARED = ("risk", "spam", "recruitment", "status", "flagged", "behaviour", "q_value", "verdict")
_COLUMNS = (
    *("change", "old", "new", "alike", "actors_old", "actors_new", "gained", "lost"),
    *(f"{name}_{side}" for name in COMPARED for side in ("old", "new")),
)

Verdicts = Mapping[str, str]


@dataclass(frozen=True)
class Difference:
    """What changed from one run to another.

    Args:
        clusters: ``change`` (one of :data:`CHANGES`), ``old`` and ``new`` (names, null where there
            is none), ``alike`` (accounts in common over accounts of either), ``actors_old``,
            ``actors_new``, ``gained``, ``lost`` (accounts), then ``NAME_old`` and ``NAME_new`` for
            each of :data:`COMPARED`. In the order of :data:`CHANGES`, then by risk.
        settings: Configuration, versions and inputs that differ; see ``drift.settings``.
        baselines: What was usual then and now; see ``drift.baselines``.
    """

    clusters: pl.DataFrame
    settings: pl.DataFrame
    baselines: pl.DataFrame

    def counts(self) -> dict[str, int]:
        """Return how many clusters each change befell."""
        found = self.clusters["change"].to_list()
        return {change: found.count(change) for change in CHANGES}


def compare(
    old: RunFolder,
    new: RunFolder,
    *,
    verdicts_old: Verdicts | None = None,
    verdicts_new: Verdicts | None = None,
) -> Difference:
    """Compare two runs.

    Args:
        old: The earlier run.
        new: The later one.
        verdicts_old: The verdict that stands, by the earlier run's cluster names.
        verdicts_new: The same for the later run.

    Raises:
        PrivacyRefusalError: The runs' pseudonyms were made in different ways, so that they must
            not be linked.
        RunError: A table cannot be read.
    """
    refuse_unlinkable(old.manifest, new.manifest)
    members_old, members_new = _scored(old), _scored(new)
    matched = match(members_old, members_new).rename({"group": "old", "other": "new"})
    pairs = matched.join(_facts(old, verdicts_old, "old"), on="old", how="full", coalesce=True)
    pairs = pairs.join(_facts(new, verdicts_new, "new"), on="new", how="full", coalesce=True)
    exchanged = _exchanged(matched, members_old, members_new)
    clusters = (
        pairs.join(exchanged, on=["old", "new"], how="left")
        .with_columns(
            gained=pl.coalesce("gained", pl.when(pl.col("old").is_null()).then("actors_new"), 0),
            lost=pl.coalesce("lost", pl.when(pl.col("new").is_null()).then("actors_old"), 0),
        )
        .with_columns(change=_change())
    )
    order = pl.col("change").replace_strict({name: at for at, name in enumerate(CHANGES)})
    risk, name = pl.coalesce("risk_new", "risk_old"), pl.coalesce("new", "old")
    return Difference(
        clusters=clusters.sort(order, risk, name, descending=[False, True, False]).select(_COLUMNS),
        settings=drift.settings(old, new),
        baselines=drift.baselines(old, new),
    )


def refuse_unlinkable(old: Mapping[str, Any], new: Mapping[str, Any]) -> None:
    """Refuse to compare accounts whose names were made in different ways.

    Pseudonyms are made so that they cannot be linked across data sets, keys and epochs, and a run
    with plain ids would name the accounts of one with pseudonyms.

    Args:
        old: The earlier run's manifest.
        new: The later run's.

    Raises:
        PrivacyRefusalError: They were.
    """
    one, other = old["privacy"], new["privacy"]
    if one["identifiers"] == other["identifiers"] == "plain":
        return
    try:
        same_pseudonyms(one, other)
    except UsageError as error:
        # Elsewhere it is a slip to bring such runs together. Here it would link people.
        raise PrivacyRefusalError(error.problem, error.remedy) from error


def _scored(run: RunFolder) -> pl.DataFrame:
    """Return the scored accounts by cluster: columns ``group``, ``account``."""
    members = run.table("members")
    return (
        members.filter(pl.col("role") != "contacted")
        .join(group_chats(run.table("clusters"), members), on=["cluster_id", "account"], how="anti")
        .select("account", group="cluster_id")
        .unique()
    )


def _facts(run: RunFolder, verdicts: Verdicts | None, side: str) -> pl.DataFrame:
    """Return what is compared of each cluster, its columns named for the side."""
    clusters = run.table("clusters")
    given = verdicts or {}
    said = pl.Series([given.get(name) for name in clusters["cluster_id"]], dtype=pl.String)
    members = _scored(run).group_by(cluster_id="group").agg(actors=pl.len().cast(pl.Int64))
    return (
        clusters.with_columns(verdict=said)
        .join(members, on="cluster_id", how="left")
        .select(
            pl.col("cluster_id").alias(side),
            pl.col("actors").fill_null(0).alias(f"actors_{side}"),
            *(pl.col(name).alias(f"{name}_{side}") for name in COMPARED),
        )
    )


def _exchanged(matched: pl.DataFrame, old: pl.DataFrame, new: pl.DataFrame) -> pl.DataFrame:
    """Count for every matched pair the accounts that came and went."""
    before = matched.select("old", "new").join(old, left_on="old", right_on="group")
    after = matched.select("old", "new").join(new, left_on="new", right_on="group")
    came = after.join(before, on=["old", "new", "account"], how="anti")
    went = before.join(after, on=["old", "new", "account"], how="anti")
    return (
        matched.select("old", "new")
        .join(_counted(came, "gained"), on=["old", "new"], how="left")
        .join(_counted(went, "lost"), on=["old", "new"], how="left")
        .with_columns(pl.col("gained", "lost").fill_null(0))
    )


def _counted(rows: pl.DataFrame, name: str) -> pl.DataFrame:
    return rows.group_by("old", "new").agg(pl.len().cast(pl.Int64).alias(name))


def _change() -> pl.Expr:
    larger = pl.col("gained") > pl.col("lost")
    smaller = pl.col("gained") < pl.col("lost")
    return (
        pl.when(pl.col("old").is_null())
        .then(pl.lit("new"))
        .when(pl.col("new").is_null())
        .then(pl.lit("gone"))
        .when(larger)
        .then(pl.lit("grown"))
        .when(smaller)
        .then(pl.lit("shrunk"))
        .when(pl.col("gained") > 0)
        .then(pl.lit("changed"))
        .otherwise(pl.lit("unchanged"))
    )
