"""What have people said about a run's clusters, where a case store or a draw knows of any?

Shared by ``queue`` and ``explain``. Where there is no store, none is made, and what it is made with
is not loaded.
"""

from __future__ import annotations

import getpass
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from graphmeta.errors import RunError, UsageError

if TYPE_CHECKING:
    from graphmeta.cases.verdicts import Review
    from graphmeta.run import RunFolder


@dataclass(frozen=True)
class State:
    """How far the review of a cluster is.

    Args:
        review: What stands, where somebody judged it.
        drawn: Whether the cluster was drawn by chance.
    """

    review: Review | None
    drawn: bool

    def says(self) -> str:
        """Return it in words."""
        if self.review is None:
            return "Drawn by chance, and not judged yet"
        verdict = self.review.verdict
        said = f"Judged {named(verdict.verdict, verdict.looks_like)} by {verdict.reviewer}"
        said += f" on {_day(verdict.at)} (verdict {verdict.version})"
        if self.review.disputed:
            return f"{said}; disputed by {self.review.seconds[-1].reviewer}"
        if self.review.seconds:
            return f"{said}; {self.review.seconds[-1].reviewer} agrees"
        return f"{said}; waits for a second reviewer" if self.review.waiting else said

    def as_json(self) -> dict[str, Any]:
        """Return it as JSON has it; ``verdict`` is null where nobody judged."""
        verdict = self.review.verdict if self.review else None
        return {
            "verdict": verdict and verdict.verdict,
            "looks_like": verdict and verdict.looks_like,
            "reason": verdict and verdict.reason,
            "reviewer": verdict and verdict.reviewer,
            "at": verdict and verdict.at,
            "version": self.review.version if self.review else 0,
            "disputed": self.review is not None and self.review.disputed,
            "second_waiting": self.review is not None and self.review.waiting,
            "drawn": self.drawn,
        }


def states(run: RunFolder, case_store: str | None) -> dict[str, State]:
    """Return the state of every cluster of a run that was judged or drawn.

    Raises:
        UsageError: The case store does not answer.
    """
    from graphmeta.cases.draws import drawn
    from graphmeta.cases.place import address

    reviews: dict[str, Review] = {}
    if address(case_store).exists():
        from graphmeta.cases import verdicts
        from graphmeta.cases.store import open_store

        with open_store(case_store) as store:
            reviews = verdicts.reviews(store, run.run_id)
    try:
        by_chance = set(drawn(run))
    except RunError:
        by_chance = set()  # a list of clusters is not where a broken log is reported
    return {
        cluster: State(reviews.get(cluster), cluster in by_chance)
        for cluster in by_chance | reviews.keys()
    }


def named(verdict: str, looks_like: str | None) -> str:
    """Return a verdict with its look-alike, in words."""
    from graphmeta.scores.wording import look_alike

    if looks_like is None:
        return verdict
    return f"{verdict} ({'of another kind' if looks_like == 'other' else look_alike(looks_like)})"


def user() -> str:
    """Return the name of whoever runs the command.

    Raises:
        UsageError: The system knows none.
    """
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError) as error:
        raise UsageError(
            "It is not known who you are: this system has no name for you.",
            "Give one with --reviewer NAME.",
        ) from error


def _day(moment: Any) -> str:
    from graphmeta.report import words

    return words.day(moment)
