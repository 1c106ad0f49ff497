"""What does a case hold of each of its clusters, and may a cluster become part of one?

A case is opened about clusters on which a verdict stands: what nobody has judged is not to be
handed on. A golden cluster is never part of one. Whoever tries has judged it, and is told then what
it is, so that nobody acts upon it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from graphmeta.cases import log, notes, verdicts
from graphmeta.cases.casefiles import clusters_of
from graphmeta.cases.golden.adding import golden_clusters
from graphmeta.cases.standing import Standing
from graphmeta.cases.tables import Case, Note, Pin, Verdict
from graphmeta.errors import UsageError
from graphmeta.report import closing, summary
from graphmeta.report.exports import case as leaving
from graphmeta.report.exports.bundle import CaseFile
from graphmeta.scores.wording import SPEAKS_FROM
from graphmeta.workbench.served import ServedRun
from graphmeta.workbench.visit import Visit

#: The act in a run's audit log: a reviewer was told that a cluster is golden.
TOLD = "golden_told"
MOST_REASONS = 4


@dataclass(frozen=True)
class InCase:
    """One cluster of a case.

    Args:
        name: Its id, or what hides it in blind mode.
        path: Where its page stands.
        hidden: Whether scores are hidden from the user.
        row: Its row of the clusters table.
        sentence: What it is, in words; empty where hidden.
        verdicts: Every verdict with how it relates to the one that stands, oldest first.
        pinned: Evidence that somebody pinned.
        reasons_for: The strongest evidence for.
        reasons_against: The strongest evidence against: it has the same rank.
        other_pins: Pins of anything but evidence.
        notes: What was written beside it.
    """

    name: str
    path: str
    hidden: bool
    row: dict[str, Any]
    sentence: str
    verdicts: list[tuple[Verdict, str]]
    pinned: list[dict[str, Any]]
    reasons_for: list[dict[str, Any]]
    reasons_against: list[dict[str, Any]]
    other_pins: list[Pin]
    notes: list[Note]


def require_judged(visit: Visit) -> Standing:
    """Return what stands on the cluster of a visit, and refuse one that nobody has judged.

    Raises:
        UsageError: No verdict stands on it.
    """
    standing = visit.desk.reviews.seen_by(visit.user.name).get((visit.run.id, visit.cluster))
    if standing is None:
        raise UsageError(
            f"Nobody has judged {visit.called(visit.cluster)}.",
            "Give a verdict on it first: a case is about clusters that somebody judged.",
        )
    return standing


def require_genuine(visit: Visit) -> None:
    """Refuse a golden cluster, tell the user what it is, and record that they were told.

    Raises:
        UsageError: It is golden, or no verdict stands on it.
        RunError: The run's audit log cannot be written.
    """
    standing = require_judged(visit)
    golden = {row.name: row for row in golden_clusters(visit.desk.store, visit.run.id)}
    row = golden.get(visit.cluster)
    if row is None:
        return
    told = {"cluster": visit.cluster, "reviewer": visit.user.name}
    log.write(visit.run.folder, TOLD, [told])
    raise UsageError(
        f"{visit.cluster} is a golden cluster: it was put there to measure reviewing.",
        f"Its answer is {row.answer}; you said {standing.verdict}. Nothing of it goes into cases, "
        "and none of its accounts is to be acted upon. Please keep this to yourself.",
    )


def case_file(visit: Visit, case: Case) -> CaseFile:
    """Return a case with everything that people said of its clusters, as exports take it."""
    store, run_id = visit.desk.store, case.run_id
    standing = verdicts.reviews(store, run_id)
    return CaseFile(
        number=case.id,
        title=case.title,
        summary=case.summary,
        state=case.state,
        said={
            cluster: leaving.case_of(
                verdicts.history(store, run_id, cluster),
                standing[cluster].verdict.version if cluster in standing else None,
                notes.notes(store, run_id, cluster),
                notes.pins(store, run_id, cluster),
            )
            for cluster in clusters_of(store, case.id)
        },
    )


def in_case(visit: Visit, case: Case) -> list[InCase]:
    """Return what is shown of each cluster of a case.

    Raises:
        RunError: A table of the run cannot be read.
    """
    store = visit.desk.store
    return [
        _in_case(
            visit,
            cluster,
            verdicts.history(store, case.run_id, cluster),
            notes.notes(store, case.run_id, cluster),
            notes.pins(store, case.run_id, cluster),
        )
        for cluster in clusters_of(store, case.id)
        if not visit.run.of_cluster("clusters", cluster).is_empty()
    ]


def _in_case(
    visit: Visit, cluster: str, said: list[Verdict], written: list[Note], pinned: list[Pin]
) -> InCase:
    run, hidden = visit.run, visit.hides(cluster)
    if not hidden:
        visit.session.looking.saw_score((run.id, cluster))
    row = run.of_cluster("clusters", cluster).row(0, named=True)
    evidence = run.of_cluster("evidence", cluster)
    standing = visit.desk.reviews.seen_by(visit.user.name).get((run.id, cluster))
    told = leaving.case_of(said, standing.version if standing else None, (), ())
    named = pl.concat_str(pl.lit("evidence"), "score", "term", separator=":")
    items = [one.item for one in pinned]
    weighed = evidence.filter(
        pl.col("score").is_in(summary.SCORES) & (pl.col("term") != summary.BASELINE)
    ).sort("contribution", descending=True)
    return InCase(
        name=visit.called(cluster),
        path=visit.path_of(cluster),
        hidden=hidden,
        row=row,
        sentence="" if hidden else summary.cluster_sentence(row, evidence),
        verdicts=[(one, told.position(it)) for one, it in zip(said, told.opinions, strict=True)],
        pinned=evidence.filter(named.is_in(items)).to_dicts(),
        reasons_for=weighed.filter(pl.col("contribution") >= SPEAKS_FROM)
        .head(MOST_REASONS)
        .to_dicts(),
        reasons_against=weighed.filter(pl.col("contribution") <= -SPEAKS_FROM)
        .reverse()
        .head(MOST_REASONS)
        .to_dicts(),
        other_pins=[one for one in pinned if not one.item.startswith("evidence:")],
        notes=written,
    )


@dataclass(frozen=True)
class Later:
    """What became of a case's clusters in a later run.

    Args:
        run: The later run.
        told: Whether both runs know of closed accounts.
        rows: One row per cluster of the case of which the platform had closed accounts in between;
            see :class:`graphmeta.report.closing.Closing`.
    """

    run: ServedRun
    told: bool
    rows: list[dict[str, Any]]


def later_runs(visit: Visit, clusters: Sequence[str]) -> list[Later]:
    """Return what became of clusters in the served runs that were made later.

    Runs whose pseudonyms must not be linked are left out.

    Raises:
        RunError: A table cannot be read.
    """
    return [
        Later(run, found.told, _of(found, clusters))
        for run in visit.desk.runs
        if run.manifest["created_at"] > visit.run.manifest["created_at"]
        for found in [_closing(visit.run, run)]
        if found is not None
    ]


def _closing(old: ServedRun, new: ServedRun) -> closing.Closing | None:
    kept = ("identifiers", "dataset", "epoch", "key_id")
    one, other = old.manifest["privacy"], new.manifest["privacy"]
    if any(one.get(name) != other.get(name) for name in kept):
        return None
    return old.keep(
        f"closing {new.id}",
        lambda folder: closing.before_and_after(folder.genuine, new.folder.genuine),
    )


def _of(found: closing.Closing, clusters: Sequence[str]) -> list[dict[str, Any]]:
    return found.clusters.filter(pl.col("old").is_in(list(clusters))).to_dicts()
