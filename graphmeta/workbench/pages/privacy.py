"""What was read of people's data, what was left unread, and what was done with it since?

A privacy reviewer sees these pages and no others. The log is shown whole to them; to those who work
on clusters without its particulars, which name golden clusters. Those checks of a review that take
but a moment are made on the spot; the whole review tries the analysis out and takes longer
(``graphmeta privacy review``).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from starlette.responses import Response

from graphmeta.cases.golden import adding
from graphmeta.cases.golden import verdicts as golden_verdicts
from graphmeta.oversight import acts
from graphmeta.oversight.review import columns, log, retention, sandbox, stands
from graphmeta.oversight.review.result import VERDICTS, Check
from graphmeta.privacy import audit
from graphmeta.report import receipt
from graphmeta.workbench.casework import TOLD
from graphmeta.workbench.page import CASEWORKERS, EVERYBODY, Get, Page
from graphmeta.workbench.served import ServedRun
from graphmeta.workbench.visit import Visit

#: What acts of reviewing are called before those who review, golden clusters or not.
REVIEWING = "reviewing"
_OF_REVIEWERS = (acts.VERDICT, adding.ACT, golden_verdicts.ACT, TOLD)
#: As many of a log's entries are shown, the latest.
MOST_ENTRIES = 200


@dataclass(frozen=True)
class Shown:
    """A run's log, as far as it is shown.

    Args:
        number: How many entries it has.
        broken: What is wrong with its chain, or None.
        entries: The latest entries, newest first.
    """

    number: int
    broken: str | None
    entries: list[Mapping[str, Any]]


def show(visit: Visit) -> Response:
    """List the runs with what is claimed of each."""
    listed = [
        (run, dict(receipt.privacy(run.folder)), _shown(run, with_details=False))
        for run in visit.desk.runs
    ]
    return visit.render("workbench/privacy.html.j2", listed=listed)


def show_one(visit: Visit) -> Response:
    """Show the receipt and the log of one run."""
    run = visit.run
    manifest = run.manifest
    return visit.render(
        "workbench/receipt.html.j2",
        run=run,
        inputs=manifest["inputs"],
        files=receipt.files(manifest),
        receipts={
            "Privacy": receipt.privacy(run.folder),
            "Rows": receipt.rows(manifest),
            "Making it again": receipt.making(manifest),
        },
        log=_shown(run, with_details=visit.user.role not in CASEWORKERS),
        most_entries=MOST_ENTRIES,
        checks=_checks(run),
        verdicts=VERDICTS,
    )


def _checks(run: ServedRun) -> list[Check]:
    """Return the answers of those checks that need but a moment and nothing but the run."""
    folder = run.folder.genuine
    lines = folder.audit_lines()
    history = [] if audit.find_break(lines) else acts.recorded(lines, folder.path)
    return [
        columns.check(folder.manifest, history),
        sandbox.check(folder.manifest),
        sandbox.of_input(folder.manifest),
        log.check(folder.manifest, lines, history),
        log.lodged(lines, history),
        stands.check(folder.path, history),
        retention.check(folder, history, datetime.now(UTC)),
    ]


def _shown(run: ServedRun, *, with_details: bool) -> Shown:
    lines = run.folder.audit_lines()
    broken = audit.find_break(lines)
    latest = [] if broken else [json.loads(line) for line in lines[-MOST_ENTRIES:]]
    return Shown(
        number=len(lines),
        broken=broken,
        entries=[
            {
                "seq": entry["seq"],
                "at": datetime.fromisoformat(entry["at"]),
                "act": entry["act"] if with_details else _named(entry["act"]),
                "detail": entry["detail"] if with_details else None,
            }
            for entry in reversed(latest)
        ],
    )


def _named(act: str) -> str:
    """Return how an act is called before those who review.

    That one of them was about a golden cluster, its time alone would tell whoever just judged it.
    """
    return REVIEWING if act in _OF_REVIEWERS else act


PAGE = Page([Get("/privacy", show), Get("/privacy/{run}", show_one)], EVERYBODY, title="Privacy")
