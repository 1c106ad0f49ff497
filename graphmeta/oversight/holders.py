"""Who else holds something about an account of a run, and takes part when it is erased?

A run's tables are not all there is: what people wrote about its clusters may name an account. What
keeps such texts offers this, and is handed to subject access and erasure.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol


class Holder(Protocol):
    """Something beside the runs that may name accounts, in all runs or none in particular."""

    @property
    def name(self) -> str:
        """What it is called in front of people."""

    def mentions(self, account: str) -> Mapping[str, int]:
        """Return how many texts name an account, by kind of text."""

    def erase(self, account: str) -> Mapping[str, int]:
        """Take an account out of all texts, and return how many were changed, by kind."""
