"""How a world of any size is made: life in portions, then what is hidden in it, then the names.

There is one path for small worlds and large ones. Ordinary life, look-alikes and campaigns go as
numbers into a :class:`~graphmeta.synthetic.store.Store`, in memory or on disk; out of it they come
in order of time, one stretch after the other, are held to the lives of their accounts, and get
their names. Each part draws from a generator of its own, keyed by the seed and its name: the same
seed gives the same world, and leaving out one part leaves the others' parameters as they were.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import BinaryIO

import polars as pl

from graphmeta import seeds
from graphmeta.engines.base import Progress, silent
from graphmeta.errors import UsageError
from graphmeta.synthetic import life, naming
from graphmeta.synthetic.campaigns import CAMPAIGNS, SEVEN, Campaign, Planted, Recipe
from graphmeta.synthetic.campaigns import asked as asking
from graphmeta.synthetic.lookalikes import LOOKALIKES, Lookalike, Posed
from graphmeta.synthetic.sheet import Events
from graphmeta.synthetic.store import Store
from graphmeta.synthetic.town import Town

#: All kinds of look-alike, in the order in which they are posed.
ALL_LOOKALIKES = tuple(lookalike.kind for lookalike in LOOKALIKES)
_SEVEN_NAME = "seven_at_once"
#: All names by which campaigns can be asked for.
CAMPAIGN_NAMES: tuple[str, ...] = (*(recipe.name for recipe in CAMPAIGNS), _SEVEN_NAME)

#: Fewer people are no town.
LEAST_ACCOUNTS = 200
#: Life has the rhythm of a week.
LEAST_DAYS = 7

_TRUTH = pl.DataFrame(schema={"account": pl.String, "campaign": pl.String, "role": pl.String})
_LABELS = pl.DataFrame(schema={"account": pl.String, "kind": pl.String})


@dataclass(frozen=True)
class Plan:
    """What kind of world to make.

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

    accounts: int = 2_000
    days: int = 21
    campaigns: Sequence[Campaign | str] = ()
    lookalikes: Sequence[str] = ALL_LOOKALIKES
    seed: int = 0
    quiet_days: int = 7

    def __post_init__(self) -> None:
        """Refuse what cannot become a world, before any work is done."""
        least_days = max(LEAST_DAYS, self.quiet_days + 3)
        if self.accounts < LEAST_ACCOUNTS or self.quiet_days < 0 or self.days < least_days:
            raise UsageError(
                f"A world of {self.accounts} accounts and {self.days} days with "
                f"{self.quiet_days} quiet ones is too small.",
                f"Ask for at least {LEAST_ACCOUNTS} accounts, and for at least {LEAST_DAYS} days, "
                "3 more than the quiet ones.",
            )
        for kind in self.lookalikes:
            _lookalike(kind)
        self.planned()

    def planned(self) -> dict[str, Campaign]:
        """Return campaigns with parameters by label, drawing what was not asked for.

        The second campaign of one name is labelled ``name-2``, and so on.
        """
        asked: list[Campaign | str] = []
        for each in self.campaigns:
            asked.extend(_seven(each) if isinstance(each, str) else (each,))
        names = [asking.split(each)[0] if isinstance(each, str) else each.name for each in asked]
        planned: dict[str, Campaign] = {}
        for label, campaign in zip(_numbered(names), asked, strict=True):
            if isinstance(campaign, str):
                rng = seeds.generator("world", self.seed, "parameters", label)
                name, values = asking.split(campaign)
                planned[label] = asking.with_values(_recipe(name).draw(rng), values)
            else:
                planned[label] = campaign
        return planned


class Made:
    """A world whose events are made and wait in a store.

    Args:
        plan: What was asked for.
        town: Its accounts and groups, as they are at the end.
        store: Its events.
        posed: Its look-alikes, each with its kind.
        planted: Its campaigns, by label.
    """

    def __init__(
        self,
        plan: Plan,
        town: Town,
        store: Store,
        posed: Sequence[tuple[str, Posed]],
        planted: dict[str, Planted],
    ) -> None:
        self._names = naming.Names(town, plan.seed)
        self._town, self._store = town, store
        self._posed, self._planted = posed, planted

    @property
    def share_on_top(self) -> float:
        """Return the share of the events that look-alikes and campaigns brought in."""
        brought = sum(len(each.events) for _, each in self._posed)
        brought += sum(len(each.events) for each in self._planted.values())
        return brought / max(1, len(self._store))

    def lived(self) -> Iterator[Events]:
        """Return what happened, as numbers in order of time, a stretch of it at a time."""
        for events in self._store.read():
            yield naming.lived(self._town, events)

    def events(self, progress: Progress = silent) -> Iterator[pl.DataFrame]:
        """Return what happened, named, as frames that follow one another in time."""
        for done, events in enumerate(self.lived()):
            progress("naming and writing events", done / self._store.stretches)
            yield naming.events_table(self._names, events)

    def accounts(self) -> pl.DataFrame:
        """Return all accounts, ordered by name."""
        return naming.accounts_table(self._names, self._town)

    def truth(self) -> pl.DataFrame:
        """Return who was planted: account, campaign, role."""
        frames = [
            pl.DataFrame(
                {
                    "account": self._names.of(each.account),
                    "campaign": label,
                    "role": pl.Series(each.role, dtype=pl.String),
                }
            )
            for label, each in self._planted.items()
        ]
        return pl.concat([_TRUTH, *frames]).sort("campaign", "role", "account")

    def lookalikes(self) -> pl.DataFrame:
        """Return who looks like a campaign and is none: account, kind."""
        frames = [
            pl.DataFrame({"account": self._names.of(each.account), "kind": kind})
            for kind, each in self._posed
        ]
        return pl.concat([_LABELS, *frames]).sort("kind", "account")


def make(plan: Plan, handle: BinaryIO, progress: Progress = silent) -> Made:
    """Make a world.

    Args:
        plan: What kind of world.
        handle: Where its events wait, 24 bytes each: a temporary file, or memory.
        progress: Told what is under way.
    """
    seed = plan.seed
    progress(f"settling {plan.accounts:,} people")
    settled = life.settle(seed, plan.accounts, plan.days, plan.quiet_days)
    town = settled.town
    store = Store(handle, town.end)
    parts = life.live(seed, settled)
    portions, done = sum(len(part.portions) for part in parts), 0
    for part in parts:
        for events in part.events():
            progress("living through ordinary days", done / portions)
            store.add(events)
            done += 1
    posed: list[tuple[str, Posed]] = []
    for kind, label in zip(plan.lookalikes, _numbered(plan.lookalikes), strict=True):
        progress("posing look-alikes", len(posed) / len(plan.lookalikes))
        acted = _lookalike(kind).pose(seeds.generator("world", seed, "lookalike", label), town)
        posed.append((kind, acted))
        store.add(acted.events)
    planted: dict[str, Planted] = {}
    planned = plan.planned()
    for label, campaign in planned.items():
        progress("planting campaigns", len(planted) / len(planned))
        planted[label] = campaign.plant(seeds.generator("world", seed, "campaign", label), town)
        store.add(planted[label].events)
    return Made(plan, town, store, posed, planted)


def _seven(asked: str) -> list[str]:
    """Return seven campaigns for ``seven_at_once``, each with what is asked of all, else one."""
    name, colon, values = asked.partition(":")
    return [f"{each}{colon}{values}" for each in SEVEN] if name == _SEVEN_NAME else [asked]


def _numbered(names: Sequence[str]) -> list[str]:
    """Return labels of which no two are equal: ``name``, then ``name-2``, and so on."""
    seen: Counter[str] = Counter()
    labels = []
    for name in names:
        seen[name] += 1
        labels.append(name if seen[name] == 1 else f"{name}-{seen[name]}")
    return labels


def _lookalike(kind: str) -> Lookalike:
    for lookalike in LOOKALIKES:
        if lookalike.kind == kind:
            return lookalike
    raise UsageError(
        f"There is no look-alike named {kind!r}.", "Known: " + ", ".join(ALL_LOOKALIKES) + "."
    )


def _recipe(name: str) -> Recipe:
    for recipe in CAMPAIGNS:
        if recipe.name == name:
            return recipe
    raise UsageError(
        f"There is no campaign named {name!r}.", "Known: " + ", ".join(CAMPAIGN_NAMES) + "."
    )
