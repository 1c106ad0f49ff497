"""Which accounts did people find to act in abuse, for the platform to act upon?

The ordinary way needs no way back. The pseudonyms of the actors, recruiters and hubs of reviewed
clusters leave in a signed list; whoever holds the platform's key computes the pseudonyms of the
platform's own ids forward and sees which are on it (``matching``). Those who were contacted are
on no list. The list is signed, so that nobody can have a list of their own making matched.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl

from graphmeta.errors import InputError, PrivacyRefusalError, UsageError
from graphmeta.oversight import acts
from graphmeta.oversight.reviewed import log_of, require_reviewed
from graphmeta.privacy import signing
from graphmeta.privacy.signing import SigningKey
from graphmeta.run import RunFolder

FORMAT = "graphmeta reviewed accounts 1"
ACTORS_LISTED = "actors_listed"
_FIELDS = ("run", "made_at", "dataset", "epoch", "key_id", "clusters", "accounts", "signer")


def listed(run: RunFolder, clusters: Sequence[str], key: SigningKey) -> dict[str, Any]:
    """Return the signed list of the accounts that acted in some reviewed clusters.

    The run's log records it first.

    Args:
        run: An opened run.
        clusters: The names of clusters, at least one.
        key: The signing key of whoever exports.

    Returns:
        ``format``, ``run`` (the hash with which its log begins), ``made_at``; ``dataset``,
        ``epoch`` and ``key_id`` of the pseudonyms; ``clusters`` (cluster, verdict); ``accounts``
        (cluster, role, pseudonym); ``signer`` and ``signature``.

    Raises:
        RefusedError: A cluster was not flagged, or not found to be abuse by a person.
        UsageError: No cluster was named, or the run holds plain ids.
        RunError: The run's log was changed.
    """
    said = run.manifest["privacy"]
    if not clusters:
        raise UsageError("No cluster was named.", "Write: graphmeta privacy actors RUN CLUSTER...")
    if said["identifiers"] == "plain":
        raise UsageError(
            f"The run at {run.path} holds plain ids: there is nothing to match.",
            "Read its members with: graphmeta explain RUN CLUSTER",
        )
    log = log_of(run)
    verdicts = {name: require_reviewed(run, log, name) for name in dict.fromkeys(clusters)}
    statement = {
        "format": FORMAT,
        "run": run_name(run),
        "made_at": datetime.now(UTC).isoformat(timespec="seconds"),
        **{name: said[name] for name in ("dataset", "epoch", "key_id")},
        "clusters": [{"cluster": name, "verdict": said} for name, said in verdicts.items()],
        "accounts": _accounts(run, list(verdicts)),
        "signer": signing.public_part(key),
    }
    acts.note(
        run.path,
        ACTORS_LISTED,
        clusters=list(verdicts),
        accounts=len(statement["accounts"]),
        list_sha256=signing.digest(statement),
    )
    return {**statement, "signature": signing.sign(key, statement)}


def read_list(path: Path, signer: str) -> dict[str, Any]:
    """Read a list, and see that it is as its signer made it.

    Args:
        path: The file.
        signer: The public key of whoever may export.

    Returns:
        The list without its signature.

    Raises:
        InputError: It is no such list.
        PrivacyRefusalError: Somebody else signed it, or it was changed.
    """
    try:
        said = json.loads(path.read_text(encoding="utf-8"))
        statement = {name: value for name, value in said.items() if name != "signature"}
        good = statement["format"] == FORMAT and set(_FIELDS) < set(statement)
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}.", "Name a list.") from error
    except (ValueError, AttributeError, KeyError, TypeError):
        good = False
    if not good:
        raise InputError(
            f"{path} is no list of reviewed accounts.",
            "Name a file that `graphmeta privacy actors` wrote.",
        )
    if statement["signer"] != signer.lower() or not signing.signed_by(
        signer, statement, str(said.get("signature"))
    ):
        raise PrivacyRefusalError(
            f"{path} was not signed with the key {signer[:16]}..., or was changed since.",
            "Only lists of reviewed clusters are matched: ask whoever may export for one.",
        )
    return statement


def run_name(run: RunFolder) -> str:
    """Return what names a run beyond doubt: the hash with which its log begins."""
    return str(json.loads(run.audit_lines()[0])["hash"])


def _accounts(run: RunFolder, clusters: Sequence[str]) -> list[dict[str, str]]:
    acting = (
        run.table("members")
        .filter(pl.col("cluster_id").is_in(clusters), pl.col("role") != "contacted")
        .sort("cluster_id", "role", "account")
    )
    return acting.select("role", cluster="cluster_id", pseudonym="account").to_dicts()
