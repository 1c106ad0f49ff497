"""How is a figure of the benchmark written?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from graphmeta.report import words

Figure = Mapping[str, Any]


def figure(estimate: Figure) -> str:
    """Write a figure between 0 and 1: ``0.94``."""
    return words.score(estimate["value"])


def interval(estimate: Figure, digits: int = 2) -> str:
    """Write an interval: ``0.90 to 0.97``; nothing where there is none."""
    if estimate["low"] is None:
        return ""
    return f"{estimate['low']:.{digits}f} to {estimate['high']:.{digits}f}"


def count(estimate: Figure) -> str:
    """Write a mean count: ``0.50``, ``14.2``, ``1,602``."""
    return _counted(estimate["value"])


def counts(estimate: Figure) -> str:
    """Write the interval of a mean count; nothing where there is none."""
    if estimate["low"] is None:
        return ""
    return f"{_counted(estimate['low'])} to {_counted(estimate['high'])}"


def _counted(value: float | None) -> str:
    if value is None:
        return words.NOTHING
    if value >= 100:
        return words.count(round(value))
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}"
