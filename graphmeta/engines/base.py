"""How long work says what it is doing."""

from __future__ import annotations

from typing import Protocol


class Progress(Protocol):
    """Called when a stage begins, and within long stages as they advance."""

    def __call__(self, stage: str, done: float | None = None) -> None:
        """Say that ``stage`` is under way; ``done`` is the finished share of it, 0 to 1."""


def silent(stage: str, done: float | None = None) -> None:
    """Say nothing: the default where nobody is watching."""
