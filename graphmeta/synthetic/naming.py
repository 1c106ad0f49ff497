"""How a world's numbers become tables: lives enforced, ids random."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import polars as pl

from graphmeta import seeds
from graphmeta.contract.events import CLOSED_BY, DECLARED, KIND, KINDS
from graphmeta.synthetic.sheet import FIRST_GROUP, NO_GROUP, Events, Ints
from graphmeta.synthetic.town import CLOSERS, DECLARATIONS, NEVER, Town

#: A Monday; every world starts some weeks after it.
_FIRST_MONDAY = datetime(2024, 1, 1, tzinfo=UTC)


def lived(town: Town, events: Events) -> Events:
    """Keep what can have happened: within the world, between open accounts, to somebody else."""
    people = town.people
    grouped = events.recipient >= FIRST_GROUP
    other = np.where(grouped, events.sender, events.recipient)
    born = np.maximum(people.created[events.sender], people.created[other])
    gone = np.minimum(people.closed[events.sender], people.closed[other])
    keep = (events.time >= np.maximum(born, 0)) & (events.time < np.minimum(gone, town.end))
    return events.where(keep & (grouped | (events.sender != other)))


class Names:
    """Random tokens for the accounts and groups of a world."""

    def __init__(self, town: Town, seed: int) -> None:
        rng = seeds.generator("world", seed, "names")
        self._accounts = len(town.people)
        drawn = rng.integers(0, 2**62, self._accounts + town.groups)
        if len(np.unique(drawn)) < len(drawn):
            drawn = np.unique(rng.integers(0, 2**62, 2 * len(drawn)))[: len(drawn)]
            rng.shuffle(drawn)
        self.tokens = pl.Series([f"{number:016x}" for number in drawn], dtype=pl.String)
        self.start = _FIRST_MONDAY + timedelta(weeks=int(rng.integers(0, 60)))

    def of(self, numbers: Ints) -> pl.Series:
        """Return the tokens of accounts and groups; null for ``NO_GROUP``."""
        place = np.where(numbers >= FIRST_GROUP, numbers - FIRST_GROUP + self._accounts, numbers)
        none = numbers == NO_GROUP
        rows = pl.Series(np.where(none, 0, place))
        if not none.any():
            return self.tokens.gather(rows)
        return self.tokens.gather(pl.Series(place).set(pl.Series(none), None))

    def times(self, seconds: Ints) -> pl.Series:
        """Return instants of seconds since the start; null for ``NEVER``."""
        known = pl.Series(seconds)
        micros = (known + int(self.start.timestamp())) * 1_000_000
        return micros.set(known >= NEVER, None).cast(pl.Datetime("us")).dt.replace_time_zone("UTC")


def events_table(names: Names, events: Events) -> pl.DataFrame:
    """Return the contract's columns, in the order of the events."""
    return pl.DataFrame(
        {
            "sender": names.of(events.sender),
            "recipient": names.of(events.recipient),
            "timestamp": names.times(events.time),
            "kind": pl.Series(KINDS, dtype=KIND).gather(pl.Series(events.kind)),
            "duration_s": pl.Series(events.duration).fill_nan(None),
            "group": names.of(events.group),
        }
    )


def accounts_table(names: Names, town: Town) -> pl.DataFrame:
    """Return the accounts, ordered by token."""
    people = town.people
    closed = people.closed < town.end
    return pl.DataFrame(
        {
            "account": names.of(np.arange(len(people))),
            "created_at": names.times(people.created),
            "closed_at": names.times(np.where(closed, people.closed, NEVER)),
            "closed_by": pl.Series(CLOSERS, dtype=pl.Enum(CLOSED_BY)).gather(
                pl.Series(np.where(closed, people.closed_by, 0))
            ),
            "declared": pl.Series(DECLARATIONS, dtype=pl.Enum(DECLARED)).gather(
                pl.Series(people.declared)
            ),
        }
    ).sort("account")
