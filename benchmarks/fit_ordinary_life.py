"""Which habits make ordinary life most like real messaging?

    .venv/bin/python benchmarks/fit_ordinary_life.py DATA [--minutes 4] [--seed 0]

DATA is a folder with ``copenhagen_cns/events.parquet`` and ``collegemsg/events.parquet``. For each
of the two, habits are searched by the cross-entropy method (Rubinstein 1999): draw some, keep those
whose worlds are nearest to the real set over all measures of ``graphmeta.bench.realism``, draw the
next around these. It prints how far worlds of the present ranges are from each set, how far those
of the best habits are, and between which values each habit fitted. The ranges in
``graphmeta/synthetic/habits.py`` reach over both fits. Search is bounded by the clock, so two runs
differ a little; habits that no measure tells of come out anywhere.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from graphmeta import seeds
from graphmeta.bench.realism.log import Floats, Log, busiest, real_events
from graphmeta.bench.realism.measures import MEASURES, Portrait, distance, portrait
from graphmeta.contract.events import KINDS
from graphmeta.synthetic import habits, life, naming, sheet
from graphmeta.synthetic.habits import Habits

SETS = ("copenhagen_cns", "collegemsg")
DAYS = 28
#: Where the search begins. Habits that are not here cannot be seen in contacts between two.
SEARCHED: Mapping[str, tuple[float, float]] = {
    "private": (0.4, 8.0),
    "mates": (0.1, 1.3),
    "talkers": (0.5, 2.0),
    "known": (0.005, 0.12),
    "favourites": (0.7, 2.2),
    "old_friends": (0.1, 6.0),
    "one_sided": (0.02, 0.6),
    "calling": (0.05, 0.7),
    "missed": (0.1, 0.5),
    "call_length": (10.0, 120.0),
    "silent": (0.03, 0.8),
    "length": (2.2, 8.0),
    "alternate": (0.5, 0.95),
    "gap": (20.0, 600.0),
    "episode": (1.05, 3.0),
    "weekend": (0.4, 1.3),
    "meets": (0.1, 4.0),
    "meets_strangers": (0.05, 0.95),
    "welcome": (0.3, 1.5),
}
#: Candidates per round, and how many of them the next round is drawn around.
DRAWN, KEPT = 24, 6
#: A spread never shrinks below this (of the logarithm), or a lucky round would end the search.
LEAST_SPREAD = 0.05


@dataclass
class Search:
    """What is known of the best habits for one real set, as logarithms."""

    middle: Floats
    spread: Floats


def main() -> None:
    """Fit to both sets and print what came of it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("--minutes", type=float, default=4.0, help="in all, for both sets")
    parser.add_argument("--seed", type=int, default=0)
    asked = parser.parse_args()
    found = {}
    for name in SETS:
        log = busiest(name, real_events(asked.data / name / "events.parquet"), DAYS)
        real = portrait(log)
        found[name] = fitted(real, asked.minutes * 60 / len(SETS), asked.seed)
        tell(real, found[name], asked.seed)
    print(f"\n{'habit':<16}" + "".join(f"{name:>16}" for name in SETS) + "   range now")
    for at, name in enumerate(SEARCHED):
        fits = "".join(f"{np.exp(each.middle[at]):>16.3g}" for each in found.values())
        print(f"{name:<16}{fits}   {habits.RANGES[name][0]:g} to {habits.RANGES[name][1]:g}")


def fitted(real: Portrait, seconds: float, seed: int) -> Search:
    """Search habits whose worlds are near to a real set until the time is over."""
    low, high = np.log(np.array(list(SEARCHED.values()))).T
    search = Search((low + high) / 2, (high - low) / 4)
    rng = seeds.generator("fit", real.name, seed)
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        drawn = np.clip(rng.normal(search.middle, search.spread, (DRAWN, len(low))), low, high)
        # All of a round live through the same chances, so that habits alone tell them apart.
        same = int(rng.integers(0, 2**31))
        cost = [cost_of(distances(real, ways_of(each), same)) for each in drawn]
        best = drawn[np.argsort(cost)[:KEPT]]
        search.middle = 0.3 * search.middle + 0.7 * best.mean(axis=0)
        search.spread = np.maximum(0.3 * search.spread + 0.7 * best.std(axis=0), LEAST_SPREAD)
    return search


def tell(real: Portrait, search: Search, seed: int) -> None:
    """Print the distances with the present ranges and with the fit, over five worlds each."""
    worlds = range(seed, seed + 5)
    now = [distances(real, None, each) for each in worlds]
    best = [distances(real, ways_of(search.middle), each) for each in worlds]
    print(f"\n{real.name:<24}{'ranges now':>12}{'fitted':>10}")
    for name in now[0]:
        pair = (np.median([each[name] for each in some]) for some in (now, best))
        print(f"{name:<24}" + "{:>12.2f}{:>10.2f}".format(*pair))
    print(f"{'mean':<24}" + "{:>12.3f}{:>10.3f}".format(*(
        np.median([cost_of(each) for each in some]) for some in (now, best)
    )))  # fmt: skip


def ways_of(logarithms: Floats) -> Habits:
    """Return habits, those that are not searched in the middle of their range."""
    middle = {name: float(np.sqrt(low * high)) for name, (low, high) in habits.RANGES.items()}
    searched = zip(SEARCHED, np.exp(logarithms).tolist(), strict=True)
    return Habits(**{**middle, **dict(searched)})


def distances(real: Portrait, ways: Habits | None, seed: int) -> dict[str, float]:
    """Return how far one world is from a real set in all that both tell."""
    made = portrait(lived(max(200, real.accounts), real.days, seed, ways))
    found = {measure.name: distance(measure, real, made) for measure in MEASURES}
    return {name: each for name, each in found.items() if each is not None}


def cost_of(found: Mapping[str, float]) -> float:
    """Return the mean distance."""
    return float(np.mean(list(found.values())))


def lived(accounts: int, days: int, seed: int, ways: Habits | None) -> Log:
    """Return the contacts of ordinary life, without naming anybody."""
    settled = life.settle(seed, accounts, days, quiet=min(7, days - 3), ways=ways)
    parts = [made for part in life.live(seed, settled) for made in part.events()]
    events = naming.lived(settled.town, sheet.concat(parts))
    kind = events.kind
    contact = (kind == KINDS.index("message")) & (events.group == sheet.NO_GROUP)
    contact |= (kind == KINDS.index("call")) | (kind == KINDS.index("invite"))
    events = events.where(np.flatnonzero(contact))
    events = events.where(np.argsort(events.time, kind="stable"))
    known, number = np.unique(
        np.concatenate([events.sender, events.recipient]), return_inverse=True
    )
    sender, recipient = np.split(number.astype(np.int64), 2)
    return Log(
        name=f"seed {seed}",
        days=days,
        accounts=len(known),
        sender=sender,
        recipient=recipient,
        time=events.time,
        call=events.kind == KINDS.index("call"),
        duration=events.duration.astype(np.float64),
    )


if __name__ == "__main__":
    main()
