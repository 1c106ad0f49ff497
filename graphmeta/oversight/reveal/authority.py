"""Was a way back authorised for this run, to whose keys is it sealed, and who has a say?

All of it was written into the run's log when the events were analysed (``pipeline.reverse_map``),
and is read from there: whoever would add themselves later has to change the log.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from graphmeta.oversight.acts import Act
from graphmeta.oversight.refusal import RefusedError

MAP_SEALED = "map_sealed"


@dataclass(frozen=True)
class Authority:
    """What was settled when the events were analysed.

    Args:
        sealed_to: The age recipients of the two keys, in the order of sealing.
        people: Names and public keys of those who may ask and approve.
        map_sha256: The SHA-256 of the sealed map.
    """

    sealed_to: tuple[str, ...]
    people: Mapping[str, str]
    map_sha256: str


def authorised(log: Sequence[Act]) -> Authority:
    """Return what was settled; the first entry counts, whatever came later.

    Raises:
        RefusedError: No way back was authorised.
    """
    for act in log:
        if act.name == MAP_SEALED:
            detail = act.detail
            return Authority(tuple(detail["sealed_to"]), detail["people"], detail["sha256"])
    raise RefusedError(
        "no_map",
        "This run holds no way back to the ids: none was authorised when it was made.",
        "Act upon pseudonyms instead: graphmeta privacy actors RUN CLUSTER.",
    )


def require_person(authority: Authority, name: str, public_key: str) -> None:
    """Refuse a name that is not among the people, or has another key there.

    Raises:
        RefusedError: So it is.
    """
    if authority.people.get(name) != public_key:
        raise RefusedError(
            "unknown_person",
            f"{name} is not among the people who were named for this run, or has another key.",
            "Their names and keys were settled with --people when the events were analysed.",
        )
