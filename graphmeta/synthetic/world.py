"""A synthetic world: events that satisfy the contract, and apart from them who was planted.

Ordinary life, look-alikes and campaigns are generated as numbers, joined, held to the lives of
their accounts, named by random tokens and sorted by time. Each part draws from a generator of
its own, keyed by the seed and its name: the same seed gives the same bytes, and leaving out one
part leaves the others' parameters as they were.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from graphmeta import seeds
from graphmeta.errors import UsageError
from graphmeta.synthetic import life, naming, sheet
from graphmeta.synthetic.campaigns import CAMPAIGNS, SEVEN, Campaign, Evasion, Recipe
from graphmeta.synthetic.campaigns.ring import Ring
from graphmeta.synthetic.lookalikes import LOOKALIKES, Lookalike

#: All kinds of look-alike, in the order in which they are posed.
ALL_LOOKALIKES = tuple(lookalike.kind for lookalike in LOOKALIKES)
#: All names by which campaigns can be asked for.
CAMPAIGN_NAMES: tuple[str, ...] = (*(recipe.name for recipe in CAMPAIGNS), "seven_at_once")

_TRUTH = pl.DataFrame(schema={"account": pl.String, "campaign": pl.String, "role": pl.String})
_LABELS = pl.DataFrame(schema={"account": pl.String, "kind": pl.String})


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
    """Generate a world.

    Args:
        accounts: Ordinary people, at least 200; look-alikes and campaigns open more accounts.
        days: Length, at least 3 days more than ``quiet_days``.
        campaigns: Names from ``CAMPAIGN_NAMES`` (parameters drawn by seed; ``seven_at_once`` is
            seven of them), or campaigns with parameters.
        lookalikes: Kinds from ``ALL_LOOKALIKES``.
        seed: Same seed, same bytes.
        quiet_days: Days at the start without campaigns.

    Raises:
        UsageError: On unknown names, or numbers too small for a world.
    """
    if accounts < 200 or days < quiet_days + 3:
        raise UsageError(
            f"A world of {accounts} accounts and {days} days with {quiet_days} quiet ones "
            "is too small.",
            "Ask for at least 200 accounts, and for 3 days more than the quiet ones.",
        )
    settled = life.settle(seed, accounts, days, quiet_days)
    town = settled.town
    ordinary = [made for part in life.live(seed, settled) for made in part.events()]
    posed = {
        kind: _lookalike(kind).pose(seeds.generator("world", seed, "lookalike", kind), town)
        for kind in lookalikes
    }
    planted = []
    for label, campaign in _planned(campaigns, seed).items():
        rng = seeds.generator("world", seed, "campaign", label)
        planted.append((label, campaign.plant(rng, town)))
    done = [*ordinary, *(each.events for each in posed.values())]
    done += [each.events for _, each in planted]
    names = naming.Names(town, seed)
    truth = [
        pl.DataFrame(
            {"account": names.of(each.account), "campaign": name, "role": pl.Series(each.role)}
        )
        for name, each in planted
    ]
    labels = [
        pl.DataFrame({"account": names.of(each.account), "kind": kind})
        for kind, each in posed.items()
    ]
    return World(
        events=naming.events_table(names, naming.lived(town, sheet.concat(done))),
        accounts=naming.accounts_table(names, town),
        truth=pl.concat([_TRUTH, *truth]).sort("campaign", "role", "account"),
        lookalikes=pl.concat([_LABELS, *labels]).sort("kind", "account"),
    )


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
    """Write ``events/events.parquet``, ``accounts``, ``truth`` and ``lookalikes`` (Parquet).

    Raises:
        UsageError: If the folder exists and is not empty.
    """
    if folder.exists() and any(folder.iterdir()):
        raise UsageError(f"The folder {folder} is not empty.", "Name a new folder.")
    (folder / "events").mkdir(parents=True)
    world.events.write_parquet(folder / "events" / "events.parquet")
    world.accounts.write_parquet(folder / "accounts.parquet")
    world.truth.write_parquet(folder / "truth.parquet")
    world.lookalikes.write_parquet(folder / "lookalikes.parquet")


def _lookalike(kind: str) -> Lookalike:
    for lookalike in LOOKALIKES:
        if lookalike.kind == kind:
            return lookalike
    raise UsageError(
        f"There is no look-alike named {kind!r}.", "Known: " + ", ".join(ALL_LOOKALIKES) + "."
    )


def _planned(campaigns: Sequence[Campaign | str], seed: int) -> dict[str, Campaign]:
    """Return campaigns with parameters by label, drawing those that were asked for by name.

    The second campaign of one name is labelled ``name-2``, and so on.
    """
    asked: list[Campaign | str] = []
    for each in campaigns:
        asked.extend(SEVEN if each == "seven_at_once" else (each,))
    planned: dict[str, Campaign] = {}
    seen: Counter[str] = Counter()
    for campaign in asked:
        name = campaign if isinstance(campaign, str) else campaign.name
        seen[name] += 1
        label = name if seen[name] == 1 else f"{name}-{seen[name]}"
        if isinstance(campaign, str):
            planned[label] = _recipe(name).draw(seeds.generator("world", seed, "parameters", label))
        else:
            planned[label] = campaign
    return planned


def _recipe(name: str) -> Recipe:
    for recipe in CAMPAIGNS:
        if recipe.name == name:
            return recipe
    raise UsageError(
        f"There is no campaign named {name!r}.", "Known: " + ", ".join(CAMPAIGN_NAMES) + "."
    )
