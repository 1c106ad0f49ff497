"""Does a second person stand for this request, having looked at it?

An approval is a signature over the request's hash and the approver's name. For a warrant the
approver gives the document too: its hash has to be the one in the request, so that nobody approves
a paper that they do not have. Whether approvals are those of two people who were named for the
run is judged where the request is carried out (``opening``).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from graphmeta.errors import UsageError
from graphmeta.oversight.refusal import RefusedError
from graphmeta.oversight.reveal.authority import Authority
from graphmeta.oversight.reveal.request import expired
from graphmeta.privacy import signing
from graphmeta.privacy.signing import SigningKey

FORMAT = "graphmeta reveal approval 1"
NEEDED = 2


def approve(
    filed: Mapping[str, Any],
    by: str,
    key: SigningKey,
    document_sha256: str = "",
    *,
    now: datetime | None = None,
) -> dict[str, Any]:
    """Return a request with one more approval.

    Args:
        filed: What a request file holds.
        by: Who approves.
        key: Their signing key.
        document_sha256: For a warrant, the SHA-256 of the document that the approver has.
        now: The time, for tests.

    Raises:
        RefusedError: Whoever asked cannot approve, nor anybody twice, nor after the expiry.
        UsageError: The document is not the one that the request names.
    """
    request, now = filed["request"], now or datetime.now(UTC)
    if by == request["asked_by"]:
        raise RefusedError(
            "self_approved", f"{by} asked, and cannot approve.", "Two others have to approve."
        )
    if by in [one["by"] for one in filed["approvals"]]:
        raise RefusedError(
            "approved_twice", f"{by} has approved already.", "One person counts once."
        )
    if expired(request, now):
        raise _expired(request)
    if request["document_sha256"] != document_sha256:
        raise UsageError(
            "The document is not the one that the request names.",
            "Give the warrant that you have seen with --document FILE; do not approve without it.",
        )
    said = {"by": by, "at": now.isoformat(timespec="seconds")}
    signature = signing.sign(key, _statement(request, said))
    return {**filed, "approvals": [*filed["approvals"], {**said, "signature": signature}]}


def require_approved(filed: Mapping[str, Any], authority: Authority, now: datetime) -> None:
    """Refuse a request that two distinct people other than its maker have not approved.

    Raises:
        RefusedError: So it is, or it has expired, or a signature on it is forged.
    """
    request, people = filed["request"], authority.people
    asker = people.get(request["asked_by"], "")
    if not signing.signed_by(asker, request, filed["signature"]):
        raise RefusedError(
            "forged_request",
            "The request was not signed by the person in whose name it is made.",
            "Find out where it comes from.",
        )
    if expired(request, now):
        raise _expired(request)
    for one in filed["approvals"]:
        statement = _statement(request, {"by": one["by"], "at": one["at"]})
        if not signing.signed_by(people.get(one["by"], ""), statement, one["signature"]):
            raise RefusedError(
                "forged_approval",
                f"The approval in the name of {one['by']!r} is not signed with a key that was "
                "named for this run.",
                "Find out where it comes from.",
            )
    approvers = {one["by"] for one in filed["approvals"]}
    if request["asked_by"] in approvers:
        raise RefusedError(
            "self_approved",
            "The request was approved by the person who made it.",
            "Two others have to approve.",
        )
    if len(approvers) < NEEDED:
        raise RefusedError(
            "too_few_approvals",
            f"The request has the approval of {len(approvers)} of {NEEDED} people.",
            "Two people other than its maker have to approve: graphmeta reveal approve",
        )


def _statement(request: Mapping[str, Any], said: Mapping[str, str]) -> dict[str, str]:
    return {"format": FORMAT, "request_sha256": signing.digest(request), **said}


def _expired(request: Mapping[str, Any]) -> RefusedError:
    return RefusedError(
        "expired", f"The request expired at {request['expires_at']}.", "Make a new one."
    )
