"""What do those see who are not let in?

Small pages that load nothing and name nothing: no run, no cluster, no user. Why somebody was
refused, and what they can do.
"""

from __future__ import annotations

from functools import cache
from importlib import resources

from jinja2 import Environment
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from graphmeta.report.page import environment


def refusal(request: Request, status: int, title: str, remedy: str = "") -> Response:
    """Return a page that refuses.

    Args:
        request: What is refused.
        status: The HTTP status.
        title: What is wrong, in a few words.
        remedy: What to do about it.
    """
    return _page(request, "workbench/refusal.html.j2", status, title=title, remedy=remedy)


def sign_in(request: Request, status: int = 401, *, problem: str = "", name: str = "") -> Response:
    """Return the page on which somebody signs in.

    Args:
        request: What was asked without a session.
        status: The HTTP status.
        problem: Why the last try failed.
        name: The name that was given with it.
    """
    return _page(request, "workbench/sign_in.html.j2", status, problem=problem, name=name)


def _page(request: Request, template: str, status: int, **said: object) -> Response:
    html = (
        _templates()
        .get_template(template)
        .render(style=_style(), nonce=request.state.nonce, **said)
    )
    return HTMLResponse(html, status_code=status)


@cache
def _templates() -> Environment:
    return environment("graphmeta.workbench")


@cache
def _style() -> Markup:
    file = resources.files("graphmeta.workbench").joinpath("static/door.css")
    return Markup(file.read_text("utf-8"))
