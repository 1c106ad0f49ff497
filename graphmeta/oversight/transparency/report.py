"""From runs and receipts to a transparency report.

Whatever is left of the runs is gathered (``gather``), counted (``count``), where it is asked for
broken down with noise (``breakdown``), and written (``write``). Nothing but records is looked at
(:mod:`graphmeta.oversight.record`): no account is ever in reach of a report.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from graphmeta.errors import RunError, UsageError
from graphmeta.oversight import record, retention
from graphmeta.oversight.record import Record
from graphmeta.oversight.transparency import budget, count
from graphmeta.oversight.transparency.breakdown import breakdowns
from graphmeta.oversight.transparency.figures import Private, Report
from graphmeta.oversight.transparency.outcomes import Period
from graphmeta.oversight.transparency.suppress import SMALLEST
from graphmeta.privacy import noise
from graphmeta.provenance import version
from graphmeta.run import open_run


@dataclass(frozen=True)
class Spending:
    """What breakdowns with noise may spend.

    Args:
        epsilon: By this report.
        ledger: Where what all reports spent is kept.
        total: What all of them may spend.
    """

    epsilon: float
    ledger: Path
    total: float


def gather(paths: Sequence[Path]) -> list[Record]:
    """Return the records of runs, of receipts, and of all of both that lie in folders.

    Raises:
        RunError: There is nothing, a run has expired or was changed, or a run was too damaged when
            it was deleted to be counted.
    """
    records = []
    for path in _found(paths):
        if path.is_dir():
            records.append(record.of_run(open_run(path)))
            continue
        kept = retention.read_receipt(path)
        if kept is None:
            raise RunError(
                f"The run of {path} was too damaged when it was deleted to be counted.",
                "Leave that receipt out, and say in the report that one run is not in it.",
            )
        records.append(kept)
    return records


def make(
    records: Sequence[Record],
    *,
    first: date | None = None,
    last: date | None = None,
    service: str = "",
    spending: Spending | None = None,
) -> Report:
    """Make a report.

    Args:
        records: All runs, also those that are gone.
        first: First day, in UTC; by default that of the first run.
        last: Last day; by default today.
        service: Whose report it is.
        spending: For breakdowns with noise; without it there are none.

    Raises:
        UsageError: The period ends before it begins.
        PrivacyRefusalError: The privacy budget is spent.
        MissingExtraError: OpenDP is not installed, and noise is asked for.
    """
    now = datetime.now(UTC)
    begins, ends = count.span(records, now)
    period = Period(first or begins, last or ends)
    if period.last < period.first:
        raise UsageError(
            f"The period ends on {period.last}, before it begins on {period.first}.",
            "Give --from and --to in order.",
        )
    return Report(
        service=service,
        first=period.first.isoformat(),
        last=period.last.isoformat(),
        made_at=now.isoformat(timespec="seconds"),
        version=version(),
        sections=count.sections(records, period),
        smallest=SMALLEST,
        private=None if spending is None else _private(records, period, spending),
    )


def _private(records: Sequence[Record], period: Period, spending: Spending) -> Private:
    noise.require()  # before anything is spent
    days = (period.first.isoformat(), period.last.isoformat())
    left = budget.spend(spending.ledger, spending.epsilon, spending.total, days)
    made = [one for one in records if period.holds(one.made_at)]
    tables, noisy = breakdowns(made, spending.epsilon)
    return Private(tables, noisy.epsilon, noisy.error, str(left.total), str(left.spent))


def _found(paths: Sequence[Path]) -> list[Path]:
    """Return runs and receipts, each once, in order.

    Raises:
        RunError: There are none.
    """
    found: list[Path] = []
    for path in paths:
        if path.is_dir() and not retention.is_run(path):
            found += [*retention.runs_in(path), *retention.receipts_in(path)]
        else:
            found.append(path)
    unique = list({path.resolve(): path for path in found}.values())
    if not unique:
        raise RunError(
            "No run and no receipt of one was found.", "Name runs, receipts, or folders of them."
        )
    return unique
