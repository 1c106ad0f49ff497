"""Who is it that asks, once they have been let in?

A session is known by a secret in a cookie; the server keeps a hash of it and nothing on disk, so
sessions end with the process. Each has a token of its own that every form carries.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from graphmeta.workbench.review.looking import Looking
from graphmeta.workbench.security.people import User

_BYTES = 32
#: Whoever did nothing for so long has to sign in again, where there are accounts.
IDLE_SECONDS = 12 * 3600.0


@dataclass
class Session:
    """One browser of one user.

    Args:
        user: Who.
        form_token: What every form of theirs carries.
        blind: Whether scores are hidden until the user has judged.
        notices: What the next page says first.
        looking: What they look at.
    """

    user: User
    form_token: str = field(default_factory=lambda: secrets.token_urlsafe(_BYTES), repr=False)
    blind: bool = False
    notices: list[str] = field(default_factory=list)
    looking: Looking = field(default_factory=Looking)
    last_seen: float = 0.0

    def is_form_token(self, given: object) -> bool:
        """Tell whether a form is one that this session was given."""
        return isinstance(given, str) and hmac.compare_digest(
            given.encode(), self.form_token.encode()
        )


class Sessions:
    """All sessions of a running workbench.

    Args:
        idle: After how many seconds without a request one ends; None for never.
        clock: Tells seconds.
    """

    def __init__(
        self, *, idle: float | None = None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._idle = idle
        self._clock = clock
        self._sessions: dict[str, Session] = {}

    def begin(self, user: User) -> str:
        """Begin a session and return its secret."""
        self._forget()
        secret = secrets.token_urlsafe(_BYTES)
        self._sessions[_hash(secret)] = Session(user, last_seen=self._clock())
        return secret

    def find(self, secret: str | None) -> Session | None:
        """Return the session of a secret, if there is one."""
        session = self._sessions.get(_hash(secret or ""))
        if session is None or self._over(session):
            return None
        session.last_seen = self._clock()
        return session

    def of(self, user: User) -> Session:
        """Return the one session of somebody whom a proxy vouches for with every request."""
        key = f"proxy {user.name}"  # no hash has a space in it
        session = self._sessions.get(key)
        if session is None or session.user != user or self._over(session):
            session = self._sessions[key] = Session(user)
        session.last_seen = self._clock()
        return session

    def end(self, session: Session) -> None:
        """End a session."""
        self._sessions = {key: one for key, one in self._sessions.items() if one is not session}

    def _forget(self) -> None:
        self._sessions = {key: one for key, one in self._sessions.items() if not self._over(one)}

    def _over(self, session: Session) -> bool:
        return self._idle is not None and self._clock() - session.last_seen > self._idle


class OneTimeToken:
    """What lets in whoever started the workbench, once."""

    def __init__(self) -> None:
        self.value = secrets.token_urlsafe(_BYTES)
        self._used = False

    def use(self, given: str) -> bool:
        """Tell whether a token is this one and was not used; if so, it is from now on."""
        fits = not self._used and hmac.compare_digest(given.encode(), self.value.encode())
        self._used = self._used or fits
        return fits


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
