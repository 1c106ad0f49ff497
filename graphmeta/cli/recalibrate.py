"""``graphmeta recalibrate``: does risk say what people found, or would another curve say it?"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from graphmeta.cli.console import output, print_json, text
from graphmeta.cli.options import OUTPUT, CaseStoreAddress, Json
from graphmeta.cli.review import user
from graphmeta.errors import UsageError

if TYPE_CHECKING:
    import polars as pl
    from rich.console import Console

    from graphmeta.cases.recalibration import Judged
    from graphmeta.run import RunFolder
    from graphmeta.scores.calibrate import OwnCurve


def recalibrate(
    *runs: Annotated[Path, Parameter(help="Folders that `graphmeta analyze` wrote.")],
    out: Annotated[
        Path | None,
        Parameter(
            group=OUTPUT,
            help="Write the new curve to this file, which `graphmeta analyze --calibration` takes. "
            "Without it, before and after are shown and nothing is written.",
            metavar="FILE",
        ),
    ] = None,
    case_store: CaseStoreAddress = None,
    json: Json = False,
) -> None:
    """Compare the risk of clusters with what people found, and fit a curve of your own to it.

    Only verdicts on clusters that were drawn by chance count (`graphmeta queue RUN --draw N`), and
    it takes fifty. The runs stay as they are; a new curve is for analyses to come.

    For example:

    - `graphmeta recalibrate RUN1 RUN2 --out ours.json`
    """
    from graphmeta.cases.recalibration import judged
    from graphmeta.cases.store import open_store
    from graphmeta.run import open_run

    if not runs:
        raise UsageError("No runs were named.", "Write: graphmeta recalibrate RUN...")
    opened = [open_run(run) for run in runs]
    with open_store(case_store) as store:
        found = judged(store, opened)
    own = _own_curve(found, opened)
    figures = _figures(found, own)
    if json:
        print_json({**_counts(found), **figures, "table": figures["table"].to_dicts()})
    else:
        _print(output(), found, own, figures)
    if out is not None:
        _save(own, out, found, case_store)
        if not json:
            output().print(text(f"Wrote {out}. Use it with: graphmeta analyze --calibration {out}"))


def _own_curve(found: Judged, runs: list[RunFolder]) -> OwnCurve | None:
    """Return the curve that fits the verdicts, or None where there are too few."""
    from graphmeta.scores.calibrate import LEAST_VERDICTS, OwnCurve, fit
    from graphmeta.scores.model import fingerprint

    rows = found.clusters
    if rows.height < LEAST_VERDICTS:
        return None
    curve = fit(
        rows["log_odds"].to_numpy(), rows["abusive"].to_numpy(), rows["sureness"].to_numpy()
    )
    return OwnCurve(
        constant=curve.constant,
        slope=curve.slope,
        scores=fingerprint(),
        verdicts=rows.height,
        abusive=int(rows["abusive"].sum()),
        runs=sorted(run.run_id for run in runs),
        fitted_at=datetime.now(UTC).isoformat(timespec="seconds"),
    )


def _figures(found: Judged, own: OwnCurve | None) -> dict[str, Any]:
    """Return the reliability table, and the figures that sum it up, before and after."""
    from graphmeta.scores import reliability

    rows = found.clusters
    before, abusive = rows["risk"].to_numpy(), rows["abusive"].to_numpy()
    after = None
    if own is not None:
        after = reliability.left_out(
            rows["log_odds"].to_numpy(), abusive, rows["sureness"].to_numpy()
        )
    return {
        "curve": own and {"constant": own["constant"], "slope": own["slope"]},
        "before": reliability.summary(before, before, abusive),
        "after": reliability.summary(after, before, abusive),
        "table": reliability.table(before, after, abusive),
    }


def _save(own: OwnCurve | None, out: Path, found: Judged, case_store: str | None) -> None:
    """Write the curve, and keep in the store's audit that it was fitted."""
    from graphmeta.cases.recalibration import keep
    from graphmeta.cases.store import open_store
    from graphmeta.pipeline import calibration
    from graphmeta.scores.calibrate import LEAST_VERDICTS

    if own is None:
        raise UsageError(
            f"{found.clusters.height} verdicts on randomly drawn clusters are too few for a curve: "
            f"it takes {LEAST_VERDICTS}. {out} was not written.",
            "Draw more clusters with `graphmeta queue RUN --draw N`, and judge them.",
        )
    calibration.save(own, out)
    with open_store(case_store) as store:
        keep(store, own, user())


def _counts(found: Judged) -> dict[str, int]:
    return {
        "drawn": found.drawn,
        "judged": found.clusters.height,
        "abusive": int(found.clusters["abusive"].sum()),
        "unsure": found.unsure,
        "disputed": found.disputed,
        "waiting": found.waiting,
        "not_drawn": found.undrawn,
    }


def _print(console: Console, found: Judged, own: OwnCurve | None, figures: dict[str, Any]) -> None:
    from graphmeta.report import words
    from graphmeta.scores.calibrate import LEAST_VERDICTS

    counts = _counts(found)
    console.print(
        text(
            f"{words.plural(counts['drawn'], 'cluster')} drawn by chance: {counts['abusive']} "
            f"found abusive, {counts['judged'] - counts['abusive']} benign; left out are "
            f"{counts['unsure']} unsure, {counts['disputed']} disputed and {counts['waiting']} not "
            f"judged yet. Verdicts on clusters that were not drawn ({counts['not_drawn']}) do not "
            "count: they say nothing about the rest."
        )
    )
    if found.waiting:
        console.print(text("If those that wait are the hard ones, what follows is too rosy."))
    if counts["judged"]:
        _table(console, figures["table"])
        _summary(console, figures)
    if own is None:
        missing = LEAST_VERDICTS - counts["judged"]
        console.print(
            text(
                f"\nThere is no curve yet: it takes {LEAST_VERDICTS} verdicts, {missing} more. "
                "Until then risk is for ordering only."
            )
        )
        return
    console.print(
        text(
            f"\nThe new curve: log-odds of abuse = {own['constant']:.2f} + {own['slope']:.2f} × "
            "log-odds of the score. The runs stay as they are."
        )
    )


def _table(console: Console, rows: pl.DataFrame) -> None:
    from rich.table import Table

    from graphmeta.bench.measures.intervals import rate
    from graphmeta.report import words

    table = Table(box=None, pad_edge=False, padding=(0, 3, 0, 0))
    for header in ("Clusters", "Found abusive", "95 % interval", "Risk before", "Risk after"):
        table.add_column(header, justify="right")
    for row in rows.iter_rows(named=True):
        sure = rate(row["abusive"], row["clusters"])
        table.add_row(
            words.count(row["clusters"]),
            words.score(sure.value),
            f"{words.score(sure.low)} to {words.score(sure.high)}",
            words.score(row["before"]),
            words.score(row["after"]),
        )
    console.print()
    console.print(table)


def _summary(console: Console, figures: dict[str, Any]) -> None:
    from graphmeta.report import words

    console.print()
    for measure, says in (
        ("brier", "Brier score (0 is best)"),
        ("calibration_error", "Mean distance of risk from what was found"),
    ):
        told = [
            f"{words.number(figures[when][measure])} {when}"
            for when in ("before", "after")
            if figures[when]
        ]
        console.print(text(f"{says}: {', '.join(told)}"))
    if figures["after"]:
        console.print(
            text("Risk after is that of curves that had not seen the cluster in question.", "dim")
        )
