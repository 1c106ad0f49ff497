"""The queue: which cluster is to be looked at next?

Everything that is shown follows from the address, so it works without script, and can be saved
under a name. In blind mode scores are hidden until the user's own verdict stands.
"""

from __future__ import annotations

from urllib.parse import parse_qsl

from starlette.datastructures import FormData
from starlette.responses import Response

from graphmeta.cases import filters
from graphmeta.cases.tables import VERDICTS
from graphmeta.contract.tables import BEHAVIOURS, STATUSES
from graphmeta.errors import UsageError
from graphmeta.report import summary
from graphmeta.workbench.listing import asked
from graphmeta.workbench.listing.chosen import PAGE_ROWS, choose
from graphmeta.workbench.listing.rows import layers, rows
from graphmeta.workbench.page import Get, Page, Post
from graphmeta.workbench.visit import Visit


def show(visit: Visit) -> Response:
    """Show one page of the queue, as the address asks for it."""
    wanted = _asked(visit, dict(visit.request.query_params))
    user = visit.user.name
    chosen = choose(visit.desk, rows(visit.desk), wanted, user, is_blind=visit.session.blind)
    listed = tuple((row["run"], row["cluster_id"]) for row in chosen.rows)
    visit.session.looking.listed, visit.session.looking.queue = (
        listed,
        wanted.href(page=chosen.page),
    )
    saved = [(one, asked.path(one.query)) for one in filters.saved_filters(visit.desk.store, user)]
    return visit.render(
        "workbench/queue.html.j2",
        asked=wanted,
        chosen=chosen,
        first=PAGE_ROWS * (chosen.page - 1) + 1,
        saved=saved,
        runs={run.id: run.name for run in visit.desk.runs},
        choices=_choices(visit),
        statements=_statements(visit),
        nothing=_nothing(visit),
        blind=visit.session.blind,
    )


def save(visit: Visit, form: FormData) -> Response:
    """Keep what is shown under a name."""
    query = str(form.get("query", ""))
    wanted = _asked(visit, dict(parse_qsl(query, keep_blank_values=True)))
    if not wanted.query():
        raise UsageError("All clusters by risk need no name.", "Filter or sort them first.")
    kept = filters.save_filter(
        visit.desk.store, visit.user.name, str(form.get("name", "")), wanted.query()
    )
    return visit.go(wanted.href(), f"Saved as {kept.name}.")


def forget(visit: Visit, form: FormData) -> Response:
    """Delete a saved filter."""
    chosen = str(form.get("filter", ""))
    if not (chosen.isascii() and chosen.isdigit()):
        raise UsageError("No saved filter was named.", "Choose one in the queue.")
    filters.delete_filter(visit.desk.store, visit.user.name, int(chosen))
    return visit.go("/", "The saved filter is gone.")


def switch(visit: Visit, form: FormData) -> Response:
    """Enter or leave blind mode."""
    visit.session.blind = form.get("blind") == "on"
    if visit.session.blind:
        return visit.go("/", "Scores are hidden until your own verdict on a cluster stands.")
    return visit.go("/", "Scores are shown.")


def _asked(visit: Visit, query: dict[str, str]) -> asked.Asked:
    served = [run.id for run in visit.desk.runs]
    return asked.parse(query, served, layers(visit.desk), blind=visit.session.blind)


def _choices(visit: Visit) -> list[tuple[str, str, dict[str, str]]]:
    """Return the filters that can be chosen: name, what they are called, and their values."""
    ways = [
        ("run", "Run", {run.id: run.name for run in visit.desk.runs}),
        ("status", "Status", {one: one for one in STATUSES}),
        ("flagged", "Flagged", asked.FLAGGED),
        ("behaviour", "Looks like", {one: one for one in BEHAVIOURS}),
        ("layer", "Acted alike in", {one: one.replace("_", " ") for one in layers(visit.desk)}),
        ("review", "Review", _reviews(visit)),
    ]
    hidden = asked.HIDDEN_FILTERS if visit.session.blind else ()
    return [
        way
        for way in ways
        if way[0] not in hidden and (way[0] != "run" or len(visit.desk.runs) > 1)
    ]


def _reviews(visit: Visit) -> dict[str, str]:
    hidden = VERDICTS if visit.session.blind else ()
    return {name: says for name, says in asked.REVIEWS.items() if name not in hidden}


def _statements(visit: Visit) -> list[str]:
    """Return what the runs say of their figures, each sentence once."""
    said = (
        run.manifest["statements"][name]
        for name in ("risk", "bound", "innocents")
        for run in visit.desk.runs
    )
    return list(dict.fromkeys(said))


def _nothing(visit: Visit) -> list[str]:
    """Return what it means where the runs hold no cluster, each sentence once."""
    return list(dict.fromkeys(summary.nothing_found(run.folder) for run in visit.desk.runs))


PAGE = Page(
    [
        Get("/", show),
        Post("/filters", save),
        Post("/filters/forget", forget),
        Post("/blind", switch),
    ],
    title="Queue",
)
