"""What is compared: who reached whom and when, in a set of real events or a synthetic world.

A :class:`Log` holds contacts alone (messages, calls, and invitations, as
:mod:`graphmeta.graph.contacts` has it), renumbered and sorted, with what several measures share.
Deliveries of a group fan-out, group messages, blocks and reports are not in it: real sets that are
open to the public do not have them, so there is nothing to compare.
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from graphmeta.contract.events import KINDS_OF_CONTACT, STORE_EVENTS
from graphmeta.errors import InputError
from graphmeta.graph.contacts import SILENCE_S, acquaintances, contacts, first_contacts
from graphmeta.ingest import Reading, ingest
from graphmeta.synthetic import World

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

DAY = 86_400
WEEK = 7 * DAY
#: What part of a log shows who knew whom already; first contacts are counted after it.
HISTORY = 0.25


@dataclass(frozen=True)
class Log:
    """Contacts in order of time.

    Args:
        name: What readers call it.
        days: Its length.
        accounts: How many accounts sent or received.
        sender: Numbers from 0, shape (n,).
        recipient: Numbers from 0, shape (n,).
        time: Seconds since the midnight (UTC) at which the log begins, ascending, shape (n,).
        call: Which contacts are calls, shape (n,); none where the set tells no kinds.
        duration: Seconds of calls, NaN where there is none, shape (n,).
    """

    name: str
    days: int
    accounts: int
    sender: Ints
    recipient: Ints
    time: Ints
    call: Bools
    duration: Floats

    def __len__(self) -> int:
        """Return the number of contacts."""
        return len(self.time)

    @property
    def since(self) -> int:
        """Return the second from which first contacts are counted."""
        return round(HISTORY * self.days * DAY)

    @cached_property
    def pair(self) -> Ints:
        """Return a number for the two accounts of each contact, whoever sent it, shape (n,)."""
        low = np.minimum(self.sender, self.recipient)
        return low * self.accounts + np.maximum(self.sender, self.recipient)

    @cached_property
    def by_pair(self) -> Ints:
        """Return the positions of contacts in order of pair and time, shape (n,)."""
        return np.argsort(self.pair, kind="stable")

    @cached_property
    def begins(self) -> Bools:
        """Say for contacts in the order of ``by_pair`` which begin a conversation, shape (n,)."""
        pair, time = self.pair[self.by_pair], self.time[self.by_pair]
        begins = np.ones(len(pair), dtype=bool)
        begins[1:] = (pair[1:] != pair[:-1]) | (np.diff(time) > SILENCE_S)
        return begins

    @cached_property
    def first(self) -> pl.DataFrame:
        """Return who began with whom, when, and whether it was answered, as ``graph`` tells it."""
        frame = pl.LazyFrame(
            {"sender": self.sender, "recipient": self.recipient, "time": self.time}
        )
        return first_contacts(contacts(frame)).collect()

    @cached_property
    def acquainted(self) -> pl.DataFrame:
        """Return the pairs in which both have written to each other."""
        return acquaintances(self.first.lazy()).collect()


def log(name: str, events: pl.DataFrame, begin: int, days: int) -> Log:
    """Make a log of a stretch of events.

    Args:
        name: What readers call it.
        events: Columns as in ``contract.events.STORE_EVENTS``.
        begin: Second at which the stretch begins; times count from it.
        days: How long it is.

    Raises:
        InputError: No contact falls into the stretch.
    """
    kept = _contacts(events).filter(
        (pl.col("time") >= begin) & (pl.col("time") < begin + days * DAY)
    )
    if kept.is_empty():
        raise InputError(
            f"{name} holds no message, call or invitation between two accounts.",
            "Name events of people who contact one another.",
        )
    kept = kept.sort("time", "sender", "recipient")
    ends = np.concatenate([kept["sender"].to_numpy(), kept["recipient"].to_numpy()])
    known, number = np.unique(ends, return_inverse=True)
    sender, recipient = np.split(number.astype(np.int64), 2)
    return Log(
        name=name,
        days=days,
        accounts=len(known),
        sender=sender,
        recipient=recipient,
        time=(kept["time"] - begin).to_numpy().astype(np.int64),
        call=(kept["kind"] == "call").to_numpy(),
        duration=kept["duration_s"].cast(pl.Float64).fill_null(np.nan).to_numpy(),
    )


def busiest(name: str, events: pl.DataFrame, days: int) -> Log:
    """Make a log of the stretch of whole days in which a set holds most contacts.

    Args:
        name: What readers call it.
        events: Columns as in ``contract.events.STORE_EVENTS``.
        days: Length of the stretch; a shorter set is taken whole.
    """
    day = _contacts(events)["time"].to_numpy() // DAY
    if not len(day):
        return log(name, events, 0, days)
    per_day = np.bincount(day - day.min())
    length = min(days, len(per_day))
    sums = np.convolve(per_day, np.ones(length, dtype=np.int64), mode="valid")
    return log(name, events, int(day.min() + sums.argmax()) * DAY, length)


def real_events(path: Path) -> pl.DataFrame:
    """Read a set of real events through the contract.

    Raises:
        InputError: It breaks the contract (exit code 2).
        PrivacyRefusalError: It holds what may not be read (exit code 4).
    """
    with tempfile.TemporaryDirectory() as folder:
        store = ingest(path, folder=Path(folder), reading=Reading(identifiers="plain"))
        return store.events.collect()


def world_events(world: World) -> pl.DataFrame:
    """Return a world's events with numbers for names, as a store has them."""
    ends = ("sender", "recipient", "group")
    # Numbers follow names, so that the same world has the same numbers in every process.
    names = pl.concat([world.events[end] for end in ends]).drop_nulls().unique().sort()
    events = world.events.select(
        pl.col(ends).cast(pl.Enum(names)).to_physical(),
        pl.col("timestamp").dt.epoch("s").alias("time"),
        "kind",
        "duration_s",
    )
    return events.select(pl.col(name).cast(dtype) for name, dtype in STORE_EVENTS.items())


def _contacts(events: pl.DataFrame) -> pl.DataFrame:
    """Return the contacts among events by the rule of ``graph.contacts.reaches``, kinds kept."""
    delivery = (pl.col("kind") == "message") & pl.col("group").is_not_null()
    return events.filter(pl.col("kind").is_in(KINDS_OF_CONTACT) & ~delivery)
