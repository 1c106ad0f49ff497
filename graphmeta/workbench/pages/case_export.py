"""A case leaves: first what exactly and for whom, then, by a form, the very file that was shown.

The preview is made of the file itself. The form carries the file's hash and the moment at which it
was made; it is made again for that moment, and where it is another by then (somebody wrote a note),
nothing leaves and the preview is to be looked at again.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import cast, get_args

from starlette.datastructures import FormData
from starlette.responses import Response

from graphmeta.cases import casefiles
from graphmeta.cases.tables import Case
from graphmeta.errors import ConflictError, UsageError
from graphmeta.report.exports import FORMATS
from graphmeta.report.exports.audience import DEFAULT_TLP, LEVELS, Tlp
from graphmeta.report.exports.bundle import CaseExport, prepare_case
from graphmeta.report.exports.deliver import record
from graphmeta.workbench import casework
from graphmeta.workbench.page import Get, Page, Post
from graphmeta.workbench.pages.cases import case_in, path_of
from graphmeta.workbench.visit import Visit

#: For so long a preview can be followed by its file.
_GOOD_FOR = timedelta(hours=1)
#: What each format is for, beside its name.
_PURPOSES = {
    "html": "one page that people read, without script",
    "pdf": "the same on pages, tagged for screen readers",
    "csv": "spreadsheets; no formula runs",
    "parquet": "programs",
    "graphml": "graph tools: networkx, Cytoscape",
    "gexf": "Gephi",
    "stix": "sharing communities: STIX 2.1",
}


def preview(visit: Visit) -> Response:
    """Show what would leave and for whom; nothing leaves."""
    case, asked = case_in(visit), visit.request.query_params
    name, tlp = _format(asked.get("format", "html")), _tlp(asked.get("tlp", DEFAULT_TLP))
    at = datetime.now(UTC).replace(microsecond=0)
    made = _made(visit, case, name, tlp, at)
    return visit.render(
        "workbench/case_export.html.j2",
        case=case,
        run=visit.run,
        path=path_of(case),
        formats=_PURPOSES,
        levels=LEVELS,
        tlp=tlp,
        made=made,
        told=made.preview(),
        at=at.isoformat(),
    )


def download(visit: Visit, form: FormData) -> Response:
    """Let the file that was shown leave, recorded first.

    Raises:
        ConflictError: By now it would be another file.
        UsageError: The preview is too old, or the form names none.
    """
    case = case_in(visit)
    name, tlp = _format(str(form.get("format", ""))), _tlp(str(form.get("tlp", "")))
    made = _made(visit, case, name, tlp, _moment(str(form.get("at", ""))))
    if made.sha256 != form.get("sha256"):
        raise ConflictError(
            "What would leave is no longer what you looked at.",
            "Somebody added to the case meanwhile. Go back, and look at the preview again.",
        )
    record(visit.run.folder, [{**one, "by": visit.user.name} for one in made.records()])
    casefiles.exported(visit.desk.store, case.id, visit.user.name, name, tlp, made.sha256)
    return Response(
        made.content,
        media_type="application/octet-stream",
        headers={"Content-Disposition": f'attachment; filename="{made.name}"'},
    )


def _made(visit: Visit, case: Case, name: str, tlp: Tlp, at: datetime) -> CaseExport:
    return prepare_case(
        visit.run.folder.genuine, casework.case_file(visit, case), name, tlp, now=at
    )


def _format(name: str) -> str:
    if name not in {form.name for form in FORMATS}:
        raise UsageError("There is no such format.", "Choose one on the export page.")
    return name


def _tlp(name: str) -> Tlp:
    if name not in get_args(Tlp):
        raise UsageError("There is no such audience.", "Choose one on the export page.")
    return cast("Tlp", name)


def _moment(text: str) -> datetime:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        at = datetime.min
    if at.tzinfo is None or not timedelta() <= datetime.now(UTC) - at <= _GOOD_FOR:
        raise UsageError("The preview is too old.", "Look at it again before the case leaves.")
    return at


PAGE = Page(
    [
        Get("/runs/{run}/cases/{case}/export", preview),
        Post("/runs/{run}/cases/{case}/export", download),
    ],
    under="Cases",
)
