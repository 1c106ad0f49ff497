"""What does a review say? Its checks, each with a verdict, and what nothing here proves."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

Verdict = Literal["held", "failed", "not proven"]

#: From the one that matters most to the one that matters least.
VERDICTS: tuple[Verdict, ...] = ("failed", "not proven", "held")


@dataclass(frozen=True)
class Check:
    """The answer to one question.

    Args:
        name: A word or two for programs.
        asks: The question.
        verdict: Whether what was promised holds, does not, or cannot be said.
        says: The answer, in sentences.
        looked_at: What was looked at.
        repeat: How to look again by hand.
        figures: Numbers and names of which the answer speaks.
    """

    name: str
    asks: str
    verdict: Verdict
    says: str
    looked_at: str
    repeat: str
    figures: Mapping[str, Any] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """Return it as JSON has it."""
        return {**vars(self), "figures": dict(self.figures)}


@dataclass(frozen=True)
class Review:
    """A run, reviewed.

    Args:
        run: The folder's name.
        run_id: What names the analysis wherever the folder is.
        version: The version of graphmeta that reviewed.
        made_at: When the run was made; None where that is not known.
        reviewed_at: When it was reviewed.
        checks: The answers.
        base_rates: What share of those flagged would be innocent, under which assumptions.
        unproven: What nothing here proves, in sentences.
        recorded: Whether the run's own log tells of this review.
    """

    run: str
    run_id: str
    version: str
    made_at: str | None
    reviewed_at: str
    checks: Sequence[Check]
    base_rates: Mapping[str, Any]
    unproven: Sequence[str]
    recorded: bool

    def counts(self) -> dict[Verdict, int]:
        """Return how many checks ended in each verdict."""
        found = Counter(check.verdict for check in self.checks)
        return {verdict: found[verdict] for verdict in VERDICTS}

    @property
    def failed(self) -> bool:
        """Whether anything that was promised does not hold."""
        return any(check.verdict == "failed" for check in self.checks)

    def as_json(self) -> dict[str, Any]:
        """Return it as JSON has it."""
        checks = [check.as_json() for check in self.checks]
        return {**vars(self), "counts": self.counts(), "checks": checks}


def worst(problems: Sequence[str], gaps: Sequence[str] = ()) -> Verdict:
    """Return the verdict where some things are wrong, and others could not be looked at."""
    return "failed" if problems else "not proven" if gaps else "held"
