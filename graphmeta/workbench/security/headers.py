"""What may a page load, and what may be kept of it?

One policy for every answer, refusals included: scripts, styles, pictures and connections from the
workbench alone, no frames, no forms to elsewhere. Pages stay out of caches.

Charts bring styles of their own, which BokehJS puts into elements that it makes. Those are let in
by a nonce, new for every answer, which our own script hands on (``static/workbench.js``); styles
that an id might smuggle into a page have none. Attributes for style may stand in what charts show
on hovering; with them alone nothing can be loaded or sent.
"""

from __future__ import annotations

import secrets

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def policy(nonce: str) -> str:
    """Return the content security policy of one answer."""
    return (
        f"default-src 'none'; script-src 'self'; style-src 'self' 'nonce-{nonce}'; "
        "style-src-attr 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; "
        "frame-ancestors 'none'; base-uri 'none'; form-action 'self'"
    )


class SecurityHeaders:
    """Puts the same headers on every answer. What an answer says of its caching, stays.

    Args:
        app: What answers. It finds the nonce in the scope's state.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, with the headers."""
        nonce = secrets.token_urlsafe(16)
        scope.setdefault("state", {})["nonce"] = nonce

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers[name] = value
                headers["Content-Security-Policy"] = policy(nonce)
                headers.setdefault("Cache-Control", "no-store")
            await send(message)

        await self._app(scope, receive, send_with_headers)
