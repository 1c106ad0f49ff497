"""The queue: which cluster is to be looked at next?"""

from __future__ import annotations

from starlette.responses import Response

from graphmeta.report import summary
from graphmeta.workbench.page import Get, Page
from graphmeta.workbench.visit import Visit

_MOST_ROWS = 50


def show(visit: Visit) -> Response:
    """Show the first clusters of every run."""
    queues = [
        (run, run.keep("queue", summary.queue_frame).head(_MOST_ROWS).to_dicts())
        for run in visit.desk.runs
    ]
    return visit.render("workbench/queue.html.j2", queues=queues)


PAGE = Page([Get("/", show)], title="Queue")
