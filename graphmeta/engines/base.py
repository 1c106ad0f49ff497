"""How long work says what it is doing, and where it looks for what was done already."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, TypeVar

Made = TypeVar("Made")


class Progress(Protocol):
    """Called when a stage begins, and within long stages as they advance."""

    def __call__(self, stage: str, done: float | None = None) -> None:
        """Say that ``stage`` is under way; ``done`` is the finished share of it, 0 to 1."""


class Remember(Protocol):
    """Asked for what a stage makes: from where it was kept, or made now and kept."""

    def __call__(self, stage: str, make: Callable[[], Made], kind: type[Made]) -> Made:
        """Return what ``make`` returns, a dataclass of frames, arrays and numbers.

        Args:
            stage: Its name, letters and digits; every stage of an analysis has its own.
            make: Makes it.
            kind: The dataclass.
        """


def silent(stage: str, done: float | None = None) -> None:
    """Say nothing: the default where nobody is watching."""


def afresh(stage: str, make: Callable[[], Made], kind: type[Made]) -> Made:  # noqa: ARG001
    """Keep nothing, and make everything: the default."""
    return make()
