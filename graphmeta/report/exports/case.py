"""What did people say of a cluster: verdicts, dissent, notes and pins, as an export takes them?

Plain values, so that exports need no case store: whoever has one (the workbench, the command line)
fills these in. Who reviewed stays inside: names become "reviewer 1", "reviewer 2" within one
export, in the order in which they spoke. Every verdict goes out, those that were superseded or
contradicted too: an export that kept dissent back would mislead.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True)
class Opinion:
    """What one person concluded about the cluster.

    Args:
        verdict: ``spam``, ``recruitment``, ``benign`` or ``unsure``.
        reason: Why, in their words.
        reviewer: Who. The name does not leave.
        at: When, with a zone.
        looks_like: For a benign one, which look-alike it is; may be empty.
        stands: Whether this is the verdict that stands; else it was superseded, or is a second
            reviewer's.
    """

    verdict: str
    reason: str
    reviewer: str
    at: datetime
    looks_like: str = ""
    stands: bool = False


@dataclass(frozen=True)
class Note:
    """What somebody wrote beside the cluster; the author's name does not leave."""

    text: str
    author: str
    at: datetime


@dataclass(frozen=True)
class Case:
    """Everything that people said of one cluster, oldest first.

    Args:
        opinions: All verdicts, second reviews and superseded ones included.
        notes: What was written beside it.
        pins: Pieces of the cluster that somebody pinned, such as ``evidence:spam:reply_rate``.
    """

    opinions: tuple[Opinion, ...] = ()
    notes: tuple[Note, ...] = ()
    pins: tuple[str, ...] = ()

    def position(self, opinion: Opinion) -> str:
        """Return how an opinion relates to the verdict that stands.

        Returns:
            ``stands``, ``agrees``, ``dissents``, or ``undecided`` where no verdict stands.
        """
        if opinion.stands:
            return "stands"
        standing = [one.verdict for one in self.opinions if one.stands]
        if not standing:
            return "undecided"
        return "agrees" if opinion.verdict == standing[-1] else "dissents"


class Said(Protocol):
    """A verdict as a case store holds it."""

    version: int
    verdict: str
    reason: str
    reviewer: str
    at: datetime
    looks_like: str | None


class Written(Protocol):
    """A note as a case store holds it."""

    text: str
    author: str
    at: datetime


class Pinned(Protocol):
    """A pin as a case store holds it."""

    item: str


def case_of(
    said: Iterable[Said], standing: int | None, notes: Iterable[Written], pins: Iterable[Pinned]
) -> Case:
    """Return what a case store holds of one cluster, as exports take it.

    Args:
        said: Every verdict and second review, oldest first.
        standing: The version of the verdict that stands; None where there is none.
        notes: The notes, oldest first.
        pins: The pins that are on.
    """
    return Case(
        opinions=tuple(
            Opinion(
                one.verdict,
                one.reason,
                one.reviewer,
                one.at,
                looks_like=one.looks_like or "",
                stands=one.version == standing,
            )
            for one in said
        ),
        notes=tuple(Note(one.text, one.author, one.at) for one in notes),
        pins=tuple(one.item for one in pins),
    )


@dataclass(frozen=True)
class Heading:
    """What stands above the clusters of a case, ready to leave.

    Args:
        title: What the case is called.
        summary: What it says; may be empty.
        state: ``open``, ``closed``, or empty where a cluster leaves without a case.
    """

    title: str
    summary: str = ""
    state: str = ""


def prepared(case: Case, rewrite: Callable[[str], str]) -> Case:
    """Return a case with its people numbered and its free text rewritten.

    Args:
        case: What people said.
        rewrite: Applied to every free text and pin; takes ids out that may not leave.
    """
    people = [*(one.reviewer for one in case.opinions), *(one.author for one in case.notes)]
    number = {name: f"reviewer {n}" for n, name in enumerate(dict.fromkeys(people), 1)}
    return Case(
        opinions=tuple(
            replace(one, reason=rewrite(one.reason), reviewer=number[one.reviewer])
            for one in case.opinions
        ),
        notes=tuple(
            replace(one, text=rewrite(one.text), author=number[one.author]) for one in case.notes
        ),
        pins=tuple(map(rewrite, case.pins)),
    )
