"""How often was something found, judged, reversed, asked for or refused in a period?

Acts are counted from the runs' audit logs, findings from the runs that were made in the period.
Counts of what the platform and authorities did are exact, however small. Cells that part clusters
into kinds are withheld where they are small (``suppress``). The verdict that stands for a cluster
is the latest that is no second review.

It misleads where a run's log never heard of something: a request that an authority made by
telephone and that nobody recorded, or an appeal that another system handles.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from statistics import median
from typing import Any

from graphmeta.oversight import acts
from graphmeta.oversight.acts import Act
from graphmeta.oversight.record import Record
from graphmeta.oversight.transparency import outcomes
from graphmeta.oversight.transparency.figures import DAYS, SHARE, Figure, Section
from graphmeta.oversight.transparency.outcomes import Period
from graphmeta.oversight.transparency.suppress import SMALLEST, suppressed

_VERDICTS = {
    "spam": "Judged to be spam",
    "recruitment": "Judged to be abusive recruitment",
    "benign": "Judged to be benign",
    "unsure": "Left open: the reviewer was unsure",
}
_LOOKS_LIKE = {"spam": "Looked like spam", "recruitment": "Looked like abusive recruitment"}
_SOURCES = {
    "machine": "Nobody had blocked or reported them",
    "reports": "People had blocked or reported them",
}
_PURPOSES = {"access": "For access", "appeal": "For an appeal", "erasure": "For erasure"}


def sections(records: Sequence[Record], period: Period) -> list[Section]:
    """Return all exact sections of a report.

    Args:
        records: All runs, also those that are gone.
        period: What is counted.
    """
    made = [one for one in records if period.holds(one.made_at)]
    return [
        _found(made),
        _source(made),
        _reviewed(records, period),
        _appealed(records, period),
        _authorities(records, period),
        _revealed(records, period),
        _subjects(records, period),
        _deleted(records, period),
    ]


def _found(made: Sequence[Record]) -> Section:
    flagged = [one for record in made for one in record.flagged]
    kinds = {name: _count(flagged, "looks_like", name) for name in _LOOKS_LIKE}
    law = "DSA 15(1)(c)"
    return Section(
        "found",
        "What was found",
        "A run analyses one stretch of events. It flags a cluster of accounts where they act "
        "together by more than chance and what they do looks abusive. A flag asks a person to "
        "look; it decides nothing.",
        [
            Figure("runs", "Analyses made", len(made)),
            Figure("clusters", "Clusters found", _sum(made, "clusters")),
            Figure("confirmed", "Confirmed on other data", _sum(made, "confirmed"), part=True),
            Figure("flagged", "Clusters flagged", _sum(made, "flagged"), law=law),
            *_cells("flagged", _LOOKS_LIKE, kinds, law),
        ],
    )


def _source(made: Sequence[Record]) -> Section:
    flagged = [one for record in made for one in record.flagged]
    told = sum(bool(one["reported"]) for one in flagged)
    told_of = {"machine": len(flagged) - told, "reports": told}
    law = "DSA 17(3)(b), source_type"
    few = 0 < len(flagged) < SMALLEST
    return Section(
        "source",
        "Machine or reports",
        "All clusters are found by the program, on the platform's own initiative. Some had been "
        "blocked or reported by the people whom they contacted before; of the others nobody had "
        "complained.",
        [
            Figure("flagged", "Flagged clusters, all found by the program", len(flagged), law=law),
            *_cells("source", _SOURCES, told_of, law),
            Figure(
                "machine_share",
                "Share found by the machine alone",
                None if few or not flagged else told_of["machine"] / len(flagged),
                SHARE,
                law,
                withheld=few,
            ),
        ],
    )


def _reviewed(records: Sequence[Record], period: Period) -> Section:
    judged = [one for record in records for one in outcomes.judged(record, period)]
    flagged = [one for one in judged if one.flagged]
    overturned = sum(one.verdict == "benign" for one in flagged)
    few = 0 < len(flagged) < SMALLEST
    kinds = {name: sum(one.verdict == name for one in judged) for name in _VERDICTS}
    law = "DSA 15(1)(c)"
    return Section(
        "reviewed",
        "What people decided",
        "A verdict is about a cluster, and a person gives it. No decision is taken by the program.",
        [
            Figure("reviewed", "Clusters reviewed by a person", len(judged), law=law),
            *_cells("reviewed", _VERDICTS, kinds, law),
            Figure("flagged_reviewed", "Flagged clusters reviewed", len(flagged), law=law),
            Figure("overturned", "Flagged, and overturned: benign", overturned, part=True, law=law),
            Figure(
                "error_rate",
                "Share of reviewed flags that were overturned",
                None if few or not flagged else overturned / len(flagged),
                SHARE,
                "DSA 15(1)(e), error rate",
                withheld=few,
            ),
            Figure(
                "automated", "Decisions without a person", 0, law="DSA 17(3)(c), automated_decision"
            ),
        ],
    )


def _appealed(records: Sequence[Record], period: Period) -> Section:
    appeals = [one for record in records for one in outcomes.appeals(record, period)]
    days = [one.days for one in appeals if one.days is not None]
    few = 0 < len(days) < SMALLEST
    law = "DSA 15(1)(d)"
    return Section(
        "appeals",
        "Appeals",
        "Somebody objects to how a cluster with their own account was judged. An appeal counts as "
        "decided when a person judged that cluster afterwards, and as reversed where it was then "
        "found benign. One appeal is counted in every run in which the account stands.",
        [
            Figure("received", "Appeals received", len(appeals), law=law),
            Figure("decided", "Decided by a person", len(days), law=law, part=True),
            Figure(
                "reversed",
                "Reversed: the cluster was found benign",
                sum(one.reversed for one in appeals),
                law=law,
                part=True,
            ),
            Figure(
                "median_days",
                "Days until a decision, median",
                None if few or not days else round(median(days), 1),
                DAYS,
                law,
                withheld=few,
            ),
        ],
    )


def _authorities(records: Sequence[Record], period: Period) -> Section:
    there = _within(records, period)
    law = "DSA 15(1)(a) and 10"
    return Section(
        "authorities",
        "Requests by authorities",
        "To learn who stands behind pseudonyms. Formal requests state a warrant or another order; "
        "informal ones state none. Whether an order is genuine the program cannot know.",
        [
            figure
            for name, says, formal in (
                ("formal", "Government requests with an order", True),
                ("informal", "Informal requests by authorities", False),
            )
            for figure in _requests(
                [one for one in there if outcomes.by_authority(one, formal=formal)],
                name,
                says,
                law if formal else "",
            )
        ],
    )


def _revealed(records: Sequence[Record], period: Period) -> Section:
    return Section(
        "reidentification",
        "Re-identification",
        "All requests to learn who stands behind the pseudonyms of a cluster, whoever asked. Two "
        "people must approve one.",
        _requests(_within(records, period), "all", "Re-identifications asked for", ""),
    )


def _subjects(records: Sequence[Record], period: Period) -> Section:
    there = _within(records, period)
    asked = [act.detail for act in there if act.name == acts.SUBJECT_REQUEST]
    return Section(
        "subjects",
        "Own-account requests",
        "People ask what is held about their own account, object, or have it erased. One request "
        "is counted in every run that was asked.",
        [
            Figure("asked", "Requests answered", len(asked)),
            *(
                Figure(name, says, _count(asked, "purpose", name), part=True)
                for name, says in _PURPOSES.items()
            ),
            Figure(
                "erased",
                "Runs from which an account was erased",
                sum(act.name == acts.ERASED for act in there),
            ),
        ],
    )


def _deleted(records: Sequence[Record], period: Period) -> Section:
    gone = [one for one in records if one.purged_at and period.holds(one.purged_at)]
    return Section(
        "retention",
        "Retention",
        "A run expires, by default after 30 days. These counts outlive it, its data do not.",
        [Figure("deleted", "Runs deleted", len(gone))],
    )


def _requests(there: Sequence[Act], name: str, says: str, law: str) -> list[Figure]:
    number = {
        act: sum(one.name == act for one in there)
        for act in (acts.REVEAL_REQUESTED, acts.REVEALED, acts.REVEAL_REFUSED)
    }
    return [
        Figure(f"{name}_asked", says, number[acts.REVEAL_REQUESTED], law=law),
        Figure(f"{name}_granted", "Granted", number[acts.REVEALED], law=law, part=True),
        Figure(f"{name}_refused", "Refused", number[acts.REVEAL_REFUSED], law=law, part=True),
    ]


def _cells(name: str, says: Mapping[str, str], counts: Mapping[str, int], law: str) -> list[Figure]:
    return [
        Figure(f"{name}_{kind}", says[kind], count, law=law, withheld=count is None, part=True)
        for kind, count in suppressed(counts).items()
    ]


def _within(records: Sequence[Record], period: Period) -> list[Act]:
    return [act for record in records for act in record.acts if period.holds(act.at)]


def _sum(records: Sequence[Record], name: str) -> int:
    return sum(int(record.found[name]) for record in records)


def _count(rows: Sequence[Mapping[str, Any]], field: str, value: str) -> int:
    return sum(row[field] == value for row in rows)


def span(records: Sequence[Record], now: datetime) -> tuple[date, date]:
    """Return the days from the first run to the present."""
    return min((one.made_at for one in records), default=now).date(), now.date()
