"""What does hiding cost an attacker? Rings that change one thing, or several, ever more of it.

Every sweep starts from one plain ring: 24 accounts that each contact 24 strangers a week, half of
the ring per stranger, within six hours, four in five of them aged. An account makes so many
contacts a week and no more, so what goes into camouflage, or is shared out over more accounts, is
lost to the list. Bought replies, old accounts and a night's sleep cost no reach, but money and
time.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from graphmeta.synthetic.campaigns import Evasion
from graphmeta.synthetic.campaigns.ring import Ring
from graphmeta.synthetic.clock import HOUR


@dataclass(frozen=True)
class Step:
    """Where a case stands on the attacker's cost curve.

    Args:
        sweep: What the attacker changes.
        value: To how much.
        reach: Strangers of the list whom an account contacts per week, as planned.
    """

    sweep: str
    value: float
    reach: float


@dataclass(frozen=True)
class Sweep:
    """One thing that an attacker changes.

    Args:
        name: Its name.
        title: What the attacker does, for readers.
        unit: What the values are.
        values: From the plainest to the best hidden; the plain ring's is among them.
        costs_reach: Whether the attacker pays in reach, or otherwise.
        together: Other sweeps, all of which go so many steps beyond the plain ring.
    """

    name: str
    title: str
    unit: str
    values: tuple[float, ...]
    costs_reach: bool
    together: tuple[str, ...] = ()

    def choices(self, value: float) -> dict[str, float]:
        """Return everything that an attacker chooses who goes to this value."""
        if not self.together:
            return {**PLAIN, self.name: value}
        return {
            **PLAIN,
            self.name: value,
            **{each: _further(each, value) for each in self.together},
        }


SWEEPS: tuple[Sweep, ...] = (
    Sweep("pace", "Slower", "contacts per account and week", (48, 24, 12, 6, 3, 1.5), True),
    Sweep("camouflage", "More camouflage", "contacts for show per contact", (0, 1, 3, 7, 15), True),
    Sweep(
        "split", "Split over more accounts", "accounts per seat of the ring", (1, 2, 4, 8, 16), True
    ),
    Sweep(
        "overlap",
        "Less overlap",
        "share of the ring per stranger",
        (0.8, 0.5, 0.25, 0.12, 0.06),
        False,
    ),
    Sweep("window", "Wider windows", "hours per stranger", (0.5, 6, 24, 96, 240), False),
    Sweep("bought_replies", "Bought replies", "share of contacts", (0.0, 0.2, 0.5), False),
    Sweep("aged", "Aged accounts", "share of the accounts", (0.0, 0.8), False),
    Sweep("human_hours", "A night's sleep", "0 round the clock, 1 human hours", (0, 1), False),
    Sweep(
        "costless",
        "All that costs no reach",
        "steps of less overlap, wider windows and bought replies",
        (0, 1, 2, 3),
        False,
        together=("overlap", "window", "bought_replies"),
    ),
)
_BY_NAME = {each.name: each for each in SWEEPS}
#: The ring from which every sweep starts.
PLAIN: dict[str, float] = {
    "pace": 24.0,
    "camouflage": 0.0,
    "split": 1.0,
    "overlap": 0.5,
    "window": 6.0,
    "bought_replies": 0.0,
    "aged": 0.8,
    "human_hours": 1.0,
    "costless": 0.0,
}
_ACTORS = 24
#: Days at work, in a world that is long enough.
_DAYS = 18.0
#: Days before campaigns may begin, and how much of the rest is used at most.
_QUIET, _ROOM = 7, 0.95


def sweep(name: str) -> Sweep | None:
    """Return a sweep by its name."""
    return _BY_NAME.get(name)


def _further(name: str, steps: float) -> float:
    """Return the value of a sweep that lies so many steps beyond the plain ring, or its last."""
    values = _BY_NAME[name].values
    return values[min(values.index(PLAIN[name]) + int(steps), len(values) - 1)]


def rings(
    names: Sequence[str], days: int, only: Mapping[str, Sequence[float]]
) -> list[tuple[str, Ring, tuple[Step, ...]]]:
    """Return the rings of some sweeps, each with its label and its places on the curves.

    The plain ring, a step of all of them, comes first and once.

    Args:
        names: Of sweeps.
        days: Length of the world.
        only: Values to which a sweep is narrowed, by its name.
    """
    steps = tuple(Step(name, PLAIN[name], reach(PLAIN)) for name in names)
    made = [("plain_ring", _ring(PLAIN, days), steps)]
    for each in SWEEPS:
        if each.name in names:
            for value in only.get(each.name, each.values):
                if value != PLAIN[each.name]:
                    chosen = each.choices(value)
                    step = Step(each.name, float(value), reach(chosen))
                    made.append((f"{each.name}_{value:g}", _ring(chosen, days), (step,)))
    return made


def reach(chosen: Mapping[str, float]) -> float:
    """Return how many strangers of the list an account contacts per week.

    An account makes so many contacts a week and no more: those for show are lost to the list, and
    accounts that share one seat have its contacts between them.
    """
    return chosen["pace"] / (1 + chosen["camouflage"]) / chosen["split"]


def _reached_by(seats: int, overlap: float) -> float:
    """Return how many seats of a ring reach each stranger on average: two at least do."""
    nobody, one = (1 - overlap) ** seats, seats * overlap * (1 - overlap) ** (seats - 1)
    return seats * overlap + 2 * nobody + one


def _ring(chosen: Mapping[str, float], days: int) -> Ring:
    """Return the ring that an attacker's choices make."""
    at_work = min(_DAYS, _ROOM * (days - _QUIET))
    each = reach(chosen) * chosen["split"] * at_work / 7
    return Ring(
        actors=_ACTORS,
        targets=round(each * _ACTORS / _reached_by(_ACTORS, chosen["overlap"])),
        overlap=chosen["overlap"],
        window=chosen["window"] * HOUR,
        days=at_work,
        evasion=Evasion(
            camouflage=chosen["camouflage"],
            bought_replies=chosen["bought_replies"],
            aged=chosen["aged"],
            human_hours=bool(chosen["human_hours"]),
            charm=0.2,
            split=int(chosen["split"]),
        ),
        name="ring",
    )
