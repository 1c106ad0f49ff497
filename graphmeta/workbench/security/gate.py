"""Who gets as far as the pages?

Stands before any routing, so that what is refused is the same for paths that exist and paths that
do not. In this order: a foreign host, a request from another site, no session. The one-time token
of the printed address becomes a cookie here, and people with accounts sign in here.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from urllib.parse import parse_qs

import anyio
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from graphmeta.workbench.security import refusals
from graphmeta.workbench.security.address import Address
from graphmeta.workbench.security.attempts import Attempts
from graphmeta.workbench.security.forms import read_form
from graphmeta.workbench.security.people import People, User
from graphmeta.workbench.security.sessions import OneTimeToken, Session, Sessions

#: Requests that change nothing. All others are refused when they come from another site.
HARMLESS = ("GET", "HEAD", "OPTIONS")
SIGN_IN = "/sign-in"
_HASHINGS_AT_ONCE = 2  # each takes some 64 MB


@dataclass(frozen=True)
class TrustedProxy:
    """A proxy that signs people in and names them in a header.

    Args:
        address: Where it connects from.
        header: The header in which it names the user.
    """

    address: str
    header: str


@dataclass(frozen=True)
class Access:
    """How people come in: one of the three.

    Args:
        token: What lets ``local`` in, once.
        local: Who runs the program.
        people: Those who have accounts here, or whom the proxy may name.
        proxy: Who vouches for them, instead of a password.
    """

    token: OneTimeToken | None = None
    local: User | None = None
    people: People | None = None
    proxy: TrustedProxy | None = None
    attempts: Attempts = field(default_factory=Attempts)


class Gate:
    """Lets through to ``app`` who is allowed to; their session is in the scope's state.

    Args:
        app: What comes behind.
        address: Where the workbench is.
        access: How people come in.
        sessions: Who is in.
        home: Where somebody is led who came in.
    """

    def __init__(
        self,
        app: ASGIApp,
        address: Address,
        access: Access,
        sessions: Sessions,
        home: Callable[[User], str],
    ) -> None:
        self._app = app
        self._home = home
        self._address = address
        self._access = access
        self._sessions = sessions
        self._hashing = anyio.CapacityLimiter(_HASHINGS_AT_ONCE)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or hand it on with its session."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if scope["type"] != "http":
            await send({"type": "websocket.close", "code": 1008})
            return
        request = Request(scope, receive)
        answer = self._foreign(request) or await self._outside(request)
        if isinstance(answer, Response):
            await answer(scope, receive, send)
            return
        scope.setdefault("state", {})["session"] = answer
        await self._app(scope, receive, send)

    def _foreign(self, request: Request) -> Response | None:
        """Refuse what is not meant for us, or was sent by a page of another site."""
        if not self._address.ours(request.headers):
            return refusals.refusal(
                request,
                400,
                "This is not the address of the workbench",
                "Open the one that was printed.",
            )
        if request.method not in HARMLESS and self._address.from_elsewhere(request.headers):
            return refusals.refusal(
                request,
                403,
                "This came from another site",
                "Nothing was done. Go on in the workbench.",
            )
        return None

    async def _outside(self, request: Request) -> Response | Session:
        """Return the session of whoever asks, or what they are told who have none."""
        access = self._access
        if access.proxy and access.people:
            return self._vouched_for(request, access.proxy, access.people)
        given = _token(request)
        if access.token and given is not None:
            return self._exchange(request, access.token, given)
        session = self._sessions.find(request.cookies.get(self._address.cookie))
        if session:
            return session
        if access.people is None:
            return refusals.refusal(
                request,
                401,
                "You are not signed in",
                "Open the address that `graphmeta serve` printed. It works once; start the "
                "workbench again for a new one.",
            )
        if request.method == "POST" and request.url.path == SIGN_IN:
            return await self._sign_in(request, access.people)
        return refusals.sign_in(request)

    def _exchange(self, request: Request, token: OneTimeToken, given: str) -> Response:
        """Turn the one-time token into a session, and leave it out of the address."""
        user = self._access.local
        if user is None or not token.use(given):
            return refusals.refusal(
                request,
                401,
                "This address was used already, or is none",
                f"It works once. Where you are signed in, go on at {self._address.url}/; "
                "otherwise start the workbench again.",
            )
        return self._let_in(user)

    def _vouched_for(
        self, request: Request, proxy: TrustedProxy, people: People
    ) -> Response | Session:
        """Return the session of the person whom the proxy names."""
        names: Sequence[str] = request.headers.getlist(proxy.header)
        from_proxy = request.client is not None and request.client.host == proxy.address
        if not from_proxy or len(names) != 1 or not names[0]:
            return refusals.refusal(
                request, 401, "You are not signed in", "Come by way of the proxy that signs you in."
            )
        user = people.find(names[0])
        if user is None:
            return refusals.refusal(
                request,
                403,
                "You have no role here",
                "Ask whoever runs the workbench to give you one.",
            )
        return self._sessions.of(user)

    async def _sign_in(self, request: Request, people: People) -> Response:
        """Check a name and a password, and begin a session."""
        try:
            form = await read_form(request)
        except HTTPException as error:
            return refusals.refusal(request, error.status_code, error.detail)
        name, password = _text(form, "name"), _text(form, "password")
        where = request.client.host if request.client else ""
        wait = self._access.attempts.begin(name, where)
        if wait:
            said = f"Too many tries. Wait {math.ceil(wait / 60)} minutes."
            answer = refusals.sign_in(request, 429, problem=said, name=name)
            answer.headers["Retry-After"] = str(math.ceil(wait))
            return answer
        async with self._hashing:
            user = await run_in_threadpool(people.sign_in, name, password)
        if user is None:
            return refusals.sign_in(request, problem="Name and password do not fit.", name=name)
        self._access.attempts.succeeded(name, where)
        return self._let_in(user)

    def _let_in(self, user: User) -> Response:
        answer = RedirectResponse(self._home(user), status_code=303)
        answer.set_cookie(
            self._address.cookie,
            self._sessions.begin(user),
            httponly=True,
            samesite="strict",
            secure=self._address.secure,
            path="/",
        )
        return answer


def _token(request: Request) -> str | None:
    """Return the token of the printed address, where a request carries one."""
    if request.method != "GET" or request.url.path != "/":
        return None
    given = parse_qs(request.url.query, keep_blank_values=True).get("token")
    return given[0] if given else None


def _text(form: FormData, name: str) -> str:
    value = form.get(name)
    return value if isinstance(value, str) else ""
