"""What do runs hold about one person's own account, and how is it taken out?

The one door at which an account is named, and it opens for that account's own holder alone: for
access, appeal or erasure, with the reference of their request. It takes one account a call, never a
list, and answers with that account's own rows: no other account is named. Every run that is asked
logs the request before it is answered, whether or not it holds anything. It is not for
investigation: whoever wants to know about a suspect has the queue of clusters.

The program cannot tell whether the person who asks holds the account; whoever runs it must. It
misleads where an id was given to somebody else later (a recycled number): each holder is an account
of its own, so say which (``life``). A run that holds nothing says nothing about other systems.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import polars as pl

from graphmeta.errors import PrivacyRefusalError, UsageError
from graphmeta.ingest.naming import name_of
from graphmeta.oversight import acts, erasure
from graphmeta.oversight.holders import Holder
from graphmeta.oversight.kept import KeptState, kept, said_of
from graphmeta.privacy.keys import Key
from graphmeta.run import RunFolder

Purpose = Literal["access", "appeal", "erasure"]
#: Returns the key that bears a name, or raises a UsageError.
KeyOf = Callable[[str], Key]
PURPOSES: tuple[Purpose, ...] = ("access", "appeal", "erasure")


@dataclass(frozen=True)
class Request:
    """A person's request about their own account.

    Args:
        account: The account's id, as it stands in the events. Never shown.
        purpose: What is asked for.
        reference: Where the request is filed. Logs keep a hash of it.
        life: Which holder of a recycled id the person is; 1 is the first.
        delete_map: With an erasure: whether a sealed map back to the ids is deleted whole.

    Raises:
        PrivacyRefusalError: More than one account is named.
        UsageError: No account or no reference is given, the reference names the account, or a map
            is to be deleted and nothing erased.
    """

    account: str = field(repr=False)
    purpose: Purpose
    reference: str = field(repr=False)
    life: int = 1
    delete_map: bool = False

    def __post_init__(self) -> None:
        if self.delete_map and self.purpose != "erasure":
            raise UsageError(
                "A sealed map is deleted with an erasure alone.", "Say --purpose erasure."
            )
        if not self.account.strip():
            raise UsageError("No account was given.", "Give the id as it stands in the events.")
        if len(self.account.splitlines()) > 1:
            raise PrivacyRefusalError(
                "More than one account was given, and nothing was looked up.",
                "A request is about one person's own account. There is no look-up of lists.",
            )
        if not self.reference.strip():
            raise UsageError(
                "No reference was given.", "Say with --request under which number it is filed."
            )
        if self.account.strip() in self.reference:
            raise UsageError(
                "The reference of the request holds the account's id.",
                "Logs keep a hash of it that could be guessed: file it under a number of its own.",
            )

    @property
    def reference_sha256(self) -> str:
        """The hash by which logs know the reference."""
        return hashlib.sha256(self.reference.strip().encode()).hexdigest()


def answer(
    request: Request,
    runs: Sequence[RunFolder],
    key_of: KeyOf,
    holders: Sequence[Holder] = (),
) -> dict[str, Any]:
    """Log a request in every run, then answer it.

    Args:
        request: Whose account, and what for.
        runs: Opened runs.
        key_of: Where the keys of their pseudonyms come from; not asked about plain ids.
        holders: What else may name accounts.

    Returns:
        ``purpose``; ``runs``, one mapping each (see ``held``), with ``erased`` for an erasure;
        ``texts``: how many texts of each holder name the account (or named it).

    Raises:
        UsageError: There is no key for a run's pseudonyms. Nothing is logged or answered.
        RunError: A run's log was changed, or a table cannot be read.
    """
    names = {run.path: _name(run, request, key_of) for run in runs}
    states = {run.path: _state(run, request, key_of) for run in runs}
    for run in runs:
        acts.recorded(run.audit_lines(), run.path)
    reference = request.reference_sha256
    for run in runs:
        acts.note(
            run.path, acts.SUBJECT_REQUEST, purpose=request.purpose, reference_sha256=reference
        )
    told = [held(run, names[run.path], states[run.path]) for run in runs]
    for run, answer_of_run in zip(runs, told, strict=True):
        clusters = [one["cluster"] for one in answer_of_run["clusters"]]
        if request.purpose == "appeal" and clusters:
            acts.note(run.path, acts.APPEAL, clusters=clusters, reference_sha256=reference)
        if request.purpose == "erasure":
            answer_of_run["erased"] = erasure.erase(
                run,
                names[run.path],
                reference,
                delete_map=request.delete_map,
                state=states[run.path],
            )
    return {
        "purpose": request.purpose,
        "life": request.life,
        "runs": told,
        "texts": {
            one.name: _texts(one, request.purpose, sorted(set(names.values()))) for one in holders
        },
    }


def held(run: RunFolder, account: str, state: KeptState | None = None) -> dict[str, Any]:
    """Return what a run holds about one account, naming no other.

    Args:
        run: An opened run.
        account: The account, as the run names it.
        state: The run's kept state, where there is one.

    Returns:
        ``run``, ``made_at``, ``expires_at``, ``identifiers``, ``rows`` (how many of each table
        name it), ``state_events`` (how many events of it the kept state holds; None where there is
        none), and ``clusters``: one mapping per cluster that it belongs to, with its own role
        and strength, what is said of the cluster as a whole, its evidence, its own contacts as
        counts, and the verdict that stands.
    """
    mine = run.table("members").filter(pl.col("account") == account)
    verdicts = _verdicts(run)
    return {
        "run": run.path.name,
        "made_at": run.manifest["created_at"],
        "expires_at": run.manifest["privacy"]["expires_at"],
        "identifiers": run.manifest["privacy"]["identifiers"],
        "rows": erasure.rows_naming(run, account),
        "state_events": None if state is None else state.events(),
        "clusters": [
            _cluster(run, member, verdicts) for member in mine.sort("cluster_id").to_dicts()
        ],
    }


def _name(run: RunFolder, request: Request, key_of: KeyOf) -> str:
    """Return how a run names the account."""
    said = run.manifest["privacy"]
    key = None if said["identifiers"] == "plain" else key_of(said["key_id"])
    return name_of(request.account.strip(), request.life, said["dataset"], key)


def _state(run: RunFolder, request: Request, key_of: KeyOf) -> KeptState | None:
    """Return a run's kept state, to be asked about the account; None where there is none."""
    said = said_of(run)
    return None if said is None else kept(run, request.account.strip(), key_of(said["key_id"]))


def _cluster(
    run: RunFolder, member: Mapping[str, Any], verdicts: Mapping[str, Mapping[str, Any]]
) -> dict[str, Any]:
    cluster, account = member["cluster_id"], member["account"]
    here = pl.col("cluster_id") == cluster
    row = run.table("clusters").filter(here).row(0, named=True)
    contacts = run.table("contacts").filter(here)
    evidence = run.table("evidence").filter(here)
    weight = pl.col("contribution").abs()
    evidence = evidence.sort("score", weight, "term", descending=[False, True, False])
    said = ("flagged", "status", "behaviour", "risk", "spam", "recruitment", "q_value")
    return {
        "cluster": cluster,
        "role": member["role"],
        "strength": member["strength"],
        **{name: row[name] for name in (*said, "n_actors", "n_contacted", "layers")},
        "first_event": row["first_event"],
        "last_event": row["last_event"],
        "evidence": evidence.select("score", "contribution", "says").to_dicts(),
        "own_contacts": {
            "sent_to": contacts.filter(pl.col("sender") == account).height,
            "received_from": contacts.filter(pl.col("recipient") == account).height,
        },
        "verdict": verdicts.get(cluster),
    }


def _verdicts(run: RunFolder) -> dict[str, dict[str, Any]]:
    """Return the verdict that stands for each judged cluster, without who gave it."""
    standing: dict[str, dict[str, Any]] = {}
    for act in acts.recorded(run.audit_lines(), run.path):
        if act.name == acts.VERDICT and act.detail.get("second_of") is None:
            standing[act.detail["cluster"]] = {"says": act.detail["verdict"], "at": act.at}
    return standing


def _texts(holder: Holder, purpose: Purpose, names: Sequence[str]) -> dict[str, int]:
    """Return how many texts name the account under any of its names, erased where that is asked."""
    found: dict[str, int] = {}
    for name in names:
        asked = holder.erase(name) if purpose == "erasure" else holder.mentions(name)
        for kind, number in asked.items():
            found[kind] = found.get(kind, 0) + number
    return found
