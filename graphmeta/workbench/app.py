"""How do the parts make one web application?

From outside in: the headers that every answer carries, the gate that lets people in, and the
pages. Templates are those of the report and the workbench's own, so both look alike.
"""

from __future__ import annotations

from collections.abc import Sequence

from starlette.applications import Starlette
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp

from graphmeta.provenance import version
from graphmeta.report.charts import embed
from graphmeta.report.page import environment
from graphmeta.workbench import static
from graphmeta.workbench.desk import Desk
from graphmeta.workbench.page import (
    EVERYBODY,
    FormHandler,
    Page,
    Post,
    Refused,
    navigation,
    routes,
    visit_of,
)
from graphmeta.workbench.pages import PAGES
from graphmeta.workbench.security.address import Address
from graphmeta.workbench.security.gate import Access, Gate
from graphmeta.workbench.security.headers import SecurityHeaders
from graphmeta.workbench.security.people import User
from graphmeta.workbench.security.sessions import IDLE_SECONDS, Sessions
from graphmeta.workbench.visit import Visit, cluster_path


def build(desk: Desk, address: Address, access: Access, pages: Sequence[Page] = PAGES) -> ASGIApp:
    """Return the workbench as an ASGI application.

    Args:
        desk: The runs and the case store.
        address: Where it will be reached.
        access: How people come in.
        pages: The pages, in the order of the navigation.
    """
    embed.load()
    signs_out = access.people is not None and access.proxy is None
    sessions = Sessions(idle=IDLE_SECONDS if access.people else None)
    served = [*pages, Page([Post("/sign-out", _signing_out(sessions, address))], EVERYBODY)]
    app = Starlette(
        routes=[*routes(served), static.route()], exception_handlers={HTTPException: _say}
    )
    app.state.desk = desk
    app.state.pages = served
    app.state.signs_out = signs_out
    packages = ("graphmeta.oversight", "graphmeta.bench", "graphmeta.workbench")
    app.state.templates = environment(*packages)
    app.state.templates.globals.update(
        cluster_path=cluster_path, static=static.path, version=version()
    )
    gate = Gate(app, address, access, sessions, lambda user: _home(served, user))
    return SecurityHeaders(gate)


def _home(pages: Sequence[Page], user: User) -> str:
    """Return the first page that somebody sees."""
    entries = navigation(pages, user.role)
    return entries[0].path if entries else "/"


def _signing_out(sessions: Sessions, address: Address) -> FormHandler:
    def sign_out(visit: Visit, form: FormData) -> Response:  # noqa: ARG001 - as forms are answered
        sessions.end(visit.session)
        answer = visit.go("/")
        answer.delete_cookie(
            address.cookie, path="/", secure=address.secure, httponly=True, samesite="strict"
        )
        return answer

    return sign_out


async def _say(request: Request, error: Exception) -> Response:
    """Say on a page of the workbench what is wrong."""
    refused = error if isinstance(error, HTTPException) else Refused(500, "This page failed")
    visit = visit_of(request, request.app.state.pages)
    answer = visit.render(
        "workbench/error.html.j2",
        refused.status_code,
        problem=refused.detail,
        remedy=refused.remedy if isinstance(refused, Refused) else "",
    )
    for name, value in (refused.headers or {}).items():
        answer.headers[name] = value
    return answer
