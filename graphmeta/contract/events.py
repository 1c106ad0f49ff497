"""Which columns exist, and what each of them means.

This is the whole vocabulary of graphmeta's input. A column that is not named here cannot be
read: there is no place in the program to put it. ``graphmeta/docs/data-model.md`` is the same
list in prose, and a test keeps the two alike.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

KINDS = (
    "message",
    "call",
    "group_message",
    "invite",
    "join",
    "leave",
    "block",
    "report",
)
#: Kinds whose recipient is a group, not an account.
KINDS_TO_GROUPS = ("group_message", "join", "leave")
#: Kinds by which one account reaches another (unless they are deliveries of a group fan-out).
KINDS_OF_CONTACT = ("message", "call", "invite")
#: Kinds by which an account defends itself against another.
KINDS_OF_DEFENCE = ("block", "report")

CLOSED_BY = ("user", "platform")
DECLARED = ("business", "bot", "helpline", "public")

#: An id longer than this could carry content, so it is refused.
MAX_ID_BYTES = 64

KIND = pl.Enum(KINDS)


@dataclass(frozen=True)
class Column:
    """One column of the contract: its name, whether it must be there, and what it means."""

    name: str
    required: bool
    meaning: str


EVENT_COLUMNS = (
    Column("sender", True, "the account that acted, an opaque id"),
    Column("recipient", True, "the account, or for group kinds the group, that was reached"),
    Column("timestamp", True, "when, in UTC, held at one-second resolution"),
    Column("kind", False, "one of " + ", ".join(KINDS) + "; message where absent"),
    Column("duration_s", False, "length of a call in seconds, not negative"),
    Column("group", False, "the group that the event is about"),
)

ACCOUNT_COLUMNS = (
    Column("account", True, "an opaque id"),
    Column("created_at", True, "when the account was opened"),
    Column("closed_at", False, "when the account was closed"),
    Column("closed_by", False, "who closed it: " + " or ".join(CLOSED_BY)),
    Column("declared", False, "what the account says it is: " + ", ".join(DECLARED)),
)

#: The events of a store: what every floor above ``ingest`` computes on.
STORE_EVENTS = pl.Schema(
    {
        "sender": pl.UInt32(),
        "recipient": pl.UInt32(),
        "time": pl.Int64(),
        "kind": KIND,
        "duration_s": pl.Float32(),
        "group": pl.UInt32(),
    }
)

#: The entities of a store, one row per dense integer.
STORE_ENTITIES = pl.Schema(
    {
        "entity": pl.UInt32(),
        "name": pl.String(),
        "is_group": pl.Boolean(),
        "created_at": pl.Int64(),
        "closed_at": pl.Int64(),
        "closed_by": pl.String(),
        "declared": pl.String(),
    }
)
