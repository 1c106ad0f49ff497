"""What tests of the detection core share: worlds so small that a person can check them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import polars as pl

from graphmeta.contract.events import STORE_EVENTS
from graphmeta.nulls.timing import Habits
from graphmeta.signals.base import FOLDS, INVITED, FloatArray, IntArray, Observations, shaped

DAY = 86_400
HOUR = 3_600
#: A stranger contact: sender, recipient, second. Second 0 is the turn of the first day.
Contact = tuple[int, int, int]
#: An invitation: sender, recipient, group, second, when the recipient joined, whether a stranger.
Invited = tuple[int, int, int, int, int | None, bool]
#: An arrival: account, hub, second.
Arrival = tuple[int, int, int]


def store_events(rows: Iterable[tuple[int, int, int, str, int | None]]) -> pl.LazyFrame:
    """Return events as a store holds them, from (sender, recipient, time, kind, group)."""
    columns = ["sender", "recipient", "time", "kind", "group"]
    schema = {name: STORE_EVENTS[name] for name in columns}
    frame = pl.DataFrame(list(rows), schema=schema, orient="row")
    return frame.with_columns(duration_s=pl.lit(None, dtype=pl.Float32)).lazy()


def messages(rows: Iterable[Contact]) -> pl.LazyFrame:
    """Return plain messages as a store holds them, from (sender, recipient, time)."""
    return store_events((a, b, at, "message", None) for a, b, at in rows)


def first_contacts(rows: Sequence[tuple[int, int, int, int | None]]) -> pl.DataFrame:
    """Return first contacts from (sender, recipient, time, replied_at)."""
    schema = {"sender": pl.UInt32, "recipient": pl.UInt32, "time": pl.Int64, "replied_at": pl.Int64}
    frame = pl.DataFrame(list(rows), schema=schema, orient="row")
    return frame.with_columns(
        events=pl.lit(1, dtype=pl.Int64),
        replies=pl.col("replied_at").is_not_null().cast(pl.Int64),
    )


def ties(rows: Sequence[tuple[int, int, int]]) -> pl.DataFrame:
    """Return acquaintances from (a, b, since), whichever of the two is smaller."""
    ordered = [(min(a, b), max(a, b), since) for a, b, since in rows]
    schema = {"a": pl.UInt32, "b": pl.UInt32, "since": pl.Int64}
    return pl.DataFrame(ordered, schema=schema, orient="row")


def groups_of(*groups: Iterable[int]) -> pl.DataFrame:
    """Return groups numbered from 0: columns group, account."""
    rows = [(number, one) for number, group in enumerate(groups) for one in sorted(group)]
    return pl.DataFrame(rows, schema={"group": pl.UInt32, "account": pl.UInt32}, orient="row")


def observed(
    contacts: Sequence[Contact],
    arrivals: Sequence[Arrival] = (),
    *,
    accounts: int,
    circle_of: IntArray | None = None,
    habits: FloatArray | None = None,
    new: float = 1.0,
    visible: Sequence[Arrival] = (),
    known: Mapping[int, int] | None = None,
) -> Observations:
    """Return what layers look at, with folds dealt by number: account and day modulo three.

    Of several contacts of one pair the first one counts. Who became visible in a group before
    second 0 is no newcomer.
    """
    first: dict[tuple[int, int], int] = {}
    for sender, recipient, at in contacts:
        first[sender, recipient] = min(at, first.get((sender, recipient), at))
    rows = sorted(((*pair, at) for pair, at in first.items()), key=lambda row: (row[2], *row))
    schema = {"sender": pl.UInt32, "recipient": pl.UInt32, "time": pl.Int64}
    time = pl.col("time")
    strangers = pl.DataFrame(rows, schema=schema, orient="row").select(
        "sender",
        "recipient",
        "time",
        new=pl.lit(new),
        day=time // DAY,
        second_of_day=time % DAY,
        hour=time % DAY // HOUR,
        recipient_fold=(pl.col("recipient") % FOLDS).cast(pl.Int8),
        day_fold=time // DAY % FOLDS,
    )
    came = sorted(arrivals, key=lambda row: (row[2], row[0], row[1]))
    hubs = {"account": pl.UInt32, "hub": pl.UInt32, "time": pl.Int64}
    last = max((row[2] for row in [*rows, *came]), default=0)
    return Observations(
        strangers=strangers,
        arrivals=pl.DataFrame(came, schema=hubs, orient="row").with_columns(
            account_fold=(pl.col("account") % FOLDS).cast(pl.Int8)
        ),
        visible=pl.DataFrame(sorted(visible), schema=hubs, orient="row").with_columns(
            newcomer=pl.col("time") >= 0,
            known=pl.Series(
                [(known or {}).get(one, 0) for one, _, _ in sorted(visible)], dtype=pl.Int64
            ),
            account_fold=(pl.col("account") % FOLDS).cast(pl.Int8),
        ),
        circle_of=np.zeros(accounts, dtype=np.int64) if circle_of is None else circle_of,
        habits=rhythms(np.full((accounts, 24), 1 / 24) if habits is None else habits),
        span_days=last // DAY + 1,
    )


def rhythms(shares: FloatArray) -> Habits:
    """Give every account a rhythm of its own, shape (accounts, 24)."""
    return Habits(shares, np.arange(shares.shape[0], dtype=np.int32))


def invited(rows: Sequence[Invited]) -> pl.DataFrame:
    """Return invitations as layers see them, folds dealt by number of the recipient."""
    columns = ["sender", "recipient", "group", "time", "joined", "stranger"]
    schema = {name: INVITED[name] for name in columns}
    frame = pl.DataFrame(list(rows), schema=schema, orient="row")
    fold = (pl.col("recipient") % FOLDS).cast(pl.Int8)
    return shaped(frame.with_columns(recipient_fold=fold), INVITED)


def noise(
    rng: np.random.Generator,
    senders: Sequence[int],
    targets: Sequence[int],
    each: int,
    days: int,
) -> list[Contact]:
    """Return contacts of senders that each reach so many targets, at moments of their own."""
    rows = []
    for sender in senders:
        reached = rng.choice(np.asarray(targets), size=each, replace=False)
        for target, at in zip(reached, rng.integers(0, days * DAY, each), strict=True):
            rows.append((int(sender), int(target), int(at)))
    return rows


def ring(
    rng: np.random.Generator, actors: Sequence[int], targets: Sequence[int], days: int
) -> list[Contact]:
    """Return contacts of a ring: each target is reached by half of the actors, within a day."""
    rows = []
    for target in targets:
        begins = int(rng.integers(0, (days - 1) * DAY))
        chosen = rng.choice(np.asarray(actors), size=len(actors) // 2, replace=False)
        rows += [(int(one), int(target), begins + int(rng.integers(0, DAY))) for one in chosen]
    return rows
