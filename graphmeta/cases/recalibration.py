"""What do verdicts on randomly drawn clusters say about the risk that runs gave them?

Only clusters that were drawn count (``cases/draws.py``). Verdicts of "unsure" are left out and
counted, and so are those that a second reviewer disputes and those still to come.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from graphmeta.cases.draws import drawn
from graphmeta.cases.store import CaseStore, record
from graphmeta.cases.tables import ABUSIVE
from graphmeta.cases.verdicts import Review, reviews
from graphmeta.errors import UsageError
from graphmeta.run import RunFolder
from graphmeta.scores.calibrate import OwnCurve
from graphmeta.scores.model import fingerprint
from graphmeta.scores.rank import sureness, weighed

_SCHEMA = {
    "run_id": pl.String(),
    "cluster_id": pl.String(),
    "log_odds": pl.Float64(),
    "sureness": pl.Float64(),
    "risk": pl.Float64(),
    "abusive": pl.Boolean(),
}


@dataclass(frozen=True)
class Judged:
    """Randomly drawn clusters and what people found.

    Args:
        clusters: One row per drawn cluster with a verdict that says something: run_id, cluster_id,
            log_odds (of its worse score, weighed by strength), sureness, risk (as its run has it),
            abusive.
        drawn: How many clusters were drawn.
        unsure: On how many of them people were not sure.
        disputed: On how many a second reviewer concluded otherwise.
        waiting: How many have no verdict yet.
        undrawn: How many verdicts there are on clusters that were not drawn.
    """

    clusters: pl.DataFrame
    drawn: int
    unsure: int
    disputed: int
    waiting: int
    undrawn: int


def judged(store: CaseStore, runs: Sequence[RunFolder]) -> Judged:
    """Gather the verdicts on the clusters that were drawn from runs.

    Raises:
        UsageError: A run is named twice, or was scored by other scores than this version's.
        RunError: A run's audit log is broken.
    """
    _require_comparable(runs)
    frames = [pl.DataFrame(schema=_SCHEMA)]
    counts = dict.fromkeys(("unsure", "disputed", "waiting"), 0)
    chosen_in_all = undrawn = 0
    for run in runs:
        chosen = drawn(run)
        standing = reviews(store, run.run_id)
        states = {cluster: _state(standing.get(cluster)) for cluster in chosen}
        for state in states.values():
            if state in counts:
                counts[state] += 1
        said = {name: state == "abusive" for name, state in states.items() if state not in counts}
        frames.append(_rows(run, said))
        chosen_in_all += len(chosen)
        undrawn += len(standing.keys() - set(chosen))
    return Judged(pl.concat(frames), chosen_in_all, **counts, undrawn=undrawn)


def keep(store: CaseStore, own: OwnCurve, actor: str) -> None:
    """Keep in the store's audit that a curve was fitted to its verdicts."""
    with store.writing() as session:
        record(session, actor, "recalibrated", own)


def _require_comparable(runs: Sequence[RunFolder]) -> None:
    seen: dict[str, RunFolder] = {}
    for run in runs:
        twin = seen.setdefault(run.run_id, run)
        if twin is not run:
            raise UsageError(f"{run.path} and {twin.path} are the same run.", "Name each run once.")
        if run.manifest.get("scores") != fingerprint():
            raise UsageError(
                f"{run.path} was scored by another version of the scores than this one's.",
                "Analyse its events again: a curve fits the scores that it was made for alone.",
            )


def _state(review: Review | None) -> str:
    if review is None:
        return "waiting"
    if review.disputed:
        return "disputed"
    if review.verdict.verdict in ABUSIVE:
        return "abusive"
    return review.verdict.verdict


def _rows(run: RunFolder, abusive: dict[str, bool]) -> pl.DataFrame:
    """Return the figures of a run's clusters that people found abusive or benign."""
    found: dict[str, Any] = {"cluster_id": list(abusive), "abusive": list(abusive.values())}
    return (
        pl.DataFrame(found, schema={"cluster_id": pl.String(), "abusive": pl.Boolean()})
        .join(run.table("clusters"), on="cluster_id", maintain_order="left")
        .select(
            "cluster_id",
            "risk",
            "abusive",
            run_id=pl.lit(run.run_id),
            log_odds=weighed(),
            sureness=sureness(pl.col("status") == "confirmed"),
        )
        .select(list(_SCHEMA))
    )
