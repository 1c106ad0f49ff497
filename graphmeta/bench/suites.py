"""On which worlds are detectors measured?

A suite is a function from the number of seeds to cases; a case is the recipe of one world. Names
of campaigns come from the generator, so a new campaign joins ``standard`` by itself.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from graphmeta import seeds
from graphmeta.errors import UsageError
from graphmeta.synthetic import CAMPAIGN_NAMES, Plan
from graphmeta.synthetic.campaigns import Campaign, Evasion, asked
from graphmeta.synthetic.campaigns.ring import Ring
from graphmeta.synthetic.clock import HOUR

#: The label of worlds without any campaign.
INNOCENT = "no_campaign"
#: The size that stands for small platforms.
SMALL = 2_000


@dataclass(frozen=True)
class Step:
    """Where a case stands on the attacker's cost curve.

    Args:
        sweep: What the attacker changes.
        value: To how much.
        reach: Strangers of the list whom an actor contacts per week, as planned.
    """

    sweep: str
    value: float
    reach: float


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
    """

    label: str
    campaigns: tuple[Campaign | str, ...]
    accounts: int
    days: int
    seed: int
    steps: tuple[Step, ...] = ()

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
        labels: Campaigns that it plants, one per world; INNOCENT is none.
        sizes: Accounts of its worlds.
        days: Length of its worlds.
        seeds: Worlds of each kind.
    """

    name: str
    says: str
    labels: tuple[str, ...]
    sizes: tuple[int, ...]
    days: int
    seeds: int


SUITES = (
    Suite(
        "quick",
        "A few small worlds, one for each main kind of campaign and one without: minutes.",
        ("shared_targets", "one_clock", "funnel", "grooming", "evasive_30m_30pct", INNOCENT),
        (SMALL,),
        21,
        1,
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
        (),
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

#: The ring from which every sweep of ``evasion`` starts, changing one thing at a time: 24 accounts
#: that each contact 24 strangers a week for 18 days, half of them per target, within six hours.
_ACTORS = 24
_DAYS = 18.0
_WEEKS = _DAYS / 7
_PLAIN: dict[str, float] = {"pace": 24.0, "overlap": 0.5, "window": 6.0, "camouflage": 0.0}
SWEEPS: dict[str, tuple[float, ...]] = {
    "pace": (48.0, 24.0, 12.0, 6.0, 3.0),
    "camouflage": (0.0, 1.0, 3.0, 7.0),
    "overlap": (0.8, 0.5, 0.25, 0.12),
    "window": (0.5, 6.0, 24.0, 96.0),
}


def cases(
    suite: str,
    count: int | None = None,
    campaigns: Sequence[str] = (),
    accounts: int | None = None,
) -> list[Case]:
    """Return the cases of a suite, narrowed or widened.

    Args:
        suite: One of ``SUITES``.
        count: Worlds of each kind, seeds 0 to ``count`` - 1; by default the suite's own number.
        campaigns: Plant these, instead of the suite's, with parameters if there are any
            (``"funnel:camouflage=3"``); sweeps in ``evasion``.
        accounts: Size of all worlds, instead of the suite's sizes.

    Raises:
        UsageError: A suite, campaign, parameter or sweep is unknown, or ``count`` is less than 1.
    """
    found = _suite(suite)
    labels = tuple(campaigns) or found.labels or tuple(SWEEPS)
    known = tuple(SWEEPS) if suite == "evasion" else (*CAMPAIGN_NAMES, INNOCENT)
    for label in labels:
        name, values = (label, {}) if suite == "evasion" else asked.split(label)
        if name not in known or (values and name == INNOCENT):
            raise UsageError(
                f"The suite {suite} has no campaign {label!r}.", "Known: " + ", ".join(known) + "."
            )
        if values:
            Plan(campaigns=(label,)).planned()  # refuses what cannot be, before anything runs
    count = found.seeds if count is None else count
    if count < 1:
        raise UsageError(f"--seeds {count} makes no sense.", "Ask for at least one.")
    made: list[Case] = []
    for size in found.sizes if accounts is None else (accounts,):
        if suite == "evasion":
            made += [
                case for seed in range(count) for case in _sweeps(labels, size, found.days, seed)
            ]
            continue
        for label in dict.fromkeys(labels):
            for seed in range(count):
                planted = () if label == INNOCENT else (label,)
                made.append(Case(label, planted, size, found.days, seed))
    return made


def _suite(name: str) -> Suite:
    for suite in SUITES:
        if suite.name == name:
            return suite
    raise UsageError(
        f"There is no suite {name!r}.", "Known: " + ", ".join(each.name for each in SUITES) + "."
    )


def _sweeps(sweeps: Sequence[str], accounts: int, days: int, seed: int) -> list[Case]:
    """Return one case per value of each sweep; the plain ring, a step of all of them, once."""
    plain = Case(
        "plain_ring",
        (_ring(_PLAIN),),
        accounts,
        days,
        seed,
        tuple(Step(sweep, _PLAIN[sweep], _reach(_PLAIN)) for sweep in sweeps),
    )
    made = [plain]
    for sweep in sweeps:
        for value in SWEEPS[sweep]:
            if value != _PLAIN[sweep]:
                chosen = {**_PLAIN, sweep: value}
                step = Step(sweep, value, _reach(chosen))
                label = f"{sweep}_{value:g}"
                made.append(Case(label, (_ring(chosen),), accounts, days, seed, (step,)))
    return made


def _reach(chosen: Mapping[str, float]) -> float:
    """Return how many strangers of the list an actor contacts per week.

    An account makes so many contacts a week and no more: those for show are lost to the list.
    """
    return chosen["pace"] / (1 + chosen["camouflage"])


def _ring(chosen: Mapping[str, float]) -> Ring:
    """Return the ring that an attacker's choices make."""
    return Ring(
        actors=_ACTORS,
        targets=round(_reach(chosen) * _WEEKS / chosen["overlap"]),
        overlap=chosen["overlap"],
        window=chosen["window"] * HOUR,
        days=_DAYS,
        evasion=Evasion(camouflage=chosen["camouflage"], aged=0.8, charm=0.2),
        name="ring",
    )
