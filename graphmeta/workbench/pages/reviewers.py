"""How does the reviewing go? For leads: who only confirms, and who is right on golden clusters."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.responses import Response

from graphmeta.cases import stamping
from graphmeta.cases.golden import measure
from graphmeta.cases.golden.adding import golden_clusters
from graphmeta.cases.golden.measure import GoldenRow
from graphmeta.cases.stamping import ReviewerRow
from graphmeta.workbench.page import Get, Page
from graphmeta.workbench.visit import Visit

#: How a sign of rubber-stamping is put.
SIGNS = {
    "too few": "too few to say",
    "none": "none",
    "possible": "possible",
    "clear": "clear",
}


@dataclass(frozen=True)
class Line:
    """One reviewer: what is known of their reviewing, and of their golden clusters."""

    name: str
    reviews: ReviewerRow | None
    golden: GoldenRow | None


def show(visit: Visit) -> Response:
    """Show a line per reviewer."""
    desk = visit.desk
    reviews = {
        row.reviewer: row
        for row in stamping.reviewer_rows(desk.store, [run.folder.genuine for run in desk.runs])
    }
    ids = [run.id for run in desk.runs]
    golden = {row.reviewer: row for row in measure.golden_rows(desk.store, ids)}
    return visit.render(
        "workbench/reviewers.html.j2",
        lines=[
            Line(name, reviews.get(name), golden.get(name))
            for name in sorted(reviews.keys() | golden.keys())
        ],
        signs=SIGNS,
        too_much=stamping.TOO_MUCH,
        least=stamping.LEAST,
        least_golden=measure.LEAST,
        n_golden=sum(len(golden_clusters(desk.store, run_id)) for run_id in ids),
    )


PAGE = Page([Get("/reviewers", show)], roles=("lead",), title="Reviewers")
