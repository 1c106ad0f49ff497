"""What does a form say of a cluster, and is it kept?

What somebody wrote is never lost: where a verdict is refused, the form comes back as it was, with
what is wrong. A verdict that somebody else gave meanwhile is told before one's own is recorded.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from starlette.datastructures import FormData

from graphmeta.cases.golden import verdicts as recorded
from graphmeta.cases.tables import VERDICTS, Verdict
from graphmeta.cases.verdicts import KINDS, OTHER, Judgement, Review, review_of
from graphmeta.scores import wording
from graphmeta.workbench.visit import Visit

#: The four verdicts, with what each means.
MEANINGS = {
    "spam": "unwanted messages in concert",
    "recruitment": "drawing people somewhere in concert",
    "benign": "nothing wrong: it only looks alike",
    "unsure": "the metadata does not tell",
}
assert tuple(MEANINGS) == VERDICTS


@dataclass(frozen=True)
class Said:
    """What a form holds.

    Args:
        verdict: One of ``VERDICTS``, or "" where none was chosen.
        looks_like: Of a benign one, the look-alike, or "".
        reason: Why.
        second_asked: Whether a second reviewer is asked for.
        second: Whether it reviews the verdict that stands.
        seen: The version that stood when the form was made.
    """

    verdict: str = ""
    looks_like: str = ""
    reason: str = ""
    second_asked: bool = False
    second: bool = False
    seen: int = 0

    def judgement(
        self, cluster: str, reviewer: str, seconds: float | None, *, blind: bool
    ) -> Judgement:
        """Return it as the case store takes it."""
        return Judgement(
            cluster,
            self.verdict,
            self.reason,
            reviewer,
            # Without script, a look-alike may be left chosen beside another verdict.
            looks_like=self.looks_like or None if self.verdict == "benign" else None,
            second_asked=self.second_asked and not self.second,
            second=self.second,
            seconds_spent=seconds,
            blind=blind,
            seen_version=self.seen,
        )

    def again(self, seen: int) -> Said:
        """Return the same, with another version seen."""
        return replace(self, seen=seen)


def said(form: FormData) -> Said:
    """Return what a form holds."""
    seen = str(form.get("seen", ""))
    return Said(
        verdict=str(form.get("verdict", "")),
        looks_like=str(form.get("looks_like", "")),
        reason=str(form.get("reason", "")).replace("\r\n", "\n"),
        second_asked=form.get("second_asked") == "on",
        second=form.get("second") == "on",
        seen=int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 10 else 0,
    )


def kinds() -> list[tuple[str, str]]:
    """Return the kinds of look-alikes that can be chosen, with their names."""
    named = [(kind, wording.look_alike(kind)) for kind in KINDS if kind != OTHER]
    return [*sorted(named, key=lambda pair: pair[1].split(" ", 1)[-1]), (OTHER, "another kind")]


def history(visit: Visit, cluster: str) -> list[Verdict]:
    """Return all verdicts on a cluster that the user may see, the oldest first."""
    return recorded.history(visit.desk.store, visit.run.id, cluster, visit.user.name)


def standing(visit: Visit, cluster: str) -> Review | None:
    """Return what stands for a cluster, as far as the user may see it."""
    return review_of(history(visit, cluster))
