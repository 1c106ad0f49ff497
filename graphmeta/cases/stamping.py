"""Does somebody only confirm what the machine said?

Who agrees with nearly every flag, in seconds, may not be looking. Shown to a lead per reviewer: how
often their verdict said what the flag said, how long a review took them, and on how many clusters
that rests. The first verdict of a reviewer on a cluster counts, as first or as second reviewer;
"unsure" agrees with nobody and is counted apart. So is what was judged blind: who had not seen the
score cannot have followed it. Verdicts on golden clusters are not among them.

It misleads where the machine is right: then everybody agrees. It is a reason to look at somebody's
golden clusters (:mod:`graphmeta.cases.golden`) and to talk with them, and no finding. How often
they agree where they judge blind says how often they would by looking alone, as far as what they
judged blind is like the rest.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

import polars as pl
from sqlalchemy import select

from graphmeta.cases.intervals import Estimate, middle, rate
from graphmeta.cases.store import CaseStore
from graphmeta.cases.tables import ABUSIVE, Verdict
from graphmeta.run import RunFolder

#: Agreement above which it is worth asking whether somebody looks.
TOO_MUCH = 0.95
#: Before so many decided reviews nothing is said.
LEAST = 30

#: ``clear``: even the low end of the interval is above ``TOO_MUCH``; ``possible``: the share is.
Sign = Literal["too few", "none", "possible", "clear"]


@dataclass(frozen=True)
class ReviewerRow:
    """How one person reviews, beside what the machine had said.

    Args:
        reviewer: Their name.
        reviews: On how many clusters they gave a verdict.
        unsure: On how many of them they were not sure.
        agreement: The share of the others, judged in the open, on which they said what the flag
            said: abuse where the cluster was flagged, benign where it was not.
        blind: The same share of those that they judged blind.
        seconds: The median time per review, of those whose time is known.
        sign: Whether their agreement in the open looks like rubber-stamping.
    """

    reviewer: str
    reviews: int
    unsure: int
    agreement: Estimate
    blind: Estimate
    seconds: Estimate
    sign: Sign


def reviewer_rows(store: CaseStore, runs: Sequence[RunFolder]) -> list[ReviewerRow]:
    """Return how each person reviewed the clusters of some runs, by name.

    Raises:
        RunError: A table of a run cannot be read.
    """
    flagged = {
        (run.run_id, cluster)
        for run in runs
        for cluster in run.table("clusters").filter(pl.col("flagged"))["cluster_id"]
    }
    by_person: dict[str, dict[tuple[str, str], Verdict]] = {}
    for row in _verdicts(store, [run.run_id for run in runs]):
        by_person.setdefault(row.reviewer, {}).setdefault((row.run_id, row.cluster), row)
    return [_row(name, by_person[name].values(), flagged) for name in sorted(by_person)]


def _verdicts(store: CaseStore, run_ids: list[str]) -> list[Verdict]:
    chosen = select(Verdict).where(Verdict.run_id.in_(run_ids)).order_by(Verdict.id)
    with store.reading() as session:
        return list(session.scalars(chosen))


def _row(name: str, said: Iterable[Verdict], flagged: set[tuple[str, str]]) -> ReviewerRow:
    rows = list(said)
    decided = [one for one in rows if one.verdict != "unsure"]
    agreement = _agreement([one for one in decided if not one.blind], flagged)
    return ReviewerRow(
        reviewer=name,
        reviews=len(rows),
        unsure=len(rows) - len(decided),
        agreement=agreement,
        blind=_agreement([one for one in decided if one.blind], flagged),
        seconds=middle([one.seconds_spent for one in rows if one.seconds_spent is not None]),
        sign=_sign(agreement),
    )


def _agreement(decided: list[Verdict], flagged: set[tuple[str, str]]) -> Estimate:
    agreeing = sum(
        (one.verdict in ABUSIVE) == ((one.run_id, one.cluster) in flagged) for one in decided
    )
    return rate(agreeing, len(decided))


def _sign(agreement: Estimate) -> Sign:
    if agreement.n < LEAST or agreement.value is None or agreement.low is None:
        return "too few"
    if agreement.low > TOO_MUCH:
        return "clear"
    return "possible" if agreement.value > TOO_MUCH else "none"
