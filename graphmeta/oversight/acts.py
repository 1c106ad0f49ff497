"""Which acts do audit logs record, and in which words?

Other parts write some of these acts: verdicts come from the cases, reveals from the key holders.
Their names and the fields of their details are an agreement, and it stands here. A log that was
changed is not counted: it is refused, with the line at which its chain breaks.
"""

from __future__ import annotations

import getpass
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from graphmeta.errors import RunError
from graphmeta.privacy import audit
from graphmeta.run import AUDIT

#: A person judged a cluster. Detail: cluster, verdict, reviewer, reason_sha256; second_of where it
#: is what a second reviewer says of a verdict that stands.
VERDICT = "verdict"
#: Somebody asked who stands behind pseudonyms. Detail: basis, authority (bool).
REVEAL_REQUESTED = "reveal_requested"
REVEAL_REFUSED = "reveal_refused"
REVEALED = "revealed"
#: A person asked about their own account. Detail: purpose, reference_sha256, operator.
SUBJECT_REQUEST = "subject_request"
#: A person objects to how a cluster with their account was judged. Detail: clusters, reference.
APPEAL = "appeal"
#: One account's rows were taken out of the run. Detail: rows by table, clusters_removed,
#: state_events (how many went from the kept state; None where there is none), and sha256, the
#: hashes of the files that stand since.
ERASED = "erased"
#: The sealed map back to the ids was deleted whole. Detail: sha256_of_map, reference_sha256.
MAP_DELETED = "map_deleted"
#: The kept state was deleted, and the run stays. Detail: sha256_of_state, operator.
STATE_DELETED = "state_deleted"
#: The run was reviewed for privacy. Detail: how many checks held, failed and were not proven,
#: whether the events were at hand, operator.
REVIEWED = "reviewed"
#: The run is about to be deleted. Detail: reason, operator.
PURGING = "purging"

#: What a count needs of an act, and nothing more: no reviewer, no operator, no reference.
_COUNTED: dict[str, tuple[str, ...]] = {
    VERDICT: ("cluster", "verdict", "second_of"),
    REVEAL_REQUESTED: ("basis", "authority"),
    REVEAL_REFUSED: ("basis", "authority"),
    REVEALED: ("basis", "authority"),
    SUBJECT_REQUEST: ("purpose",),
    APPEAL: ("clusters",),
    ERASED: (),
}


@dataclass(frozen=True)
class Act:
    """One entry of an audit log.

    Args:
        at: When, with a zone.
        name: What was done.
        detail: Particulars.
    """

    at: datetime
    name: str
    detail: Mapping[str, Any]


def recorded(lines: Sequence[str], where: Path) -> list[Act]:
    """Return the acts of a log, oldest first.

    Args:
        lines: The log.
        where: The run, for the error.

    Raises:
        RunError: The log was changed, or a line of it is none.
    """
    broken = audit.find_break(lines)
    if broken:
        raise RunError(
            f"The audit log of {where} does not hold: {broken}.",
            "Find out who changed it; what it says cannot be counted or continued.",
        )
    entries = [json.loads(line) for line in lines]
    return [
        Act(datetime.fromisoformat(entry["at"]), entry["act"], entry["detail"]) for entry in entries
    ]


def countable(acts: Sequence[Act]) -> list[dict[str, Any]]:
    """Return what of some acts may be kept to be counted once the run is gone, as JSON has it."""
    return [
        {
            "at": act.at.isoformat(timespec="seconds"),
            "act": act.name,
            "detail": {name: act.detail.get(name) for name in _COUNTED[act.name]},
        }
        for act in acts
        if act.name in _COUNTED
    ]


def counted(kept: Sequence[Mapping[str, Any]]) -> list[Act]:
    """Return acts that were kept by ``countable``."""
    return [Act(datetime.fromisoformat(one["at"]), one["act"], one["detail"]) for one in kept]


def note(run: Path, act: str, **detail: Any) -> None:
    """Record an act in a run's log, with the name of the user of this machine who does it."""
    audit.append(run / AUDIT, act, {**detail, "operator": operator()})


def operator() -> str:
    """Return the name of this machine's user, or that there is none."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a process without an entry among the machine's users
        return "unknown"
