"""One cluster: what it is, what speaks for and against it, what was concluded, and what to keep.

Everything that charts show stands in tables too. In blind mode nothing is shown that follows from
scores, and nothing of what others said, until a verdict of one's own stands.
"""

from __future__ import annotations

from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.responses import Response

from graphmeta.cases import notes
from graphmeta.errors import UsageError
from graphmeta.workbench.page import Get, Page, Post
from graphmeta.workbench.review import figures, page
from graphmeta.workbench.visit import Visit


def show(visit: Visit) -> Response:
    """Show the cluster."""
    cluster = visit.cluster
    key = page.key(visit, cluster)
    visit.session.looking.begin(key)
    if not visit.hides(cluster):
        visit.session.looking.saw_score(key)
    return page.page(visit, cluster)


def chart(visit: Visit) -> Response:
    """Answer with one of the cluster's charts, which the page draws when somebody comes near it."""
    cluster, name = visit.cluster, visit.request.query_params.get("name", "")
    written = figures.chart(visit.run, cluster, name, hidden=visit.hides(cluster))
    if written is None:
        raise HTTPException(404, "This cluster has no such chart")
    return Response(written, media_type="application/json")


def note(visit: Visit, form: FormData) -> Response:
    """Keep a note."""
    cluster, text = visit.cluster, str(form.get("note", "")).replace("\r\n", "\n")
    try:
        notes.note(visit.desk.store, visit.run.folder, cluster, text, visit.user.name)
    except UsageError as error:
        return page.page(
            visit, cluster, note=text, problem=error.problem, remedy=error.remedy, status=400
        )
    return visit.go(f"{visit.path_of(cluster)}#notes", "Your note was kept.")


def pin(visit: Visit, form: FormData) -> Response:
    """Pin a piece of the cluster, or take a pin off."""
    cluster = visit.cluster
    item, off = str(form.get("item", "")), str(form.get("off", ""))
    if off:
        held = {str(one.id) for one in notes.pins(visit.desk.store, visit.run.id, cluster)}
        if off not in held:
            raise HTTPException(404, "This cluster has no such pin")
        notes.unpin(visit.desk.store, int(off), visit.user.name)
        return visit.go(f"{visit.path_of(cluster)}#pins", "The pin is off; that it was on stays.")
    notes.pin(visit.desk.store, visit.run.folder, cluster, item, visit.user.name)
    return visit.go(f"{visit.path_of(cluster)}#pins", "Pinned.")


PAGE = Page(
    [
        Get("/runs/{run}/cluster", show),
        Get("/runs/{run}/chart", chart),
        Post("/runs/{run}/note", note),
        Post("/runs/{run}/pin", pin),
    ],
    under="Queue",
)
