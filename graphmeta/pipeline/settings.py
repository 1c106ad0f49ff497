"""What can an analysis be asked to do otherwise than by default?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from graphmeta.errors import UsageError
from graphmeta.scores.calibrate import OwnCurve

#: With less, not even a small world can be analysed.
LEAST_MEMORY = 400_000_000
#: Steps add a little to the seed, and the search for communities takes one of 64 bits.
GREATEST_SEED = 2**63 - 1


@dataclass(frozen=True)
class Settings:
    """What an analysis can be asked to do otherwise.

    Args:
        since: First contacts before it are history; the end of the first quarter of the data
            where absent. With a zone.
        alpha: The bound on the false discovery rate of coordination by chance.
        min_score: The score from which behaviour looks abusive.
        min_actors: The fewest scored accounts of a cluster.
        seed: Equal input, configuration and seed give equal tables. From 0 to ``GREATEST_SEED``.
        retention_days: After so many days the run no longer opens.
        calibration: The operator's own curve from scores to risk; the trained one where absent.
        sandbox: "auto" keeps the analysis in a process of its own that can open its store and
            the run alone, as far as the machine can; "require" refuses to run where anything of
            that is missing; "off" analyses in the calling process.
        memory_limit: How many bytes the analysing process, or the one that reads, may hold; None
            for as many as the machine has.

    Raises:
        UsageError: A value makes no sense.
    """

    since: datetime | None = None
    alpha: float = 0.05
    min_score: float = 0.5
    min_actors: int = 3
    seed: int = 0
    retention_days: int = 30
    calibration: OwnCurve | None = None
    sandbox: Literal["auto", "require", "off"] = "auto"
    memory_limit: int | None = None

    def __post_init__(self) -> None:
        for name, good, remedy in (
            ("alpha", 0 < self.alpha < 1, "Give a share between 0 and 1, such as 0.05."),
            ("min_score", 0 <= self.min_score < 1, "Give 0 or more and less than 1, such as 0.5."),
            ("min_actors", self.min_actors >= 2, "Give 2 or more: no account stands alone."),
            (
                "seed",
                0 <= self.seed <= GREATEST_SEED,
                f"Give a whole number from 0 to {GREATEST_SEED}.",
            ),
            (
                "sandbox",
                self.sandbox in ("auto", "require", "off"),
                "Say auto, require or off.",
            ),
            (
                "memory_limit",
                self.memory_limit is None or self.memory_limit >= LEAST_MEMORY,
                f"Give at least {LEAST_MEMORY // 10**6} MB: libraries alone take most of that.",
            ),
            ("retention_days", 1 <= self.retention_days <= 3650, "Give 1 to 3650 days."),
        ):
            if not good:
                raise UsageError(f"{name} = {getattr(self, name)} makes no sense.", remedy)
        if self.since is not None and self.since.tzinfo is None:
            raise UsageError(
                f"since = {self.since.isoformat()} has no time zone.",
                "Give one, such as 2026-03-01T00:00:00+00:00.",
            )
