"""Would these inputs be accepted, and what would come of them?

``graphmeta check`` reads everything that an analysis would read and writes nothing. Where an
analysis would stop at the first refusal, a check lists all of them, each with its remedy.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass, field
from typing import Any

from graphmeta.contract import history
from graphmeta.contract.times import describe_times
from graphmeta.errors import GraphmetaError
from graphmeta.ingest.cost import estimate
from graphmeta.ingest.inputs import CONTRACTS, tables
from graphmeta.ingest.intake import Namespaces, Tally, accepted_accounts, accepted_events
from graphmeta.ingest.mapping import plan, unknown_columns
from graphmeta.ingest.open import Named, find_inputs
from graphmeta.ingest.reading import Reading
from graphmeta.ingest.receipt import iso

_HOUR_S = 3_600


@dataclass(frozen=True)
class Problem:
    """One reason why an analysis would refuse the inputs.

    Args:
        file: The input, or an empty text where it is none in particular.
        problem: What is wrong.
        remedy: What to do about it.
        exit_code: With which code an analysis would leave (2 or 4).
    """

    file: str
    problem: str
    remedy: str
    exit_code: int


@dataclass(frozen=True)
class FileReport:
    """What one input holds, as far as it could be read.

    Args:
        file: Its name.
        table: "events" or "accounts".
        format: As ``Source.format``.
        rows: How many rows it has; None where that is not known without reading them.
        bytes: Its size on disk; None for a frame.
        columns_read: Contract name to name in the file.
        columns_ignored: Columns that stay unread because they were to be ignored.
        columns_refused: Columns for which it is refused.
        timestamps: How its timestamps are understood.
        first_event: The earliest accepted event, ISO 8601; None where there is none.
        last_event: The latest one.
        kinds: How many accepted events there are of each kind.
        ignored_by_kind: How many rows were left out for their kind.
        too_early: How many accepted events were left out for their time.
        self_contacts: How many accepted events an account has with itself.
        rejected_by_reason: How many rows would be quarantined, by ``field: reason``.
    """

    file: str
    table: str
    format: str
    rows: int | None
    bytes: int | None
    columns_read: dict[str, str] = field(default_factory=dict)
    columns_ignored: tuple[str, ...] = ()
    columns_refused: tuple[str, ...] = ()
    timestamps: str = ""
    first_event: str | None = None
    last_event: str | None = None
    kinds: dict[str, int] = field(default_factory=dict)
    ignored_by_kind: int = 0
    too_early: int = 0
    self_contacts: int = 0
    rejected_by_reason: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class CheckReport:
    """What ``graphmeta check`` says of some inputs.

    Args:
        files: One report per input that could be opened, in order of reading.
        problems: Everything for which an analysis would stop.
        rows: How many rows of events were read.
        accounts: How many accounts occur in accepted events and in the accounts file.
        groups: How many groups occur.
        kinds: How many accepted events there are of each kind.
        first_event: The earliest accepted event, ISO 8601; None where there is none.
        last_event: The latest one.
        rejected_by_reason: How many rows would be quarantined, by ``field: reason``.
        cost: A rough estimate of the analysis: "seconds", "memory_bytes", "error" (the factor by
            which either may be off), "cores" (for how many the time is stated).
        history: What is odd about the history that an analysis would take if nobody chose where
            judging begins, with the remedy; an empty text where nothing is.
    """

    files: tuple[FileReport, ...]
    problems: tuple[Problem, ...]
    rows: int
    accounts: int
    groups: int
    kinds: dict[str, int]
    first_event: str | None
    last_event: str | None
    rejected_by_reason: dict[str, int]
    cost: dict[str, Any]
    history: str

    @property
    def exit_code(self) -> int:
        """0, or the gravest code with which an analysis would leave."""
        return max((problem.exit_code for problem in self.problems), default=0)

    def to_dict(self) -> dict[str, Any]:
        """Return everything as types that JSON holds."""
        return {**asdict(self), "exit_code": self.exit_code}


def check(sources: Any, reading: Reading | None = None) -> CheckReport:
    """Read some inputs as an analysis would, and say what would come of them.

    Args:
        sources: As for ``ingest``.
        reading: What is stated about them.

    Returns:
        The report. Refusals are listed in it, never raised.
    """
    reading = reading or Reading()
    ids = Namespaces()
    files: list[FileReport] = []
    problems: list[Problem] = []
    hours: Counter[int] = Counter()
    for table, named in tables(sources, reading).items():
        try:
            found = find_inputs(named)
        except GraphmetaError as error:
            problems.append(_problem("", error))
            continue
        for item in found:
            report, refusal = _check_file(item, table, reading, ids, hours)
            files += [] if report is None else [report]
            problems += [] if refusal is None else [_problem(item.name, refusal)]
    return _summed(files, problems, ids, hours)


def _problem(file: str, error: GraphmetaError) -> Problem:
    return Problem(file, error.problem, error.remedy, error.exit_code)


def _check_file(
    item: Named, table: str, reading: Reading, ids: Namespaces, hours: Counter[int]
) -> tuple[FileReport | None, GraphmetaError | None]:
    """Return what one input holds, as far as could be seen, and why it would be refused.

    Its events are added to those of each hour since 1970.
    """
    tally = Tally()
    read: dict[str, str] = {}
    ignored: tuple[str, ...] = ()
    refusal: GraphmetaError | None = None
    try:
        source = item.open()
    except GraphmetaError as error:
        return None, error
    try:
        decided = plan(source.name, source.columns, CONTRACTS[table], reading)
        read, ignored = dict(decided.read), decided.ignored
        accept = accepted_events if table == "events" else accepted_accounts
        for batch in accept(source, decided, reading, ids, tally):
            if table == "events":
                hours.update(dict((batch["time"] // _HOUR_S).value_counts().iter_rows()))
    except GraphmetaError as error:
        refusal = error
    report = FileReport(
        file=source.name,
        table=table,
        format=source.format,
        rows=tally.rows or source.rows,
        bytes=source.size_bytes,
        columns_read=read,
        columns_ignored=ignored,
        columns_refused=tuple(unknown_columns(source.columns, CONTRACTS[table], reading)),
        timestamps=""
        if tally.time_type is None
        else describe_times(tally.time_type, reading.times),
        first_event=None if tally.first is None else iso(tally.first),
        last_event=None if tally.last is None else iso(tally.last),
        kinds=dict(sorted(tally.kinds.items())),
        ignored_by_kind=tally.ignored,
        too_early=tally.too_early,
        self_contacts=tally.self_contacts,
        rejected_by_reason=tally.quarantine.by_reason(),
    )
    return report, refusal


def _summed(
    files: list[FileReport], problems: list[Problem], ids: Namespaces, hours: Counter[int]
) -> CheckReport:
    events = [file for file in files if file.table == "events"]
    kinds: Counter[str] = Counter()
    rejected: Counter[str] = Counter()
    for file in events:
        kinds.update(file.kinds)
    for file in files:
        rejected.update(file.rejected_by_reason)
    rows = sum(file.rows or 0 for file in events)
    return CheckReport(
        files=tuple(files),
        problems=tuple(problems),
        rows=rows,
        accounts=len(ids.accounts),
        groups=len(ids.groups),
        kinds=dict(sorted(kinds.items())),
        first_event=min((file.first_event for file in events if file.first_event), default=None),
        last_event=max((file.last_event for file in events if file.last_event), default=None),
        rejected_by_reason=dict(sorted(rejected.items())),
        cost=asdict(estimate(rows, len(ids.accounts))),
        history=_history(hours),
    )


def _history(hours: Counter[int]) -> str:
    """Return what is odd about the history that nobody chose, where that is sure by the hour."""
    if not hours:
        return ""
    first, last, total = min(hours), max(hours), hours.total()
    # By whole hours, judging begins in this one or in the next.
    begins = history.begin(first, last)
    before = sum(count for hour, count in hours.items() if hour < begins)
    until = sum(count for hour, count in hours.items() if hour <= begins + 1)
    return history.oddity(first * _HOUR_S, last * _HOUR_S, before / total, until / total)
