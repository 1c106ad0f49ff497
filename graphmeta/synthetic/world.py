"""Synthetic worlds: events that satisfy the contract, and apart from them who was planted.

Small worlds are tables in memory (:func:`make_world`); worlds of any size are folders
(:func:`synthesise`). Both are made in the same way (:mod:`graphmeta.synthetic.making`), and for
the same plan hold the same events.
"""

from __future__ import annotations

import io
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

import polars as pl

from graphmeta.engines.base import Progress, silent
from graphmeta.synthetic.campaigns import Campaign
from graphmeta.synthetic.campaigns.evasion import Evasion
from graphmeta.synthetic.campaigns.ring import Ring
from graphmeta.synthetic.folder import made_whole, write_events
from graphmeta.synthetic.making import ALL_LOOKALIKES, CAMPAIGN_NAMES, Plan, make

__all__ = [
    "ALL_LOOKALIKES",
    "CAMPAIGN_NAMES",
    "Plan",
    "World",
    "demo_world",
    "make_world",
    "synthesise",
    "write_world",
]


@dataclass(frozen=True)
class World:
    """A world as tables.

    Args:
        events: sender, recipient (str), timestamp (Datetime us, UTC), kind (Enum of the
            contract), duration_s (f32), group (str); in order of time.
        accounts: account, created_at, closed_at, closed_by, declared; one row per account.
        truth: account, campaign, role (actor, recruiter, hub). The contacted are not in it. Where
            a group is a campaign's hub, the group's id stands here with the role hub.
        lookalikes: account, kind.
    """

    events: pl.DataFrame
    accounts: pl.DataFrame
    truth: pl.DataFrame
    lookalikes: pl.DataFrame


def make_world(
    accounts: int = 2_000,
    days: int = 21,
    campaigns: Sequence[Campaign | str] = (),
    lookalikes: Sequence[str] = ALL_LOOKALIKES,
    seed: int = 0,
    quiet_days: int = 7,
) -> World:
    """Generate a world in memory: about 100 bytes per event at its peak.

    Args:
        accounts: Ordinary people, at least 200; look-alikes and campaigns open more accounts.
        days: Length, at least 7, and at least 3 days more than ``quiet_days``.
        campaigns: Names from ``CAMPAIGN_NAMES`` (parameters drawn by seed; ``seven_at_once`` is
            seven of them), names with parameters (``"funnel:converts=0.3,aged=1"``), or campaigns.
        lookalikes: Kinds from ``ALL_LOOKALIKES``; one that is named twice is posed twice.
        seed: Same seed, same bytes.
        quiet_days: Days at the start without campaigns.

    Raises:
        UsageError: On unknown names, or numbers too small for a world.
    """
    plan = Plan(accounts, days, campaigns, lookalikes, seed, quiet_days)
    made = make(plan, io.BytesIO())
    return World(pl.concat(made.events()), made.accounts(), made.truth(), made.lookalikes())


def demo_world(seed: int = 0) -> World:
    """Generate the world that ``graphmeta demo`` shows: small, three campaigns, look-alikes."""
    ring = Ring(24, 70, 0.5, 6 * 3_600.0, evasion=Evasion(camouflage=0.2, aged=0.5))
    kinds = ("otp_sender", "newsletter", "support_desk", "teacher_club", "text_bank")
    return make_world(
        accounts=2_000,
        days=28,
        campaigns=(ring, "funnel", "one_clock"),
        lookalikes=kinds,
        seed=seed,
    )


def write_world(world: World, folder: Path) -> None:
    """Write ``events/``, ``accounts``, ``truth`` and ``lookalikes`` (Parquet), whole or not at all.

    Raises:
        UsageError: The folder exists and is not empty, or cannot be written.
    """
    with made_whole(folder) as partial:
        write_events([world.events], partial / "events")
        _write_tables(partial, world.accounts, world.truth, world.lookalikes)


@dataclass(frozen=True)
class Written:
    """What :func:`synthesise` wrote.

    Args:
        plan: What was asked for.
        folder: Where the world stands.
        events: Number of events.
        accounts: Number of accounts, those of look-alikes and campaigns included.
        truth: account, campaign, role.
        lookalikes: account, kind.
    """

    plan: Plan
    folder: Path
    events: int
    accounts: int
    truth: pl.DataFrame
    lookalikes: pl.DataFrame


def synthesise(plan: Plan, folder: Path, progress: Progress = silent) -> Written:
    """Write a world of any size as :func:`write_world` does, in bounded memory.

    Args:
        plan: What kind of world.
        folder: To be made. While it is being made, events wait on the same disk, 24 bytes each.
        progress: Told what is under way.

    Raises:
        UsageError: The folder exists and is not empty, or cannot be written.
    """
    with made_whole(folder) as partial:
        # A file without a name goes away with the process, however that ends.
        with tempfile.TemporaryFile(dir=partial) as handle:
            made = make(plan, cast(BinaryIO, handle), progress)
            events = write_events(made.events(progress), partial / "events")
        accounts, truth, lookalikes = made.accounts(), made.truth(), made.lookalikes()
        _write_tables(partial, accounts, truth, lookalikes)
    return Written(plan, folder, events, accounts.height, truth, lookalikes)


def _write_tables(
    folder: Path, accounts: pl.DataFrame, truth: pl.DataFrame, lookalikes: pl.DataFrame
) -> None:
    accounts.write_parquet(folder / "accounts.parquet")
    truth.write_parquet(folder / "truth.parquet")
    lookalikes.write_parquet(folder / "lookalikes.parquet")
