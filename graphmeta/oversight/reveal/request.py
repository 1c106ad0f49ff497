"""What does somebody ask who wants to know the people behind a cluster, and on which ground?

A request is a file that goes from hand to hand: signed by whoever asks, then by two others who
approve (``approval``), then carried out once (``opening``). It names the case, the legal basis,
the warrant with its hash, one cluster, the highest number of accounts, and when it expires. That
it was made is in the run's log before anything is decided.
"""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Literal

from graphmeta.errors import InputError, UsageError
from graphmeta.oversight import acts
from graphmeta.oversight.actors import run_name
from graphmeta.oversight.refusal import RefusedError
from graphmeta.oversight.reveal.authority import authorised, require_person
from graphmeta.oversight.reviewed import log_of, require_reviewed
from graphmeta.privacy import signing
from graphmeta.privacy.signing import SigningKey
from graphmeta.run import RunFolder

Basis = Literal["terms", "warrant"]

FORMAT = "graphmeta reveal request 1"
MOST_DAYS = 30
#: Said wherever a request is made, approved or carried out.
CANNOT_KNOW = (
    "graphmeta cannot know whether a warrant is genuine, whether a case exists, or whether a key "
    "is in the right hands. Whoever approves answers for having looked."
)
_TEXTS = ("format", "id", "run", "cluster", "case", "basis", "authority", "reference")
_MORE_TEXTS = ("document_sha256", "asked_by", "asked_at", "expires_at")
_FIELDS = {**dict.fromkeys((*_TEXTS, *_MORE_TEXTS), str), "most_accounts": int}
_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class Ground:
    """On which ground somebody asks, and for how much.

    Args:
        cluster: The name of one cluster.
        case: Under which number the case is filed.
        basis: The platform's terms of service, or an authority's warrant.
        reference: The clause of the terms, or the warrant's number.
        authority: Which authority asks. It needs a warrant: without one the request is refused,
            and the log tells that an authority asked informally.
        document_sha256: For a warrant: the SHA-256 of the document.
        most_accounts: No more accounts than this are told; a larger cluster is refused.
        days: After so many days the request expires.

    Raises:
        UsageError: Something is lacking, or does not belong to the basis.
    """

    cluster: str
    case: str
    basis: Basis
    reference: str
    most_accounts: int
    authority: str = ""
    document_sha256: str = ""
    days: int = 7

    def __post_init__(self) -> None:
        for name in ("case", "reference"):
            if not getattr(self, name).strip():
                raise UsageError(f"The request names no {name}.", f"Give --{name}.")
        warrant = bool(self.authority.strip()), bool(_SHA256.fullmatch(self.document_sha256))
        if self.basis == "warrant" and not all(warrant):
            raise UsageError(
                "A warrant is named with its authority and its document.",
                "Give --authority and --document. Where an authority asks without a warrant, say "
                "--basis terms and --authority: that is refused, and counted in public reports.",
            )
        if self.document_sha256 and not warrant[0]:
            raise UsageError("A document belongs to an authority's request.", "Give --authority.")
        if self.most_accounts < 1 or not 1 <= self.days <= MOST_DAYS:
            raise UsageError(
                "The highest number of accounts or the days make no sense.",
                f"Give at least one account, and 1 to {MOST_DAYS} days.",
            )


def ask(
    run: RunFolder, ground: Ground, by: str, key: SigningKey, *, now: datetime | None = None
) -> dict[str, Any]:
    """Make a request. The run's log records it, and its refusal where it is refused.

    Args:
        run: An opened run.
        ground: What is asked, and why.
        by: Who asks, as named among the run's people.
        key: The signing key of whoever asks.
        now: The time, for tests.

    Returns:
        What a request file holds: ``request``, ``signature``, ``approvals`` (none yet).

    Raises:
        RefusedError: An authority asks without a warrant, no way back was authorised, the cluster
            was not flagged and reviewed, or the key is not that of the person.
        RunError: The run's log was changed.
    """
    now = now or datetime.now(UTC)
    log = log_of(run)
    request = {
        "format": FORMAT,
        "id": secrets.token_hex(16),
        "run": run_name(run),
        "cluster": ground.cluster,
        "case": ground.case.strip(),
        "basis": ground.basis,
        "authority": ground.authority.strip(),
        "reference": ground.reference.strip(),
        "document_sha256": ground.document_sha256,
        "most_accounts": ground.most_accounts,
        "asked_by": by,
        "asked_at": now.isoformat(timespec="seconds"),
        "expires_at": (now + timedelta(days=ground.days)).isoformat(timespec="seconds"),
    }
    acts.note(
        run.path,
        acts.REVEAL_REQUESTED,
        **said_of(request),
        request_sha256=signing.digest(request),
        by=by,
        most_accounts=ground.most_accounts,
        expires_at=request["expires_at"],
    )
    try:
        require_warrant(request)
        require_person(authorised(log), by, signing.public_part(key))
        require_reviewed(run, log, ground.cluster)
    except RefusedError as error:
        refuse(run, request, error)
        raise
    return {"request": request, "signature": signing.sign(key, request), "approvals": []}


def require_warrant(request: Mapping[str, Any]) -> None:
    """Refuse what an authority asks without a warrant.

    Raises:
        RefusedError: So it is.
    """
    if request["authority"] and request["basis"] != "warrant":
        raise RefusedError(
            "no_warrant",
            "An authority's request cannot rest on the terms of service.",
            "It is refused, and public reports count it among informal requests. With a warrant: "
            "--basis warrant --document FILE.",
        )


def read(path: Path) -> dict[str, Any]:
    """Read a request file. That it has the right form says nothing of whether it is genuine.

    Raises:
        InputError: It is none.
    """
    try:
        said = json.loads(path.read_text(encoding="utf-8"))
        request, approvals = said["request"], said["approvals"]
        good = (
            set(request) == set(_FIELDS)
            and all(type(request[name]) is kind for name, kind in _FIELDS.items())
            and request["format"] == FORMAT
            and isinstance(said["signature"], str)
            and all(
                set(one) == {"by", "at", "signature"} and {*map(type, one.values())} == {str}
                for one in approvals
            )
            and datetime.fromisoformat(request["expires_at"]).tzinfo is not None
        )
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}.", "Name a request.") from error
    except (ValueError, KeyError, TypeError, AttributeError):
        good = False
    if not good:
        raise InputError(
            f"{path} is no request for a re-identification.",
            "Name a file that `graphmeta reveal request` wrote.",
        )
    return dict(said)


def expired(request: Mapping[str, Any], now: datetime) -> bool:
    """Say whether a request has expired."""
    return now >= datetime.fromisoformat(request["expires_at"])


def refuse(run: RunFolder, request: Mapping[str, Any], error: RefusedError) -> None:
    """Record in the run's log that a request was refused, and why."""
    acts.note(run.path, acts.REVEAL_REFUSED, **said_of(request), reason=error.reason)


def said_of(request: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a log says of a request: neither the case nor the warrant, but for its hash."""
    return {
        "request": request["id"],
        "cluster": request["cluster"],
        "basis": request["basis"],
        "authority": bool(request["authority"]),
        "document_sha256": request["document_sha256"],
    }
