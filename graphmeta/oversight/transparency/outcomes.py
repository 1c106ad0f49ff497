"""What became of a cluster, of an appeal, of a request, as the log of its run tells it?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime

from graphmeta.oversight import acts
from graphmeta.oversight.acts import Act
from graphmeta.oversight.record import Record

_SECONDS_A_DAY = 86_400
_ABUSIVE = ("spam", "recruitment")
#: The legal bases with which a request by an authority is a formal one.
FORMAL = ("warrant",)


@dataclass(frozen=True)
class Period:
    """Whole days in UTC, both ends included.

    Args:
        first: The first day.
        last: The last day.
    """

    first: date
    last: date

    def holds(self, moment: datetime) -> bool:
        """Tell whether a moment lies in it."""
        return self.first <= moment.astimezone(UTC).date() <= self.last


@dataclass(frozen=True)
class Judged:
    """A cluster that was judged in a period.

    Args:
        verdict: The last verdict of the period.
        flagged: Whether the program had flagged it.
    """

    verdict: str
    flagged: bool


@dataclass(frozen=True)
class Appeal:
    """An appeal, and what came of it.

    Args:
        days: From the appeal to the first verdict after it; None where there is none yet.
        reversed: Whether a cluster that was held to be abusive was then found benign.
    """

    days: float | None
    reversed: bool


def judged(record: Record, period: Period) -> list[Judged]:
    """Return the clusters of a run on which a person gave a verdict in a period."""
    flagged = {one["cluster"] for one in record.flagged}
    last = {act.detail["cluster"]: act for act in _verdicts(record) if period.holds(act.at)}
    return [Judged(act.detail["verdict"], name in flagged) for name, act in last.items()]


def appeals(record: Record, period: Period) -> list[Appeal]:
    """Return the appeals of a period, with what came of them up to its end."""
    return [
        _outcome(record, act, period)
        for act in record.acts
        if act.name == acts.APPEAL and period.holds(act.at)
    ]


def by_authority(act: Act, *, formal: bool) -> bool:
    """Tell whether an act is about a request by an authority, with an order or without."""
    detail = act.detail
    return bool(detail.get("authority")) and (detail.get("basis") in FORMAL) == formal


def _outcome(record: Record, appeal: Act, period: Period) -> Appeal:
    concerned = set(appeal.detail["clusters"])
    flagged = {one["cluster"] for one in record.flagged}
    verdicts = [act for act in _verdicts(record) if act.detail["cluster"] in concerned]
    before = {
        act.detail["cluster"]: act.detail["verdict"] for act in verdicts if act.at < appeal.at
    }
    after = [act for act in verdicts if act.at >= appeal.at and act.at.date() <= period.last]
    held = {
        name
        for name in concerned
        if (before[name] in _ABUSIVE if name in before else name in flagged)
    }
    cleared = {act.detail["cluster"]: act.detail["verdict"] == "benign" for act in after}
    waited = (after[0].at - appeal.at).total_seconds() / _SECONDS_A_DAY if after else None
    return Appeal(waited, any(cleared.get(name, False) for name in held))


def _verdicts(record: Record) -> Iterator[Act]:
    """Yield verdicts, oldest first; what a second reviewer says of one is none of its own."""
    for act in record.acts:
        if act.name == acts.VERDICT and act.detail.get("second_of") is None:
            yield act
