"""Who stands behind the pseudonyms of this cluster? Answered once, if everything is in order.

In order means: the request is the one that the run's log knows, signed by its maker, not expired,
approved by two others who were named when the events were analysed, and never used; the cluster
is flagged, reviewed and no larger than was approved; the map is the one that was sealed, and both
its keys are there. Whatever is wrong, the refusal is in the log before it is told. Where nothing
is, the log holds the act, on the disk, before the map is opened.

What this cannot prevent: a copy of a run with its log is another log, in which the same request
counts as unused; and two key holders who agree need no graphmeta to open the map.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import polars as pl

from graphmeta.oversight import acts
from graphmeta.oversight.actors import run_name
from graphmeta.oversight.acts import Act
from graphmeta.oversight.refusal import RefusedError
from graphmeta.oversight.reveal import approval, request
from graphmeta.oversight.reveal.authority import Authority, authorised
from graphmeta.oversight.reviewed import log_of, require_reviewed
from graphmeta.privacy import audit, sealing, signing
from graphmeta.privacy.sealing import Identity
from graphmeta.run import AUDIT, REVERSE_MAP, RunFolder


def reveal(
    run: RunFolder,
    filed: Mapping[str, Any],
    identities: Sequence[Identity],
    *,
    now: datetime | None = None,
) -> pl.DataFrame:
    """Carry out a request.

    Args:
        run: An opened run.
        filed: What a request file holds.
        identities: The two keys, in any order.
        now: The time, for tests.

    Returns:
        Columns role, account (the pseudonym), id, life; the scored members of the cluster.

    Raises:
        RefusedError: Something is not in order. The run's log says so.
        RunError: The run's log was changed: nothing is written into it, nor told.
    """
    log = log_of(run)
    asked = filed["request"]
    try:
        keys = _require_in_order(run, log, filed, identities, now or datetime.now(UTC))
        members = _members(run, asked)
        detail = {**request.said_of(asked), "accounts": members.height, "operator": acts.operator()}
        # Two who come at once wait for one another, and the second finds the request used.
        audit.append(
            run.path / AUDIT,
            acts.REVEALED,
            detail,
            unless=lambda lines: _require_unused(acts.recorded(lines, run.path), asked),
        )
    except RefusedError as error:
        request.refuse(run, _known(log, asked), error)
        raise
    opened = sealing.unseal((run.path / REVERSE_MAP).read_bytes(), keys)
    names = pl.read_parquet(io.BytesIO(opened)).filter(pl.col("cluster_id") == asked["cluster"])
    return (
        names.join(members, on="account", how="semi")
        .select("role", "account", "id", "life")
        .sort("role", "account")
    )


def _require_in_order(
    run: RunFolder,
    log: Sequence[Act],
    filed: Mapping[str, Any],
    identities: Sequence[Identity],
    now: datetime,
) -> list[Identity]:
    """Return the keys in the order of sealing, where nothing stands against the request."""
    asked = filed["request"]
    authority = authorised(log)
    _require_known(run, log, asked)
    request.require_warrant(asked)
    approval.require_approved(filed, authority, now)
    _require_unused(log, asked)
    require_reviewed(run, log, asked["cluster"])
    number = _members(run, asked).height
    if number > asked["most_accounts"]:
        raise RefusedError(
            "too_many_accounts",
            f"Cluster {asked['cluster']} has {number} scored accounts, and the request is for "
            f"{asked['most_accounts']} at most.",
            "Ask for that many, if that is what the case needs.",
        )
    return _keys(run, authority, identities)


def _require_known(run: RunFolder, log: Sequence[Act], asked: Mapping[str, Any]) -> None:
    digest = signing.digest(asked)
    known = [
        act
        for act in log
        if act.name == acts.REVEAL_REQUESTED and act.detail.get("request_sha256") == digest
    ]
    if not known or asked["run"] != run_name(run):
        raise RefusedError(
            "unknown_request",
            "The run's log knows no such request: it was made for another run, or changed since.",
            "Make it with: graphmeta reveal request RUN CLUSTER",
        )


def _require_unused(log: Sequence[Act], asked: Mapping[str, Any]) -> None:
    if any(act.name == acts.REVEALED and act.detail["request"] == asked["id"] for act in log):
        raise RefusedError(
            "used", "The request was carried out already.", "Each serves once: make a new one."
        )


def _keys(run: RunFolder, authority: Authority, identities: Sequence[Identity]) -> list[Identity]:
    try:
        sealed = (run.path / REVERSE_MAP).read_bytes()
    except OSError:
        sealed = b""
    if hashlib.sha256(sealed).hexdigest() != authority.map_sha256:
        raise RefusedError(
            "map_changed",
            "The sealed map is not the one that was written when the events were analysed.",
            "It was changed or deleted, and cannot be had again.",
        )
    by_recipient = {one.recipient: one for one in identities}
    if set(by_recipient) != set(authority.sealed_to):
        raise RefusedError(
            "wrong_keys",
            "These are not the two keys to which the map was sealed.",
            "Both are needed: --identity FILE --identity FILE",
        )
    return [by_recipient[one] for one in authority.sealed_to]


def _members(run: RunFolder, asked: Mapping[str, Any]) -> pl.DataFrame:
    """Return the scored members that the cluster has: those who were erased are gone."""
    return run.table("members").filter(
        pl.col("cluster_id") == asked["cluster"], pl.col("role") != "contacted"
    )


def _known(log: Sequence[Act], asked: Mapping[str, Any]) -> dict[str, Any]:
    """Return of a request what its run's log knows: nothing else in a file can be trusted."""
    for act in log:
        if act.name == acts.REVEAL_REQUESTED and act.detail.get("request") == asked["id"]:
            return {**act.detail, "id": asked["id"]}
    unknown = dict.fromkeys(("id", "cluster", "basis", "document_sha256"), "unknown")
    return {**unknown, "authority": ""}
