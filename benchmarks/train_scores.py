"""Train the scores: ``python benchmarks/train_scores.py --worlds 300 --jobs 2``.

Makes synthetic worlds, analyses them, fits the scores and the look-alikes' classes to what their
clusters do, says how well each family and each kind of look-alike is told by a model that never saw
it, and writes ``graphmeta/scores/weights.json``. Worlds already in ``--folder`` are not made again:
delete the folder after a change of detection.
"""

from __future__ import annotations

import argparse
import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray
from score_fitting import (
    PENALTY,
    PENALTY_OF_CLASS,
    Fitted,
    FloatArray,
    balanced,
    fit,
    ratios,
)
from score_worlds import gather

from graphmeta.scores import calibrate, model, rank
from graphmeta.scores.terms import LOOK_ALIKE_TERMS, RECRUITMENT_TERMS, SPAM_TERMS, Term

WEIGHTS = Path(model.__file__).with_name("weights.json")
RECRUITING = ("funnel", "invitation_cascade", "grooming")
BOTH = ("mixed",)
FOLDS = 5
#: Weight of campaigns over that of everything else when a score is fitted.
ODDS = 0.5
#: Clusters of a look-alike from which its class is fitted.
LEAST_OF_A_KIND = 8
#: Share of a class's appearances whose scores are kept, the highest: below it no p-value matters.
KEPT = 0.2

BoolArray = NDArray[np.bool_]


@dataclass(frozen=True)
class Task:
    """One fit: which clusters are positive, which negative, by which terms."""

    name: str
    terms: tuple[Term, ...]
    positive: Callable[[pl.DataFrame], pl.Series]
    negative: Callable[[pl.DataFrame], pl.Series]
    penalty: float = PENALTY


def is_spam(clusters: pl.DataFrame) -> pl.Series:
    """Tell which clusters are campaigns of spam."""
    recruiting = pl.col("label").is_in(RECRUITING)
    return clusters.select((pl.col("kind") == "campaign") & ~recruiting).to_series()


def is_recruitment(clusters: pl.DataFrame) -> pl.Series:
    """Tell which clusters are campaigns that recruit."""
    recruiting = pl.col("label").is_in((*RECRUITING, *BOTH))
    return clusters.select((pl.col("kind") == "campaign") & recruiting).to_series()


def is_innocent(clusters: pl.DataFrame) -> pl.Series:
    """Tell which clusters are no campaign."""
    return clusters["kind"] != "campaign"


def does_not_recruit(clusters: pl.DataFrame) -> pl.Series:
    """Tell which clusters recruit nobody: spam is to be called spam."""
    return ~is_recruitment(clusters)


SCORES = (
    Task("spam", SPAM_TERMS, is_spam, is_innocent),
    Task("recruitment", RECRUITMENT_TERMS, is_recruitment, does_not_recruit),
)


def against(kind: str) -> Task:
    """Return the fit that tells campaigns of any sort from one kind of look-alike."""
    return Task(
        kind,
        LOOK_ALIKE_TERMS,
        lambda clusters: clusters["kind"] == "campaign",
        lambda clusters: (clusters["kind"] == "lookalike") & (clusters["label"] == kind),
        PENALTY_OF_CLASS,
    )


def wide(rows: pl.DataFrame) -> pl.DataFrame:
    """Return one row per cluster, with a column per signal for what was observed and usual."""
    index = ["world", "cluster_id", "status", "q_value", "members", "label", "kind", "purity"]
    rows = rows.filter(pl.col("signal").is_not_null())
    value = rows.pivot(on="signal", index=index, values="value", aggregate_function="first")
    usual = rows.pivot(on="signal", index=index, values="expected", aggregate_function="first")
    signals = [name for name in usual.columns if name not in index]
    return value.join(
        usual.rename({name: f"{name} expected" for name in signals}).drop(index[2:]),
        on=["world", "cluster_id"],
    ).sort("world", "cluster_id")


def fitted(task: Task, clusters: pl.DataFrame) -> Fitted:
    """Fit one task on some clusters."""
    positive, negative = task.positive(clusters), task.negative(clusters)
    used = clusters.filter(positive | negative)
    yes = positive.filter(positive | negative).to_numpy()
    weights = balanced(used["label"].to_list(), yes, ODDS)
    return fit(ratios(used, task.terms), yes, weights, task.terms, task.penalty)


def cross_fitted(task: Task, clusters: pl.DataFrame) -> FloatArray:
    """Return every cluster's log-odds by a model that saw nothing of its world."""
    fold = clusters["world"].to_numpy() % FOLDS
    scores = np.zeros(clusters.height)
    for held_out in range(FOLDS):
        here = fold == held_out
        trained = fitted(task, clusters.filter(pl.Series(~here)))
        scores[here] = trained.log_odds(ratios(clusters.filter(pl.Series(here)), task.terms))
    return scores


def kinds_of(clusters: pl.DataFrame) -> list[str]:
    """Return the kinds of look-alikes of which there are clusters enough to fit a class."""
    counted = clusters.filter(pl.col("kind") == "lookalike").group_by("label").len()
    return counted.filter(pl.col("len") >= LEAST_OF_A_KIND)["label"].sort().to_list()


def appearances(clusters: pl.DataFrame, scores: FloatArray, kind: str) -> FloatArray:
    """Return the highest score of the kind in each world that has a cluster of it, falling."""
    of_kind = clusters.with_columns(score=pl.Series(scores)).filter(
        (pl.col("kind") == "lookalike") & (pl.col("label") == kind)
    )
    highest = of_kind.group_by("world").agg(pl.col("score").max())["score"].sort(descending=True)
    return highest.to_numpy()


def told_apart(task: Task, clusters: pl.DataFrame, label: str) -> float:
    """Return how often a whole label is told from the other side by a model without it.

    Returns:
        Area under the ROC curve: the chance that a campaign's cluster scores above another one.
    """
    mine = clusters["label"] == label
    trained = fitted(task, clusters.filter(~mine))
    yes = task.positive(clusters)
    one = clusters.filter(mine)
    other = clusters.filter(~mine & (task.negative(clusters) if (mine & yes).any() else yes))
    a = trained.log_odds(ratios(one, task.terms))
    b = trained.log_odds(ratios(other, task.terms))
    above = float((a[:, None] > b[None, :]).mean() + (a[:, None] == b[None, :]).mean() / 2)
    return above if (mine & yes).any() else 1.0 - above


def as_data(name: str, fit_: Fitted, terms: Sequence[Term]) -> dict[str, Any]:
    """Return a fit as plain data."""
    return {
        "name": name,
        "constant": round(fit_.constant, 4),
        "terms": {
            term.signal: [round(float(above), 4), round(float(below), 4)]
            for term, above, below in zip(terms, fit_.above, fit_.below, strict=True)
        },
    }


def train(clusters: pl.DataFrame, worlds: int) -> dict[str, Any]:
    """Fit everything and return it as plain data."""
    classes = []
    told = told_from(clusters)
    for kind, scores in told.items():
        task = against(kind)
        calibration = appearances(clusters, scores, kind)
        classes.append(
            as_data(kind, fitted(task, clusters), task.terms)
            | {"appearances": worlds, "highest": _highest(calibration, worlds)}
        )
    return {
        "trained_on": {"worlds": worlds, "clusters": clusters.height},
        "scores": [as_data(task.name, fitted(task, clusters), task.terms) for task in SCORES],
        "look_alikes": classes,
        "risk": _risk(clusters, told),
    }


def told_from(clusters: pl.DataFrame) -> dict[str, FloatArray]:
    """Return, of each kind of look-alike, every cluster's log-odds of being none."""
    return {kind: cross_fitted(against(kind), clusters) for kind in kinds_of(clusters)}


def higher(clusters: pl.DataFrame, told: Mapping[str, FloatArray]) -> FloatArray:
    """Return the higher score of every cluster: at most the odds against each kind."""
    best = np.max([cross_fitted(task, clusters) for task in SCORES], axis=0)
    return np.asarray(np.min([best, *told.values()], axis=0))


def _risk(clusters: pl.DataFrame, told: Mapping[str, FloatArray]) -> dict[str, float]:
    """Fit the share of campaigns among confirmed clusters by their higher score and strength."""
    best = higher(clusters, told)
    best += clusters.select(rank.by_strength(pl.col("q_value"))).to_series().to_numpy()
    confirmed = (clusters["status"] == "confirmed").to_numpy()
    curve = calibrate.fit(best[confirmed], (clusters["kind"] == "campaign").to_numpy()[confirmed])
    return {"constant": round(curve.constant, 4), "slope": round(curve.slope, 4)}


def _highest(calibration: FloatArray, worlds: int) -> list[float]:
    return [round(float(score), 4) for score in calibration[: math.ceil(KEPT * worlds)]]


def report(clusters: pl.DataFrame, worlds: int) -> None:
    """Print how families and kinds are told by models that never saw them, and what is flagged."""
    for task in SCORES:
        yes = task.positive(clusters)
        labels = clusters.filter(yes | task.negative(clusters))["label"].unique().sort().to_list()
        apart = {label: told_apart(task, clusters, label) for label in labels}
        worst = min(apart, key=lambda label: apart[label])
        print(f"{task.name}: held-out labels, mean {np.mean(list(apart.values())):.3f}, worst "
              f"{worst} {apart[worst]:.3f}")  # fmt: skip
        for label, value in sorted(apart.items(), key=lambda item: item[1]):
            print(f"  {label:24} {value:.3f}  {int((clusters['label'] == label).sum())} clusters")
    flagged = would_flag(clusters, worlds)
    summary = (
        clusters.with_columns(flagged=pl.Series(flagged))
        .filter(pl.col("status") == "confirmed")
        .group_by("kind", "label")
        .agg(clusters=pl.len(), flagged=pl.col("flagged").sum())
        .sort("kind", "label")
    )
    with pl.Config(tbl_rows=100):
        print(summary)


def would_flag(clusters: pl.DataFrame, worlds: int) -> BoolArray:
    """Return which clusters cross-fitted scores and classes would flag."""
    told = told_from(clusters)
    flagged = (higher(clusters, told) >= 0.0) & (clusters["q_value"].to_numpy() <= 0.05)
    for kind, scores in told.items():
        calibration = appearances(clusters, scores, kind)
        above = (calibration[None, :] >= scores[:, None]).sum(axis=1)
        flagged &= (1 + above) / (worlds + 1) <= model.REJECTED_AT
    return np.asarray(flagged)


def main() -> None:
    """Make worlds, train, report, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--worlds", type=int, default=300)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--folder", type=Path, default=Path("score-worlds"))
    parser.add_argument("--report", action="store_true", help="report only, write nothing")
    asked = parser.parse_args()
    clusters = wide(gather(range(asked.worlds), asked.folder, asked.jobs))
    report(clusters, asked.worlds)
    if not asked.report:
        WEIGHTS.write_text(json.dumps(train(clusters, asked.worlds), indent=1) + "\n")
        print(f"{WEIGHTS} is written.")


if __name__ == "__main__":
    main()
