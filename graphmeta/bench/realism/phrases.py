"""The comparison in words: what a world has more or less of than a real set, and by how much."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from graphmeta.bench.realism.compare import Matched, Verdict
from graphmeta.bench.realism.measures import Measure, Portrait
from graphmeta.report import words

VERDICTS: dict[Verdict, str] = {
    "near": "near",
    "within": "between",
    "far": "far",
    "alone": "no ruler",
    "unknown": "not told",
}
#: Relative differences below this are called none.
_ALIKE = 0.03


def differs(measure: Measure, one: Matched) -> str:
    """Say how the worlds differ from the real set, with the figures of both."""
    if one.real.values[measure.name] is None:
        return f"{one.real.name} does not tell."
    if all(world.values[measure.name] is None for world in one.worlds):
        return "The worlds are too small to tell."
    if measure.kind == "distribution":
        median = _against(measure, one, 0.5)
        tail = _against(measure, one, 0.99)
        return f"The median is {median}; the top hundredth begins {tail}."
    if measure.kind == "profile":
        return f"The busiest {measure.axis}'s share is {_against(measure, one, 1.0)}."
    if measure.kind == "curve":
        return f"On average {_against(measure, one, 0.5)}."
    return words.sentence(_against(measure, one, 0.5))


def _against(measure: Measure, one: Matched, at: float) -> str:
    """Return the worlds' figure, whether it is lower or higher, and the real set's."""
    made, real = _figure(measure, one.worlds, at), _figure(measure, [one.real], at)
    compared = "about the same"
    if abs(made - real) > _ALIKE * max(abs(made), abs(real)):
        compared = "higher" if made > real else "lower"
    return f"{compared} ({_written(measure, made)} against {_written(measure, real)})"


def _figure(measure: Measure, portraits: Sequence[Portrait], at: float) -> float:
    """Return the median over portraits of one figure of each: a quantile, a mean, or the share."""
    told = [each.values[measure.name] for each in portraits]
    known = [_one(measure, value, at) for value in told if value is not None]
    return float(np.median(known))


def _one(measure: Measure, value: float | np.ndarray, at: float) -> float:
    if not isinstance(value, np.ndarray):
        return value
    return float(np.nanmean(value) if measure.kind == "curve" else np.quantile(value, at))


def _written(measure: Measure, value: float) -> str:
    if measure.kind in ("share", "profile"):
        return words.share(value)
    return duration(value) if measure.axis == "seconds" else words.number(value)


def duration(seconds: float) -> str:
    """Write a length of time: ``45 s``, ``12 min``, ``3.2 h``, ``4.1 days``."""
    for unit, length in (("days", 86_400), ("h", 3_600), ("min", 60)):
        if seconds >= length:
            return f"{seconds / length:.2g} {unit}"
    return f"{seconds:.0f} s"


def matched(one: Matched) -> str:
    """Say what was done to make a real set and its worlds comparable."""
    real, first = one.real, one.worlds[0]
    made = sorted(world.accounts for world in one.worlds)
    return (
        f"Its busiest {words.plural(real.days, 'day')}: {words.plural(real.events, 'event')} among "
        f"{words.plural(real.accounts, 'account')}. Beside it "
        f"{words.plural(len(one.worlds), 'world')} of {words.plural(first.days, 'day')}, with "
        f"{words.count(made[0])} to {words.count(made[-1])} active accounts and "
        f"{words.count(min(world.events for world in one.worlds))} to "
        f"{words.count(max(world.events for world in one.worlds))} events."
    )
