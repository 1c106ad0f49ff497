"""What is a page, and what is checked before its handler runs?

A page is one file of ``pages``: its routes, who may see it, and its name in the navigation. Here
its routes become Starlette's: the role is checked, a form's own token, and what handlers raise
becomes an answer that says what is wrong and names no more than that.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from graphmeta.errors import (
    ConflictError,
    GraphmetaError,
    PrivacyRefusalError,
    RunError,
    UsageError,
)
from graphmeta.workbench.security.forms import read_form
from graphmeta.workbench.security.people import ROLES
from graphmeta.workbench.visit import Entry, Visit

#: Who sees clusters and cases.
CASEWORKERS = ("analyst", "lead")
EVERYBODY = ROLES
FORM_TOKEN = "form_token"
_STATUSES: dict[type[GraphmetaError], int] = {
    ConflictError: 409,
    PrivacyRefusalError: 403,
    RunError: 410,
    UsageError: 400,
}
Handler = Callable[[Visit], Response]
FormHandler = Callable[[Visit, FormData], Response]
_LOG = logging.getLogger("graphmeta.workbench")


@dataclass(frozen=True)
class Get:
    """A route that shows something and changes nothing.

    Args:
        path: As Starlette writes it; a run is named in it as ``/runs/{run}``.
        handler: What answers.
    """

    path: str
    handler: Handler


@dataclass(frozen=True)
class Post:
    """A route that changes something. Its form carries ``ours.token_field()``, which is checked.

    Args:
        path: As Starlette writes it.
        handler: What answers, given the form.
    """

    path: str
    handler: FormHandler


@dataclass(frozen=True)
class Page:
    """One page.

    Args:
        routes: Its routes. The first is where the navigation leads.
        roles: Who may see it; everybody else is answered 403.
        title: Its name in the navigation, or "" where other pages lead to it.
        under: For a page without title, the title of the entry that it belongs to.
    """

    routes: Sequence[Get | Post]
    roles: Sequence[str] = CASEWORKERS
    title: str = ""
    under: str = ""


def routes(pages: Sequence[Page]) -> list[Route]:
    """Return the routes of all pages."""
    return [
        Route(
            route.path,
            _endpoint(route, page, pages),
            methods=["GET" if isinstance(route, Get) else "POST"],
        )
        for page in pages
        for route in page.routes
    ]


def navigation(pages: Sequence[Page], role: str, here: str = "") -> list[Entry]:
    """Return where somebody of a role can go.

    Args:
        pages: All pages.
        role: The role.
        here: The title of the entry that the shown page belongs to.
    """
    return [
        Entry(page.title, page.routes[0].path, page.title == here)
        for page in pages
        if page.title and role in page.roles
    ]


def _endpoint(route: Get | Post, page: Page, pages: Sequence[Page]) -> Callable[[Request], object]:
    async def endpoint(request: Request) -> Response:
        visit = visit_of(request, pages, page.title or page.under)
        if visit.user.role not in page.roles:
            raise HTTPException(403, f"The role {visit.user.role} does not see this page")
        if isinstance(route, Get):
            return await run_in_threadpool(_answered, route.handler, visit)
        form = await read_form(request)
        try:
            if not visit.session.is_form_token(form.get(FORM_TOKEN)):
                raise HTTPException(403, "This form was not made for you, or has grown old")
            return await run_in_threadpool(_answered, route.handler, visit, form)
        finally:
            await form.close()  # a file that was sent goes away

    return endpoint


def visit_of(request: Request, pages: Sequence[Page], here: str = "") -> Visit:
    """Return a request as handlers take it."""
    state = request.app.state
    session = request.state.session
    return Visit(
        request=request,
        session=session,
        desk=state.desk,
        templates=state.templates,
        navigation=navigation(pages, session.user.role, here),
        signs_out=state.signs_out,
    )


def _answered(handler: Callable[..., Response], *given: object) -> Response:
    """Return what a handler answers, or raise what the user is told instead."""
    try:
        return handler(*given)
    except HTTPException:
        raise
    except GraphmetaError as error:
        status = _STATUSES.get(type(error), 500)
        raise Refused(status, error.problem, error.remedy) from error
    except Exception as error:  # noqa: BLE001 - told and logged, whatever it is
        # Its text may hold ids from the data, so only its kind is.
        _LOG.error("A page failed unexpectedly (%s).", type(error).__name__)
        raise Refused(
            500, "This page failed unexpectedly", "What was recorded before it stands."
        ) from None


class Refused(HTTPException):
    """An answer that says what is wrong, and what to do about it.

    Args:
        status: The HTTP status.
        problem: What is wrong.
        remedy: What to do.
    """

    def __init__(self, status: int, problem: str, remedy: str = "") -> None:
        super().__init__(status, problem)
        self.remedy = remedy
