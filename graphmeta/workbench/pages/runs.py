"""The runs that are served: what was read, when, and how long it is kept."""

from __future__ import annotations

from starlette.responses import Response

from graphmeta.workbench.page import Get, Page
from graphmeta.workbench.visit import Visit


def show(visit: Visit) -> Response:
    """List the runs."""
    return visit.render("workbench/runs.html.j2", runs=visit.desk.runs)


PAGE = Page([Get("/runs", show)], title="Runs")
