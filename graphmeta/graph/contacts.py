"""Who contacted whom, who began, and who answered.

Everything later is computed on the three frames made here: *contacts* (directed pairs),
*openings* (first events of conversations) and *first contacts* (openings of pairs that had
never spoken). Deliveries of a group fan-out are not contacts: nobody chose that recipient.
"""

from __future__ import annotations

import polars as pl

from graphmeta.contract.events import KINDS_OF_CONTACT

#: A pair that was silent for this long begins a new conversation.
SILENCE_S = 3600


def reaches(events: pl.LazyFrame) -> pl.LazyFrame:
    """Return the events by which one account reached another of its own choice.

    Args:
        events: A store's events.

    Returns:
        Columns sender, recipient (accounts), time (seconds).
    """
    delivery = (pl.col("kind") == "message") & pl.col("group").is_not_null()
    return events.filter(pl.col("kind").is_in(KINDS_OF_CONTACT) & ~delivery).select(
        "sender", "recipient", "time"
    )


def contacts(reaches: pl.LazyFrame) -> pl.LazyFrame:
    """Return one row per directed pair with at least one event.

    Returns:
        Columns sender, recipient, events (count), first, last (seconds).
    """
    return reaches.group_by("sender", "recipient").agg(
        events=pl.len().cast(pl.Int64),
        first=pl.col("time").min(),
        last=pl.col("time").max(),
    )


def first_contacts(contacts: pl.LazyFrame) -> pl.LazyFrame:
    """Return one row per pair that ever spoke: who began, when, and whether it was answered.

    Where both write in the same second, the account of the smaller number counts as the sender
    (numbers follow structure, not names, so relabelling does not change it).

    Returns:
        Columns sender, recipient, time, events (of the sender), replied_at (seconds; null where
        the recipient never wrote back), replies (events of the recipient).
    """
    back = contacts.select(
        sender="recipient", recipient="sender", replied_at="first", replies="events"
    )
    began = (
        pl.col("replied_at").is_null()
        | (pl.col("first") < pl.col("replied_at"))
        | ((pl.col("first") == pl.col("replied_at")) & (pl.col("sender") < pl.col("recipient")))
    )
    return (
        contacts.join(back, on=["sender", "recipient"], how="left")
        .filter(began)
        .select(
            "sender",
            "recipient",
            "events",
            "replied_at",
            time="first",
            replies=pl.col("replies").fill_null(0),
        )
    )


def acquaintances(first_contacts: pl.LazyFrame) -> pl.LazyFrame:
    """Return the pairs in which both have written to each other.

    Returns:
        Columns a, b (a smaller than b), since (seconds: when the second of them wrote first).
    """
    return first_contacts.filter(pl.col("replied_at").is_not_null()).select(
        a=pl.min_horizontal("sender", "recipient"),
        b=pl.max_horizontal("sender", "recipient"),
        since="replied_at",
    )


def openings(reaches: pl.LazyFrame, silence_s: int = SILENCE_S) -> pl.LazyFrame:
    """Return the first event of every conversation.

    A conversation of a pair, in whichever direction, begins after ``silence_s`` seconds
    without an event between the two.

    Returns:
        Columns sender, recipient, time.
    """
    pair = [pl.min_horizontal("sender", "recipient"), pl.max_horizontal("sender", "recipient")]
    return (
        reaches.sort("time", "sender", "recipient")
        .with_columns(gap=pl.col("time").diff().over(pair))
        .filter(pl.col("gap").is_null() | (pl.col("gap") > silence_s))
        .select("sender", "recipient", "time")
    )
