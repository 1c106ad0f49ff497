"""A world on two sides of a wall: files that detectors may see, and the truth that stays here.

The truth is never written to disk. The files stand in a temporary folder whose name says nothing.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from graphmeta.bench.detector import Problem
from graphmeta.bench.suites import Case
from graphmeta.synthetic import World, make_world

#: Days at the start of a world without campaigns; the generator's default.
QUIET_DAYS = 7
_REACHING = ("message", "call", "invite")


@dataclass(frozen=True)
class Truth:
    """What the measures know of a world.

    Args:
        accounts: All accounts, sorted.
        planted: account, campaign, role; one row per account and campaign, groups left out.
        lookalikes: account, kind; nobody who is planted.
        contacted: Accounts that a planted one wrote to, called or invited, and that are not
            planted.
        approaches: campaign, sender, recipient, time: with which event each planted account first
            reached a person with whom it had not spoken, from the end of the quiet days on.
    """

    accounts: pl.Series
    planted: pl.DataFrame
    lookalikes: pl.DataFrame
    contacted: pl.Series
    approaches: pl.DataFrame


def make(case: Case) -> World:
    """Generate the world of a case."""
    return make_world(
        case.accounts, case.days, case.campaigns, case.lookalikes, seed=case.world_seed
    )


def truth_of(world: World) -> Truth:
    """Return what the measures know of a world."""
    accounts = world.accounts["account"].unique().sort()
    everyone = accounts.implode()
    planted = world.truth.filter(pl.col("account").is_in(everyone)).unique(
        ["account", "campaign"], keep="first", maintain_order=True
    )
    bad = planted["account"].implode()
    approaches = _approaches(world.events, planted)
    return Truth(
        accounts=accounts,
        planted=planted,
        lookalikes=world.lookalikes.unique(maintain_order=True).filter(
            ~pl.col("account").is_in(bad)
        ),
        contacted=_reached_by(world.events, planted)["recipient"].unique().sort(),
        approaches=approaches,
    )


def write(world: World, folder: Path, seed: int) -> Problem:
    """Write what detectors may see, and nothing else, into a new folder."""
    (folder / "events").mkdir(parents=True)
    world.events.write_parquet(folder / "events" / "events.parquet")
    world.accounts.write_parquet(folder / "accounts.parquet")
    return Problem(folder / "events", folder / "accounts.parquet", seed)


def fingerprint(world: World) -> str:
    """Return a digest of who contacted whom and when, equal on every machine."""
    digest = hashlib.blake2b(digest_size=16)
    moments = world.events.select("sender", "recipient", pl.col("timestamp").dt.epoch("s"))
    for part in moments.iter_slices(200_000):
        digest.update(part.write_csv(include_header=False).encode())
    return digest.hexdigest()


def _reached_by(events: pl.DataFrame, planted: pl.DataFrame) -> pl.DataFrame:
    """Return the events with which planted accounts reach others: sender, recipient, timestamp."""
    bad = planted["account"].implode()
    outside = (pl.col("kind") == "invite") | pl.col("group").is_null()
    return events.filter(
        pl.col("kind").cast(pl.String).is_in(_REACHING),
        outside,
        pl.col("sender").is_in(bad),
        ~pl.col("recipient").is_in(bad),
    ).select("sender", "recipient", "timestamp")


def _approaches(events: pl.DataFrame, planted: pl.DataFrame) -> pl.DataFrame:
    """Return each planted account's first contact with everyone who had not reached it before."""
    out = (
        _reached_by(events, planted)
        .group_by("sender", "recipient")
        .agg(time=pl.col("timestamp").min())
    )
    bad = planted["account"].implode()
    back = (
        events.filter(
            pl.col("recipient").is_in(bad),
            pl.col("kind").cast(pl.String).is_in(_REACHING),
            (pl.col("kind") == "invite") | pl.col("group").is_null(),
        )
        .group_by(sender="recipient", recipient="sender")
        .agg(before=pl.col("timestamp").min())
    )
    first_day = events["timestamp"].min()
    return (
        out.join(back, on=["sender", "recipient"], how="left")
        .filter(pl.col("before").is_null() | (pl.col("time") < pl.col("before")))
        .join(planted.select("campaign", sender="account"), on="sender")
        .filter(pl.col("time") >= pl.lit(first_day) + pl.duration(days=QUIET_DAYS))
        .select("campaign", "sender", "recipient", "time")
        .sort("campaign", "time", "sender", "recipient")
    )
