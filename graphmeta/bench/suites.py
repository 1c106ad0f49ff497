"""On which worlds are detectors measured?

A suite is a function from the number of seeds to cases; a case is the recipe of one world. Names
of campaigns come from the generator, so a new campaign joins ``standard`` by itself.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from graphmeta import seeds
from graphmeta.bench import sweeps
from graphmeta.bench.sweeps import Step
from graphmeta.errors import UsageError
from graphmeta.synthetic import ALL_LOOKALIKES, CAMPAIGN_NAMES, Plan
from graphmeta.synthetic.campaigns import Campaign, asked

#: The label of worlds without any campaign.
INNOCENT = "no_campaign"
#: The size that stands for small platforms.
SMALL = 2_000


@dataclass(frozen=True)
class Case:
    """The recipe of one world.

    Args:
        label: The row of tables: a campaign's name, or a step of a sweep.
        campaigns: What is planted.
        accounts: Ordinary people.
        days: Length.
        seed: Which world of its kind, from 0; also the seed of what detectors draw.
        steps: Its places on the attacker's cost curves, in the suite ``evasion``.
        lookalikes: The kinds of look-alikes that are posed.
    """

    label: str
    campaigns: tuple[Campaign | str, ...]
    accounts: int
    days: int
    seed: int
    steps: tuple[Step, ...] = ()
    lookalikes: tuple[str, ...] = ALL_LOOKALIKES

    @property
    def name(self) -> str:
        """The world's name, unique in its suite and equal in every run of it."""
        return f"{self.label}-{self.accounts}-{self.seed}"

    @property
    def world_seed(self) -> int:
        """The generator's seed: another town for every case, so that worlds are independent.

        Steps of a sweep share a town, because they are to differ in nothing but the step; so do
        a campaign by its name alone and the same with parameters.
        """
        if self.steps:
            return self.seed
        kind, _ = asked.split(self.label)
        return seeds.key("bench", kind, self.accounts, self.seed) % 2**31


@dataclass(frozen=True)
class Suite:
    """A named set of cases.

    Args:
        name: Its name.
        says: What it is for, in a line.
        labels: Campaigns that it plants, one per world (INNOCENT is none), and sweeps.
        sizes: Accounts of its worlds.
        days: Length of its worlds.
        seeds: Worlds of each kind.
        only: Values to which it narrows a sweep, by the sweep's name.
    """

    name: str
    says: str
    labels: tuple[str, ...]
    sizes: tuple[int, ...]
    days: int
    seeds: int
    only: Mapping[str, tuple[float, ...]] = field(default_factory=dict)


SUITES = (
    Suite(
        "quick",
        "A few small worlds: one for each main kind of campaign, one without, and a ring with ever "
        "more camouflage: minutes.",
        ("shared_targets", "one_clock", "funnel", "grooming", INNOCENT, "camouflage"),
        (SMALL,),
        21,
        1,
        {"camouflage": (0, 3, 7)},
    ),
    Suite(
        "standard",
        "Every campaign by itself on 10,000 accounts, and again on 2,000: hours.",
        CAMPAIGN_NAMES,
        (10_000, SMALL),
        28,
        5,
    ),
    Suite(
        "evasion",
        "Rings that pay ever more for hiding: what it costs them in reach.",
        tuple(each.name for each in sweeps.SWEEPS),
        (5_000,),
        28,
        3,
    ),
    Suite(
        "innocence",
        "No campaign, all look-alikes: what is flagged is innocent.",
        (INNOCENT,),
        (10_000,),
        28,
        10,
    ),
)


def cases(
    suite: str,
    count: int | None = None,
    campaigns: Sequence[str] = (),
    accounts: int | None = None,
    lookalikes: Sequence[str] = (),
) -> list[Case]:
    """Return the cases of a suite, narrowed or widened.

    Args:
        suite: One of ``SUITES``.
        count: Worlds of each kind, seeds 0 to ``count`` - 1; by default the suite's own number.
        campaigns: Plant these, instead of the suite's: names, with parameters if there are any
            (``"funnel:camouflage=3"``), and sweeps, whole.
        accounts: Size of all worlds, instead of the suite's sizes.
        lookalikes: Pose these kinds of look-alikes alone, instead of all.

    Raises:
        UsageError: A suite, campaign, parameter, sweep or kind is unknown, or ``count`` is less
            than 1.
    """
    found = _suite(suite)
    count = found.seeds if count is None else count
    if count < 1:
        raise UsageError(f"--seeds {count} makes no sense.", "Ask for at least one.")
    labels = list(dict.fromkeys(campaigns or found.labels))
    for label in labels:
        _refuse_unknown(label)
    posed = tuple(dict.fromkeys(lookalikes or ALL_LOOKALIKES))
    Plan(lookalikes=posed)  # refuses unknown kinds
    swept = [label for label in labels if sweeps.sweep(label)]
    made: list[Case] = []
    for size in found.sizes if accounts is None else (accounts,):
        for label in labels:
            if label not in swept:
                planted = () if label == INNOCENT else (label,)
                made += [Case(label, planted, size, found.days, seed) for seed in range(count)]
        if swept:
            rings = sweeps.rings(swept, found.days, {} if campaigns else found.only)
            made += [
                Case(label, (ring,), size, found.days, seed, steps)
                for seed in range(count)
                for label, ring, steps in rings
            ]
    return [replace(case, lookalikes=posed) for case in made]


def _refuse_unknown(label: str) -> None:
    """Refuse what cannot be planted, before anything runs."""
    if label == INNOCENT or sweeps.sweep(label):
        return
    name, _ = asked.split(label)
    if name not in CAMPAIGN_NAMES:
        known = (*CAMPAIGN_NAMES, INNOCENT, *(each.name for each in sweeps.SWEEPS))
        raise UsageError(f"There is no campaign {label!r}.", "Known: " + ", ".join(known) + ".")
    Plan(campaigns=(label,))


def _suite(name: str) -> Suite:
    for suite in SUITES:
        if suite.name == name:
            return suite
    raise UsageError(
        f"There is no suite {name!r}.", "Known: " + ", ".join(each.name for each in SUITES) + "."
    )
