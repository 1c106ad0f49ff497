"""How is an input to be read? Everything that a user states about it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo

from graphmeta.contract.events import ACCOUNT_COLUMNS, EVENT_COLUMNS
from graphmeta.contract.times import TimeRule, TimeUnit
from graphmeta.errors import UsageError
from graphmeta.privacy import people, sealing
from graphmeta.privacy.keys import KeySource

CONTRACT_NAMES = tuple(column.name for column in (*EVENT_COLUMNS, *ACCOUNT_COLUMNS))


@dataclass(frozen=True)
class Reading:
    """Everything that says how an input is read.

    Args:
        mapping: Contract name to the name in the file, for columns under other names.
        ignore_columns: Columns, by their names in the file, that stay unread.
        ignore_unknown_columns: Leave all columns that the contract does not know unread.
        ignore_kinds: Rows of these kinds are left out before the contract is checked; kinds
            that the contract does not know may be named.
        collapse_duplicates: Rows equal in sender, recipient, kind and group within one second
            count as one (with the longest of their durations).
        timestamp_unit: The unit of numeric timestamps.
        time_zone: The IANA time zone of timestamps that carry none.
        accounts: The accounts file, or a frame with its columns.
        identifiers: What names the entities get outside: pseudonyms, or the ids as they are.
        key_file: The key of the pseudonyms; by default one in the user's configuration folder.
        key: The key itself, from a platform's own key service, instead of a file.
        dataset: Pseudonyms are stable within a dataset and unlinkable across.
        seal_to: Two age recipients, to whose keys together a map back to the ids is sealed. By
            default there is none.
        people: Who may ask for such a map to be opened, and approve it: names and public keys.
        not_before: Events before this moment are left out, and counted. With a zone.
        keep_state: Keep the events with the run, sealed, so that a later run can add to them.

    Raises:
        UsageError: The mapping names no column of the contract, the zone is unknown, there are
            two keys, a moment has no zone, or a map back is asked for that cannot be.
    """

    mapping: Mapping[str, str] = field(default_factory=dict)
    ignore_columns: tuple[str, ...] = ()
    ignore_unknown_columns: bool = False
    ignore_kinds: tuple[str, ...] = ()
    collapse_duplicates: bool = False
    timestamp_unit: TimeUnit | None = None
    time_zone: str | None = None
    accounts: Any = None
    identifiers: Literal["pseudonymous", "plain"] = "pseudonymous"
    key_file: Path | None = None
    key: KeySource | None = None
    dataset: str = "default"
    seal_to: tuple[str, ...] = ()
    people: Mapping[str, str] = field(default_factory=dict)
    not_before: datetime | None = None
    keep_state: bool = False

    def __post_init__(self) -> None:
        for name in self.mapping:
            if name not in CONTRACT_NAMES:
                raise UsageError(
                    f"The mapping names {name!r}, which is no column of the contract.",
                    "Map one of: " + ", ".join(CONTRACT_NAMES) + ".",
                )
        if self.time_zone is not None:
            _require_known_zone(self.time_zone)
        if self.key is not None and self.key_file is not None:
            raise UsageError("A key and a key file were given.", "Give one of them.")
        if self.not_before is not None and self.not_before.tzinfo is None:
            raise UsageError(
                f"not_before = {self.not_before.isoformat()} has no time zone.",
                "Give one, such as 2026-03-01T00:00:00+00:00.",
            )
        if self.seal_to or self.people:
            _require_way_back(self)

    @property
    def times(self) -> TimeRule:
        """What was stated about timestamps."""
        return TimeRule(self.timestamp_unit, self.time_zone)

    @property
    def first_second(self) -> int | None:
        """The second, since 1970, from which events are taken in; None where all are."""
        return None if self.not_before is None else math.ceil(self.not_before.timestamp())


def _require_way_back(reading: Reading) -> None:
    if reading.identifiers == "plain":
        raise UsageError(
            "A map back to the ids was asked for, and the ids stay as they are.",
            "Leave out --seal-to and --people, or --identifiers plain.",
        )
    sealing.require_two(reading.seal_to)
    people.require_three(reading.people)


def _require_known_zone(zone: str) -> None:
    try:
        ZoneInfo(zone)
    except (KeyError, ValueError, OSError) as error:
        raise UsageError(
            f"There is no time zone {zone!r}.",
            "Use a name of the IANA data base, such as UTC or Europe/Berlin.",
        ) from error
