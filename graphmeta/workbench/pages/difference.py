"""What changed from one run to another: clusters, settings, and what is usual?

Clusters are matched by the accounts they have in common, whatever their names, and accounts are
counted, never listed (``report.difference``). Runs whose pseudonyms must not be linked are refused.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl
from starlette.responses import Response

from graphmeta.errors import UsageError
from graphmeta.report import difference
from graphmeta.report.difference import COMPARED, Difference
from graphmeta.workbench.page import Get, Page
from graphmeta.workbench.served import ServedRun
from graphmeta.workbench.visit import Visit

#: More are counted and not listed.
MOST_ROWS = 500


def show(visit: Visit) -> Response:
    """Compare the two runs that the address names."""
    given = visit.request.query_params
    old, new = (visit.desk.run(given.get(side, "")) for side in ("old", "new"))
    if old.id == new.id:
        raise UsageError("A run does not differ from itself.", "Choose two runs.")
    if visit.session.blind:
        raise UsageError(
            "What changed shows scores, and you judge blind.",
            "Leave blind mode in the queue to see it.",
        )
    found = _compared(visit, old, new)
    rows = found.clusters.filter(_worth_telling())
    return visit.render(
        "workbench/difference.html.j2",
        old=old,
        new=new,
        counts=found.counts(),
        rows=[_told(row) for row in rows.head(MOST_ROWS).iter_rows(named=True)],
        left_out=max(0, rows.height - MOST_ROWS),
        settings=found.settings.to_dicts(),
        baselines=found.baselines.filter(pl.col("change") != 0).to_dicts(),
    )


def _compared(visit: Visit, old: ServedRun, new: ServedRun) -> Difference:
    """Compare two runs. Their tables are matched once, as long as nobody judges meanwhile."""
    standings = visit.desk.reviews.seen_by(visit.user.name)
    verdicts = [
        {name: one.verdict for (of, name), one in standings.items() if of == run.id}
        for run in (old, new)
    ]
    said = hash(tuple(frozenset(each.items()) for each in verdicts))
    earlier = old.folder  # seen to be whole and not expired, whatever is kept of the later one
    return new.keep(
        f"difference from {old.id}, {said}",
        lambda folder: difference.compare(
            earlier, folder, verdicts_old=verdicts[0], verdicts_new=verdicts[1]
        ),
    )


def _worth_telling() -> pl.Expr:
    """An unchanged cluster is told of only where what is said of it has changed."""
    changed = (pl.col(f"{name}_old").ne_missing(pl.col(f"{name}_new")) for name in COMPARED)
    return (pl.col("change") != "unchanged") | pl.any_horizontal(changed)


def _told(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a row with how far the cluster got in either run: "flagged", or its status."""
    reached = {
        f"reached_{side}": "flagged" if row[f"flagged_{side}"] else row[f"status_{side}"]
        for side in ("old", "new")
    }
    return {**row, **reached}


PAGE = Page([Get("/difference", show)], under="Runs")
