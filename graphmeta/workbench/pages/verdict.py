"""A verdict: on one cluster, on several at once, or from a file.

Verdicts are appended and never erased: a later one takes back an earlier one. Where somebody else
judged meanwhile, that is told first, and the form comes back as it was written.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from starlette.datastructures import FormData, UploadFile
from starlette.responses import Response

from graphmeta.cases import imports
from graphmeta.cases.golden import verdicts as recorded
from graphmeta.cases.verdicts import Judgement
from graphmeta.errors import ConflictError, InputError, UsageError
from graphmeta.report import words
from graphmeta.workbench.page import Get, Page, Post
from graphmeta.workbench.review import judging, page
from graphmeta.workbench.review.judging import Said
from graphmeta.workbench.served import ServedRun
from graphmeta.workbench.visit import Visit

_CHOOSE = "Choose one of the four verdicts."


def record(visit: Visit, form: FormData) -> Response:
    """Record a verdict on one cluster."""
    cluster, said = visit.cluster, judging.said(form)
    key, looking = page.key(visit, cluster), visit.session.looking
    one = said.judgement(
        cluster, visit.user.name, looking.seconds(key), blind=visit.judges_blind(cluster)
    )
    try:
        _require_choice(said)
        recorded.judge(visit.desk.store, visit.run.folder, [one])
    except ConflictError:
        return _meanwhile(visit, cluster, said)
    except UsageError as error:
        return page.page(
            visit, cluster, said=said, problem=error.problem, remedy=error.remedy, status=400
        )
    looking.end(key)
    notice = f"{visit.called(cluster)}: {said.verdict} was recorded."
    if form.get("then") != "next":
        return visit.go(visit.path_of(cluster), notice)
    _, after = looking.beside(key)
    if after is None:
        return visit.go(looking.queue, notice)
    return visit.go(visit.path_of(after[1], run=visit.desk.run(after[0])), notice)


def _meanwhile(visit: Visit, cluster: str, said: Said) -> Response:
    """Tell what somebody else concluded meanwhile, with the form as it was."""
    rows = judging.history(visit, cluster)
    latest = rows[-1]
    who, what = latest.reviewer, latest.verdict
    told = f"{who} judged it {what}" if not visit.hides(cluster) else "Somebody judged it"
    return page.page(
        visit,
        cluster,
        said=said.again(latest.version),
        problem=f"{told} while you were looking (version {latest.version}).",
        remedy="Nothing of yours is lost, and nothing is recorded yet. Read that verdict in the "
        "history; record yours if it still stands.",
        status=409,
    )


def several(visit: Visit) -> Response:
    """Show the form for several clusters at once, and for a file."""
    given = visit.request.query_params.getlist("cluster")
    chosen = [_chosen(visit, one) for one in given]
    return _form(visit, chosen, Said())


def record_several(visit: Visit, form: FormData) -> Response:
    """Record one verdict on several clusters of a run: all of them or none."""
    given = [str(one) for one in form.getlist("cluster")]
    chosen = [_chosen(visit, one) for one in given]
    said = judging.said(form)
    try:
        _require_choice(said)
        if not chosen:
            raise UsageError("No cluster was chosen.", "Choose some in the queue.")  # noqa: TRY301
        if len({run.id for run, _, _ in chosen}) > 1:
            raise UsageError("The clusters are of several runs.", "Judge each run's apart.")  # noqa: TRY301
        judgements = [
            said.again(seen).judgement(
                cluster, visit.user.name, None, blind=visit.judges_blind(cluster, run)
            )
            for run, cluster, seen in chosen
        ]
        recorded.judge(visit.desk.store, chosen[0][0].folder, judgements)
    except (ConflictError, UsageError) as error:
        status = 409 if isinstance(error, ConflictError) else 400
        problem = "Somebody judged one of them while you were looking."
        return _form(
            visit,
            chosen,
            said,
            problem=problem if status == 409 else error.problem,
            remedy="Nothing is recorded yet. Look at the list again; record yours if it stands."
            if status == 409
            else error.remedy,
            status=status,
        )
    counted = words.plural(len(chosen), "cluster")
    return visit.go(visit.session.looking.queue, f"{counted}: {said.verdict} was recorded.")


def record_file(visit: Visit, form: FormData) -> Response:
    """Record the verdicts of a file: all of them or none."""
    run, file = visit.desk.run(str(form.get("run", ""))), form.get("file")
    try:
        if not isinstance(file, UploadFile) or not file.filename:
            raise UsageError("No file was chosen.", "Choose a CSV file.")  # noqa: TRY301
        judgements = _from_file(visit, run, file)
        recorded.judge(visit.desk.store, run.folder, judgements)
    except (InputError, UsageError) as error:
        return _form(visit, [], Said(), problem=error.problem, remedy=error.remedy, status=400)
    return visit.go("/", f"{words.plural(len(judgements), 'verdict')} of the file were recorded.")


def _from_file(visit: Visit, run: ServedRun, file: UploadFile) -> list[Judgement]:
    called = Path(file.filename or "").name[:80]
    with tempfile.TemporaryDirectory(prefix="graphmeta-") as folder:
        held = Path(folder, "verdicts.csv")
        held.write_bytes(file.file.read())
        judgements = imports.read(held, run.folder, visit.user.name, called=called)
    if visit.user.role != "lead" and any(one.reviewer != visit.user.name for one in judgements):
        raise UsageError(
            f"{called} holds verdicts of others.", "Only a lead records what others concluded."
        )
    return judgements


def _chosen(visit: Visit, given: str) -> tuple[ServedRun, str, int]:
    """Return the run, the cluster and the seen version that a checkbox or a form names."""
    run_id, _, rest = given.partition(":")
    seen, _, name = rest.partition(":")
    run = visit.desk.run(run_id)
    cluster = visit.cluster_named(name, run)
    return run, cluster, int(seen) if seen.isascii() and seen.isdigit() else 0


def _form(
    visit: Visit,
    chosen: list[tuple[ServedRun, str, int]],
    said: Said,
    *,
    problem: str = "",
    remedy: str = "",
    status: int = 200,
) -> Response:
    rows = [_row(visit, run, cluster) for run, cluster, _ in dict.fromkeys(chosen)]
    return visit.render(
        "workbench/verdicts.html.j2",
        status,
        rows=rows,
        said=said,
        meanings=judging.MEANINGS,
        kinds=judging.kinds(),
        runs=visit.desk.runs,
        required=imports.REQUIRED,
        optional=imports.OPTIONAL,
        queue=visit.session.looking.queue,
        problem=problem,
        remedy=remedy,
    )


def _row(visit: Visit, run: ServedRun, cluster: str) -> dict[str, object]:
    hidden = visit.hides(cluster, run)
    told = recorded.history(visit.desk.store, run.id, cluster, visit.user.name)
    version = told[-1].version if told else 0
    return {
        "value": f"{run.id}:{version}:{visit.key_of(cluster, run)}",
        "name": visit.called(cluster, run),
        "run": run.name,
        "path": visit.path_of(cluster, run=run),
        "latest": told[-1] if told and not hidden else None,
        "row": run.of_cluster("clusters", cluster).row(0, named=True),
        "hidden": hidden,
    }


def _require_choice(said: Said) -> None:
    if not said.verdict:
        raise UsageError("No verdict was chosen.", _CHOOSE)


PAGE = Page(
    [
        Get("/verdicts", several),
        Post("/verdicts", record_several),
        Post("/verdicts/file", record_file),
        Post("/runs/{run}/verdict", record),
    ],
    under="Queue",
)
