"""Cases: what is gathered about clusters, to be handed on."""

from __future__ import annotations

from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.responses import Response

from graphmeta.cases import casefiles
from graphmeta.cases.tables import Case
from graphmeta.errors import UsageError
from graphmeta.workbench import casework
from graphmeta.workbench.page import Get, Page, Post
from graphmeta.workbench.visit import Visit


def show_all(visit: Visit) -> Response:
    """List the cases of all runs, open ones first."""
    runs = {run.id: run for run in visit.desk.runs}
    store = visit.desk.store
    found = [
        (case, runs[case.run_id], casefiles.clusters_of(store, case.id))
        for case in casefiles.cases(store, *runs)
    ]
    found.sort(key=lambda row: (row[0].state != "open", -row[0].id))
    return visit.render("workbench/cases.html.j2", cases=found, blind=visit.session.blind)


def choose(visit: Visit) -> Response:
    """Ask whether a cluster shall open a case, or join one that is open."""
    casework.require_judged(visit)
    open_ones = [
        case
        for case in casefiles.cases(visit.desk.store, visit.run.id)
        if case.state == "open"
        and visit.cluster not in casefiles.clusters_of(visit.desk.store, case.id)
    ]
    return visit.render(
        "workbench/case_new.html.j2",
        run=visit.run,
        cluster=visit.cluster,
        name=visit.called(visit.cluster),
        open_ones=open_ones,
    )


def start(visit: Visit, form: FormData) -> Response:
    """Open a case about a cluster."""
    casework.require_genuine(visit)
    case = casefiles.open_case(
        visit.desk.store,
        visit.run.folder.genuine,
        [visit.cluster],
        str(form.get("title", "")),
        visit.user.name,
    )
    return visit.go(path_of(case), f"Case {case.id} is open.")


def extend(visit: Visit, form: FormData) -> Response:
    """Let a cluster join a case."""
    casework.require_genuine(visit)
    number, _, version = str(form.get("case", "")).partition(":")
    case = casefiles.add_clusters(
        visit.desk.store,
        visit.run.folder.genuine,
        _number(number, "case"),
        _number(version, "version"),
        [visit.cluster],
        visit.user.name,
    )
    return visit.go(path_of(case), f"The cluster is part of case {case.id}.")


def show(visit: Visit) -> Response:
    """Show a case with its clusters: pinned evidence, evidence against, dissent, notes."""
    case = case_in(visit)
    clusters = casework.in_case(visit, case)
    seen = [one.row["cluster_id"] for one in clusters if not one.hidden]
    return visit.render(
        "workbench/case.html.j2",
        case=case,
        run=visit.run,
        clusters=clusters,
        later=casework.later_runs(visit, seen),
        path=path_of(case),
    )


def change(visit: Visit, form: FormData) -> Response:
    """Change a case's title and summary, or close or reopen it."""
    case = case_in(visit)
    written = {name: str(form[name]) for name in ("title", "summary", "state") if name in form}
    changed = casefiles.change_case(
        visit.desk.store,
        case.id,
        _number(str(form.get("version", "")), "version"),
        visit.user.name,
        **written,
    )
    done = {"closed": "closed", "open": "open again"}.get(written.get("state", ""), "changed")
    return visit.go(path_of(case), f"Case {changed.id} is {done}.")


def case_in(visit: Visit) -> Case:
    """Return the case that the path names.

    Raises:
        HTTPException: There is none, or it is about another run (404).
    """
    number = visit.request.path_params["case"]
    if number.isascii() and number.isdigit() and len(number) < 10:
        for case in casefiles.cases(visit.desk.store, visit.run.id):
            if case.id == int(number):
                return case
    raise HTTPException(404, "This run has no such case")


def path_of(case: Case, part: str = "") -> str:
    """Return the path of a case's page, or of a part of it."""
    return f"/runs/{case.run_id}/cases/{case.id}{part}"


def _number(text: str, what: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise UsageError(f"The form names no {what}.", "Go back to the page and try again.")
    return int(text)


PAGE = Page(
    [
        Get("/cases", show_all),
        Get("/runs/{run}/case", choose),
        Post("/runs/{run}/case", start),
        Post("/runs/{run}/case/join", extend),
        Get("/runs/{run}/cases/{case}", show),
        Post("/runs/{run}/cases/{case}", change),
    ],
    title="Cases",
)
