"""How much of the privacy budget have reports spent, and is there enough left for one more?

Noise protects only if it is not averaged out by asking again, so what all reports together may
spend is fixed when the ledger is made. The ledger is a hash chain like an audit log
(``privacy/audit.py``): its first line holds the total, every other what one report spent. A report
is entered before its noise is drawn, under a lock: a report that fails afterwards has spent its
share, which errs on the safe side.

It misleads where somebody keeps two ledgers for the same runs: their budgets add up.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from graphmeta.errors import PrivacyRefusalError, UsageError
from graphmeta.privacy import audit
from graphmeta.run import lines_of

_MADE = "budget"
_SPENT = "spent"


@dataclass(frozen=True)
class Budget:
    """What may be spent, and what was.

    Args:
        total: By all reports together.
        spent: So far.
        reports: How many reports spent it.
    """

    total: Decimal
    spent: Decimal
    reports: int

    @property
    def left(self) -> Decimal:
        """What may still be spent."""
        return self.total - self.spent


def spend(ledger: Path, epsilon: float, total: float, period: tuple[str, str]) -> Budget:
    """Enter a report into the ledger, and make the ledger where there is none.

    Args:
        ledger: The file.
        epsilon: What the report spends; above 0.
        total: What all reports together may spend: fixed when the ledger is made.
        period: First and last day that the report covers, for those who read the ledger.

    Returns:
        The budget, this report included.

    Raises:
        PrivacyRefusalError: Too little is left, or the ledger was changed (exit code 4).
        UsageError: The ledger cannot be written, or was made with another total.
    """
    wanted = Decimal(str(epsilon))
    try:
        ledger.touch(mode=0o600)
        with ledger.open("rb+") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            lines = lines_of(file.read())
            new = [] if lines else [audit.next_line([], _MADE, {"total": str(Decimal(str(total)))})]
            before = _read(ledger, [*lines, *new])
            _require(ledger, before, wanted, Decimal(str(total)))
            detail = {"epsilon": str(wanted), "from": period[0], "to": period[1]}
            new.append(audit.next_line([*lines, *new], _SPENT, detail))
            file.write("".join(f"{line}\n" for line in new).encode("ascii"))
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise UsageError(
            f"The ledger {ledger} cannot be read or written: {error.strerror}.",
            "Name a file with --budget in a folder that exists and that you may write to.",
        ) from error
    return Budget(before.total, before.spent + wanted, before.reports + 1)


def _read(ledger: Path, lines: Sequence[str]) -> Budget:
    broken = audit.find_break(lines)
    entries = [] if broken else [json.loads(line) for line in lines]
    if broken or entries[0]["act"] != _MADE:
        raise PrivacyRefusalError(
            f"{ledger} is no ledger that holds: {broken or 'it does not begin with a total'}.",
            "What was spent cannot be known, so nothing more is. Bring back an unchanged copy.",
        )
    spent = [Decimal(one["detail"]["epsilon"]) for one in entries[1:]]
    return Budget(Decimal(entries[0]["detail"]["total"]), sum(spent, Decimal(0)), len(spent))


def _require(ledger: Path, budget: Budget, wanted: Decimal, total: Decimal) -> None:
    if budget.total != total:
        raise UsageError(
            f"{ledger} was made with a total of {budget.total}, not {total}.",
            f"Leave it: --budget-total {budget.total}. A total that grows protects nobody.",
        )
    if wanted > budget.left:
        raise PrivacyRefusalError(
            f"The privacy budget is spent: {budget.left} of {budget.total} is left, and this "
            f"report would take {wanted}.",
            "Publish the exact counts alone (without --epsilon), or ask for at most what is left.",
        )
