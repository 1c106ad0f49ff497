"""How often is a reviewer right where the answer is known?

The first verdict of a reviewer on a golden cluster counts: whether it says abuse (spam or
recruitment, whichever) or benign, as the answer does. "Unsure" is neither, and counted apart.
Whoever judged the cluster in the open, in the run that it is from, is not measured by it.

It misleads where golden clusters are few, which the interval says, and where they are easier or
harder than the run's own: a rate says how somebody does on these.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from graphmeta.cases.golden.known import judged_by
from graphmeta.cases.intervals import Estimate, rate
from graphmeta.cases.store import CaseStore
from graphmeta.cases.tables import ABUSIVE, GoldenCluster, GoldenVerdict

#: Before so many decided golden clusters nothing is said of anybody.
LEAST = 10


@dataclass(frozen=True)
class GoldenRow:
    """How one reviewer did on golden clusters.

    Args:
        reviewer: Their name.
        seen: How many they judged.
        unsure: On how many of them they were not sure.
        missed: How many abusive ones they called benign.
        alarmed: How many benign ones they called abusive.
        accuracy: The share of the decided ones that they told rightly.
        enough: Whether that rests on enough of them to be said.
    """

    reviewer: str
    seen: int
    unsure: int
    missed: int
    alarmed: int
    accuracy: Estimate
    enough: bool


def golden_rows(store: CaseStore, run_ids: Sequence[str]) -> list[GoldenRow]:
    """Return how each reviewer did on the golden clusters of some runs, by name."""
    chosen = (
        select(GoldenVerdict, GoldenCluster)
        .join(GoldenCluster, GoldenCluster.id == GoldenVerdict.golden_id)
        .where(GoldenCluster.run_id.in_(list(run_ids)))
        .order_by(GoldenVerdict.id)
    )
    with store.reading() as session:
        pairs = [(row, golden) for row, golden in session.execute(chosen)]
    knew = {one: judged_by(store, one) for one in {golden.golden_run_id for _, golden in pairs}}
    first: dict[str, dict[int, tuple[str, str]]] = {}
    for row, golden in pairs:
        if row.reviewer in knew[golden.golden_run_id].get(golden.golden_cluster, ()):
            continue
        told = (row.verdict, golden.answer)
        first.setdefault(row.reviewer, {}).setdefault(golden.id, told)
    return [_row(name, list(first[name].values())) for name in sorted(first)]


def _row(name: str, told: Sequence[tuple[str, str]]) -> GoldenRow:
    decided = [(said in ABUSIVE, is_so in ABUSIVE) for said, is_so in told if said != "unsure"]
    return GoldenRow(
        reviewer=name,
        seen=len(told),
        unsure=len(told) - len(decided),
        missed=sum(is_so and not said for said, is_so in decided),
        alarmed=sum(said and not is_so for said, is_so in decided),
        accuracy=rate(sum(said == is_so for said, is_so in decided), len(decided)),
        enough=len(decided) >= LEAST,
    )
