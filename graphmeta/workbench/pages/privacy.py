"""The receipts of the runs: what was read of people's data, and what was left unread?"""

from __future__ import annotations

from starlette.responses import Response

from graphmeta.report import receipt
from graphmeta.workbench.page import EVERYBODY, Get, Page
from graphmeta.workbench.visit import Visit


def show(visit: Visit) -> Response:
    """Show the receipt of every run."""
    receipts = [
        (run, receipt.files(run.manifest), receipt.privacy(run.folder)) for run in visit.desk.runs
    ]
    return visit.render("workbench/privacy.html.j2", receipts=receipts)


PAGE = Page([Get("/privacy", show)], EVERYBODY, title="Privacy")
