"""Data in which nobody coordinates, and data in which it is known who does.

What ``calibration.py`` measures on: observations of events, groups drawn at random, real data
permuted, worlds with the label of every account.
"""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from graphmeta.engines.base import silent
from graphmeta.ingest import Reading, ingest
from graphmeta.signals.base import Observations
from graphmeta.signals.observe import network, observe
from graphmeta.synthetic import make_world


def observed(
    events: pl.DataFrame, accounts: pl.DataFrame | None = None
) -> tuple[Observations, list[str]]:
    """Return what layers see of events, and the names of the accounts."""
    with tempfile.TemporaryDirectory() as folder:
        reading = Reading(identifiers="plain", accounts=accounts)
        store = ingest(events, folder=Path(folder), reading=reading, progress=silent)
        names = store.entities.collect()["name"].to_list()
        rows = store.events.collect().lazy()
    return observe(rows, network(rows, len(names), None, 0), names, 0), names


def draw(seen: Observations, rng: np.random.Generator, each: int) -> pl.DataFrame:
    """Draw groups that nothing found: columns group, account, kind, size."""
    sent = seen.strangers.group_by("sender").len().filter(pl.col("len") > 2).sort("sender")
    account = sent["sender"].to_numpy()
    circle, hour = seen.circle_of[account], seen.habits.of(account).argmax(axis=1) // 3
    popular = seen.strangers.group_by("recipient").len().sort("len", "recipient")["recipient"][-1]
    crowd = seen.strangers.filter(pl.col("recipient") == popular)["sender"].to_numpy()
    busy = account[np.argsort(-sent["len"].to_numpy(), kind="stable")][: account.size // 20]
    pools: dict[str, Callable[[], NDArray[Any]]] = {
        "anybody": lambda: account,
        "one circle": lambda: account[circle == rng.choice(circle)],
        "one hour": lambda: account[hour == rng.choice(hour)],
        "flash crowd": lambda: np.intersect1d(account, crowd),
        "busiest": lambda: busy,
    }
    frames = []
    for size in (3, 10, 30):
        for kind, pool in pools.items():
            for _ in range(each):
                if (members := pool()).size >= size:
                    chosen = rng.choice(members, size, replace=False).astype(np.uint32)
                    frames.append(pl.DataFrame({"account": chosen, "kind": kind, "size": size}))
    numbered = [
        frame.with_columns(group=pl.lit(number, pl.UInt32)) for number, frame in enumerate(frames)
    ]
    return pl.concat(numbered)


def writing_in_sessions(events: pl.DataFrame, rng: np.random.Generator, each: int) -> pl.DataFrame:
    """Add a hundred accounts, each of which writes to ``each`` strangers in one go on six days."""
    people, first = events["recipient"].unique().sort(), events["timestamp"].min()
    days = (events["timestamp"].max() - first).days  # type: ignore[operator, union-attr]
    sessions = 100 * 6
    begin = rng.integers(days // 3, days, sessions) * 86_400 + rng.integers(
        30_000, 60_000, sessions
    )
    gaps = rng.lognormal(np.log(45), 0.8, (sessions, each)).cumsum(axis=1).astype(np.int64)
    at = (begin[:, None] + gaps).ravel() * 1_000_000
    written = pl.DataFrame(
        {
            "sender": np.repeat([f"w{one}" for one in range(100)], 6 * each),
            "recipient": people.gather(rng.integers(0, people.len(), at.size)),
            "timestamp": pl.Series(at).cast(pl.Duration("us")) + first,
        }
    ).with_columns(kind=pl.lit("message", events.schema["kind"]))
    return pl.concat([events, written.select(events.columns).cast(events.schema)]).sort("timestamp")


def shuffled_times(events: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """Shuffle times among the events of each account and week."""
    second = events["timestamp"].dt.epoch("s")
    rows = events.with_columns(week=(second - second.min()) // (7 * 86_400)).with_columns(
        at=pl.Series(rng.random(events.height))
    )
    ordered = rows.sort("sender", "week", "timestamp", maintain_order=True)
    times = rows.sort("sender", "week", "at")["timestamp"]
    return ordered.with_columns(timestamp=times).select(events.columns)


def rewired(events: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """Swap the recipients of pairs, keeping how many each account reached and was reached by."""
    pairs = events.select("sender", "recipient").unique(maintain_order=True)
    sender, recipient = pairs["sender"].to_list(), pairs["recipient"].to_list()
    taken = set(zip(sender, recipient, strict=True))
    for i, j in rng.integers(0, len(sender), (10 * len(sender), 2)):
        new = (sender[i], recipient[j]), (sender[j], recipient[i])
        if any(a == b or (a, b) in taken for a, b in new):
            continue
        taken -= {(sender[i], recipient[i]), (sender[j], recipient[j])}
        taken |= set(new)
        recipient[i], recipient[j] = recipient[j], recipient[i]
    swapped = pairs.with_columns(swapped=pl.Series(recipient))
    return (
        events.join(swapped, on=["sender", "recipient"])
        .with_columns(recipient="swapped")
        .select(events.columns)
    )


def both(events: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """Rewire, then shuffle times."""
    return shuffled_times(rewired(events, rng), rng)


def labelled(seed: int, size: int, campaigns: tuple[str, ...]) -> tuple[Observations, list[str]]:
    """Return a world and the label of each account: campaign, look-alike or nothing."""
    world = make_world(accounts=size, days=28, campaigns=campaigns, seed=seed)
    seen, names = observed(world.events, world.accounts)
    label = dict(world.lookalikes.select("account", "kind").iter_rows())
    label |= {a: "*" + c for a, c in world.truth.select("account", "campaign").iter_rows()}
    return seen, [label.get(name, "") for name in names]


def named(groups: pl.DataFrame, label: list[str]) -> Iterable[tuple[int, str]]:
    """Name each group by its campaign (two members suffice), or by what most members are."""
    for number, members in groups.group_by("group").agg("account").iter_rows():
        kinds = Counter(label[account] for account in members)
        planted = [kind for kind, n in kinds.items() if kind.startswith("*") and n > 1]
        yield number, max(planted or kinds, key=lambda kind: kinds[kind])
