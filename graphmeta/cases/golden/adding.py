"""How does a lead mix golden clusters into what is served of a run, and which were?

They are chosen by chance among those whose answer is known and that find a name
(:mod:`graphmeta.cases.golden.names`) and a place in time: a lead who picked would know which to
praise. The run's audit log says which they are, in the act ``golden``. They stay: what was measured
once has to be checkable later.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping
from datetime import datetime

import polars as pl
from sqlalchemy import select

from graphmeta.cases import log
from graphmeta.cases.golden.disguise import disguised, require_comparable
from graphmeta.cases.golden.known import Answer
from graphmeta.cases.golden.names import gaps, names
from graphmeta.cases.store import MOST_NAME, CaseStore, known, now, record, written
from graphmeta.cases.tables import GoldenCluster
from graphmeta.errors import UsageError
from graphmeta.run import RunFolder
from graphmeta.signals.coordination.twins import NAME as TWIN_BEHAVIOUR

#: The act in the run's audit log.
ACT = "golden"


def add(
    store: CaseStore,
    run: RunFolder,
    golden: RunFolder,
    answers: Mapping[str, Answer],
    most: int,
    actor: str,
) -> list[GoldenCluster]:
    """Mix golden clusters into a run, and record which.

    Args:
        store: The store.
        run: The run that reviewers work on.
        golden: The run that the golden clusters are from.
        answers: The known answers to some of its clusters; see ``golden.known``.
        most: How many at most.
        actor: The lead.

    Returns:
        Those that found a place, fewer than ``most`` where there are fewer.

    Raises:
        UsageError: The two runs cannot be mixed, or no cluster finds a place.
        RunError: A table cannot be read, or the run's audit log cannot be written or is broken.
    """
    run, actor = run.genuine, written(actor, "name", MOST_NAME)
    require_comparable(run, golden)
    before = golden_clusters(store, run.run_id)
    there = {row.golden_cluster for row in before if row.golden_run_id == golden.run_id}
    salt = secrets.token_hex(16)
    looking = _placeable(run, golden, sorted(answers.keys() - there), salt)
    own = _risks(run.table("clusters"))
    found = names(own, [row.name for row in before], looking, most, salt)
    if not found:
        free = gaps(own, [row.name for row in before])
        raise UsageError(
            f"No golden cluster finds a place in this run. {_why(len(answers), looking, free)}",
            "Take a run of more clusters (one number in about eight is left free from the fourth "
            "on), or a golden run whose clusters fit.",
        )
    with store.writing() as session:
        run_id = known(session, run)
        rows = [
            GoldenCluster(
                run_id=run_id, name=name, golden_run_id=golden.run_id, golden_cluster=cluster,
                answer=answers[cluster].verdict, source=answers[cluster].source, salt=salt,
                added_by=actor, at=now(),
            )
            for cluster, name in sorted(found.items())
        ]  # fmt: skip
        session.add_all(rows)
        session.flush()
        for row in rows:
            record(session, actor, "golden added", {"golden": row.id}, run_id=run_id)
        log.write(run, ACT, [_detail(row) for row in rows])
    return rows


def golden_clusters(store: CaseStore, run_id: str) -> list[GoldenCluster]:
    """Return the golden clusters that were mixed into a run, oldest first."""
    chosen = select(GoldenCluster).where(GoldenCluster.run_id == run_id).order_by(GoldenCluster.id)
    with store.reading() as session:
        return list(session.scalars(chosen))


def _why(known: int, looking: Mapping[str, float], free: list[tuple[float, float]]) -> str:
    """Say what is there and what would fit, so that somebody can find a run that does."""
    fit = f"{known} have a known answer; {len(looking)} of these are new to it, fit into its time"
    theirs = f" and have risks {_listed(looking.values())}" if looking else ""
    if not free:
        return f"{fit}{theirs}. All numbers between its clusters are taken."
    room = ", ".join(f"{low:.2f} to {high:.2f}" for high, low in free)
    return f"{fit}{theirs}. Its free numbers take risks of {room}."


def _listed(risks: Iterable[float]) -> str:
    return ", ".join(f"{risk:.2f}" for risk in sorted(risks))


def _placeable(
    run: RunFolder, golden: RunFolder, clusters: list[str], salt: str
) -> dict[str, float]:
    """Return the risk of those that lie within the part of time that the run judges.

    Those whom only their likeness suggests are held to another measure of what is usual, and would
    stand out.
    """
    if not clusters:
        return {}
    span = {name: datetime.fromisoformat(text) for name, text in run.manifest["span"].items()}
    rows = disguised(run, golden, clusters, salt)["clusters"]
    inside = (pl.col("first_event") >= span["since"]) & (pl.col("last_event") <= span["last_event"])
    tied = pl.col("layers") != [TWIN_BEHAVIOUR]
    return _risks(rows.filter(inside & tied))


def _risks(clusters: pl.DataFrame) -> dict[str, float]:
    return dict(clusters.select("cluster_id", "risk").iter_rows())


def _detail(row: GoldenCluster) -> dict[str, str]:
    return {
        "cluster": row.name,
        "golden_run": row.golden_run_id,
        "golden_cluster": row.golden_cluster,
        "answer": row.answer,
        "source": row.source,
        "by": row.added_by,
    }
