"""The page of one cluster, as it is shown first and again after a form of it was refused."""

from __future__ import annotations

from starlette.responses import Response

from graphmeta.cases import notes
from graphmeta.cases.verdicts import review_of
from graphmeta.report.cluster import MOST_MEMBERS
from graphmeta.workbench.review import judging
from graphmeta.workbench.review.figures import figures, members
from graphmeta.workbench.review.judging import Said
from graphmeta.workbench.review.looking import Key
from graphmeta.workbench.visit import Visit


def page(
    visit: Visit,
    cluster: str,
    *,
    said: Said | None = None,
    note: str = "",
    problem: str = "",
    remedy: str = "",
    status: int = 200,
) -> Response:
    """Answer with the page of a cluster.

    Args:
        visit: The visit.
        cluster: The cluster's id.
        said: What the verdict's form holds already.
        note: What the note's form holds already.
        problem: What was wrong with a form.
        remedy: What to do about it.
        status: The HTTP status.
    """
    run, user = visit.run, visit.user.name
    hidden = visit.hides(cluster)
    told = judging.history(visit, cluster)
    review = None if hidden else review_of(told)
    others = review is not None and review.verdict.reviewer != user
    version = told[-1].version if told else 0
    shown = figures(run, cluster, hidden=hidden)
    before, after = visit.session.looking.beside((run.id, cluster))
    at = _page_of_members(visit, shown["n_members"])
    pinned = notes.pins(visit.desk.store, run.id, cluster)
    return visit.render(
        "workbench/cluster.html.j2",
        status,
        run=run,
        cluster={**shown, "members": members(run, cluster, at) if at > 1 else shown["members"]},
        name=visit.called(cluster),
        hidden=hidden,
        review=review,
        others=others,
        judged_by_others=bool(told) if hidden else False,
        history=[] if hidden else told,
        said=said or Said(seen=version, second=bool(review and review.waiting and others)),
        meanings=judging.MEANINGS,
        kinds=judging.kinds(),
        notes=[] if hidden else notes.notes(visit.desk.store, run.id, cluster),
        note=note,
        pins=[] if hidden else pinned,
        pinned={one.item: one.id for one in pinned},
        problem=problem,
        remedy=remedy,
        queue=visit.session.looking.queue,
        before=_path(visit, before),
        after=_path(visit, after),
        page=at,
        pages=_pages(shown["n_members"]),
        here=visit.path_of(cluster),
        chart_source=visit.path_of(cluster, "chart"),
        paths={part: visit.path_of(cluster, part) for part in ("verdict", "note", "pin", "case")},
    )


def key(visit: Visit, cluster: str) -> Key:
    """Return what a cluster of the visit's run is known by."""
    return visit.run.id, cluster


def _pages(count: int) -> int:
    return max(1, -(-count // MOST_MEMBERS))


def _page_of_members(visit: Visit, count: int) -> int:
    """Return which page of the members is asked for; the first, where there is no such page."""
    asked = visit.request.query_params.get("members", "1")
    at = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 10 else 1
    return int(min(max(at, 1), _pages(count)))


def _path(visit: Visit, key: Key | None) -> str | None:
    """Return the path of a cluster's page, in whichever run it is."""
    return None if key is None else visit.path_of(key[1], run=visit.desk.run(key[0]))
