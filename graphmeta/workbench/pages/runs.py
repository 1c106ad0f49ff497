"""The runs that are served: what was read, how it was judged, what was found, how long it is kept.

The list is the runs' history, newest first, and leads to the difference between any two
(``difference``). What a run says of itself is repeated here; the privacy pages check it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from starlette.responses import Response

from graphmeta.report import receipt, words
from graphmeta.workbench.page import Get, Page
from graphmeta.workbench.served import ServedRun
from graphmeta.workbench.visit import Visit

_LAST_DAYS = 7


@dataclass(frozen=True)
class Listed:
    """One run, as the list shows it.

    Args:
        run: The run.
        made_at: When it was made.
        clusters: How many clusters there are in it.
        flagged: How many of them are flagged.
        confirmed: How many are confirmed, the flagged included.
        judged: How many somebody judged.
        days_left: For how many days it is still kept.
    """

    run: ServedRun
    made_at: datetime
    clusters: int
    flagged: int
    confirmed: int
    judged: int
    days_left: int

    @property
    def ends_soon(self) -> bool:
        """Whether little time is left to work on it."""
        return self.days_left < _LAST_DAYS


def show(visit: Visit) -> Response:
    """List the runs, newest first."""
    listed = sorted(
        (_listed(visit, run) for run in visit.desk.runs),
        key=lambda one: one.made_at,
        reverse=True,
    )
    return visit.render("workbench/runs.html.j2", listed=listed)


def show_one(visit: Visit) -> Response:
    """Show how one run was made."""
    run = visit.run
    manifest = run.manifest
    return visit.render(
        "workbench/run.html.j2",
        listed=_listed(visit, run),
        manifest=manifest,
        span={name: words.parse_time(text) for name, text in manifest["span"].items()},
        statements=manifest["statements"],
        layers=receipt.layers(manifest),
        files=receipt.files(manifest),
        receipts={
            "Rows": receipt.rows(manifest),
            "Privacy": receipt.privacy(run.folder),
            "Making it again": receipt.making(manifest),
            "Settings": receipt.settings(manifest["configuration"]),
        },
        others=[other for other in visit.desk.runs if other.id != run.id],
    )


def _listed(visit: Visit, run: ServedRun) -> Listed:
    clusters = run.table("clusters")
    names = {name for of, name in visit.desk.reviews.seen_by(visit.user.name) if of == run.id}
    made_at = words.parse_time(run.manifest["created_at"]) or datetime.min.replace(tzinfo=UTC)
    return Listed(
        run=run,
        made_at=made_at,
        clusters=clusters.height,
        flagged=int(clusters["flagged"].sum()),
        confirmed=int((clusters["status"] == "confirmed").sum()),
        judged=len(names),
        days_left=(run.folder.expires_at - datetime.now(UTC)).days,
    )


PAGE = Page([Get("/runs", show), Get("/runs/{run}", show_one)], title="Runs")
