"""From groups of four findings (everything, and without each fold) to clusters.

What an analyst sees is found on everything, where membership is known best. Its p-value comes
from the groups that were found without a fold and tested on it: the two lists are matched one to
one by the accounts they have in common, so no confirmation is spent twice. A confirmed group
that has no counterpart becomes a cluster of its own. Groups that nothing confirms are candidates,
of which those are shown that the held-out data leans towards, or that look abusive (``rank``).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import cast

import polars as pl

from graphmeta.clusters.choose import after
from graphmeta.clusters.confirm import Tested, confirm
from graphmeta.clusters.find import Found, find
from graphmeta.clusters.match import match
from graphmeta.clusters.refine import member_tests
from graphmeta.engines.base import Progress, Remember, afresh
from graphmeta.engines.local import side_by_side
from graphmeta.nulls import multiplicity
from graphmeta.signals.base import FOLDS, WHOLE, Layer, Observations, Part
from graphmeta.signals.memo import forget

#: Held-out data leans towards a group that is not confirmed where its p-value is at most this.
LEANS_AT = 0.2


@dataclass(frozen=True)
class Clusters:
    """The clusters of a run.

    Args:
        groups: Columns group, account, p_value (of the member test), core (bool).
        results: Columns group, p_value, q_value, confirmed (bool), stability (accounts in common
            over accounts of either with what was found without each fold, by another seed: the
            mean, 0 to 1).
        tests: Columns group, layer, observed, expected, p_value: the held-out tests of the fold
            that decided.
        layers: What each layer has on everything: layer, version, pairs, significant.
        tested: How many groups were tested on held-out data, over all folds.
        communities: How many communities there were on everything.
        refined: How many of them were pruned and grown.
    """

    groups: pl.DataFrame
    results: pl.DataFrame
    tests: pl.DataFrame
    layers: pl.DataFrame
    tested: int
    communities: int = 0
    refined: int = 0

    @property
    def leaning(self) -> pl.Series:
        """Numbers of the groups that held-out data confirms, or leans towards."""
        leans = pl.col("confirmed") | (pl.col("p_value") <= LEANS_AT)
        return self.results.filter(leans)["group"]


def clusters(
    seen: Observations,
    layers: Sequence[Layer],
    alpha: float,
    least: int,
    seed: int,
    progress: Progress,
    remember: Remember = afresh,
) -> Clusters:
    """Find groups on everything and without each fold, test them, and bring them together.

    Args:
        seen: What is observed.
        layers: The layers to look at together.
        alpha: The bound on the false discovery rate of coordination by chance.
        least: The fewest accounts of a cluster.
        seed: The run's seed.
        progress: Told of every stage.
        remember: Asked for each of the four findings.
    """
    whole, folds = _found(seen, layers, least, seed, progress, remember)
    groups = _with_orphans(whole.groups, folds, alpha)
    results, tests = _verdicts(groups, folds)
    results = results.with_columns(confirmed=pl.col("q_value") <= alpha)
    members = _members(seen, layers, groups, results, alpha)
    return Clusters(
        groups=members,
        results=results,
        tests=tests,
        layers=whole.layers,
        tested=sum(tested.results.height for tested in folds),
        communities=whole.communities,
        refined=whole.refined,
    )


def _found(
    seen: Observations,
    layers: Sequence[Layer],
    least: int,
    seed: int,
    progress: Progress,
    remember: Remember,
) -> tuple[Found, list[Tested]]:
    """Find groups on everything, and without each fold, there with their held-out tests.

    The four findings have nothing to do with each other and run side by side.
    """

    def everything() -> Found:
        return remember("finding", lambda: find(seen, layers, WHOLE, least, seed), Found)

    def without(fold: int) -> Callable[[], Tested]:
        def tested() -> Tested:
            found = find(seen, layers, Part(fold), least, seed + 1 + fold)
            confirmed = confirm(seen, layers, found.groups, fold)
            for part in (Part(fold), Part(fold, held_out=True)):
                forget(seen, part)
            return confirmed

        return lambda: remember(f"finding-without-{fold}", tested, Tested)

    def told(done: int) -> None:
        progress(f"finding and confirming groups ({done} of {FOLDS + 1})", done / (FOLDS + 1))

    progress("finding groups, and confirming them on held-out contacts", 0.0)
    parts: list[Callable[[], Found | Tested]] = [everything, *map(without, range(FOLDS))]
    whole, *folds = side_by_side(parts, told)
    return cast("Found", whole), cast("list[Tested]", folds)


def _with_orphans(whole: pl.DataFrame, folds: Sequence[Tested], alpha: float) -> pl.DataFrame:
    """Add groups that a fold confirmed and the finding on everything missed."""
    groups = whole
    for tested in folds:
        accepted = tested.groups.join(
            tested.results.filter(pl.col("q_value") <= alpha), on="group", how="semi"
        )
        free = accepted.join(match(groups, accepted), left_on="group", right_on="other", how="anti")
        unclaimed = free.join(groups, on="account", how="anti")
        most = (
            free.group_by("group")
            .agg(size=pl.len())
            .join(unclaimed.group_by("group").agg(left=pl.len()), on="group")
            .filter(2 * pl.col("left") > pl.col("size"))
        )
        new = unclaimed.join(most, on="group", how="semi")
        free_from = after(groups["group"])
        renumbered = new.with_columns((pl.col("group") + free_from).cast(pl.UInt32))
        groups = pl.concat([groups, renumbered])
    return groups.sort("group", "account")


def _verdicts(groups: pl.DataFrame, folds: Sequence[Tested]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Give every group the verdict of the fold that found it and confirmed it most surely."""
    verdicts = []
    for fold, tested in enumerate(folds):
        matched = match(groups, tested.groups)
        verdicts.append(
            matched.join(tested.results, left_on="other", right_on="group").select(
                "group", "other", "alike", "p_value", "q_value", fold=pl.lit(fold)
            )
        )
    every = pl.concat(verdicts)
    again = every.group_by("group").agg(stability=pl.col("alike").sort().sum() / FOLDS)
    best = every.sort("group", "q_value", "p_value", "fold").unique(
        "group", keep="first", maintain_order=True
    )
    results = (
        groups.select("group")
        .unique()
        .join(best, on="group", how="left")
        .join(again, on="group", how="left")
        .select(
            "group",
            pl.col("stability").fill_null(0.0),
            p_value=(pl.col("p_value") * FOLDS).clip(upper_bound=1.0).fill_null(1.0),
            q_value=pl.col("q_value").fill_null(1.0),
        )
        .sort("group")
    )
    decided = [
        best.filter(pl.col("fold") == fold)
        .select("other", number="group")
        .join(tested.tests, left_on="other", right_on="group")
        .select("layer", "observed", "expected", "p_value", group="number")
        for fold, tested in enumerate(folds)
    ]
    columns = ["group", "layer", "observed", "expected", "p_value"]
    tests = pl.concat([frame.select(columns) for frame in decided])
    return results, tests.sort("group", "layer")


def _members(
    seen: Observations,
    layers: Sequence[Layer],
    groups: pl.DataFrame,
    results: pl.DataFrame,
    alpha: float,
) -> pl.DataFrame:
    """Say of every member how surely it belongs to the rest of its cluster, on everything.

    Members were chosen by the same test on the same data (``refine``), so p-values describe. The
    core are those who would pass where choosing them were paid for as choosing clusters is: with R
    of m clusters confirmed, at alpha R / m (Benjamini and Bogomolov 2014).
    """
    tests = groups.join(
        member_tests(seen, layers, groups, WHOLE, others=False),
        on=["group", "account"],
        how="left",
        maintain_order="left",
    ).with_columns(pl.col("p_value").fill_null(1.0))
    confirmed = int(results["confirmed"].sum())
    level = alpha * max(confirmed, 1) / max(results.height, 1)
    frames = [
        part.with_columns(
            core=pl.Series(
                multiplicity.benjamini_hochberg(part["p_value"].to_numpy()) <= level,
                dtype=pl.Boolean,
            )
        )
        for part in tests.partition_by("group", maintain_order=True)
    ]
    empty = tests.clear().with_columns(core=pl.lit(False))
    return pl.concat([empty, *frames])
