"""How good is the detector, where the answers are known? The results of ``graphmeta bench run``."""

from __future__ import annotations

from starlette.responses import Response

from graphmeta.workbench.page import Get, Page
from graphmeta.workbench.visit import Visit


def show(visit: Visit) -> Response:
    """Show the results, or how to come by some."""
    measured = visit.desk.bench
    if measured is None:
        return visit.render("workbench/benchmark_none.html.j2")
    return visit.render("workbench/benchmark.html.j2", **measured.content())


PAGE = Page([Get("/benchmark", show)], title="Benchmark")
