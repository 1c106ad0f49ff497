"""In which form is a measurement told: its unit, and the words around its numbers?"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Unit:
    """How the numbers of a measurement are written, and which there can be.

    Args:
        write: Writes one.
        step: The difference that still shows when a number of this size is written.
        least: The smallest that can be measured.
        most: The largest.
    """

    write: Callable[[float], str]
    step: Callable[[float], float]
    least: float
    most: float

    def outward(self, value: float, up: bool) -> float:
        """Return the next number that can be written exactly, upwards or downwards."""
        step = self.step(value)
        count = value / step
        whole = math.ceil(count - 1e-9) if up else math.floor(count + 1e-9)
        return whole * step


def _percent(value: float) -> str:
    percent = 100 * value
    if 0 < percent < 0.05:
        return "under 0.1 %"
    return f"{percent:.0f} %" if percent >= 9.95 or percent == 0 else f"{percent:.1f} %"


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 99.95 else f"{value:.3g}"


def _step_of_percent(value: float) -> float:
    return 0.01 if value >= 0.0995 else 0.001


def _step_of_number(value: float) -> float:
    if value >= 99.95:
        return 1.0
    return 10.0 ** (math.floor(math.log10(value)) - 2) if value > 0 else 0.001


#: A share; a count or mean; a mean of counts that begin with one.
PERCENT = Unit(_percent, _step_of_percent, 0.0, 1.0)
NUMBER = Unit(_number, _step_of_number, 0.0, math.inf)
TIMES = Unit(_number, _step_of_number, 1.0, math.inf)


@dataclass(frozen=True)
class Wording:
    """How one term is told.

    Args:
        short: What was measured, in a few words that "were" can follow.
        told: What was measured; ``{observed}`` and ``{expected}`` are filled in.
        unit: How its numbers are written.
        speaks_for: What it suggests where it adds to the score.
        speaks_against: What innocent activity it suggests where it takes away.
    """

    short: str
    told: str
    unit: Unit
    speaks_for: str
    speaks_against: str
