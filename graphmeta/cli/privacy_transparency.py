"""``graphmeta privacy transparency``: what may the public know of what was found and done?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Group, Parameter, validators

from graphmeta.cli.console import output, print_json, text
from graphmeta.cli.options import OUTPUT, Json
from graphmeta.errors import UsageError

if TYPE_CHECKING:
    from graphmeta.oversight.transparency.report import Spending

NOISE = Group("Breakdowns with noise (needs the extra dp)", sort_key=4)
_ABOVE_ZERO = validators.Number(gt=0)


@Parameter(name="*", group=NOISE)
@dataclass(frozen=True)
class Noise:
    """Breakdowns with noise, and what they may spend."""

    epsilon: Annotated[
        float | None,
        Parameter(
            help="Break flagged clusters down by class, with noise that protects each cluster; "
            "this much of the budget is spent. 0.5 is usual, smaller protects more.",
            validator=_ABOVE_ZERO,
        ),
    ] = None
    budget: Annotated[
        Path | None,
        Parameter(
            help="The ledger of what all reports have spent; made where it is absent. Keep one.",
            metavar="FILE",
        ),
    ] = None
    budget_total: Annotated[
        float,
        Parameter(
            help="What all reports together may spend; fixed when the ledger is made.",
            validator=_ABOVE_ZERO,
        ),
    ] = 3.0

    def spending(self) -> Spending | None:
        """Return what a report may spend, or None where no breakdown is asked for.

        Raises:
            UsageError: Either of --epsilon and --budget is absent.
        """
        from graphmeta.oversight.transparency.report import Spending

        if self.epsilon is None and self.budget is None:
            return None
        if self.epsilon is None or self.budget is None:
            raise UsageError(
                "Breakdowns with noise need both --epsilon and --budget.",
                "Give both, or neither for the exact counts alone.",
            )
        return Spending(self.epsilon, self.budget, self.budget_total)


_NONE = Noise()


def transparency(
    *runs: Annotated[
        Path, Parameter(help="Runs, receipts of purged ones, or folders in which both lie.")
    ],
    out: Annotated[
        Path | None,
        Parameter(
            group=OUTPUT,
            help="The folder for transparency.html, .json and .csv; older ones are replaced.",
            metavar="FOLDER",
        ),
    ] = None,
    from_: Annotated[
        date | None,
        Parameter(name="--from", help="First day (UTC); by default that of the first run."),
    ] = None,
    to: Annotated[date | None, Parameter(help="Last day (UTC); by default today.")] = None,
    service: Annotated[
        str, Parameter(help="Whose report it is; stands in its title.", metavar="NAME")
    ] = "",
    noise: Noise = _NONE,
    json: Json = False,
) -> None:
    """Write the public report: counts of what was found, judged, appealed, asked for and deleted.

    Counts of acts come from the runs' audit logs and from receipts of purged runs, and are exact.
    Small cells of tables that part clusters into kinds are withheld. With --epsilon, further
    breakdowns are differentially private; a report for which too little is left is refused
    (exit code 4).

    For example:

    - `graphmeta privacy transparency RUNS --from 2026-01-01 --to 2026-06-30 --out REPORT`
    - `graphmeta privacy transparency RUNS --out REPORT --epsilon 0.5 --budget epsilon.jsonl`
    """
    from graphmeta.oversight.transparency import report, write

    if not runs:
        raise UsageError("No run was named.", "Write: graphmeta privacy transparency RUN...")
    if out is None and not json:
        raise UsageError("There is nowhere to write to.", "Give --out FOLDER, or --json.")
    spending = noise.spending()
    records = report.gather(runs)
    if out is not None:
        write.prepare(out)  # before anything is spent
    made = report.make(records, first=from_, last=to, service=service, spending=spending)
    files = [] if out is None else write.write(made, out)
    if json:
        print_json(made.as_json())
        return
    console = output()
    console.print(text(f"Wrote {', '.join(map(str, files))}"))
    if made.private is not None:
        spent = f"{made.private.spent} of {made.private.total}"
        console.print(text(f"All reports together have spent {spent} of the privacy budget."))
